"""Asking for positions, and what ends an ask: the officer, a stop, an attempt that is let go."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from kiosk.core import plan
from kiosk.core.effects import AwaitDevice, Capture, Forget, SessionEffect, StopCapture
from kiosk.core.events import CaptureId
from kiosk.core.judgement import Hint
from kiosk.core.quality import MOST_ATTEMPTS, judge
from kiosk.core.record import FINGERS, Position
from kiosk.core.recording import Purpose
from kiosk.core.state import Attempt, Help, Phase, Session, Step, exempt, issue, owed

Result = tuple[Session, tuple[SessionEffect, ...]]
GoOn = Callable[[Session], Result]


def touch(state: Session, step: Step) -> Result:
    """Stand at a step that waits for a hand."""
    return replace(state, step=step, phase=Phase.TOUCH, awaits=None, position=None, asked=(), help=None), ()


def call_officer(state: Session, why: Help) -> Result:
    """Stand still until the officer has come."""
    return replace(state, help=why, phase=Phase.TOUCH, awaits=None), ()


def ask(state: Session, asked: tuple[Position, ...], hint: Hint = Hint.AGAIN) -> Result:
    """Start one attempt at these positions; a new ask starts with a clean count of failures."""
    if asked != state.asked or state.position not in asked:
        state = replace(state, asked=asked, position=asked[0], misses=0, returns=0, candidate=None)
    state, ticket = issue(state)
    state = replace(
        state,
        step=plan.STEP_OF[asked[0]] if state.purpose is not Purpose.CHECK else Step.CHECK,
        phase=Phase.ASKING,
        hint=hint,
        help=None,
    )
    positions = tuple(shown(state, position) for position in asked)
    enrols = asked[0] in FINGERS and state.purpose is Purpose.RECORD and not state.below_grade
    return state, (Capture(ticket, positions, missing_fingers(state), hint, enrols),)


def next_owed(state: Session) -> tuple[Position, ...]:
    """What the record still lacks first, as much of it as can be shown at once."""
    owing = owed(state)
    first = tuple(p for p in owing if p not in state.deferred)
    return plan.next_ask(owing if owing[:1] != first[:1] else first, state.abilities, state.singly)


def ask_next(state: Session, asked: tuple[Position, ...]) -> Result:
    """Ask for these, with what is known of earlier attempts as the hint."""
    before = tried_so_far(state, asked[0])
    return ask(state, asked, judge(before[-1].measures).hint if before else Hint.AGAIN)


def tried_so_far(state: Session, position: Position) -> tuple[Attempt, ...]:
    """The judged attempts at one position, in their order."""
    return tuple(a for a in state.attempts if a.position is position)


def missing_fingers(state: Session) -> tuple[Position, ...]:
    """The fingers that an officer said are not there to show."""
    return tuple(p for p in exempt(state) if p in FINGERS)


def shown(state: Session, position: Position) -> Position:
    """The body part behind an ask: a thumb-print is given by the first finger that can."""
    if position is not Position.THUMB_PRINT:
        return position
    thumbs_first = sorted(FINGERS, key=lambda f: "THUMB" not in f)
    able = [f for f in thumbs_first if f not in exempt(state)]
    return (able or thumbs_first)[0]


def device_gone(state: Session) -> Result:
    """The step waits for the device: it goes on by itself as soon as one serves again. One that is there and fails
    again and again is the officer's alone."""
    state, _ = call_officer(replace(state, candidate=None, returns=state.returns + 1), Help.DEVICE)
    return state, awaiting(state)


def awaiting(state: Session) -> tuple[AwaitDevice, ...]:
    """What to do about a device that is gone, while that is what the officer is called for."""
    port = plan.PORT_AT.get(state.step)
    wanted = state.help is Help.DEVICE and port is not None and state.returns <= MOST_ATTEMPTS
    return (AwaitDevice(port),) if wanted and port else ()


def interrupt(state: Session, why: Help) -> Result:
    """Stop asking until the officer has come; judged attempts stay, a picture that nobody will judge does not."""
    after, effects = drop(state, (), (StopCapture(),))
    return call_officer(after, why)[0], effects


def drop(state: Session, positions: Iterable[Position], effects: tuple[SessionEffect, ...] = ()) -> Result:
    """After these effects, let every attempt at these positions go, and the picture that is under way."""
    gone = tuple(positions)
    kept = tuple(a for a in state.attempts if a.position not in gone)
    spent = dict.fromkeys(a.capture for a in state.attempts if a.position in gone)
    if state.candidate and state.candidate not in [a.capture for a in kept]:
        spent[state.candidate] = None
    return replace(state, attempts=kept, candidate=None), (*effects, *forget(tuple(spent)))


def forget(captures: tuple[CaptureId, ...]) -> tuple[SessionEffect, ...]:
    """Wipe these, if there are any."""
    return (Forget(captures),) if captures else ()


def flagged(state: Session, *flags: str) -> Session:
    """The state with these flags, each once."""
    return replace(state, flags=tuple(dict.fromkeys((*state.flags, *flags))))


def without(state: Session, positions: tuple[Position, ...]) -> Session:
    """The state as if these had never been recorded: their captures, logs and flags go, their templates are named by
    `remembered` until then."""

    def others(log: tuple[Position, ...]) -> tuple[Position, ...]:
        return tuple(p for p in log if p not in positions)

    return replace(
        state,
        captures=tuple(c for c in state.captures if c.position not in positions),
        remembered=tuple(r for r in state.remembered if r[0] not in positions),
        flags=tuple(f for f in state.flags if f.partition(":")[2] not in positions),
        tried=others(state.tried),
        repeated=others(state.repeated),
        deferred=others(state.deferred),
        doubted=others(state.doubted),
    )
