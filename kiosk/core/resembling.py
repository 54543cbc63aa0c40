"""The same finger or eye offered twice, seen by matching inside the session. It is asked for again, then flagged and
taken: nobody is stopped. Hands swapped consistently on a sensor for single fingers cannot be seen."""

from dataclasses import replace

from kiosk.core.accepting import SAME_FINGER, rivals, seal, settle, undecided
from kiosk.core.asking import Result, ask, drop, flagged, forget, tried_so_far
from kiosk.core.events import CaptureId, Compared, EyesCompared
from kiosk.core.judgement import Hint
from kiosk.core.quality import MOST_ATTEMPTS, SAME_EYE_DISTANCE, SAME_FINGER_FLAG, SAME_FINGER_SCORE
from kiosk.core.record import Position
from kiosk.core.state import Doubt, Session

SIMILAR_FINGER = "similar-finger"
SAME_EYE = "same-eye"


def on_compared(state: Session, event: Compared) -> Result:
    """A finger like no other is sealed, one that is a little like another is flagged too, a repeated one is asked for
    again."""
    told = tuple(zip(rivals(state), event.scores, strict=True))
    if state.doubt:
        return _resolved(state, state.doubt, told)
    ((earlier, _), score) = max(told, key=lambda one: one[1])
    if score >= SAME_FINGER_SCORE:
        return _repeated(state, earlier, Hint.OTHER_FINGER, SAME_FINGER)
    if score >= SAME_FINGER_FLAG:
        state = flagged(state, f"{SIMILAR_FINGER}:{state.position}")
    return seal(state, state.candidate or "")


def on_eyes_compared(state: Session, event: EyesCompared) -> Result:
    """The same for eyes, where a small distance says the same eye."""
    told = zip(rivals(state), event.distances, strict=True)
    ((earlier, _), distance) = min(told, key=lambda one: one[1])
    if distance <= SAME_EYE_DISTANCE:
        return _repeated(state, earlier, Hint.OTHER_EYE, SAME_EYE)
    return seal(state, state.candidate or "")


def _repeated(state: Session, earlier: Position, hint: Hint, flag: str) -> Result:
    position, capture = _under_way(state), state.candidate or ""
    count = state.repeated.count(position) + 1
    if count >= MOST_ATTEMPTS:
        return seal(flagged(state, f"{flag}:{position}"), capture)
    again = state.likened == (position, earlier) and position not in state.doubted
    state = replace(state, repeated=(*state.repeated, position), likened=(position, earlier))
    if again and flag == SAME_FINGER:
        return _doubted(state, Doubt(earlier, position), capture)
    state, wiped = drop(state, (position,))
    after, effects = settle(state, hint)
    return after, (*wiped, *effects)


def _doubted(state: Session, doubt: Doubt, capture: CaptureId) -> Result:
    """Twice in a row like the same earlier one: that may have been the wrong finger. Ask for it once more, and keep
    this print until that is settled."""
    spent = tuple(a.capture for a in tried_so_far(state, doubt.later) if a.capture != capture)
    state = replace(
        state,
        attempts=tuple(a for a in state.attempts if a.capture not in spent),
        candidate=None,
        doubt=doubt,
        doubted=(*state.doubted, doubt.later),
    )
    after, effects = ask(state, (doubt.earlier,))
    return after, (*forget(spent), *effects)


def _resolved(state: Session, doubt: Doubt, told: tuple[tuple[tuple[Position, CaptureId], int], ...]) -> Result:
    """The new print of the earlier finger is like what was recorded: that stands, and the later one was wrong. It is
    like nothing: it takes the earlier one's place, and the later one was right."""
    disputed = (doubt.earlier, doubt.later)
    if any(score >= SAME_FINGER_SCORE for (p, _), score in told if p in disputed):
        state, wiped = drop(replace(state, doubt=None), disputed)
        after, effects = ask(state, (doubt.later,), Hint.OTHER_FINGER)
        return after, (*wiped, *effects)
    if any(score >= SAME_FINGER_SCORE for _, score in told):
        return undecided(state)
    return seal(state, state.candidate or "")


def _under_way(state: Session) -> Position:
    if state.position is None:
        raise ValueError("nothing is under way")
    return state.position
