"""The capture loop of one position: ask, judge, compare with the fingers before, seal, go on to what is owed next."""

from collections.abc import Callable
from dataclasses import replace

from kiosk.core import plan
from kiosk.core.effects import Capture, Compare, Forget, Judge, Seal, SessionEffect, StopCapture
from kiosk.core.events import (
    Candidate,
    CannotShow,
    CaptureFailed,
    CaptureId,
    Compared,
    Judged,
    Sealed,
    SealFailed,
    StorageFailed,
    Stumbled,
)
from kiosk.core.judgement import Hint
from kiosk.core.quality import MOST_ATTEMPTS, SAME_FINGER_SCORE, Answer, decide, is_worn
from kiosk.core.record import FINGERS, Blob, Position
from kiosk.core.recording import Purpose, SealedCapture
from kiosk.core.state import Attempt, Help, Phase, Session, Step, exempt, issue, owed

Result = tuple[Session, tuple[SessionEffect, ...]]
GoOn = Callable[[Session], Result]
SAME_FINGER_FLAG = "same-finger"


def touch(state: Session, step: Step) -> Result:
    """Stand at a step that waits for a hand."""
    return replace(state, step=step, phase=Phase.TOUCH, awaits=None, position=None, help=None), ()


def call_officer(state: Session, why: Help) -> Result:
    """Stand still until the officer has come."""
    return replace(state, help=why, phase=Phase.TOUCH, awaits=None), ()


def ask(state: Session, position: Position, hint: Hint = Hint.AGAIN) -> Result:
    """Start one attempt at a position; a new position starts with a clean count."""
    if position is not state.position:
        state = replace(state, position=position, attempts=(), misses=0, tries=0, repeats=0, candidate=None)
    state, ticket = issue(state)
    state = replace(
        state,
        step=plan.STEP_OF[position] if state.purpose is not Purpose.CHECK else Step.CHECK,
        phase=Phase.ASKING,
        hint=hint,
        help=None,
    )
    missing = tuple(p for p in exempt(state) if p in FINGERS)
    return state, (Capture(ticket, (shown(state, position),), missing, hint),)


def shown(state: Session, position: Position) -> Position:
    """The body part behind an ask: a thumb-print is given by the first finger that can."""
    if position is not Position.THUMB_PRINT:
        return position
    thumbs_first = sorted(FINGERS, key=lambda f: "THUMB" not in f)
    able = [f for f in thumbs_first if f not in exempt(state)]
    return (able or thumbs_first)[0]


def on_candidate(state: Session, event: Candidate) -> Result:
    """A picture came: measure it, or seal it at once where nothing is measured (both hands)."""
    state = replace(state, candidate=event.capture, origin=event.origin, tries=state.tries + 1)
    if state.position is Position.HANDS:
        return seal(state, event.capture)
    state, ticket = issue(replace(state, phase=Phase.JUDGING))
    return state, (Judge(ticket, event.capture, state.position or Position.HANDS),)


def on_judged(state: Session, event: Judged) -> Result:
    """The numbers came: keep the attempt and weigh all of them."""
    if state.candidate is None or state.origin is None or event.measures is None:
        return missed(state, forget=state.candidate)
    attempt = Attempt(state.candidate, event.measures, state.origin)
    return weigh(replace(state, attempts=(*state.attempts, attempt), candidate=None))


def weigh(state: Session) -> Result:
    """Accept the best attempt, ask again, or call the officer, as the quality rule says."""
    decision = decide([a.measures for a in state.attempts])
    if decision.answer is Answer.AGAIN:
        return ask(state, state.position or Position.PORTRAIT, decision.hint)
    if decision.answer is Answer.STUCK:
        return drop(*call_officer(state, Help.STUCK))
    return accept(state, decision.best)


def accept(state: Session, best: int) -> Result:
    """Compare an accepted finger with those before it; seal anything else."""
    capture = state.attempts[best].capture
    others = tuple(c for p, c in state.remembered if p is not state.position)
    if state.position not in FINGERS or not others:
        return seal(state, capture)
    state, ticket = issue(replace(state, phase=Phase.COMPARING, candidate=capture))
    return state, (Compare(ticket, capture, others),)


def on_compared(state: Session, event: Compared) -> Result:
    """The same finger again is asked for anew; after three times it is flagged and taken: nobody is stopped."""
    if max(event.scores, default=0) >= SAME_FINGER_SCORE:
        if state.repeats + 1 < MOST_ATTEMPTS:
            state, wiped = drop(replace(state, repeats=state.repeats + 1))
            again, effects = ask(state, state.position or Position.RIGHT_THUMB, Hint.OTHER_FINGER)
            return again, (*wiped, *effects)
        state = replace(state, flags=_with(state.flags, f"{SAME_FINGER_FLAG}:{state.position}"))
    return seal(state, state.candidate or "")


def seal(state: Session, capture: CaptureId) -> Result:
    """Make this capture durable."""
    state, ticket = issue(replace(state, phase=Phase.SEALING, candidate=capture))
    position = state.position or Position.SIGNATURE
    return state, (Seal(ticket, capture, position, plan.PURPOSE_OF.get(position, Purpose.RECORD)),)


def on_sealed(state: Session, event: Sealed, go_on: GoOn) -> Result:
    """Note what is durable now, wipe the other attempts, go on."""
    position, capture = state.position or Position.SIGNATURE, state.candidate or ""
    templates = ((position, capture),) if position in FINGERS else ()
    spent = (*(a.capture for a in state.attempts if a.capture != capture), *(() if templates else (capture,)))
    after = replace(
        state,
        captures=(*state.captures, sealed_capture(state, event.blob)),
        remembered=(*state.remembered, *templates),
        attempts=(),
        candidate=None,
        origin=None,
        position=None,
    )
    state, effects = go_on(after)
    return state, (*_forget(spent), *effects)


def sealed_capture(state: Session, blob: Blob) -> SealedCapture:
    """The capture under way, as it stands in the record once it is sealed."""
    best = next((a for a in state.attempts if a.capture == state.candidate), None)
    origin = best.origin if best else state.origin
    if origin is None:
        raise ValueError("a sealed capture has an origin")
    position = state.position or Position.SIGNATURE
    purpose = plan.PURPOSE_OF.get(position, Purpose.RECORD)
    measures = best.measures if best else None
    worn = measures is not None and is_worn(measures)
    return SealedCapture(position, purpose, blob, origin, measures, worn, attempts=max(state.tries, 1))


def on_seal_failed(state: Session, event: SealFailed) -> Result:
    """Nothing is lost: the picture waits in the tray until the officer made room."""
    return call_officer(state, Help.STORAGE)


def on_stumbled(state: Session, event: Stumbled) -> Result:
    """The answer that was awaited will not come: the officer sees to it, and what asked for it is asked again."""
    if state.phase is Phase.TOUCH:
        return state, ()
    state, _ = call_officer(state, Help.FAULT)
    return drop(state, (StopCapture(),))


def on_storage_failed(state: Session, event: StorageFailed) -> Result:
    """The officer makes room. What the lost event answered is spent, so the position is then given anew."""
    state, _ = call_officer(state, Help.STORAGE)
    return drop(state, (StopCapture(),))


def on_capture_failed(state: Session, event: CaptureFailed) -> Result:
    """No picture: a device that is gone needs the officer, anything else is a miss."""
    if event.device_gone:
        return call_officer(state, Help.DEVICE)
    return missed(state, hint=_hint_for(event.code))


def missed(state: Session, forget: CaptureId | None = None, hint: Hint = Hint.AGAIN) -> Result:
    """One attempt without numbers; after three the best that is there is taken, or the officer called."""
    state = replace(state, misses=state.misses + 1, candidate=None)
    wiped = _forget((forget,) if forget else ())
    if state.misses < MOST_ATTEMPTS:
        after, effects = ask(state, state.position or Position.PORTRAIT, hint)
    elif (best := _best_usable(state)) is not None:
        after, effects = accept(state, best)
    else:
        after, effects = drop(*call_officer(state, Help.STUCK))
    return after, (*wiped, *effects)


def _best_usable(state: Session) -> int | None:
    padded = [a.measures for a in state.attempts] * MOST_ATTEMPTS
    decision = decide(padded)
    return decision.best % len(state.attempts) if decision.answer is Answer.ACCEPT else None


def on_cannot_show(state: Session, event: CannotShow) -> Result:
    """The person cannot give it: stop asking, call the officer."""
    return interrupt(state, Help.CANNOT_SHOW)


def interrupt(state: Session, why: Help) -> Result:
    """Stop asking until the officer has come; judged attempts stay, a picture that nobody will judge does not."""
    judged = [a.capture for a in state.attempts]
    loose = (state.candidate,) if state.candidate and state.candidate not in judged else ()
    after, _ = call_officer(replace(state, candidate=None), why)
    return after, (StopCapture(), *_forget(loose))


def retry(state: Session) -> Result:
    """Take up the position again after help: weigh what is in the tray, or ask."""
    return weigh(replace(state, help=None, misses=0, candidate=None))


_HINTS = {
    "lifted-early": Hint.LIFT_LATER,
    "moved": Hint.HOLD_STILL,
    "eye-closed": Hint.OPEN_EYE,
    "glare": Hint.LOOK_HERE,
    "off-centre": Hint.LOOK_HERE,
    "too-light": Hint.PRESS_FLAT,
    "too-dark": Hint.WIPE_FINGER,
}


def _hint_for(code: str) -> Hint:
    return _HINTS.get(code, Hint.AGAIN)


def drop(state: Session, effects: tuple[SessionEffect, ...] = ()) -> Result:
    """After these effects, let every attempt at the position go."""
    judged = tuple(a.capture for a in state.attempts)
    loose = (state.candidate,) if state.candidate and state.candidate not in judged else ()
    return replace(state, attempts=(), candidate=None), (*effects, *_forget((*judged, *loose)))


def _forget(captures: tuple[CaptureId, ...]) -> tuple[SessionEffect, ...]:
    return (Forget(captures),) if captures else ()


def _with(flags: tuple[str, ...], flag: str) -> tuple[str, ...]:
    return flags if flag in flags else (*flags, flag)


def next_owed(state: Session) -> Position | None:
    """What the record still lacks first."""
    return plan.next_ask(owed(state))
