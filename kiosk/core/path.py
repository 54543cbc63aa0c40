"""What comes next when a part is done, and how a step is taken up again after help or a resume."""

from dataclasses import replace

from kiosk.core import checking
from kiosk.core.accepting import sealed_capture
from kiosk.core.asking import Result, ask_next, next_owed, touch
from kiosk.core.capturing import retry
from kiosk.core.closing import recording
from kiosk.core.effects import Close, Forget, LookUp, StopCapture, Void
from kiosk.core.events import Sealed, SealFailed
from kiosk.core.record import Position, VoidReason
from kiosk.core.state import Phase, Session, Step, endorsed, issue

CAPTURE_STEPS = frozenset({Step.FACE, Step.IRISES, Step.FINGERS, Step.HANDS})


def go_on(state: Session) -> Result:
    """The next capture that is owed, then the check, the endorsement, the review."""
    asked = next_owed(state)
    if asked:
        return ask_next(state, asked)
    if state.check is None:
        return checking.begin(state, go_on)
    return touch(state, Step.REVIEW if endorsed(state) else Step.ENDORSEMENT)


def take_up(state: Session) -> Result:
    """Issue again whatever the present step waits for."""
    if _captures(state):
        return retry(state) if state.position else go_on(replace(state, help=None))
    if state.step is Step.CHECK:
        return checking.resume(replace(state, help=None), go_on)
    if state.step is Step.NIK and state.nik and state.resident is None:
        return look_up(state)
    if state.step is Step.CLOSING:
        return close(state)
    if state.step is Step.VOIDING:
        return void(state, state.void_reason or VoidReason.CANCELLED, state.void_officer)
    return touch(state, state.step)


def _captures(state: Session) -> bool:
    thumb_print = state.step is Step.ENDORSEMENT and state.position is Position.THUMB_PRINT
    return state.step in CAPTURE_STEPS or thumb_print


def look_up(state: Session) -> Result:
    """Ask the list and this box about the NIK."""
    state, ticket = issue(replace(state, phase=Phase.LOOKING_UP, help=None))
    return state, (LookUp(ticket, state.nik),)


def close(state: Session) -> Result:
    """Give the person a number."""
    state, ticket = issue(replace(state, step=Step.CLOSING, phase=Phase.CLOSING, help=None))
    return state, (Close(ticket, recording(state)),)


def void(state: Session, reason: VoidReason, officer: str) -> Result:
    """Destroy everything and keep the sequence. A capture that is being sealed is waited for, so that the void names
    it and nothing of it comes after."""
    state = replace(state, step=Step.VOIDING, help=None, void_reason=reason, void_officer=officer)
    if state.phase is Phase.SEALING:
        return state, ()
    state = replace(state, phase=Phase.CLOSING, position=None, asked=(), attempts=(), candidate=None, remembered=())
    state, ticket = issue(state)
    destroyed = tuple(c.blob for c in state.captures)
    return state, (StopCapture(), Forget(None), Void(ticket, state.record_id, destroyed, reason, officer))


def on_sealed_for_void(state: Session, event: Sealed | SealFailed) -> Result:
    """The capture that the void waited for is durable, or never will be."""
    made = (sealed_capture(state, event.blob),) if isinstance(event, Sealed) else ()
    settled = replace(state, phase=Phase.CLOSING, captures=(*state.captures, *made))
    return void(settled, state.void_reason or VoidReason.CANCELLED, state.void_officer)
