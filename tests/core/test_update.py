"""The update's own machine: nothing is installed that was not fetched, and nothing on a battery that may not last."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_visit import OFFICER, a_session

from kiosk.core import desk as d
from kiosk.core import update as u
from kiosk.core.desk import Desk, InUpdate, Mode, Task
from kiosk.core.power import NO_NEW_PERSON_BELOW, Charge
from kiosk.core.session import IllegalEvent
from kiosk.core.update import Stage, Update

FULL, LOW, PLUGGED = Charge(0.9, False), Charge(u.NO_UPDATE_BELOW - 0.01, False), Charge(0.06, True)
KNOWN = Update(running="0.1.0")
Step = Callable[[Update, u.UpdateEvent, Charge | None], u.UpdateResult]


def walked(*events: u.UpdateEvent, charge: Charge | None = FULL, state: Update = KNOWN) -> u.UpdateResult:
    effects: tuple[u.UpdateEffect, ...] = ()
    for event in events:
        state, effects = u.step(state, event, charge)
    return state, effects


FOUND = (u.LookWanted(), u.Found(1, "0.2.0"))
FETCHED = (*FOUND, u.UpdateWanted(), u.Fetched(1))


def test_an_update_goes_from_the_look_to_the_restart() -> None:
    assert walked(u.LookWanted())[1] == (u.LookForUpdate(1),)
    assert walked(*FOUND)[0].version == "0.2.0"
    assert walked(*FOUND, u.UpdateWanted())[1] == (u.FetchUpdate(1),)
    assert walked(*FETCHED)[1] == (u.InstallUpdate(1),)
    state, _ = walked(*FETCHED, u.Installed(1))
    assert state.stage is Stage.INSTALLED
    state, effects = u.step(state, u.RestartWanted(), FULL)
    assert (state.stage, effects) == (Stage.RESTARTING, (u.RestartIntoTrial(2),))


def test_an_empty_stick_is_no_refusal() -> None:
    assert walked(u.LookWanted(), u.Found(1, ""))[0].stage is Stage.NOTHING


@pytest.mark.parametrize("refusal", u.Refusal)
@pytest.mark.parametrize("before", [FOUND[:1], (*FOUND, u.UpdateWanted()), FETCHED], ids=["look", "fetch", "install"])
def test_a_refusal_ends_it_and_the_officer_may_look_again(
    refusal: u.Refusal, before: tuple[u.UpdateEvent, ...]
) -> None:
    state, effects = walked(*before, u.UpdateRefused(1, refusal))
    assert (state.stage, state.refusal, effects) == (Stage.REFUSED, refusal, ())
    again, effects = u.step(state, u.LookWanted(), FULL)
    assert (again.refusal, effects) == (None, (u.LookForUpdate(2),))


@pytest.mark.parametrize(
    ("charge", "may"),
    [
        (None, True),
        (FULL, True),
        (Charge(u.NO_UPDATE_BELOW, False), True),
        (LOW, False),
        (Charge(0.06, False), False),
        (PLUGGED, True),
    ],
)
def test_the_battery_decides_before_the_copy_and_again_before_a_slot_is_written(
    charge: Charge | None, may: bool
) -> None:
    state, _ = walked(*FOUND)
    copying, effects = u.step(state, u.UpdateWanted(), charge)
    assert bool(effects) is may
    assert (copying.stage is Stage.POWER_LOW) is not may
    state, _ = walked(*FOUND, u.UpdateWanted())
    installing, effects = u.step(state, u.Fetched(1), charge)
    assert bool(effects) is may
    assert (installing.stage is Stage.POWER_LOW) is not may


@pytest.mark.parametrize(("charge", "may"), [(None, True), (FULL, True), (LOW, False), (PLUGGED, True)])
def test_the_battery_decides_before_the_trial_too_and_what_is_installed_stays_so(
    charge: Charge | None, may: bool
) -> None:
    state, _ = walked(*FETCHED, u.Installed(1))
    asked, effects = u.step(state, u.RestartWanted(), charge)
    assert bool(effects) is may
    assert asked.stage is (Stage.RESTARTING if may else Stage.RESTART_LOW)
    if not may:
        assert u.step(asked, u.LookWanted(), FULL) == (asked, ())
        assert u.entered(asked) == state
        assert u.step(asked, u.RestartWanted(), PLUGGED)[1] == (u.RestartIntoTrial(2),)


def test_an_update_wants_more_than_a_person_does() -> None:
    assert u.NO_UPDATE_BELOW > NO_NEW_PERSON_BELOW


def test_with_power_back_it_is_fetched_anew_which_costs_only_the_check() -> None:
    state, _ = walked(*FOUND, u.UpdateWanted())
    state, _ = u.step(state, u.Fetched(1), LOW)
    assert u.step(state, u.UpdateWanted(), PLUGGED)[1] == (u.FetchUpdate(1),)


def test_a_late_answer_of_an_earlier_attempt_changes_nothing() -> None:
    state, _ = walked(u.LookWanted(), u.UpdateRefused(1, u.Refusal.ABSENT), u.LookWanted())
    for late in (u.Found(1, "9.9"), u.Fetched(1), u.Installed(1), u.UpdateRefused(1, u.Refusal.BUSY)):
        assert u.step(state, late, FULL) == (state, ())


def test_progress_is_shown_and_a_second_copy_may_follow_a_check() -> None:
    told = (u.Progress(1, Stage.COPYING, 40), u.Progress(1, Stage.CHECKING, 10), u.Progress(1, Stage.COPYING, 3))
    state, _ = walked(*FOUND, u.UpdateWanted(), *told)
    assert (state.stage, state.percent) == (Stage.COPYING, 3)
    state, _ = walked(*FETCHED, u.Progress(1, Stage.INSTALLING, 60), u.Progress(1, Stage.COPYING, 1))
    assert (state.stage, state.percent) == (Stage.INSTALLING, 60)


@pytest.mark.parametrize(
    ("told", "stage", "version"),
    [
        (u.UpdateTold("0.1.0"), Stage.READY, ""),
        (u.UpdateTold("0.1.0", rolled_back="0.2.0"), Stage.ROLLED_BACK, "0.2.0"),
        (u.UpdateTold("0.1.0", installed="0.2.0"), Stage.INSTALLED, "0.2.0"),
    ],
)
def test_what_became_of_the_last_one_is_known_from_the_start(told: u.UpdateTold, stage: Stage, version: str) -> None:
    state, _ = u.step(Update(), told, None)
    assert (state.running, state.stage, state.version) == ("0.1.0", stage, version)
    assert u.entered(state) == state


# At the desk


def desk(**facts: object) -> Desk:
    return replace(Desk(mode=Mode.OFFICER, task=Task.UPDATE, update=KNOWN), **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("wanted", [u.LookWanted(), u.UpdateWanted(), u.RestartWanted()])
def test_only_an_officer_between_people_updates_the_box(wanted: u.UpdateEvent) -> None:
    for mode, task in ((Mode.IDLE, None), (Mode.VILLAGER, None), (Mode.LOCKED, None), (Mode.OFFICER, Task.MENU)):
        with pytest.raises(IllegalEvent):
            d.step(desk(mode=mode, task=task), InUpdate(wanted))


UP = d.TakenUp(a_session(), 1, OFFICER)  # loaded late, after a touch before the update


def test_while_it_runs_nobody_begins_anything_and_the_day_is_not_closed() -> None:
    busy, _ = d.step(desk(), InUpdate(u.LookWanted()))
    for event in (d.TaskChosen(Task.MENU), d.TaskChosen(Task.HANDOVER), d.OfficerLeft(), d.DayClosed(), UP):
        with pytest.raises(IllegalEvent):
            d.step(busy, event)
    ended, _ = d.step(busy, InUpdate(u.Found(1, "")))
    assert d.step(ended, d.TaskChosen(Task.MENU))[0].update.stage is Stage.READY


def test_people_who_wait_are_no_obstacle_and_still_wait() -> None:
    waiting = (d.Waiting("a" * 32, d.Step.FINGERS),)
    state = desk(waiting=waiting)
    for event in FETCHED:
        state, _ = d.step(state, InUpdate(event))
    assert (state.update.stage, state.waiting) == (Stage.INSTALLING, waiting)


# What holds whatever happens


def events() -> st.SearchStrategy[u.UpdateEvent]:
    attempts = st.integers(0, 3)
    return st.one_of(
        st.sampled_from([u.LookWanted(), u.UpdateWanted(), u.RestartWanted(), u.UpdateTold("0.1.0")]),
        st.builds(u.Found, attempts, st.sampled_from(["", "0.2.0"])),
        st.builds(u.Progress, attempts, st.sampled_from(Stage), st.integers(0, 100)),
        st.builds(u.Fetched, attempts),
        st.builds(u.Installed, attempts),
        st.builds(u.UpdateRefused, attempts, st.sampled_from(u.Refusal)),
    )


def broken_promise(step: Step, days: list[tuple[u.UpdateEvent, Charge | None]]) -> str:
    """The first promise that a build breaks on this path, or nothing."""
    state, asked = KNOWN, None
    for event, charge in days:
        before = state
        state, effects = step(state, event, charge)
        for effect in effects:
            if u.is_running(before) and not isinstance(event, u.Fetched):
                return "began something while something ran"
            if not isinstance(effect, u.LookForUpdate) and not u.may_update(charge):
                return "went on without power"
            if isinstance(effect, u.InstallUpdate) and not (
                isinstance(asked, u.FetchUpdate) and asked == fetching(event)
            ):
                return "installed what was not fetched"
            asked = effect
    return ""


def fetching(event: u.UpdateEvent) -> u.FetchUpdate | None:
    return u.FetchUpdate(event.attempt) if isinstance(event, u.Fetched) else None


PATHS = st.lists(st.tuples(events(), st.sampled_from([None, FULL, LOW, PLUGGED])), max_size=12)


@given(PATHS)
def test_on_every_path_only_what_was_fetched_is_installed_and_never_without_power(
    days: list[tuple[u.UpdateEvent, Charge | None]],
) -> None:
    assert broken_promise(u.step, days) == ""


def hasty(state: Update, event: u.UpdateEvent, charge: Charge | None) -> u.UpdateResult:
    """A build that installs what it found."""
    after, effects = u.step(state, event, charge)
    swapped = (u.InstallUpdate(e.attempt) if isinstance(e, u.FetchUpdate) else e for e in effects)
    return after, tuple(swapped)


def blind(state: Update, event: u.UpdateEvent, charge: Charge | None) -> u.UpdateResult:
    """A build that does not ask the battery again."""
    return u.step(state, event, FULL if isinstance(event, u.Fetched) else charge)


def eager(state: Update, event: u.UpdateEvent, charge: Charge | None) -> u.UpdateResult:
    """A build that restarts on whatever is left."""
    return u.step(state, event, FULL if isinstance(event, u.RestartWanted) else charge)


@pytest.mark.parametrize(
    ("build", "broken"), [(hasty, "installed what was not fetched"), (blind, "went on without power")]
)
def test_a_build_that_hurries_is_caught(build: Step, broken: str) -> None:
    days = [(event, FULL) for event in FETCHED[:-1]]
    assert broken_promise(build, [*days, (FETCHED[-1], LOW)]) == broken
    assert broken_promise(u.step, [*days, (FETCHED[-1], LOW)]) == ""


def test_a_build_that_restarts_without_power_is_caught() -> None:
    days = [*((event, FULL) for event in (*FETCHED, u.Installed(1))), (u.RestartWanted(), LOW)]
    assert broken_promise(eager, days) == "went on without power"
    assert broken_promise(u.step, days) == ""
