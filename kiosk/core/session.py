"""One person's session: the whole machine is the table TRANSITIONS; `step` looks a row up and nothing else.

The diagram in docs/session.svg is drawn from the table (python -m kiosk.core.diagram).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from kiosk.core import accepting, aside, capturing, checking, resembling, talk
from kiosk.core import events as e
from kiosk.core.asking import Result
from kiosk.core.effects import Forget, Glimpse, Timer
from kiosk.core.path import CAPTURE_STEPS, go_on, on_sealed_for_void
from kiosk.core.record import Position
from kiosk.core.recording import ConsentBy
from kiosk.core.state import Phase, Session, Step, numbered

IDLE_S = 180.0  # ten times an unhurried answer; then the person is parked


class IllegalEvent(Exception):
    """An event that the present step does not know; only the runner forgives it."""


@dataclass(frozen=True)
class Row:
    """At these steps, this event is handled so and may lead there."""

    at: frozenset[Step]
    event: type
    handle: Callable[[Session, Any], Result]
    to: frozenset[Step]


def _row(at: Step | frozenset[Step], event: type, handle: Callable[..., Result], *to: Step | frozenset[Step]) -> Row:
    places = frozenset(s for t in to for s in ([t] if isinstance(t, Step) else t))
    here = frozenset({at}) if isinstance(at, Step) else at
    return Row(here, event, handle, places or here)


CAPTURES = CAPTURE_STEPS
INK_OR_PRINT = frozenset({Step.ENDORSEMENT})
LOOPS = CAPTURES | INK_OR_PRINT
ONWARD = CAPTURES | {Step.CHECK, Step.ENDORSEMENT, Step.REVIEW}
BEFORE_CONSENT = frozenset({Step.LANGUAGE, Step.NOTICE})
AFTER_CONSENT = frozenset({Step.NIK, Step.BIODATA}) | ONWARD
QUESTIONS = BEFORE_CONSENT | {Step.NIK, Step.BIODATA, Step.ENDORSEMENT, Step.REVIEW}
OPEN = BEFORE_CONSENT | AFTER_CONSENT
UNFINISHED = OPEN | {Step.CLOSING, Step.VOIDING}

TRANSITIONS: tuple[Row, ...] = (
    _row(Step.LANGUAGE, e.LanguageChosen, talk.on_language, Step.NOTICE),
    _row(Step.NOTICE, e.Agreed, talk.on_agreed, Step.NIK),
    _row(BEFORE_CONSENT, e.Withdrawn, talk.on_declined, Step.GONE),
    _row(Step.NIK, e.NikEntered, talk.on_nik, Step.NIK),
    _row(Step.NIK, e.LookedUp, talk.on_looked_up, Step.NIK, Step.BIODATA),
    _row(Step.NIK, e.NoNik, talk.on_no_nik, Step.VOIDING),
    _row(Step.BIODATA, e.BiodataConfirmed, talk.on_confirmed, ONWARD),
    _row(Step.BIODATA, e.BiodataDisputed, talk.on_disputed),
    _row(Step.BIODATA, e.Agreed, talk.on_vouched),
    _row(LOOPS, e.Candidate, capturing.on_candidate),
    _row(LOOPS - {Step.HANDS}, e.Judged, capturing.on_judged),
    _row(Step.FINGERS, e.SlapJudged, capturing.on_slap_judged),
    _row(Step.FINGERS, e.Compared, resembling.on_compared),
    _row(Step.IRISES, e.EyesCompared, resembling.on_eyes_compared),
    _row(LOOPS, e.Sealed, partial(accepting.on_sealed, go_on=go_on), ONWARD),
    _row(LOOPS, e.SealFailed, capturing.on_seal_failed),
    _row(LOOPS, e.CaptureFailed, capturing.on_capture_failed),
    _row(LOOPS | {Step.CHECK}, e.CannotShow, capturing.on_cannot_show),
    _row(Step.CHECK, e.Candidate, checking.on_candidate),
    _row(Step.CHECK, e.Judged, partial(checking.on_judged, go_on=go_on), Step.CHECK, Step.ENDORSEMENT, Step.REVIEW),
    _row(Step.CHECK, e.Compared, partial(checking.on_compared, go_on=go_on), Step.CHECK, Step.ENDORSEMENT, Step.REVIEW),
    _row(
        Step.CHECK,
        e.CaptureFailed,
        partial(checking.on_capture_failed, go_on=go_on),
        Step.CHECK,
        Step.ENDORSEMENT,
        Step.REVIEW,
    ),
    _row(Step.ENDORSEMENT, e.Inked, talk.on_inked),
    _row(Step.ENDORSEMENT, e.ThumbPrintChosen, talk.on_thumb_print),
    _row(Step.ENDORSEMENT, e.CannotSign, talk.on_cannot_sign),
    _row(Step.REVIEW, e.Approved, talk.on_approved, Step.CLOSING),
    _row(Step.REVIEW, e.Retaken, talk.on_retaken, ONWARD),
    _row(Step.CLOSING, e.Closed, talk.on_closed, Step.SLIP),
    _row(Step.CLOSING, e.CloseFailed, talk.on_close_failed),
    _row(Step.VOIDING, e.Sealed, on_sealed_for_void),
    _row(Step.VOIDING, e.SealFailed, on_sealed_for_void),
    _row(Step.VOIDING, e.Voided, talk.on_voided, Step.SLIP),
    _row(Step.VOIDING, e.CloseFailed, talk.on_close_failed),
    _row(Step.SLIP, e.Done, talk.on_done, Step.GONE),
    _row(AFTER_CONSENT, e.Withdrawn, talk.on_withdrawn, Step.VOIDING),
    _row(OPEN, e.HelpAsked, aside.on_help),
    _row(UNFINISHED, e.OfficerContinues, aside.on_officer_continues, UNFINISHED),
    _row(OPEN, e.OfficerCancels, aside.on_officer_cancels, Step.VOIDING, Step.GONE),
    _row(LOOPS | {Step.CHECK}, e.Exempted, aside.on_exempted, ONWARD),
    _row(Step.BIODATA, e.Corrected, aside.on_corrected),
    _row(AFTER_CONSENT - {Step.NIK}, e.Attested, aside.on_attested),
    _row(UNFINISHED, e.ParkWanted, aside.on_park),
    _row(UNFINISHED, e.StorageFailed, capturing.on_storage_failed),
    _row(UNFINISHED, e.Stumbled, capturing.on_stumbled),
    _row(UNFINISHED | {Step.SLIP}, e.DeviceSeen, aside.on_device_seen, UNFINISHED | {Step.SLIP}),
    _row(ONWARD, e.FaceSeen, aside.on_face_seen),
    _row(Step.SLIP, e.ParkWanted, talk.on_done, Step.GONE),
    _row(UNFINISHED, e.ResumeWanted, aside.on_resume, UNFINISHED),
    _row(QUESTIONS | {Step.SLIP}, e.TimeOver, aside.on_time_over, QUESTIONS | {Step.GONE}),
)

_ROWS = {(place, row.event): row for row in TRANSITIONS for place in row.at}
WITH_HELP = (
    e.OfficerContinues, e.OfficerCancels, e.Exempted, e.Corrected, e.Attested, e.ParkWanted, e.Withdrawn,
    e.StorageFailed, e.Stumbled, e.DeviceSeen, e.FaceSeen,
)  # fmt: skip
TOUCHES = (
    e.LanguageChosen, e.Agreed, e.NikEntered, e.NoNik, e.BiodataConfirmed, e.BiodataDisputed, e.Inked,
    e.ThumbPrintChosen, e.CannotSign, e.Approved, e.Retaken, e.Done,
)  # fmt: skip
TIMED = (
    e.LookedUp, e.Candidate, e.CaptureFailed, e.Judged, e.SlapJudged, e.Compared, e.EyesCompared, e.Sealed,
    e.SealFailed, e.Closed, e.CloseFailed, e.Voided,
)  # fmt: skip
GLIMPSED = frozenset({Step.FINGERS, Step.CHECK, Step.ENDORSEMENT})  # where it matters who stands there


def begin(state: Session) -> Result:
    """Put the first question; it waits no longer than any other."""
    return _timed(state, ())


def step(state: Session, event: e.SessionEvent) -> Result:
    """The state after the event, and what is to be done; an answer that nobody awaits changes nothing, and its picture
    or ink is forgotten.

    Raises IllegalEvent for what the present step does not know.
    """
    if _stale(state, event):
        return state, too_late(event)
    row = _ROWS.get((state.step, type(event)))
    if row is None or not _legal_now(state, event):
        if isinstance(event, e.Inked):
            return state, too_late(event)
        raise IllegalEvent(f"{type(event).__name__} at {state.step}")
    after, effects = row.handle(state, event)
    if after.step not in row.to and after.step is not state.step:
        raise IllegalEvent(f"{type(event).__name__} may not lead from {state.step} to {after.step}")
    return _timed(after, (*effects, *_glimpse(state, after)))


def resume(state: Session, boot: int, officer: str) -> Result:
    """Take a stored session up after a restart: as if it had been parked at the same step."""
    return step(aside.set_aside(state, state.parked or "restart"), e.ResumeWanted(boot, officer))


def too_late(event: e.SessionEvent) -> tuple[Forget, ...]:
    """What an event that nobody waits for leaves in the tray."""
    if isinstance(event, e.SlapJudged) and event.pieces:
        return (Forget(tuple(piece.capture for piece in event.pieces)),)
    return (Forget((event.capture,)),) if isinstance(event, e.Candidate | e.Inked) else ()


def _glimpse(before: Session, after: Session) -> tuple[Glimpse, ...]:
    """When such a step begins, one look in passing; without a portrait in RAM there is nothing to compare with."""
    portrait = dict(after.remembered).get(Position.PORTRAIT)
    begins = after.step in GLIMPSED and after.step is not before.step
    return (Glimpse(portrait),) if begins and portrait else ()


def _stale(state: Session, event: e.SessionEvent) -> bool:
    if isinstance(event, e.TimeOver):
        return event.ticket != state.idle
    return isinstance(event, TIMED) and event.ticket != state.awaits


def _legal_now(state: Session, event: e.SessionEvent) -> bool:
    if state.parked:
        return isinstance(event, e.ResumeWanted)
    if isinstance(event, e.ResumeWanted):
        return False
    if isinstance(event, e.OfficerContinues):
        return state.help is not None
    if state.phase is Phase.SEALING and isinstance(event, e.HelpAsked | e.CannotShow | e.Exempted):
        return False  # a moment later the capture is durable; the touch may be repeated then
    return _may_touch(state, event)


def _may_touch(state: Session, event: e.SessionEvent) -> bool:
    if isinstance(event, e.Agreed) and event.by is not ConsentBy.SELF:
        return bool(event.officer)  # who answers for a guardian's or a school's word
    if state.phase is not Phase.TOUCH and isinstance(event, TOUCHES):
        return False  # a second touch before the answer to the first
    if isinstance(event, e.Agreed) and state.step is not Step.NOTICE:
        return False  # the person's own consent comes before everything else
    return state.help is None or isinstance(event, WITH_HELP)


def _timed(state: Session, effects: tuple) -> Result:
    """A step that waits for a hand waits so long and no longer; help and parking wait for the officer."""
    waits = state.phase is Phase.TOUCH and not state.help and not state.parked and state.step is not Step.GONE
    if not waits:
        return replace(state, idle=None), effects
    state, ticket = numbered(state)
    return replace(state, idle=ticket), (*effects, Timer(ticket, IDLE_S))
