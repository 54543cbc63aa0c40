"""The outer machine: what each mode knows, power, room, sticks, parking and the officer's tasks."""

from dataclasses import replace

import pytest
from session_visit import OFFICER, ORIGIN, Visit, a_session

from kiosk.core import desk as d
from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core import handover as h
from kiosk.core.desk import Desk, DeskEvent, Mode, Notice, Task, Waiting
from kiosk.core.officer import Unattested
from kiosk.core.power import Charge
from kiosk.core.record import Attestation
from kiosk.core.session import IllegalEvent
from kiosk.core.state import Phase, Session, Step

FULL, LOW, PARK, HALT = (Charge(x, False) for x in (0.9, 0.12, 0.07, 0.04))
WAITS = (Waiting("cd" * 16, Step.FINGERS),)
DAY = d.DayOpened(OFFICER, 4, WAITS)
EVENTS: dict[str, DeskEvent] = {
    "open": DAY,
    "close": d.DayClosed(),
    "start": d.Started(a_session("ef" * 16)),
    "take up": d.TakenUp(a_session("cd" * 16), 2, OFFICER),
    "officer": d.OfficerEntered(),
    "leave": d.OfficerLeft(),
    "task": d.TaskChosen(Task.HANDOVER),
    "hand over": d.InHandover(h.HandoverWanted("t")),
    "touch": d.InSession(e.HelpAsked()),
    "attested": d.AttestedLater("a" * 64),
    "charge": d.ChargeRead(FULL),
    "room": d.RoomRead(10**12),
    "stick": d.StickSeen(True),
    "device": d.DeviceSeen("iris", False),
    "store": d.StoreBroke(),
    "stop": d.StopWanted(),
}
ALWAYS = {"attested", "charge", "room", "stick", "device", "store", "stop"}
KNOWN = {
    Mode.LOCKED: ALWAYS | {"open"},
    Mode.IDLE: ALWAYS | {"close", "start", "take up", "officer"},
    Mode.VILLAGER: ALWAYS | {"touch"},
    Mode.OFFICER: ALWAYS | {"close", "take up", "leave", "task"},
    Mode.STOPPING: ALWAYS,
}


def after(desk: Desk, *events: DeskEvent) -> Desk:
    for event in events:
        desk, _ = d.step(desk, event)
    return desk


def desk_in(mode: Mode) -> Desk:
    road: dict[Mode, tuple[DeskEvent, ...]] = {
        Mode.LOCKED: (),
        Mode.IDLE: (DAY,),
        Mode.VILLAGER: (DAY, EVENTS["start"]),
        Mode.OFFICER: (DAY, d.OfficerEntered()),
        Mode.STOPPING: (DAY, d.StopWanted()),
    }
    return after(Desk(), *road[mode])


def with_person(session: Session, charge: Charge | None = None) -> Desk:
    """An idle desk's villager at this point."""
    desk = replace(desk_in(Mode.VILLAGER), session=session)
    return replace(desk, facts=replace(desk.facts, charge=charge))


@pytest.mark.parametrize("name", EVENTS)
@pytest.mark.parametrize("mode", Mode)
def test_each_mode_knows_its_events_and_refuses_the_others(mode: Mode, name: str) -> None:
    if name in KNOWN[mode]:
        d.step(desk_in(mode), EVENTS[name])
    else:
        with pytest.raises(IllegalEvent):
            d.step(desk_in(mode), EVENTS[name])


# The day


def test_a_day_opens_and_closes_with_the_key_and_whoever_waits_still_waits() -> None:
    opened = desk_in(Mode.IDLE)
    assert (opened.officer, opened.day, opened.waiting) == (OFFICER, 4, WAITS)
    closed, effects = d.step(opened, d.DayClosed())
    assert (closed.mode, closed.officer, closed.waiting) == (Mode.LOCKED, None, WAITS)
    assert effects == (d.LockDay(),)


def test_a_day_is_not_closed_while_a_handover_runs() -> None:
    running = after(desk_in(Mode.OFFICER), EVENTS["task"], EVENTS["hand over"])
    with pytest.raises(IllegalEvent):
        d.step(running, d.DayClosed())
    with pytest.raises(IllegalEvent):
        after(running, d.TaskChosen(Task.MENU), d.DayClosed())
    ended = d.InHandover(h.HandoverFailed("t", h.Trouble.ABSENT))
    assert after(running, ended, d.DayClosed()).mode is Mode.LOCKED


# People


def test_a_person_starts_with_a_question_that_does_not_wait_for_ever() -> None:
    desk, effects = d.step(desk_in(Mode.IDLE), EVENTS["start"])
    assert (desk.mode, desk.notice) == (Mode.VILLAGER, None)
    assert [type(x) for x in effects] == [f.Timer]


@pytest.mark.parametrize(("charge", "mode"), [(FULL, Mode.VILLAGER), (LOW, Mode.IDLE), (None, Mode.VILLAGER)])
def test_nobody_starts_on_a_low_battery_and_the_box_says_so(charge: Charge | None, mode: Mode) -> None:
    desk = after(desk_in(Mode.IDLE), d.ChargeRead(charge), EVENTS["start"])
    assert desk.mode is mode
    assert desk.notice is (Notice.POWER_LOW if charge is LOW else None)
    assert after(desk, d.ChargeRead(replace(LOW, external=True))).notice is None


def test_nobody_starts_without_room_and_the_notice_goes_with_the_want() -> None:
    desk = after(desk_in(Mode.IDLE), d.RoomRead(1), EVENTS["start"])
    assert (desk.mode, desk.notice) == (Mode.IDLE, Notice.ROOM_LOW)
    assert after(desk, d.RoomRead(2)).notice is Notice.ROOM_LOW
    assert after(desk, d.RoomRead(10**12)).notice is None


def test_a_person_who_leaves_frees_the_desk_and_nothing_is_left_to_save() -> None:
    visit = Visit().at(Step.SLIP)
    desk = after(with_person(visit.state), d.InSession(e.Done()))
    assert (desk.mode, desk.session, desk.left) == (Mode.IDLE, None, None)


def test_a_closed_person_whom_nobody_vouched_for_is_owed_until_somebody_does() -> None:
    visit = Visit().at(Step.CLOSING)
    closed = d.InSession(e.Closed(visit.state.awaits or "", "B_1_00000002", "a" * 64))
    desk = after(with_person(visit.state), closed)
    assert desk.unattested == (Unattested("B_1_00000002", "a" * 64),)
    assert after(desk, EVENTS["attested"]).unattested == ()
    vouched = replace(visit.state, attestation=Attestation(OFFICER, 1, 2.0))
    assert after(with_person(vouched), closed).unattested == ()


def test_a_void_owes_no_attestation() -> None:
    visit = Visit().at(Step.FINGERS)
    visit.send(e.Withdrawn())
    desk = after(with_person(visit.state), d.InSession(e.Voided(visit.state.awaits or "", "B_1_00000002")))
    assert desk.unattested == ()


# Opening


@pytest.mark.parametrize(
    ("commissioned", "alarms", "notice"),
    [
        (True, 0, None),
        (False, 0, Notice.NOT_COMMISSIONED),
        (True, 1, Notice.STORE_ALARM),
        (False, 2, Notice.STORE_ALARM),
    ],
)
def test_an_opening_warns_and_never_locks(commissioned: bool, alarms: int, notice: Notice | None) -> None:
    desk = after(Desk(), d.DayOpened(OFFICER, 1, (), commissioned, (), alarms))
    assert (desk.mode, desk.notice) == (Mode.IDLE, notice)


# Parking


def test_the_open_person_is_parked_for_power_and_waits_at_the_step() -> None:
    visit = Visit().at(Step.FINGERS)
    desk, effects = d.step(with_person(visit.state), d.ChargeRead(PARK))
    assert (desk.mode, desk.notice, desk.session) == (Mode.IDLE, Notice.PARKED_FOR_POWER, None)
    assert desk.left is not None
    assert (desk.left.parked, desk.left.captures) == ("power", visit.state.captures)
    assert desk.waiting[-1] == Waiting(visit.state.record_id, Step.FINGERS)
    assert effects == (f.StopCapture(), f.Forget(None))
    assert after(desk, d.StickSeen(True)).left is None


@pytest.mark.parametrize(("charge", "mode"), [(PARK, Mode.IDLE), (HALT, Mode.STOPPING)])
def test_what_is_being_made_durable_is_waited_for_and_then_the_person_is_parked(charge: Charge, mode: Mode) -> None:
    visit = Visit().at(Step.FINGERS, Phase.SEALING)
    desk, effects = d.step(with_person(visit.state), d.ChargeRead(charge))
    assert (desk.mode, effects) == (Mode.VILLAGER, ())
    desk, effects = d.step(desk, d.InSession(e.Sealed(visit.state.awaits or "", visit.blob())))
    assert desk.mode is mode
    assert desk.left is not None
    assert len(desk.left.captures) == len(visit.state.captures) + 1
    assert (d.Halt() in effects) is (charge is HALT)
    assert effects.index(f.StopCapture()) > 0


def test_a_bundle_that_is_being_closed_is_waited_for_too() -> None:
    visit = Visit().at(Step.CLOSING)
    desk = after(with_person(visit.state), d.ChargeRead(PARK))
    assert desk.session is not None
    desk = after(desk, d.InSession(e.Closed(visit.state.awaits or "", "B_1_00000002", "a" * 64)))
    assert (desk.mode, desk.left) == (Mode.IDLE, None)
    assert len(desk.unattested) == 1


def test_an_empty_battery_parks_and_halts_at_once() -> None:
    desk, effects = d.step(with_person(Visit().at(Step.FINGERS).state), d.ChargeRead(HALT))
    assert (desk.mode, desk.notice) == (Mode.STOPPING, Notice.HALTING)
    assert desk.left is not None
    assert effects[-1] == d.Halt()


@pytest.mark.parametrize("mode", [Mode.LOCKED, Mode.IDLE, Mode.OFFICER])
def test_an_empty_battery_halts_whoever_has_the_desk(mode: Mode) -> None:
    desk, effects = d.step(desk_in(mode), d.ChargeRead(HALT))
    assert (desk.mode, effects) == (Mode.STOPPING, (d.Halt(),))
    assert d.step(desk, d.ChargeRead(Charge(0.03, False)))[1] == ()


def test_somebody_who_walked_away_is_parked_and_said_so() -> None:
    visit = Visit().at(Step.REVIEW)
    desk = after(with_person(visit.state), d.InSession(e.TimeOver(visit.state.idle or "")))
    assert desk.notice is Notice.PARKED_IDLE


def test_a_parked_person_is_taken_up_when_power_allows() -> None:
    parked = after(with_person(Visit().at(Step.FINGERS).state), d.ChargeRead(PARK))
    assert parked.left is not None
    up = d.TakenUp(parked.left, 1, OFFICER)
    refused = after(parked, up)
    assert (refused.mode, refused.notice, refused.waiting) == (Mode.IDLE, Notice.POWER_LOW, parked.waiting)
    desk = after(parked, d.ChargeRead(FULL), d.OfficerEntered(), up)
    assert (desk.mode, desk.task, desk.waiting) == (Mode.VILLAGER, None, WAITS)
    assert desk.session is not None
    assert desk.session.step is Step.FINGERS


def test_a_late_picture_of_somebody_who_is_parked_is_forgotten() -> None:
    visit = Visit().at(Step.FINGERS)
    late = d.InSession(e.Candidate(visit.state.awaits or "", "c99", ORIGIN))
    for event in (d.ChargeRead(PARK), d.StopWanted()):
        desk = after(with_person(visit.state), event)
        assert d.step(desk, late) == (desk if desk.left is None else replace(desk, left=None), (f.Forget(("c99",)),))


# Stopping


def test_a_stop_parks_the_open_person_first() -> None:
    desk, effects = d.step(with_person(Visit().at(Step.IRISES).state), d.StopWanted())
    assert desk.mode is Mode.STOPPING
    assert desk.left is not None
    assert (desk.left.parked, effects) == ("stop", (f.StopCapture(), f.Forget(None)))


def test_a_stop_leaves_what_is_being_closed_to_the_next_start() -> None:
    desk, effects = d.step(with_person(Visit().at(Step.CLOSING).state), d.StopWanted())
    assert (desk.mode, desk.left, effects) == (Mode.STOPPING, None, ())


# Sticks, devices, tasks


@pytest.mark.parametrize("mode", Mode)
def test_a_store_that_broke_is_said_on_the_idle_screen(mode: Mode) -> None:
    before = desk_in(mode)
    desk, effects = d.step(before, d.StoreBroke())
    assert (desk, effects) == (replace(before, notice=Notice.STORE_ALARM), ())


def test_a_stick_in_a_session_is_only_noted() -> None:
    before = with_person(Visit().at(Step.FINGERS).state)
    desk, effects = d.step(before, d.StickSeen(True))
    assert effects == ()
    assert desk == replace(before, facts=replace(before.facts, stick=True))


@pytest.mark.parametrize("mode", [m for m in Mode if m is not Mode.OFFICER])
def test_a_handover_starts_from_the_officers_screen_only(mode: Mode) -> None:
    with pytest.raises(IllegalEvent):
        d.step(desk_in(mode), EVENTS["hand over"])


def test_a_handover_that_runs_hears_its_answers_whoever_has_the_desk() -> None:
    desk = after(desk_in(Mode.OFFICER), EVENTS["task"], EVENTS["hand over"], d.OfficerLeft(), EVENTS["start"])
    desk, effects = d.step(desk, d.InHandover(h.IncomingTaken("t", 0, 0, 0, False)))
    assert desk.handover.stage is h.Stage.WRITING
    assert effects == (h.WriteBundles("t"),)


def test_a_chosen_task_starts_with_a_fresh_handover() -> None:
    ended = d.InHandover(h.HandoverFailed("t", h.Trouble.ABSENT))
    desk = after(desk_in(Mode.OFFICER), EVENTS["task"], EVENTS["hand over"], ended, d.TaskChosen(Task.MENU))
    assert (desk.task, desk.handover) == (Task.MENU, h.Handover())


@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("between", [(), (d.OfficerLeft(), d.OfficerEntered())], ids=["at once", "coming back"])
def test_whatever_is_chosen_while_a_handover_runs_it_goes_on_and_its_page_comes_back(
    task: Task, between: tuple[DeskEvent, ...]
) -> None:
    desk = after(desk_in(Mode.OFFICER), EVENTS["task"], EVENTS["hand over"], *between, d.TaskChosen(task))
    assert (desk.task, desk.handover.stage) == (Task.HANDOVER, h.Stage.READING)
    assert d.step(desk, d.InHandover(h.IncomingTaken("t", 0, 0, 0, False)))[1] == (h.WriteBundles("t"),)


def test_a_port_without_a_device_is_known_until_one_comes() -> None:
    gone = after(desk_in(Mode.IDLE), EVENTS["device"], EVENTS["device"])
    assert gone.facts.missing == ("iris",)
    assert after(gone, d.DeviceSeen("iris", True)).facts.missing == ()


def test_a_second_device_at_a_port_is_known_until_it_is_pulled() -> None:
    two = after(desk_in(Mode.IDLE), d.DeviceSeen("iris", True, rivals=("v4l2",)), d.DeviceSeen("camera", True))
    assert two.facts.rivals == (("iris", "v4l2"),)
    assert after(two, d.DeviceSeen("iris", True)).facts.rivals == ()
