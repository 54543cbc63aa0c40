"""The 1:1 check: the two best recorded fingers are shown again and compared with all ten. It notes, and never accuses:
on worn fingers a quarter of honest second prints fail at strict thresholds."""

from collections.abc import Sequence
from dataclasses import replace

from kiosk.core import plan
from kiosk.core.asking import GoOn, Result, ask, device_gone
from kiosk.core.effects import Compare, Forget, Judge
from kiosk.core.events import Candidate, CaptureFailed, CaptureId, Compared, Judged
from kiosk.core.judgement import Grade, Hint
from kiosk.core.quality import CHECK_SCORE, SAME_FINGER_SCORE, judge
from kiosk.core.record import FINGERS, CheckResult, Position
from kiosk.core.recording import Check, Purpose
from kiosk.core.state import Checking, Phase, Session, Step, issue, recorded

NO_FINGERS = "no-fingers"  # nothing was recorded that could be shown again
RESUMED = "resumed"  # the templates were wiped when the person was parked
BY_OFFICER = "by-officer"
FLAG = "check:"


def begin(state: Session, go_on: GoOn) -> Result:
    """Choose the fingers and ask for the first, or say why it is impossible."""
    fingers = plan.check_fingers(state.captures, [p for p, _ in state.remembered])
    if not fingers:
        printed = any(p in FINGERS for p in recorded(state))
        return impossible(state, RESUMED if printed else NO_FINGERS, go_on)
    return _ask(replace(state, checking=Checking(fingers)), Hint.AGAIN)


def impossible(state: Session, why: str, go_on: GoOn) -> Result:
    """End the check as impossible."""
    tries = state.checking.total if state.checking else 0
    return _end(state, Check(CheckResult.IMPOSSIBLE, tries, why=why), go_on)


def resume(state: Session, go_on: GoOn) -> Result:
    """Take the check up after help; without templates it starts over and finds none."""
    if state.checking and prints(state):
        return _ask(state, Hint.AGAIN)
    return begin(replace(state, checking=None), go_on)


def _ask(state: Session, hint: Hint) -> Result:
    finger = _checking(state).owed[0]
    state = replace(state, purpose=Purpose.CHECK)
    return ask(state, (finger,), hint)


def on_candidate(state: Session, event: Candidate) -> Result:
    """Measure the second print."""
    state, ticket = issue(replace(state, candidate=event.capture, phase=Phase.JUDGING, returns=0))
    return state, (Judge(ticket, event.capture, state.position or Position.RIGHT_INDEX),)


def on_judged(state: Session, event: Judged, go_on: GoOn) -> Result:
    """Compare a usable print with all recorded ones."""
    capture = state.candidate or ""
    if event.measures is None or judge(event.measures).grade is Grade.USELESS:
        after, effects = _tried(state, Hint.PRESS_FLAT, go_on)
        return after, (Forget((capture,)), *effects)
    state, ticket = issue(replace(state, phase=Phase.COMPARING))
    return state, (Compare(ticket, capture, tuple(c for _, c in prints(state))),)


def on_compared(state: Session, event: Compared, go_on: GoOn) -> Result:
    """One try ends: matched, wrong finger or not matched."""
    finger, capture = _checking(state).owed[0], state.candidate or ""
    own, other = split_scores(finger, prints(state), event.scores)
    if own >= CHECK_SCORE and own >= other:
        after, effects = _finger_done(state, True, go_on)
    else:
        is_other = other >= SAME_FINGER_SCORE and other > own
        wrong = tuple(f for f in _checking(state).wrong if f is not finger) + ((finger,) if is_other else ())
        state = replace(state, checking=replace(_checking(state), wrong=wrong))
        after, effects = _tried(state, Hint.OTHER_FINGER if is_other else Hint.WIPE_FINGER, go_on)
    return after, (Forget((capture,)), *effects)


def prints(state: Session) -> tuple[tuple[Position, CaptureId], ...]:
    """The recorded fingers whose templates are still in RAM."""
    return tuple((p, c) for p, c in state.remembered if p in FINGERS)


def split_scores(
    finger: Position, remembered: Sequence[tuple[Position, CaptureId]], scores: Sequence[int]
) -> tuple[int, int]:
    """The score with the finger asked for, and the best with any other."""
    told = list(zip((p for p, _ in remembered), scores, strict=True))
    own = max((s for p, s in told if p is finger), default=0)
    return own, max((s for p, s in told if p is not finger), default=0)


def on_capture_failed(state: Session, event: CaptureFailed, go_on: GoOn) -> Result:
    """A try without a picture; a device that is gone needs the officer."""
    if event.device_gone:
        return device_gone(state)
    return _tried(state, Hint.AGAIN, go_on)


def _tried(state: Session, hint: Hint, go_on: GoOn) -> Result:
    checking = replace(_checking(state), tries=_checking(state).tries + 1)
    state = replace(state, checking=checking, candidate=None)
    if checking.tries < plan.CHECK_TRIES:
        return _ask(state, hint)
    return _finger_done(replace(state, checking=replace(checking, tries=checking.tries - 1)), False, go_on)


def _finger_done(state: Session, matched: bool, go_on: GoOn) -> Result:
    now = _checking(state)
    finger = now.owed[0]
    after = replace(
        now,
        owed=now.owed[1:],
        tries=0,
        total=now.total + now.tries + 1,
        matched=(*now.matched, finger) if matched else now.matched,
        failed=now.failed if matched else (*now.failed, finger),
        wrong=tuple(f for f in now.wrong if f is not finger or not matched),
    )
    state = replace(state, checking=after, candidate=None)
    if after.owed:
        return _ask(state, Hint.AGAIN)
    return _end(state, Check(_result(after), after.total, after.matched), go_on)


def _result(checking: Checking) -> CheckResult:
    if not checking.failed:
        return CheckResult.MATCHED
    return CheckResult.WRONG_FINGER if set(checking.wrong) == set(checking.failed) else CheckResult.NOT_MATCHED


def _end(state: Session, check: Check, go_on: GoOn) -> Result:
    flags = state.flags if check.result is CheckResult.MATCHED else (*state.flags, f"{FLAG}{check.result}")
    ended = replace(state, check=check, checking=None, purpose=Purpose.RECORD, position=None, help=None, flags=flags)
    return go_on(replace(ended, asked=(), candidate=None, origin=None))


def undone_by(state: Session, position: Position) -> Session:
    """The state once this position is recorded anew: a check that met its old print, or failed, is owed again."""
    check = state.check
    if check is None or position not in FINGERS:
        return state
    if check.result is CheckResult.MATCHED and position not in check.fingers:
        return state
    return replace(state, check=None, flags=tuple(f for f in state.flags if not f.startswith(FLAG)))


def _checking(state: Session) -> Checking:
    if state.checking is None:
        raise ValueError(f"no check is under way at {Step.CHECK}")
    return state.checking
