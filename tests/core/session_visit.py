"""One visit: the world around a session, small enough to see through. It answers effects as flow would, keeps a tray,
and checks after every event what must always hold."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto

from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core import plan, session
from kiosk.core.asking import Result
from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures, Measures
from kiosk.core.record import (
    EYES,
    Attestation,
    Blob,
    Endorsement,
    Lasting,
    Origin,
    Position,
    Provenance,
    Reason,
    Resident,
    Sex,
    VoidReason,
)
from kiosk.core.recording import ConsentBy, Moment, Purpose
from kiosk.core.session import IllegalEvent
from kiosk.core.state import Phase, Session, Step, endorsed, exempt, recorded
from kiosk.core.state import owed as owed_by

Stepper = Callable[[Session, e.SessionEvent], Result]
OFFICER = "petugas-1"
NIK = "6105014107800001"
ORIGIN = Origin("simulated", Provenance.SIMULATED)
INK = Origin("touchscreen", Provenance.SIMULATED)
MOST_ASKS = 20  # of one position: five as a slap, nine in rounds of three for a repeat, two misses, four behind others
WAY = tuple(s for s in Step if s not in (Step.VOIDING, Step.GONE))
ANSWERED = (f.LookUp, f.Capture, f.Judge, f.JudgeSlap, f.Compare, f.CompareEyes, f.Seal, f.Close, f.Void)
SLAP = (e.Ability.SLAP,)


class Luck(Enum):
    """How an effect turns out; what makes no sense for it is GOOD."""

    GOOD = auto()
    FAIR = auto()
    POOR = auto()
    USELESS = auto()
    FAIL = auto()
    DEVICE_GONE = auto()
    CHECK_ONLY = auto()
    OTHER_FINGER = auto()
    DRY = auto()


def a_session(record_id: str = "ab" * 16) -> Session:
    """An empty session as flow makes it."""
    return Session(record_id, "SINTANG-03", "9f3c01ab", "desa", OFFICER, Moment("", "simulated", False, 1, 0), boot=1)


def finger(nfiq2: int | None = 70, minutiae: int = 40, coverage: float = 0.6) -> FingerMeasures:
    """A print's numbers."""
    return FingerMeasures(nfiq2, minutiae, coverage, 5.0)


DRY = replace(finger(30), coherence=0.5, darkness=0.2)


def iris(
    sharpness: float = 8.0, open_share: float = 0.9, diameter: float = 240.0, contrast: float = 80.0
) -> IrisMeasures:
    """An eye's numbers."""
    return IrisMeasures(diameter, 0.4, contrast, sharpness, open_share)


def face(
    sharpness: float = 12.0, faces: int = 1, eyes: float = 95.0, roll: float = 0.0, light: float = 120.0
) -> FaceMeasures:
    """A face's numbers."""
    return FaceMeasures(faces, eyes, roll, 0.5, 0.4, light, sharpness)


def measures(position: Position, luck: Luck) -> Measures | None:
    """The numbers of this luck for this position."""
    if luck is Luck.FAIL:
        return None
    if position in EYES:
        table = {Luck.FAIR: iris(0.5), Luck.POOR: iris(0.5, 0.3), Luck.USELESS: iris(diameter=0.0)}
        return table.get(luck, iris())
    if position is Position.PORTRAIT:
        table = {Luck.FAIR: face(1.0), Luck.POOR: face(1.0, light=10.0), Luck.USELESS: face(faces=0)}
        return table.get(luck, face())
    table = {Luck.FAIR: finger(30), Luck.POOR: finger(5), Luck.DRY: DRY, Luck.USELESS: finger(None)}
    return table.get(luck, finger())


@dataclass
class Held:
    """What lies in the tray under an id."""

    picture: bool = True
    template: bool = False


class Visit:
    """A session, its tray, and the effects that somebody still works on."""

    def __init__(self, step: Stepper = session.step) -> None:
        self._step = step
        self.state = a_session()
        self.tray: dict[str, Held] = {}
        self.outstanding: dict[str, f.SessionEffect] = {}
        self.tickets: set[str] = set()
        self.asks: Counter[Position] = Counter()
        self.awaited_ports: list[str] = []
        self.sound = True  # False from a broken promise on
        self._made = 0
        self.rows: set[tuple[Step, type]] = set()
        self._take(session.begin(self.state))

    # Acting

    def send(self, event: e.SessionEvent) -> bool:
        """One event; False where it was illegal or dropped. Raises AssertionError where a promise is broken."""
        before = self.state
        if isinstance(event, e.Candidate | e.Inked):
            self.tray[event.capture] = Held()
        awaited = getattr(event, "ticket", None) in (before.awaits, before.idle)
        try:
            result = self._step(before, event)
        except IllegalEvent:
            return False
        self.sound = False
        if hasattr(event, "ticket") and not awaited:
            self._assert_dropped(before, event, result)
        if hasattr(event, "officer") or isinstance(event, e.ResumeWanted):
            self.asks.clear()
        self._take(result)
        self._assert_kept(before, event)
        self._assert_void(before, event, result[1])
        self.sound = True
        if self.state is before:
            return False
        self.rows.add((before.step, type(event)))
        return True

    def crash(self) -> None:
        """Power is lost: RAM is gone, the saved state is taken up by the officer."""
        if self.state.step in (Step.SLIP, Step.GONE):
            return
        self.tray.clear()
        self.outstanding.clear()
        self.asks.clear()
        before = self.state
        self._take(session.resume(before, before.boot + 1, OFFICER))
        assert before.captures == self.state.captures
        self._assert_same_step(before)

    def answer(self, ticket: str, luck: Luck = Luck.GOOD) -> bool:
        """Let whoever works on this effect come back."""
        assert ticket in self.outstanding, "nobody works on this"
        effect = self.outstanding.pop(ticket)
        event = self._outcome(effect, luck)
        return event is not None and self.send(event)

    def capture_id(self) -> str:
        """An id that nobody had."""
        self._made += 1
        return f"c{self._made}"

    def blob(self) -> Blob:
        """A blob that nobody had."""
        self._made += 1
        return Blob(f"{self._made:064x}", 4096)

    def cooperate(self) -> None:
        """What a willing person and officer do next, with everything going well."""
        state = self.state
        if state.awaits is not None:
            assert self.answer(state.awaits), f"deaf at {state.step} {state.phase}"
            return
        assert self.send(self.next_touch()), f"stuck at {state.step} {state.phase} {state.help}"

    def next_touch(self) -> e.SessionEvent:
        """The hand that this state waits for."""
        state = self.state
        if state.parked:
            return e.ResumeWanted(state.boot, OFFICER)
        if state.help:
            return e.OfficerContinues(OFFICER)
        touches: dict[Step, e.SessionEvent] = {
            Step.LANGUAGE: e.LanguageChosen("id"),
            Step.NOTICE: e.Agreed(),
            Step.NIK: e.NikEntered(NIK),
            Step.BIODATA: e.BiodataConfirmed(),
            Step.REVIEW: e.Approved(),
            Step.SLIP: e.Done(),
        }
        if state.step is Step.ENDORSEMENT:
            return e.Inked(self.capture_id(), Endorsement.SIGNATURE, INK)
        return touches[state.step]

    def until(self, reached: Callable[[Session], bool], most: int = 150) -> "Visit":
        """Cooperate until then."""
        for _ in range(most):
            if reached(self.state):
                return self
            self.cooperate()
        raise AssertionError(f"not reached in {most} events; at {self.state.step} {self.state.phase}")

    def at(self, step: Step, phase: Phase | None = None, position: Position | None = None) -> "Visit":
        """Cooperate until this step, phase and position."""
        return self.until(
            lambda s: s.step is step and phase in (None, s.phase) and position in (None, s.position) and not s.help
        )

    def arrive(self, step: Step) -> "Visit":
        """Cooperate until this step; on the way to the photo of both hands a finger is missing."""
        if step is Step.HANDS:
            self.at(Step.FINGERS)
            self.send(e.Exempted((Position.LEFT_LITTLE,), Reason.AMPUTATED, Lasting.PERMANENT, OFFICER))
        return self.at(step)

    # The world's answers

    def _outcome(self, effect: f.SessionEffect, luck: Luck) -> e.SessionEvent | None:
        match effect:
            case f.LookUp():
                return _looked_up(effect, luck)
            case f.Capture(ticket):
                codes = {Luck.FAIL: "lifted-early", Luck.DEVICE_GONE: "device"}
                if effect.enrol and luck is Luck.CHECK_ONLY:
                    return e.CaptureFailed(ticket, "check-only", True)
                if luck in codes:
                    return e.CaptureFailed(ticket, codes[luck], luck is Luck.DEVICE_GONE)
                return e.Candidate(ticket, self.capture_id(), ORIGIN)
            case f.Judge() | f.JudgeSlap():
                return self._judged(effect, luck)
            case f.Compare() | f.CompareEyes():
                return self._compared(effect, luck)
            case f.Seal(ticket, capture):
                return self._sealed(ticket, capture, luck)
            case f.Close() | f.Void():
                return _closed(effect, luck)
        return None

    def _compared(self, effect: f.Compare | f.CompareEyes, luck: Luck) -> e.SessionEvent:
        if isinstance(effect, f.Compare):
            return e.Compared(effect.ticket, self._scores(effect.against, luck))
        return e.EyesCompared(effect.ticket, (0.1 if luck is Luck.OTHER_FINGER else 0.48,) * len(effect.against))

    def _judged(self, effect: f.Judge | f.JudgeSlap, luck: Luck) -> e.SessionEvent:
        if isinstance(effect, f.JudgeSlap):
            return self._slap(effect.ticket, effect.positions, luck)
        if effect.capture in self.tray:
            self.tray[effect.capture].template = True
        return e.Judged(effect.ticket, measures(effect.position, luck))

    def _slap(self, ticket: str, positions: tuple[Position, ...], luck: Luck) -> e.SlapJudged:
        """The first finger is as lucky as that, the others are good; FAIL finds none, USELESS not the first."""
        if luck is Luck.FAIL:
            return e.SlapJudged(ticket, ())
        pieces = []
        for number, position in enumerate(positions):
            told = measures(position, Luck.GOOD if number else luck)
            if told is not None and (number or luck is not Luck.USELESS):
                capture = self.capture_id()
                self.tray[capture] = Held(template=True)
                pieces.append(e.Piece(position, capture, told, 300, 400))
        return e.SlapJudged(ticket, tuple(pieces), luck is Luck.OTHER_FINGER)

    def _sealed(self, ticket: str, capture: str, luck: Luck) -> e.SessionEvent | None:
        if capture not in self.tray:
            return None
        if luck is Luck.FAIL:
            return e.SealFailed(ticket, "full")
        self.tray[capture].picture = False
        return e.Sealed(ticket, self.blob())

    def _scores(self, against: tuple[str, ...], luck: Luck) -> tuple[int, ...]:
        if self.state.step is not Step.CHECK:
            return tuple(60 if luck is Luck.OTHER_FINGER and i == 0 else 5 for i, _ in enumerate(against))
        asked = dict((c, p) for p, c in self.state.remembered)
        own, other = {Luck.GOOD: (80, 3), Luck.OTHER_FINGER: (3, 80)}.get(luck, (12, 4))
        return tuple(own if asked.get(c) is self.state.position else other for c in against)

    # What must always hold

    def _take(self, result: Result) -> None:
        self.state, effects = result
        awaited = [effect for effect in effects if isinstance(effect, ANSWERED)]
        assert len(awaited) <= 1, "one awaited ticket at most"
        assert not awaited or awaited[0].ticket == self.state.awaits
        for effect in effects:
            self._carry_out(effect)
        assert set(self.tray) <= self._known(), "nothing lies in the tray that the state does not know"
        if self.state.parked or self.state.step in (Step.SLIP, Step.GONE):
            assert not self.tray, "nothing of a person stays in RAM when nobody is there"
        if self.state.phase is not Phase.TOUCH and not self.state.parked:
            assert self.state.awaits in self.outstanding, "somebody works on what is awaited"
        if self.state.step is Step.REVIEW:
            assert not owed_by(self.state)
            assert self.state.check is not None
            assert endorsed(self.state)

    def _known(self) -> set[str]:
        state = self.state
        held = {a.capture for a in state.attempts} | {c for _, c in state.remembered}
        return held | ({state.candidate} if state.candidate else set())

    def _carry_out(self, effect: f.SessionEffect) -> None:
        ticket = getattr(effect, "ticket", None)
        if ticket is not None:
            assert ticket not in self.tickets, "a ticket is unique"
            self.tickets.add(ticket)
        match effect:
            case f.Forget(captures):
                for capture in tuple(self.tray) if captures is None else captures:
                    self.tray.pop(capture, None)
            case f.Capture(_, positions):
                self._assert_owed(positions)
            case f.AwaitDevice(port):
                self.awaited_ports.append(port)
            case f.Judge(_, capture) | f.JudgeSlap(_, capture) | f.Seal(_, capture):
                assert self.tray[capture].picture
            case f.Glimpse(capture):
                assert self.tray[capture].template, "a face is compared with the sealed portrait's"
            case f.Compare(_, capture, against) | f.CompareEyes(_, capture, against):
                assert all(self.tray[c].template for c in (capture, *against))
        if isinstance(effect, ANSWERED):
            self.outstanding[effect.ticket] = effect

    def _assert_owed(self, positions: tuple[Position, ...]) -> None:
        self.asks.update(positions)
        assert max(self.asks.values()) <= MOST_ASKS, "tries are bounded without an officer"
        doubt = self.state.doubt
        settled = {*recorded(self.state), *exempt(self.state)} - ({doubt.earlier} if doubt else set())
        if self.state.purpose is Purpose.CHECK:
            assert set(positions) <= set(recorded(self.state))
        elif self.state.position is not Position.THUMB_PRINT:
            assert settled.isdisjoint(positions), "what is recorded or exempted is not asked for again"

    def _assert_dropped(self, before: Session, event: e.SessionEvent, result: Result) -> None:
        mine = (event.capture,) if isinstance(event, e.Candidate) else ()
        if isinstance(event, e.SlapJudged):
            mine = tuple(piece.capture for piece in event.pieces)
        assert result[0] == before, "a stale answer changes nothing"
        assert result[1] == ((f.Forget(mine),) if mine else ()), "and leaves nothing behind"

    def _assert_kept(self, before: Session, event: e.SessionEvent) -> None:
        after = self.state
        new = [c for c in after.captures if c not in before.captures]
        for made in new:
            self.asks.pop(made.position, None)
        gone = [c for c in before.captures if c not in after.captures]
        assert not new or (isinstance(event, e.Sealed) and [c.blob for c in new] == [event.blob])
        replaced = before.doubt is not None and [c.position for c in gone] == [c.position for c in new]
        assert not gone or replaced or isinstance(event, e.Retaken | e.Voided), "a sealed capture is not lost"
        assert isinstance(event, e.Retaken) or set(exempt(before)) <= set(exempt(after))
        if isinstance(event, e.ResumeWanted):
            self._assert_same_step(before)

    def _assert_same_step(self, before: Session) -> None:
        wiped = (Step.CHECK, Step.ENDORSEMENT, Step.REVIEW)  # the check's prints lived in RAM: it ends as impossible
        assert self.state.step is before.step or (before.step is Step.CHECK and self.state.step in wiped)

    def _assert_void(self, before: Session, event: e.SessionEvent, effects: tuple[f.SessionEffect, ...]) -> None:
        consented = before.consent is not None and not before.parked
        if isinstance(event, e.Withdrawn | e.OfficerCancels) and consented:
            assert self.state.step is Step.VOIDING
        for effect in effects:
            if isinstance(effect, f.Void):
                made = {event.blob} if isinstance(event, e.Sealed) else set()
                assert set(effect.destroyed) == {c.blob for c in before.captures} | made
                under_way = self.outstanding.get(before.awaits or "")
                assert not isinstance(under_way, f.Seal), "nothing is sealed after the void"


def _looked_up(effect: f.LookUp, luck: Luck) -> e.LookedUp:
    known = Resident(effect.nik, "SITI", _birth(luck), Sex.FEMALE, "SINTANG") if luck is not Luck.FAIR else None
    earlier = ("cd" * 16,) if luck is Luck.OTHER_FINGER else ()
    status = "DEAD" if luck is Luck.USELESS else "UNREGISTERED"
    sure = luck is not Luck.FAIL
    return e.LookedUp(effect.ticket, known, status, earlier, (1,) * len(earlier), "2026-11-22", sure)


def _closed(effect: f.Close | f.Void, luck: Luck) -> e.SessionEvent:
    if luck is Luck.FAIL:
        return e.CloseFailed(effect.ticket, "full")
    if isinstance(effect, f.Void):
        return e.Voided(effect.ticket, "B_1_00000002")
    return e.Closed(effect.ticket, "B_1_00000002", "f" * 64)


def _birth(luck: Luck) -> date:
    return date(2010, 1, 1) if luck is Luck.POOR else date(1980, 1, 1)


def _position(visit: Visit) -> Position:
    return visit.state.position or Position.LEFT_LITTLE


def _device_back(visit: Visit) -> e.SessionEvent:
    """Who served before is told again where the session asked for that; else somebody plugged something in."""
    port = plan.PORT_AT.get(visit.state.step, "camera")
    if port in visit.awaited_ports:
        visit.awaited_ports.remove(port)
    else:
        visit.asks.clear()
    return e.DeviceSeen(port, True, abilities=visit.state.abilities)


def _sensor(present: bool, *abilities: e.Ability) -> Callable[[Visit], e.SessionEvent]:
    def comes(visit: Visit) -> e.SessionEvent:
        visit.asks.clear()
        return e.DeviceSeen("fingerprint", present, "another", abilities)

    return comes


def _face_seen(visit: Visit) -> e.SessionEvent:
    portrait = dict(visit.state.remembered).get(Position.PORTRAIT, "none")
    return e.FaceSeen(portrait, 2, 0.1)


def _exempted(visit: Visit) -> e.SessionEvent:
    return e.Exempted((_position(visit),), Reason.BANDAGED, Lasting.TEMPORARY, OFFICER)


def _retaken(position: Position) -> Callable[[Visit], e.SessionEvent]:
    return lambda visit: e.Retaken(position, OFFICER)


TOUCHES: dict[str, Callable[[Visit], e.SessionEvent]] = {
    "language": lambda v: e.LanguageChosen("id"),
    "agreed": lambda v: e.Agreed(),
    "guardian": lambda v: e.Agreed(ConsentBy.GUARDIAN, OFFICER),
    "guardian without officer": lambda v: e.Agreed(ConsentBy.GUARDIAN),
    "withdrawn": lambda v: e.Withdrawn(),
    "nik": lambda v: e.NikEntered(NIK),
    "bad nik": lambda v: e.NikEntered("12"),
    "no nik": lambda v: e.NoNik(),
    "confirmed": lambda v: e.BiodataConfirmed(),
    "disputed": lambda v: e.BiodataDisputed(),
    "corrected": lambda v: e.Corrected("name", "SITI A", OFFICER),
    "cannot show": lambda v: e.CannotShow(),
    "help": lambda v: e.HelpAsked(),
    "ink": lambda v: e.Inked(v.capture_id(), Endorsement.MARK, INK),
    "thumb-print": lambda v: e.ThumbPrintChosen(),
    "cannot sign": lambda v: e.CannotSign(),
    "approved": lambda v: e.Approved(),
    "done": lambda v: e.Done(),
    "exempted": _exempted,
    "continues": lambda v: e.OfficerContinues(OFFICER),
    "cancels": lambda v: e.OfficerCancels(VoidReason.CANCELLED, OFFICER),
    "attested": lambda v: e.Attested(Attestation(OFFICER, 1, 2.0)),
    "park": lambda v: e.ParkWanted("power"),
    "resume": lambda v: e.ResumeWanted(v.state.boot, OFFICER),
    "resume another day": lambda v: e.ResumeWanted(v.state.boot + 1, OFFICER),
    "storage failed": lambda v: e.StorageFailed("full"),
    "stumbled": lambda v: e.Stumbled(),
    "time over": lambda v: e.TimeOver(v.state.idle or "none"),
    "old timer": lambda v: e.TimeOver("none"),
    "device back": _device_back,
    "slap sensor": _sensor(True, *SLAP),
    "single sensor": _sensor(True),
    "no sensor": _sensor(False),
    "face seen": _face_seen,
    "retake index": _retaken(Position.RIGHT_INDEX),
    "retake little": _retaken(Position.LEFT_LITTLE),
    "retake face": _retaken(Position.PORTRAIT),
    "retake hands": _retaken(Position.HANDS),
    "retake signature": _retaken(Position.SIGNATURE),
}
RARE = ("withdrawn", "cancels", "no nik", "stumbled")  # a random walk full of these sees little else
