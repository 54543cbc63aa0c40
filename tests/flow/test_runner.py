"""The flow thread: durable first, then effects, then the screen."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hal import FakeClock, Stop
from kiosk.core import desk as d
from kiosk.core import events as e
from kiosk.core.desk import Desk, DeskEvent, Mode
from kiosk.core.recording import Moment
from kiosk.core.session import IllegalEvent
from kiosk.core.state import Help, Session, Step
from kiosk.flow.runner import Hands, Runner
from kiosk.store import StoreFull

MOMENT = Moment("2026-11-23T01:00:00Z", "simulated", True, 1, 0)
SESSION = Session("ab" * 16, "LATIHAN-01", "9f3c01ab", "Desa", "petugas", MOMENT, boot=1)
TOUCHES = (d.Started(SESSION), d.InSession(e.LanguageChosen("id")), d.InSession(e.Agreed()))


class Log:
    """Hands that note what they were asked to do, with the step it was about."""

    def __init__(self, save: Callable[[Session], None] = lambda session: None) -> None:
        self.lines: list[tuple[str, object]] = []
        self.unforeseen: list[Exception] = []
        self._save = save
        self.hands = Hands(self.save, self.carry_out, self.show, self.unforeseen.append)

    def save(self, session: Session, event: DeskEvent) -> None:
        self._save(session)
        self.lines.append(("save", session.step))

    def carry_out(self, effect: object) -> None:
        self.lines.append(("effect", type(effect).__name__))

    def show(self, desk: Desk) -> None:
        session = desk.session or desk.left
        self.lines.append(("show", session.step if session else None))


def played(log: Log, events: tuple[DeskEvent, ...], kind: type[Runner] = Runner, desk: Desk | None = None) -> Runner:
    """A runner after these events."""
    clock = FakeClock()
    runner = kind(desk or Desk(mode=Mode.IDLE, officer="petugas"), log.hands, clock)
    for event in events:
        runner.post(event)
    clock.wait(1.0, Stop())
    return runner


def saved_before_all_else(lines: list[tuple[str, object]]) -> bool:
    """Each screen and each effect comes after the saving of the state that it belongs to."""
    saved: object = None
    for what, step in lines:
        if what == "save":
            saved = step
        elif saved is None or (what == "show" and step != saved):
            return False
        if what == "show":
            saved = None
    return True


class ShowsFirst(Runner):
    """Broken on purpose: the card comes last."""

    def _one(self, event: DeskEvent) -> None:
        before = self._desk
        after, effects = d.step(before, event)
        self._desk = after
        for effect in effects:
            self._hands.carry_out(effect)
        self._hands.show(after)
        self._save(before, after, event)


def test_the_new_state_is_saved_before_its_effects_are_carried_out_and_before_it_is_shown() -> None:
    log = Log()
    played(log, TOUCHES)
    assert [step for what, step in log.lines if what == "save"] == [Step.LANGUAGE, Step.NOTICE, Step.NIK]
    assert any(what == "effect" for what, _ in log.lines)
    assert saved_before_all_else(log.lines)


def test_a_build_that_saves_after_showing_is_caught() -> None:
    log = Log()
    played(log, TOUCHES, ShowsFirst)
    assert not saved_before_all_else(log.lines)


def test_a_state_that_cannot_be_saved_is_neither_shown_nor_acted_on() -> None:
    def full(session: Session) -> None:
        if session.step is Step.NIK:
            raise StoreFull("no room")

    log = Log(full)
    runner = played(log, TOUCHES)
    assert ("show", Step.NIK) not in log.lines
    assert runner.desk.session
    assert (runner.desk.session.step, runner.desk.session.help) == (Step.NOTICE, Help.STORAGE)
    assert runner.desk.session.consent is None


def test_after_room_is_made_the_person_goes_on_where_they_stood() -> None:
    room: list[bool] = []

    def full(session: Session) -> None:
        if session.step is Step.NIK and not room:
            room.append(True)
            raise StoreFull("no room")

    again = (d.InSession(e.OfficerContinues("petugas")), d.InSession(e.Agreed()))
    runner = played(Log(full), (*TOUCHES, *again))
    assert runner.desk.session
    assert (runner.desk.session.step, runner.desk.session.help) == (Step.NIK, None)


def test_a_touch_that_comes_too_late_is_forgiven() -> None:
    log = Log()
    runner = played(log, (*TOUCHES, d.InSession(e.LanguageChosen("en"))))
    assert not log.unforeseen
    assert runner.desk.session
    assert runner.desk.session.language == "id"
    with pytest.raises(IllegalEvent):
        d.step(runner.desk, d.InSession(e.LanguageChosen("en")))


def test_what_nobody_foresaw_is_told_and_the_next_event_runs() -> None:
    class Surprised(Log):
        def carry_out(self, effect: object) -> None:
            if not self.unforeseen:
                raise RuntimeError("surprise")

    log = Surprised()
    runner = played(log, TOUCHES)
    assert [type(error) for error in log.unforeseen] == [RuntimeError]
    assert runner.desk.session
    assert runner.desk.session.step is Step.NIK


def test_a_person_without_consent_who_leaves_is_not_saved_again() -> None:
    log = Log()
    played(log, (TOUCHES[0], d.InSession(e.Withdrawn())))
    assert [step for what, step in log.lines if what == "save"] == [Step.LANGUAGE]
    assert ("effect", "Discard") in log.lines


def test_a_parked_person_is_saved_by_the_event_that_sets_them_aside() -> None:
    parked: list[Session] = []
    log = Log(parked.append)
    runner = played(log, (*TOUCHES, d.InSession(e.ParkWanted("day-end"))))
    assert (runner.desk.session, runner.desk.mode) == (None, Mode.IDLE)
    assert parked[-1].parked == "day-end"
    assert replace(parked[-1], parked=None).step is Step.NIK
