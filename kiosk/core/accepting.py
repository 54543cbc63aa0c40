"""What becomes of judged attempts: the best one is taken, poor fingers wait behind the others, the rest is asked for
again. An accepted capture is compared with those before it, and sealed."""

from dataclasses import replace

from kiosk.core import checking, face_quality, plan
from kiosk.core.asking import (
    GoOn,
    Result,
    ask,
    ask_next,
    call_officer,
    drop,
    flagged,
    forget,
    next_owed,
    tried_so_far,
    without,
)
from kiosk.core.effects import Compare, CompareEyes, Seal
from kiosk.core.events import CaptureId, Sealed
from kiosk.core.judgement import Grade, Hint
from kiosk.core.measures import FaceMeasures
from kiosk.core.quality import MOST_ATTEMPTS, Answer, decide, is_worn, judge
from kiosk.core.record import EYES, FINGERS, Blob, Position
from kiosk.core.recording import Purpose, SealedCapture
from kiosk.core.state import Attempt, Help, Phase, Session, issue, owed

REMEMBERED = (Position.PORTRAIT, *EYES, *FINGERS)  # what later steps are compared with, in RAM, for one session
BELOW_GRADE = "below-grade"
SAME_FINGER = "same-finger"


def settle(state: Session, hint: Hint | None = None) -> Result:
    """Take what is good enough of the asked positions, one after another; then ask for the rest, saying `hint` or what
    the attempts say."""
    rest, saying = [], hint
    for position in state.asked:
        decision = decide([a.measures for a in tried_so_far(state, position)])
        if decision.answer is not Answer.AGAIN and may_wait(state, position):
            asked = tuple(p for p in state.asked if p is not position)  # nor is it taken when another one is sealed
            state = replace(state, asked=asked, deferred=(*state.deferred, position))
        elif decision.answer is Answer.ACCEPT:
            return accept(state, position, tried_so_far(state, position)[decision.best])
        elif decision.answer is Answer.STUCK:
            return stuck(replace(state, position=position))
        else:
            rest.append(position)
            saying = saying or decision.hint
    if not rest:
        return ask_next(state, next_owed(state))
    return ask_rest(state, tuple(rest), saying or Hint.AGAIN)


def ask_rest(state: Session, rest: tuple[Position, ...], hint: Hint) -> Result:
    """Again: a slap as long as it may still bring what is lacking, then finger by finger."""
    if len(rest) > 1:
        tired = tuple(p for p in rest if state.misses >= MOST_ATTEMPTS or state.tried.count(p) >= MOST_ATTEMPTS)
        state = replace(state, singly=tuple(dict.fromkeys((*state.singly, *tired))))
        rest = plan.next_ask(rest, state.abilities, state.singly)
    return ask(state, rest, hint)


def may_wait(state: Session, position: Position) -> bool:
    """Whether a dry or poor finger is put behind the others, which happens once: skin recovers in a minute, and a
    person loses heart at one finger."""
    judged = [judge(a.measures) for a in tried_so_far(state, position)]
    poor = all(j.grade is not Grade.GOOD for j in judged)
    usable = any(j.grade is not Grade.USELESS for j in judged)
    enough = (usable and len(judged) >= MOST_ATTEMPTS) or any(Hint.MOISTEN_FINGER in j.hints for j in judged)
    others = any(p in FINGERS and p is not position and p not in state.deferred for p in owed(state))
    first = position in FINGERS and position not in state.deferred and state.doubt is None
    return first and poor and enough and others


def stuck(state: Session) -> Result:
    """Nothing usable after every try: the officer sees to it."""
    if state.doubt:
        return undecided(state)
    after, effects = drop(state, (state.position,) if state.position else ())
    return call_officer(after, Help.STUCK)[0], effects


def accept(state: Session, position: Position, attempt: Attempt) -> Result:
    """Compare an accepted finger or eye with those before it; seal anything else."""
    state = replace(state, position=position, candidate=attempt.capture)
    against = tuple(capture for _, capture in rivals(state))
    if not against:
        return seal(state, attempt.capture)
    state, ticket = issue(replace(state, phase=Phase.COMPARING))
    kind = CompareEyes if position in EYES else Compare
    return state, (kind(ticket, attempt.capture, against),)


def rivals(state: Session) -> tuple[tuple[Position, CaptureId], ...]:
    """What the position under way must not be the same as. In a doubt these are all recorded fingers, its own earlier
    print among them, and the print that the doubt is about."""
    kind = next((kind for kind in (FINGERS, EYES) if state.position in kind), ())
    if state.doubt:
        later = tuple((a.position, a.capture) for a in tried_so_far(state, state.doubt.later))
        return (*((p, c) for p, c in state.remembered if p in kind), *later)
    return tuple((p, c) for p, c in state.remembered if p in kind and p is not state.position)


def undecided(state: Session) -> Result:
    """The doubt could not be resolved: the later finger is flagged and taken, the earlier one stays."""
    if state.doubt is None:
        raise ValueError("there is no doubt")
    later = state.doubt.later
    after, effects = drop(replace(state, doubt=None), (state.doubt.earlier,))
    after = flagged(replace(after, asked=(later,), position=later), f"{SAME_FINGER}:{later}")
    sealing, more = seal(after, tried_so_far(after, later)[-1].capture)
    return sealing, (*effects, *more)


def seal(state: Session, capture: CaptureId) -> Result:
    """Make this capture durable."""
    state, ticket = issue(replace(state, phase=Phase.SEALING, candidate=capture))
    position = state.position or Position.SIGNATURE
    return state, (Seal(ticket, capture, position, plan.PURPOSE_OF.get(position, Purpose.RECORD)),)


def on_sealed(state: Session, event: Sealed, go_on: GoOn) -> Result:
    """Note what is durable now, wipe the other attempts, go on. A print that resolved a doubt takes the place of the
    wrong one, whose blob goes when this state is durable."""
    position, capture = state.position or Position.SIGNATURE, state.candidate or ""
    made, notes = sealed_capture(state, event.blob), _notes(state)
    replaced = tuple(c for p, c in state.remembered if p is position)
    kept = capture if position in REMEMBERED else None
    spent = tuple(a.capture for a in tried_so_far(state, position) if a.capture != kept)
    loose = (capture,) if kept is None and capture not in spent else ()
    before = without(checking.undone_by(state, position), (position,)) if replaced else state
    after = replace(
        before,
        captures=(*before.captures, made),
        remembered=(*before.remembered, (position, capture)) if kept else before.remembered,
        attempts=tuple(a for a in state.attempts if a.position is not position),
        asked=tuple(p for p in state.asked if p is not position),
        position=None,
        candidate=None,
        origin=None,
    )
    state, effects = _onward(flagged(after, *notes), go_on)
    return state, (*forget((*replaced, *spent, *loose)), *effects)


def _onward(state: Session, go_on: GoOn) -> Result:
    if state.doubt:
        later = state.doubt.later
        state = replace(state, doubt=None, asked=(later,))
        return accept(state, later, tried_so_far(state, later)[-1])
    return settle(state) if state.asked else go_on(state)


def _notes(state: Session) -> tuple[str, ...]:
    """What the officer and the office should know of the capture that is being sealed."""
    best, position = _best(state), state.position or Position.SIGNATURE
    origin = best.origin if best else state.origin
    notes = [f"{best.noted}:{position}"] if best and best.noted else []
    if origin and origin.below_grade:
        notes.append(f"{BELOW_GRADE}:{position}")
    if best and isinstance(best.measures, FaceMeasures):
        notes += [f"{seen}:{position}" for seen in _in_portrait(state, best.measures)]
    return tuple(notes)


def _in_portrait(state: Session, measures: FaceMeasures) -> tuple[str, ...]:
    """Red cloth for odd years of birth, blue for even ones: advice to the officer, the villager hears nothing of it."""
    cloth = face_quality.background_advice(measures, state.resident.birth.year) if state.resident else None
    return (*face_quality.flags(measures), *((cloth,) if cloth else ()))


def _best(state: Session) -> Attempt | None:
    return next((a for a in state.attempts if a.capture == state.candidate), None)


def sealed_capture(state: Session, blob: Blob) -> SealedCapture:
    """The capture under way, as it stands in the record once it is sealed."""
    best = _best(state)
    origin = best.origin if best else state.origin
    if origin is None:
        raise ValueError("a sealed capture has an origin")
    position = state.position or Position.SIGNATURE
    purpose = plan.PURPOSE_OF.get(position, Purpose.RECORD)
    measures = best.measures if best else None
    worn = measures is not None and is_worn(measures)
    tries = max(state.tried.count(position), 1)
    return SealedCapture(position, purpose, blob, origin, measures, worn, attempts=tries)
