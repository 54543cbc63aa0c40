"""What comes next when a part is done, and how a step is taken up again after help or a resume."""

from dataclasses import replace

from kiosk.core import checking
from kiosk.core.capturing import Result, ask, next_owed, retry, touch
from kiosk.core.closing import recording
from kiosk.core.effects import Close, LookUp, Void
from kiosk.core.state import Phase, Session, Step, issue

CAPTURE_STEPS = frozenset({Step.FACE, Step.IRISES, Step.FINGERS, Step.HANDS})


def go_on(state: Session) -> Result:
    """The next capture that is owed, then the check, the endorsement, the review."""
    position = next_owed(state)
    if position is not None:
        return ask(state, position)
    if state.check is None:
        return checking.begin(state, go_on)
    return touch(state, Step.ENDORSEMENT if state.endorsement is None else Step.REVIEW)


def take_up(state: Session) -> Result:
    """Issue again whatever the present step waits for."""
    if state.step in CAPTURE_STEPS or (state.step is Step.ENDORSEMENT and state.position):
        return retry(state) if state.position else go_on(replace(state, help=None))
    if state.step is Step.CHECK:
        return checking.resume(replace(state, help=None), go_on)
    if state.step is Step.NIK and state.nik and state.resident is None:
        return look_up(state)
    if state.step is Step.CLOSING:
        return close(state)
    if state.step is Step.VOIDING:
        return void(state, state.void_reason, state.void_officer)
    return touch(state, state.step)


def look_up(state: Session) -> Result:
    """Ask the list and this box about the NIK."""
    state, ticket = issue(replace(state, phase=Phase.LOOKING_UP, help=None))
    return state, (LookUp(ticket, state.nik),)


def close(state: Session) -> Result:
    """Give the person a number."""
    state, ticket = issue(replace(state, step=Step.CLOSING, phase=Phase.CLOSING, help=None))
    return state, (Close(ticket, recording(state)),)


def void(state: Session, reason: str, officer: str) -> Result:
    """Destroy everything and keep the sequence."""
    state = replace(state, step=Step.VOIDING, phase=Phase.CLOSING, help=None, void_reason=reason, void_officer=officer)
    state, ticket = issue(state)
    destroyed = tuple(c.blob for c in state.captures)
    return state, (Void(ticket, state.record_id, destroyed, reason, officer),)
