"""The handover: its stages, what answers too late, and failures at every stage."""

import pytest

from kiosk.core import handover as h
from kiosk.core.handover import Handover, HandoverEvent, Stage, Trouble, step

T, OLD = "ticket", "an older one"
NAMES = ("B_1_00000002", "B_1_00000003")
ROAD: tuple[tuple[HandoverEvent, Stage, h.HandoverEffect | None], ...] = (
    (h.HandoverWanted(T), Stage.READING, h.TakeIncoming(T)),
    (h.IncomingTaken(T, settled=3, purged=2, refused=1, fork=False), Stage.WRITING, h.WriteBundles(T)),
    (h.BundlesWritten(T, NAMES, ("B_1_00000004",)), Stage.PROVING, h.Prove(T, NAMES)),
    (h.Proven(T), Stage.RELEASING, h.Release(T)),
    (h.Released(T), Stage.DONE, None),
)


def at(stage: Stage) -> Handover:
    """A handover that came this far, or failed while proving."""
    state = Handover()
    for event, reached, _ in ROAD:
        if state.stage is stage:
            return state
        state, _ = step(state, event)
        assert state.stage is reached
    return step(at(Stage.PROVING), h.HandoverFailed(T, Trouble.PULLED))[0] if stage is Stage.FAILED else state


def test_a_handover_goes_from_receipts_to_a_stick_that_may_be_pulled() -> None:
    state = Handover()
    for event, stage, effect in ROAD:
        state, effects = step(state, event)
        assert state.stage is stage
        assert effects == ((effect,) if effect else ())
    assert (state.written, state.settled, state.purged, state.refused) == (2, 3, 2, 1)
    assert state.skipped == ("B_1_00000004",)
    assert state.ticket is None


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("number", range(1, len(ROAD)))
def test_an_answer_of_an_earlier_handover_changes_nothing(stage: Stage, number: int) -> None:
    state, event = at(stage), ROAD[number][0]
    stale = type(event)(**{**vars(event), "ticket": OLD})
    assert step(state, stale) == (state, ())


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("number", range(len(ROAD)))
def test_an_answer_at_another_stage_changes_nothing(stage: Stage, number: int) -> None:
    state, (event, reached, _) = at(stage), ROAD[number]
    after, effects = step(state, event)
    if after != state:
        assert after.stage is reached
    else:
        assert effects == ()


@pytest.mark.parametrize("trouble", Trouble)
@pytest.mark.parametrize("stage", [Stage.READING, Stage.WRITING, Stage.PROVING, Stage.RELEASING])
def test_a_failure_at_any_stage_is_named_and_counts_only_what_was_proven(stage: Stage, trouble: Trouble) -> None:
    after, effects = step(at(stage), h.HandoverFailed(T, trouble))
    assert (after.stage, after.trouble, effects) == (Stage.FAILED, trouble, ())
    assert after.written == (2 if stage is Stage.RELEASING else 0)
    assert not h.is_running(after)


@pytest.mark.parametrize("stage", [Stage.READY, Stage.DONE, Stage.FAILED])
def test_a_failure_of_nothing_is_dropped(stage: Stage) -> None:
    assert step(at(stage), h.HandoverFailed(T, Trouble.FULL)) == (at(stage), ())


@pytest.mark.parametrize("stage", [Stage.DONE, Stage.FAILED])
def test_another_handover_starts_clean(stage: Stage) -> None:
    after, effects = step(at(stage), h.HandoverWanted("next"))
    assert after == Handover(Stage.READING, "next")
    assert effects == (h.TakeIncoming("next"),)


@pytest.mark.parametrize("stage", [Stage.READING, Stage.WRITING, Stage.PROVING, Stage.RELEASING])
def test_a_second_touch_while_it_runs_starts_nothing(stage: Stage) -> None:
    assert step(at(stage), h.HandoverWanted("next")) == (at(stage), ())
    assert h.is_running(at(stage))


def test_a_receipt_that_knows_more_than_this_box_is_told() -> None:
    after, _ = step(at(Stage.READING), h.IncomingTaken(T, 0, 0, 0, fork=True))
    assert after.fork


def test_how_many_bundles_the_office_holds_once_only_is_told() -> None:
    after, _ = step(at(Stage.READING), h.IncomingTaken(T, 4, 0, 0, fork=False, single=3))
    assert after.single == 3
