"""The outer machine: locked, idle, a villager's session, an officer's task, stopping; what is plugged in are facts
beside it. Events go down to the session or the handover; a stick that arrives in a session is only noted."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from kiosk.core import aside, power, retention
from kiosk.core import handover as h
from kiosk.core import session as s
from kiosk.core import update as u
from kiosk.core.effects import SessionEffect
from kiosk.core.events import Ability, DeviceSeen, ParkWanted, SessionEvent
from kiosk.core.officer import Unattested, still_owed
from kiosk.core.power import Charge, Power
from kiosk.core.session import IllegalEvent, too_late
from kiosk.core.state import Phase, Session, Step


class Mode(StrEnum):
    """Who the desk belongs to now."""

    LOCKED = "locked"
    IDLE = "idle"
    VILLAGER = "villager"
    OFFICER = "officer"
    STOPPING = "stopping"


class Task(StrEnum):
    """What the officer does between people."""

    MENU = "menu"
    HANDOVER = "handover"
    ATTEST = "attest"
    UPDATE = "update"


class Notice(StrEnum):
    """One thing the idle screen says."""

    POWER_LOW = "power-low"
    PARKED_FOR_POWER = "parked-for-power"
    PARKED_IDLE = "parked-idle"
    ROOM_LOW = "room-low"
    HALTING = "halting"
    NOT_COMMISSIONED = "not-commissioned"
    STORE_ALARM = "store-alarm"


@dataclass(frozen=True)
class Waiting:
    """Somebody was set aside and will go on at this step."""

    record_id: str
    step: Step


@dataclass(frozen=True)
class Facts:
    """What is known beside the mode; `missing` names ports without a device, `abilities` are the finger sensor's,
    `rivals` a port and a driver whose device is plugged in there beside the one that serves."""

    stick: bool = False
    charge: Charge | None = None
    free_bytes: int | None = None
    missing: tuple[str, ...] = ()
    abilities: tuple[Ability, ...] = ()
    rivals: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Desk:
    """The whole of what the box is doing."""

    training: bool = False
    mode: Mode = Mode.LOCKED
    officer: str | None = None
    day: int = 0
    session: Session | None = None
    waiting: tuple[Waiting, ...] = ()
    task: Task | None = None
    handover: h.Handover = field(default_factory=h.Handover)
    update: u.Update = field(default_factory=u.Update)
    facts: Facts = field(default_factory=Facts)
    notice: Notice | None = None
    unattested: tuple[Unattested, ...] = ()
    left: Session | None = None  # set aside by this very event; the runner saves it


@dataclass(frozen=True)
class DayOpened:
    """An officer opened the working day. A box is `commissioned` when the office has answered its number 1; until
    then every opening warns, and never locks. `alarms` counts what the store misses or does not know on its card."""

    officer: str
    day: int
    waiting: tuple[Waiting, ...]
    commissioned: bool = True
    unattested: tuple[Unattested, ...] = ()
    alarms: int = 0


@dataclass(frozen=True)
class DayClosed:
    """The officer closed the day; the working key is gone."""


@dataclass(frozen=True)
class Started:
    """Somebody touched the start; flow made the empty session."""

    session: Session


@dataclass(frozen=True)
class TakenUp:
    """The officer lets a parked person go on; flow loaded the draft."""

    session: Session
    boot: int
    officer: str


@dataclass(frozen=True)
class ChargeRead:
    """The battery was read; None where there is none."""

    charge: Charge | None


@dataclass(frozen=True)
class RoomRead:
    """Free bytes of the data partition."""

    free_bytes: int


@dataclass(frozen=True)
class StickSeen:
    """A usable stick is in, or out."""

    present: bool


@dataclass(frozen=True)
class OfficerEntered:
    """The officer took the desk between people."""


@dataclass(frozen=True)
class OfficerLeft:
    """The desk is the villagers' again."""


@dataclass(frozen=True)
class TaskChosen:
    """The officer chose what to do."""

    task: Task


@dataclass(frozen=True)
class AttestedLater:
    """The signed statement for a closed person is durable."""

    manifest_hash: str


@dataclass(frozen=True)
class InSession:
    """For the session."""

    event: SessionEvent


@dataclass(frozen=True)
class InHandover:
    """For the handover."""

    event: h.HandoverEvent


@dataclass(frozen=True)
class InUpdate:
    """For the update."""

    event: u.UpdateEvent


@dataclass(frozen=True)
class StoreBroke:
    """The store is damaged, and no session or handover was there to say so."""


@dataclass(frozen=True)
class StopWanted:
    """The program must end cleanly."""


DeskEvent = (
    DayOpened | DayClosed | Started | TakenUp | ChargeRead | RoomRead | StickSeen | DeviceSeen | OfficerEntered
    | OfficerLeft | TaskChosen | AttestedLater | InSession | InHandover | InUpdate | StoreBroke | StopWanted
)  # fmt: skip


@dataclass(frozen=True)
class LockDay:
    """Forget the working key. No answer."""


@dataclass(frozen=True)
class Halt:
    """Everything is durable: switch off before the battery does. No answer."""


DeskEffect = SessionEffect | h.HandoverEffect | u.UpdateEffect | LockDay | Halt
Result = tuple[Desk, tuple[DeskEffect, ...]]
FINGER_PORT = aside.FINGER_PORT
SETTLED = (Phase.SEALING, Phase.CLOSING)  # a moment later it is durable; parking waits for that


def step(desk: Desk, event: DeskEvent) -> Result:
    """The desk after the event, and what to do. Raises IllegalEvent for what the present mode does not know."""
    row = TRANSITIONS.get(type(event))
    if row is None or desk.mode not in row[0]:
        raise IllegalEvent(f"{type(event).__name__} while {desk.mode}")
    return row[1](replace(desk, left=None), event)


def _opened(desk: Desk, event: DayOpened) -> Result:
    warning = Notice.STORE_ALARM if event.alarms else Notice.NOT_COMMISSIONED
    notice = warning if event.alarms or not event.commissioned else None
    opened = replace(desk, mode=Mode.IDLE, officer=event.officer, day=event.day, notice=notice)
    return replace(opened, waiting=event.waiting, unattested=event.unattested), ()


def _closed(desk: Desk, event: DayClosed) -> Result:
    if h.is_running(desk.handover):
        raise IllegalEvent("the handover needs the working key")
    _not_while_updating(desk)
    return replace(desk, mode=Mode.LOCKED, officer=None, task=None, notice=None), (LockDay(),)


def _started(desk: Desk, event: Started) -> Result:
    if not power.may_start(desk.facts.charge):
        return replace(desk, notice=Notice.POWER_LOW), ()
    if desk.facts.free_bytes is not None and not retention.room_for_a_person(desk.facts.free_bytes):
        return replace(desk, notice=Notice.ROOM_LOW), ()
    session, effects = s.begin(replace(event.session, abilities=desk.facts.abilities))
    return replace(desk, mode=Mode.VILLAGER, session=session, notice=None), effects


def _taken_up(desk: Desk, event: TakenUp) -> Result:
    _not_while_updating(desk)
    if not power.may_resume(desk.facts.charge):
        return replace(desk, notice=Notice.POWER_LOW), ()
    session, effects = s.resume(replace(event.session, abilities=desk.facts.abilities), event.boot, event.officer)
    waiting = tuple(w for w in desk.waiting if w.record_id != session.record_id)
    after = replace(desk, mode=Mode.VILLAGER, session=session, waiting=waiting, task=None, notice=None)
    return after, effects


def _in_session(desk: Desk, event: InSession) -> Result:
    if desk.session is None or desk.mode is not Mode.VILLAGER:
        return _too_late(desk, event.event)
    session, effects = s.step(desk.session, event.event)
    desk, more = _obey_power(_settle(replace(desk, session=session), desk.session.step))
    return desk, (*effects, *more)


def _too_late(desk: Desk, event: SessionEvent) -> Result:
    """An answer for somebody who is parked or gone: its picture must not stay in the tray."""
    effects = too_late(event)
    if not effects:
        raise IllegalEvent(f"{type(event).__name__} without a session")
    return desk, effects


def _park(desk: Desk, session: Session, why: str) -> Result:
    parked, effects = s.step(session, ParkWanted(why))
    return _settle(replace(desk, session=parked), session.step), effects


def _settle(desk: Desk, before: Step) -> Desk:
    """Leave the villager's mode when the session ended or was parked; note who still wants an officer's word."""
    session = desk.session
    if session is None:
        return desk
    if session.step is Step.SLIP and before is Step.CLOSING and session.attestation is None:
        desk = replace(desk, unattested=(*desk.unattested, Unattested(session.bundle, session.manifest)))
    if session.parked:
        notice = {"power": Notice.PARKED_FOR_POWER, "idle": Notice.PARKED_IDLE}.get(session.parked)
        waiting = (*desk.waiting, Waiting(session.record_id, session.step))
        return replace(desk, mode=Mode.IDLE, session=None, left=session, waiting=waiting, notice=notice)
    if session.step is Step.GONE:
        return replace(desk, mode=Mode.IDLE, session=None, notice=None)
    return desk


def _charge(desk: Desk, event: ChargeRead) -> Result:
    desk = replace(desk, facts=replace(desk.facts, charge=event.charge))
    if desk.notice is Notice.POWER_LOW and power.may_start(event.charge):
        desk = replace(desk, notice=None)
    return _obey_power(desk)


def _obey_power(desk: Desk) -> Result:
    """Park, then halt, as soon as what is being made durable is so; asked after every reading and every answer."""
    allowed = power.allows(desk.facts.charge)
    effects: tuple[DeskEffect, ...] = ()
    if desk.mode is Mode.VILLAGER and desk.session and allowed >= Power.PARK and desk.session.phase not in SETTLED:
        desk, effects = _park(desk, desk.session, "power")
    if allowed is Power.HALT and desk.session is None and desk.mode is not Mode.STOPPING:
        return replace(desk, mode=Mode.STOPPING, notice=Notice.HALTING), (*effects, Halt())
    return desk, effects


def _room(desk: Desk, event: RoomRead) -> Result:
    if desk.notice is Notice.ROOM_LOW and retention.room_for_a_person(event.free_bytes):
        desk = replace(desk, notice=None)
    return replace(desk, facts=replace(desk.facts, free_bytes=event.free_bytes)), ()


def _stick(desk: Desk, event: StickSeen) -> Result:
    return replace(desk, facts=replace(desk.facts, stick=event.present)), ()


def _device(desk: Desk, event: DeviceSeen) -> Result:
    others = tuple(p for p in desk.facts.missing if p != event.port)
    missing = others if event.present else (*others, event.port)
    abilities = event.abilities if event.port == FINGER_PORT else desk.facts.abilities
    rivals = (*(r for r in desk.facts.rivals if r[0] != event.port), *((event.port, name) for name in event.rivals))
    desk = replace(desk, facts=replace(desk.facts, missing=missing, abilities=abilities, rivals=rivals))
    if desk.mode is not Mode.VILLAGER or desk.session is None:
        return desk, ()
    session, effects = s.step(desk.session, event)
    return replace(desk, session=session), effects


def _entered(desk: Desk, event: OfficerEntered) -> Result:
    return replace(desk, mode=Mode.OFFICER, task=Task.MENU, notice=None), ()


def _left(desk: Desk, event: OfficerLeft) -> Result:
    _not_while_updating(desk)
    return replace(desk, mode=Mode.IDLE, task=None), ()


def _task(desk: Desk, event: TaskChosen) -> Result:
    _not_while_updating(desk)
    if h.is_running(desk.handover):  # the stick is its own until it may be pulled
        return replace(desk, task=Task.HANDOVER), ()
    return replace(desk, task=event.task, handover=h.Handover(), update=u.entered(desk.update)), ()


def _not_while_updating(desk: Desk) -> None:
    """The box may go down at its end: nobody begins anything before."""
    if u.is_running(desk.update):
        raise IllegalEvent("the update has to end")


def _attested(desk: Desk, event: AttestedLater) -> Result:
    return replace(desk, unattested=still_owed(desk.unattested, frozenset({event.manifest_hash}))), ()


def _in_handover(desk: Desk, event: InHandover) -> Result:
    between_people = desk.mode is Mode.OFFICER and desk.task is Task.HANDOVER
    if isinstance(event.event, h.HandoverWanted) and not between_people:
        raise IllegalEvent(f"HandoverWanted while {desk.mode}")
    handover, effects = h.step(desk.handover, event.event)
    return replace(desk, handover=handover), effects


def _in_update(desk: Desk, event: InUpdate) -> Result:
    between_people = desk.mode is Mode.OFFICER and desk.task is Task.UPDATE
    if isinstance(event.event, u.OFFICERS) and not between_people:
        raise IllegalEvent(f"{type(event.event).__name__} while {desk.mode}")
    update, effects = u.step(desk.update, event.event, desk.facts.charge)
    return replace(desk, update=update), effects


def _broke(desk: Desk, event: StoreBroke) -> Result:
    return replace(desk, notice=Notice.STORE_ALARM), ()


def _stop(desk: Desk, event: StopWanted) -> Result:
    effects: tuple[DeskEffect, ...] = ()
    session = desk.session
    if session is not None and session.phase not in SETTLED:  # else the saved state is taken up at the next start
        desk, effects = _park(desk, session, "stop")
    return replace(desk, mode=Mode.STOPPING), effects


_ALWAYS = frozenset(Mode)
TRANSITIONS: dict[type, tuple[frozenset[Mode], Callable[[Desk, Any], Result]]] = {
    DayOpened: (frozenset({Mode.LOCKED}), _opened),
    DayClosed: (frozenset({Mode.IDLE, Mode.OFFICER}), _closed),
    Started: (frozenset({Mode.IDLE}), _started),
    TakenUp: (frozenset({Mode.IDLE, Mode.OFFICER}), _taken_up),
    OfficerEntered: (frozenset({Mode.IDLE}), _entered),
    OfficerLeft: (frozenset({Mode.OFFICER}), _left),
    TaskChosen: (frozenset({Mode.OFFICER}), _task),
    AttestedLater: (_ALWAYS, _attested),
    InSession: (_ALWAYS, _in_session),
    InHandover: (_ALWAYS, _in_handover),
    InUpdate: (_ALWAYS, _in_update),
    ChargeRead: (_ALWAYS, _charge),
    RoomRead: (_ALWAYS, _room),
    StickSeen: (_ALWAYS, _stick),
    DeviceSeen: (_ALWAYS, _device),
    StoreBroke: (_ALWAYS, _broke),
    StopWanted: (_ALWAYS, _stop),
}
