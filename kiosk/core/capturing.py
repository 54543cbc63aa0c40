"""The capture loop: what the devices answer, from the ask to judged attempts, and what goes wrong on the way."""

from dataclasses import replace

from kiosk.core.accepting import accept, ask_rest, seal, settle, stuck
from kiosk.core.asking import (
    Result,
    ask,
    call_officer,
    device_gone,
    drop,
    forget,
    interrupt,
    missing_fingers,
    tried_so_far,
)
from kiosk.core.effects import Forget, Judge, JudgeSlap, StopCapture
from kiosk.core.events import (
    Candidate,
    CannotShow,
    CaptureFailed,
    CaptureId,
    Judged,
    SealFailed,
    SlapJudged,
    StorageFailed,
    Stumbled,
)
from kiosk.core.judgement import Hint
from kiosk.core.quality import MOST_ATTEMPTS, Answer, decide
from kiosk.core.record import Position
from kiosk.core.state import Attempt, Help, Phase, Session, issue

CHECK_ONLY = "check-only"  # the device's answer where it may not enrol


def on_candidate(state: Session, event: Candidate) -> Result:
    """A picture came: measure it, or seal it at once where nothing is measured (both hands)."""
    state = replace(state, candidate=event.capture, origin=event.origin, noted=event.noted, returns=0)
    if len(state.asked) > 1:
        state, ticket = issue(replace(state, phase=Phase.JUDGING))
        return state, (JudgeSlap(ticket, event.capture, state.asked, missing_fingers(state)),)
    position = state.position or Position.HANDS
    state = replace(state, tried=(*state.tried, position))
    if position is Position.HANDS:
        return seal(state, event.capture)
    state, ticket = issue(replace(state, phase=Phase.JUDGING))
    return state, (Judge(ticket, event.capture, position),)


def on_judged(state: Session, event: Judged) -> Result:
    """The numbers came: keep the attempt and weigh all of them."""
    if state.candidate is None or state.origin is None or state.position is None or event.measures is None:
        return missed(state, forgotten=state.candidate)
    attempt = Attempt(state.position, state.candidate, event.measures, state.origin, state.noted)
    return settle(replace(state, attempts=(*state.attempts, attempt), candidate=None))


def on_slap_judged(state: Session, event: SlapJudged) -> Result:
    """Several fingers came: each is an attempt of its own from now on, and the picture of all is let go."""
    whole, origin, lead = state.candidate, state.origin, state.asked[0]
    state = replace(state, tried=(*state.tried, *state.asked), candidate=None)
    if not event.pieces or whole is None or origin is None:
        return missed(state, forgotten=whole, hint=Hint.PRESS_FLAT)
    if event.other_hand:
        state = replace(state, repeated=(*state.repeated, lead))
        if state.repeated.count(lead) < MOST_ATTEMPTS:
            after, effects = ask_rest(state, state.asked, Hint.OTHER_HAND)
            return after, (Forget((whole, *(piece.capture for piece in event.pieces))), *effects)
    noted = Hint.OTHER_HAND if event.other_hand else state.noted  # a flag of those that are taken in the end
    made = (
        Attempt(p.position, p.capture, p.measures, replace(origin, width=p.width, height=p.height), noted)
        for p in event.pieces
    )
    after, effects = settle(replace(state, attempts=(*state.attempts, *made)))
    return after, (Forget((whole,)), *effects)


def missed(state: Session, forgotten: CaptureId | None = None, hint: Hint = Hint.AGAIN) -> Result:
    """One attempt without numbers; after three the best that is there is taken, fingers of a slap are asked for one by
    one, or the officer is called."""
    state = replace(state, misses=state.misses + 1, candidate=None)
    if len(state.asked) > 1:
        after, effects = ask_rest(state, state.asked, hint)
    elif state.misses < MOST_ATTEMPTS:
        after, effects = ask(state, state.asked, hint)
    elif (best := _best_usable(state)) is not None:
        after, effects = accept(state, best.position, best)
    else:
        after, effects = stuck(state)
    return after, (*forget((forgotten,) if forgotten else ()), *effects)


def _best_usable(state: Session) -> Attempt | None:
    attempts = tried_so_far(state, state.asked[0])
    decision = decide([a.measures for a in attempts] * MOST_ATTEMPTS)
    return attempts[decision.best % len(attempts)] if decision.answer is Answer.ACCEPT else None


def on_capture_failed(state: Session, event: CaptureFailed) -> Result:
    """No picture: a device that is gone or may not enrol is waited for, anything else is a miss."""
    if event.code == CHECK_ONLY:
        return call_officer(state, Help.UNFIT)
    if event.device_gone:
        return device_gone(state)
    return missed(state, hint=_HINTS.get(event.code, Hint.AGAIN))


_HINTS = {
    "lifted-early": Hint.LIFT_LATER,
    "moved": Hint.HOLD_STILL,
    "eye-closed": Hint.OPEN_EYE,
    "glare": Hint.LIFT_GLASSES,
    "off-centre": Hint.LOOK_HERE,
    "too-light": Hint.PRESS_FIRMER,
    "too-dark": Hint.PRESS_SOFTER,
}


def on_seal_failed(state: Session, event: SealFailed) -> Result:
    """Nothing is lost: the picture waits in the tray until the officer made room."""
    return call_officer(state, Help.STORAGE)


def on_stumbled(state: Session, event: Stumbled) -> Result:
    """The answer that was awaited will not come: the officer sees to it, and what asked for it is asked again."""
    if state.phase is Phase.TOUCH:
        return state, ()
    return _lost(state, Help.FAULT)


def on_storage_failed(state: Session, event: StorageFailed) -> Result:
    """The officer makes room. What the lost event answered is spent, so the position is then given anew."""
    return _lost(state, Help.STORAGE)


def _lost(state: Session, why: Help) -> Result:
    """In a doubt the later finger is given anew too: its print waits on an answer that is lost."""
    both = (state.doubt.earlier, state.doubt.later) if state.doubt else ()
    after, effects = drop(replace(state, doubt=None), (*state.asked, *both), (StopCapture(),))
    if both:
        after = replace(after, asked=both[1:], position=both[1])
    return call_officer(after, why)[0], effects


def on_cannot_show(state: Session, event: CannotShow) -> Result:
    """The person cannot give it: stop asking, call the officer."""
    return interrupt(state, Help.CANNOT_SHOW)


def retry(state: Session) -> Result:
    """Take up the asked positions again after help: weigh what is in the tray, or ask."""
    return settle(replace(state, help=None, misses=0, candidate=None))
