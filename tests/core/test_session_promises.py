"""What must always hold of a session, whoever plays it; and that the check notices when it does not."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from session_machine import SETTINGS, Visitors, machine

from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core import session
from kiosk.core.asking import Result
from kiosk.core.record import FINGERS, Blob, CheckResult
from kiosk.core.recording import SealedCapture
from kiosk.core.state import Phase, Session, Step


def test_no_visit_breaks_a_promise() -> None:
    run_state_machine_as_test(Visitors, settings=SETTINGS)


def takes_stale_answers(state: Session, event: e.SessionEvent) -> Result:
    ticket = getattr(event, "ticket", None)
    return session.step(state if ticket is None else replace(state, awaits=ticket), event)


def loses_captures_at_park(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    return (replace(after, captures=after.captures[:-1]) if after.parked else after), effects


def keeps_pictures_at_park(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    return after, tuple(x for x in effects if not (after.parked and isinstance(x, f.Forget)))


def keeps_late_pictures(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    return after, () if isinstance(event, e.Candidate) and after == state else effects


def notes_what_is_not_durable(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    for seal in (x for x in effects if isinstance(x, f.Seal)):
        attempt = next((a for a in after.attempts if a.capture == seal.capture), None)
        if attempt:
            early = SealedCapture(seal.position, seal.purpose, Blob("0" * 64, 1), attempt.origin)
            after = replace(after, captures=(*after.captures, early))
    return after, effects


def forgets_exemptions(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    return (replace(after, exemptions=()) if isinstance(event, e.Candidate) else after), effects


def names_too_few_in_the_void(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    return after, tuple(replace(x, destroyed=x.destroyed[1:]) if isinstance(x, f.Void) else x for x in effects)


def voids_before_the_seal_is_done(state: Session, event: e.SessionEvent) -> Result:
    leaving = isinstance(event, e.Withdrawn | e.OfficerCancels)
    return session.step(replace(state, phase=Phase.CLOSING) if leaving else state, event)


def numbers_every_session_alike(state: Session, event: e.SessionEvent) -> Result:
    return session.step(replace(state, issued=0), event)


def waits_for_ever_after_a_failed_check(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    if after.check and after.check.result is not CheckResult.MATCHED and after.step is Step.ENDORSEMENT:
        raise session.IllegalEvent("stopped")
    return after, effects


def asks_for_ever(state: Session, event: e.SessionEvent) -> Result:
    answered = isinstance(event, e.CaptureFailed) and event.ticket == state.awaits
    return session.step(replace(state, misses=0) if answered else state, event)


def defers_for_ever(state: Session, event: e.SessionEvent) -> Result:
    return session.step(replace(state, deferred=()), event)


def doubts_for_ever(state: Session, event: e.SessionEvent) -> Result:
    return session.step(replace(state, doubted=(), repeated=()), event)


def loses_what_waits_behind_other_fingers(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    return replace(after, attempts=tuple(a for a in after.attempts if a.position in after.asked)), effects


def keeps_late_pieces(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    return after, () if isinstance(event, e.SlapJudged) and after == state else effects


def keeps_the_picture_of_a_slap(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    kept = isinstance(event, e.SlapJudged) and after != state
    return after, tuple(x for x in effects if not (kept and isinstance(x, f.Forget)))


def drops_the_earlier_print_in_doubt(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    if after.doubt and not state.doubt:
        earlier = after.doubt.earlier
        after = replace(after, captures=tuple(c for c in after.captures if c.position is not earlier))
    return after, effects


def asks_for_recorded_fingers_of_a_slap(state: Session, event: e.SessionEvent) -> Result:
    after, effects = session.step(state, event)
    done = tuple(c.position for c in state.captures if c.position in FINGERS)
    several = tuple(
        replace(x, positions=(*x.positions, *done)) if isinstance(x, f.Capture) and len(x.positions) > 1 else x
        for x in effects
    )
    return after, several


def trusts_a_failing_device_for_ever(state: Session, event: e.SessionEvent) -> Result:
    return session.step(replace(state, returns=0), event)


BROKEN: tuple[Callable[[Session, e.SessionEvent], Result], ...] = (
    takes_stale_answers,
    loses_captures_at_park,
    keeps_pictures_at_park,
    keeps_late_pictures,
    notes_what_is_not_durable,
    forgets_exemptions,
    names_too_few_in_the_void,
    voids_before_the_seal_is_done,
    numbers_every_session_alike,
    waits_for_ever_after_a_failed_check,
    asks_for_ever,
    defers_for_ever,
    doubts_for_ever,
    loses_what_waits_behind_other_fingers,
    keeps_late_pieces,
    keeps_the_picture_of_a_slap,
    drops_the_earlier_print_in_doubt,
    asks_for_recorded_fingers_of_a_slap,
    trusts_a_failing_device_for_ever,
)


@pytest.mark.parametrize("broken", BROKEN)
def test_a_session_that_breaks_a_promise_is_caught(broken: Callable[[Session, e.SessionEvent], Result]) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine(broken), settings=settings(SETTINGS, max_examples=400))
