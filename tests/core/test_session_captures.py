"""Captures of one visit: attempts, failures, exemptions, a full disk."""

import pytest
from session_visit import OFFICER, ORIGIN, Luck, Visit, finger

from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core.judgement import Hint
from kiosk.core.record import (
    EYES,
    FINGERS,
    CheckResult,
    Endorsement,
    Lasting,
    Position,
    Reason,
)
from kiosk.core.recording import Check, Purpose
from kiosk.core.state import Help, Phase, Step, recorded


def exempted(visit: Visit, *positions: Position) -> None:
    assert visit.send(e.Exempted(positions, Reason.AMPUTATED, Lasting.PERMANENT, OFFICER))


def judged(visit: Visit, *scores: int | None) -> Visit:
    """Attempts with these scores at the position that is asked for now."""
    for score in scores:
        visit.at(Step.FINGERS, Phase.JUDGING)
        visit.outstanding.pop(visit.state.awaits or "")
        visit.tray[visit.state.candidate or ""].template = True
        visit.send(e.Judged(visit.state.awaits or "", finger(score)))
    return visit


def at_the_last_finger() -> Visit:
    return Visit().at(Step.FINGERS, Phase.ASKING, FINGERS[-1])


def test_the_best_of_three_worn_prints_is_sealed_and_typed_worn() -> None:
    visit = judged(at_the_last_finger(), 5, 12, 9)
    best = visit.state.attempts[1].capture
    visit.answer(visit.state.awaits or "")
    assert (visit.state.phase, visit.state.candidate) == (Phase.SEALING, best)
    visit.answer(visit.state.awaits or "")
    made = visit.state.captures[-1]
    assert (made.worn, made.attempts, made.measures) == (True, 3, finger(12))
    assert dict(visit.state.remembered)[FINGERS[-1]] == best


def test_a_worn_print_that_is_taken_after_failures_is_typed_worn_too() -> None:
    visit = judged(at_the_last_finger(), 5)
    for _ in range(3):
        visit.answer(visit.state.awaits or "", Luck.FAIL)
    visit.answer(visit.state.awaits or "")
    assert visit.state.phase is Phase.SEALING
    visit.answer(visit.state.awaits or "")
    assert visit.state.captures[-1].worn


def test_a_low_score_alone_never_calls_the_officer() -> None:
    visit = Visit()
    for _ in range(200):
        if visit.state.step is Step.REVIEW:
            break
        is_judge = isinstance(visit.outstanding.get(visit.state.awaits or ""), f.Judge)
        if visit.state.awaits:
            visit.answer(visit.state.awaits, Luck.POOR if is_judge else Luck.GOOD)
        else:
            visit.cooperate()
        assert visit.state.help is None
    assert visit.state.step is Step.REVIEW
    assert all(c.worn for c in visit.state.captures if c.position in FINGERS)


def test_three_pictures_without_anything_on_them_call_the_officer() -> None:
    visit = judged(Visit(), None, None, None)
    assert visit.state.help is Help.STUCK
    assert not any(held.picture for held in visit.tray.values())


def test_three_failed_attempts_call_the_officer_and_the_hint_follows_the_failure() -> None:
    visit = Visit().at(Step.FINGERS)
    visit.answer(visit.state.awaits or "", Luck.FAIL)
    assert visit.state.hint is Hint.LIFT_LATER
    for _ in range(2):
        visit.answer(visit.state.awaits or "", Luck.FAIL)
    assert visit.state.help is Help.STUCK


def test_the_same_finger_three_times_is_flagged_and_taken() -> None:
    visit = Visit().at(Step.FINGERS, Phase.ASKING, Position.RIGHT_INDEX)
    for _ in range(6):
        visit.until(lambda s: s.phase in (Phase.COMPARING, Phase.SEALING))
        if visit.state.phase is Phase.SEALING:
            break
        visit.answer(visit.state.awaits or "", Luck.OTHER_FINGER)
    assert visit.state.phase is Phase.SEALING
    assert visit.state.flags == ("same-finger:RIGHT_INDEX",)


def test_a_capture_that_could_not_be_sealed_waits_in_the_tray() -> None:
    visit = Visit().at(Step.FINGERS, Phase.SEALING)
    kept = visit.state.candidate
    visit.answer(visit.state.awaits or "", Luck.FAIL)
    assert visit.state.help is Help.STORAGE
    visit.send(e.OfficerContinues(OFFICER))
    assert (visit.state.phase, visit.state.candidate) == (Phase.SEALING, kept)


@pytest.mark.parametrize("phase", [Phase.JUDGING, Phase.COMPARING, Phase.SEALING])
@pytest.mark.parametrize("step", [Step.FINGERS, Step.CHECK])
def test_a_state_that_could_not_be_saved_seals_nothing_unjudged(step: Step, phase: Phase) -> None:
    if (step, phase) == (Step.CHECK, Phase.SEALING):
        return
    visit = Visit().at(Step.FINGERS, Phase.ASKING, Position.RIGHT_INDEX).at(step, phase)
    visit.send(e.StorageFailed("full"))
    assert (visit.state.help, visit.state.candidate, visit.state.attempts) == (Help.STORAGE, None, ())
    visit.send(e.OfficerContinues(OFFICER))
    assert (visit.state.step, visit.state.phase) == (step, Phase.ASKING)


def test_a_missing_finger_is_not_asked_for_and_both_hands_are_photographed() -> None:
    visit = Visit().at(Step.FINGERS)
    exempted(visit, Position.RIGHT_INDEX, Position.RIGHT_INDEX, Position.LEFT_INDEX, Position.PORTRAIT)
    assert [x.position for x in visit.state.exemptions] == [Position.RIGHT_INDEX, Position.LEFT_INDEX]
    visit.at(Step.HANDS).at(Step.REVIEW)
    assert recorded(visit.state, Purpose.EXCEPTION) == (Position.HANDS,)
    assert visit.state.check is not None
    assert not set(visit.state.check.fingers) & {Position.RIGHT_INDEX, Position.LEFT_INDEX}


def test_an_ask_names_the_missing_fingers() -> None:
    visit = Visit().at(Step.FINGERS)
    exempted(visit, Position.RIGHT_THUMB)
    ask = visit.outstanding[visit.state.awaits or ""]
    assert isinstance(ask, f.Capture)
    assert ask.missing == (Position.RIGHT_THUMB,)


def test_a_missing_eye_needs_no_photo_of_the_hands() -> None:
    visit = Visit().at(Step.IRISES)
    exempted(visit, *EYES)
    visit.at(Step.REVIEW)
    assert not recorded(visit.state, Purpose.EXCEPTION)


def test_somebody_without_any_finger_is_recorded_all_the_same() -> None:
    visit = Visit().at(Step.FINGERS)
    exempted(visit, *FINGERS)
    visit.at(Step.ENDORSEMENT)
    assert visit.state.check == Check(CheckResult.IMPOSSIBLE, 0, why="no-fingers")
    visit.send(e.CannotSign())
    visit.send(e.OfficerContinues(OFFICER))
    assert (visit.state.step, visit.state.endorsement) == (Step.REVIEW, Endorsement.CANNOT)


def test_a_late_picture_is_forgotten() -> None:
    visit = Visit().at(Step.FINGERS)
    asked = visit.state.awaits or ""
    visit.send(e.HelpAsked())
    assert not visit.send(e.Candidate(asked, "late", ORIGIN))
    assert "late" not in visit.tray


def test_help_while_a_picture_is_measured_forgets_it_but_keeps_the_judged_ones() -> None:
    visit = judged(Visit(), 30).at(Step.FINGERS, Phase.JUDGING)
    visit.send(e.HelpAsked())
    assert [c for c, held in visit.tray.items() if held.picture] == [visit.state.attempts[0].capture]
