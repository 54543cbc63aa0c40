"""Fingers in their order: poor ones behind the others, several at once, and one that was offered as another."""

import pytest
from session_visit import DRY, SLAP, Luck, Visit, finger

from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core.judgement import Hint
from kiosk.core.plan import SLAPS, next_ask
from kiosk.core.quality import SAME_FINGER_FLAG
from kiosk.core.record import EYES, FINGERS, Lasting, Position, Reason
from kiosk.core.state import Help, Phase, Step, recorded

THUMB, INDEX = FINGERS[:2]
FOUR = SLAPS[0]


def answered(visit: Visit, luck: Luck) -> None:
    visit.answer(visit.state.awaits or "", luck)


def judged(visit: Visit, luck: Luck, times: int = 1) -> Visit:
    for _ in range(times):
        visit.at(Step.FINGERS, Phase.JUDGING)
        answered(visit, luck)
    return visit


def slapping() -> Visit:
    visit = Visit()
    visit.send(e.DeviceSeen("fingerprint", True, "slap", SLAP))
    return visit.at(Step.FINGERS)


def compared(visit: Visit, *scores: int) -> None:
    """The print under way is like the recorded ones to these degrees."""
    visit.until(lambda s: s.phase is Phase.COMPARING)
    visit.outstanding.pop(visit.state.awaits or "")
    visit.send(e.Compared(visit.state.awaits or "", scores))


# Behind the others


def test_a_poor_finger_waits_behind_the_others_and_is_tried_once_more_after_them() -> None:
    visit = judged(Visit(), Luck.POOR, 3)
    assert (visit.state.position, visit.state.deferred) == (INDEX, (THUMB,))
    assert len([a for a in visit.state.attempts if a.position is THUMB]) == 3
    visit.at(Step.FINGERS, Phase.ASKING, THUMB)
    assert recorded(visit.state)[-9:] == FINGERS[1:]
    visit.until(lambda s: THUMB in recorded(s))
    made = visit.state.captures[-1]
    assert (made.attempts, made.measures, made.worn) == (4, finger(), False)


def test_a_finger_that_stays_poor_is_taken_after_its_one_delay() -> None:
    visit = judged(Visit(), Luck.POOR, 3).at(Step.FINGERS, Phase.ASKING, THUMB)
    judged(visit, Luck.POOR)
    visit.until(lambda s: THUMB in recorded(s))
    assert (visit.state.captures[-1].worn, visit.state.captures[-1].attempts) == (True, 4)


def test_a_dry_finger_waits_as_soon_as_it_would_be_taken_and_is_then_asked_to_be_moistened() -> None:
    visit = judged(Visit(), Luck.DRY, 2)
    assert visit.state.deferred == (THUMB,)
    assert visit.at(Step.FINGERS, Phase.ASKING, THUMB).state.hint is Hint.MOISTEN_FINGER
    assert visit.state.attempts[0].measures == DRY


def test_the_last_finger_does_not_wait_for_itself() -> None:
    visit = judged(Visit().at(Step.FINGERS, Phase.ASKING, FINGERS[-1]), Luck.POOR, 3)
    assert (visit.state.deferred, visit.state.phase) == ((), Phase.COMPARING)


def test_a_park_loses_only_what_lay_in_ram() -> None:
    visit = judged(Visit(), Luck.POOR, 3)
    visit.crash()
    assert (visit.state.attempts, visit.state.deferred, visit.state.tried) == (
        (),
        (THUMB,),
        (Position.PORTRAIT, *EYES, *[THUMB] * 3),
    )
    assert visit.state.position is INDEX


# Several at once


@pytest.mark.parametrize(
    ("owed", "asked"),
    [
        (FINGERS, SLAPS[2]),
        (FINGERS[1:], SLAPS[0]),
        (FINGERS[3:], FINGERS[3:5]),
        (FINGERS[5:6], FINGERS[5:6]),
        ((EYES[0], *FINGERS), EYES[:1]),
        ((), ()),
    ],
)
def test_a_sensor_for_slaps_is_asked_for_what_is_owed_of_one_slap(
    owed: tuple[Position, ...], asked: tuple[Position, ...]
) -> None:
    assert next_ask(owed, SLAP) == asked
    assert next_ask(owed) == owed[:1]


def test_the_fingers_of_a_slap_are_sealed_one_after_another_from_one_ask() -> None:
    visit = slapping().until(lambda s: s.asked == FOUR)
    visit.until(lambda s: set(FOUR) <= set(recorded(s)))
    assert [c.attempts for c in visit.state.captures[-4:]] == [1] * 4
    assert {(c.origin.width, c.origin.height) for c in visit.state.captures[-4:]} == {(300, 400)}


def test_only_the_finger_that_was_not_good_is_asked_for_again() -> None:
    visit = judged(slapping().until(lambda s: s.asked == FOUR), Luck.POOR)
    visit.until(lambda s: s.phase is Phase.ASKING)
    assert visit.state.asked == FOUR[:1]
    assert recorded(visit.state)[-3:] == FOUR[1:]
    assert [a.position for a in visit.state.attempts] == [FOUR[0]]


def test_a_slap_that_does_not_come_is_asked_for_finger_by_finger_and_nobody_is_stopped() -> None:
    visit = judged(slapping().until(lambda s: s.asked == FOUR), Luck.FAIL, 3)
    assert (visit.state.asked, visit.state.help) == (FOUR[:1], None)
    assert visit.at(Step.REVIEW)


def test_the_other_hand_is_asked_again_and_after_three_times_flagged_and_taken() -> None:
    visit = slapping().until(lambda s: s.asked == FOUR)
    for _ in range(2):
        judged(visit, Luck.OTHER_FINGER)
        assert (visit.state.asked, visit.state.hint, visit.state.attempts) == (FOUR, Hint.OTHER_HAND, ())
    judged(visit, Luck.OTHER_FINGER)
    visit.until(lambda s: set(FOUR) <= set(recorded(s)))
    assert set(visit.state.flags) == {f"other-hand:{position}" for position in FOUR}


def test_a_sensor_that_changes_in_mid_session_changes_the_asks() -> None:
    visit = slapping().until(lambda s: s.asked == FOUR)
    visit.send(e.DeviceSeen("fingerprint", True, "single"))
    visit.until(lambda s: set(FOUR) <= set(recorded(s)))
    visit.until(lambda s: s.phase is Phase.ASKING and s.step is Step.FINGERS)
    assert len(visit.state.asked) == 1


def test_missing_fingers_are_named_in_the_ask_and_to_the_segmentation() -> None:
    visit = slapping().until(lambda s: s.asked == FOUR)
    exempted(visit, FOUR[2])
    assert visit.state.asked == (FOUR[0], FOUR[1], FOUR[3])
    visit.at(Step.FINGERS, Phase.JUDGING)
    effect = visit.outstanding[visit.state.awaits or ""]
    assert isinstance(effect, f.JudgeSlap)
    assert (effect.positions, effect.missing) == (visit.state.asked, (FOUR[2],))


def exempted(visit: Visit, position: Position) -> None:
    assert visit.send(e.Exempted((position,), Reason.AMPUTATED, Lasting.PERMANENT, "petugas"))


# One offered as another


def doubting() -> Visit:
    """The index finger came twice as what was recorded as the thumb."""
    visit = Visit().at(Step.FINGERS, Phase.ASKING, INDEX)
    compared(visit, 80)
    assert visit.state.hint is Hint.OTHER_FINGER
    compared(visit, 80)
    assert (visit.state.asked, visit.state.doubt and visit.state.doubt.later) == ((THUMB,), INDEX)
    return visit


def test_a_score_between_both_thresholds_is_flagged_and_taken() -> None:
    visit = Visit().at(Step.FINGERS, Phase.ASKING, INDEX)
    compared(visit, SAME_FINGER_FLAG)
    assert (visit.state.phase, visit.state.flags) == (Phase.SEALING, ("similar-finger:RIGHT_INDEX",))


def test_a_score_below_both_says_nothing() -> None:
    visit = Visit().at(Step.FINGERS, Phase.ASKING, INDEX)
    compared(visit, SAME_FINGER_FLAG - 1)
    assert (visit.state.phase, visit.state.flags) == (Phase.SEALING, ())


def test_an_earlier_print_that_was_the_wrong_finger_is_replaced() -> None:
    visit = doubting()
    wrong = next(c for c in visit.state.captures if c.position is THUMB)
    compared(visit, 3, 3)
    visit.until(lambda s: INDEX in recorded(s))
    assert recorded(visit.state)[-2:] == (THUMB, INDEX)
    assert wrong not in visit.state.captures
    assert visit.state.flags == ()


def test_an_earlier_print_that_was_right_stays_and_the_later_one_is_asked_for_again() -> None:
    visit = doubting()
    compared(visit, 80, 80)
    assert (visit.state.asked, visit.state.hint, visit.state.attempts) == ((INDEX,), Hint.OTHER_FINGER, ())
    compared(visit, 80)
    assert (visit.state.phase, visit.state.flags) == (Phase.SEALING, ("same-finger:RIGHT_INDEX",))


def test_a_doubt_that_cannot_be_resolved_is_flagged_and_stops_nobody() -> None:
    visit = doubting()
    for _ in range(3):
        visit.until(lambda s: s.phase is Phase.ASKING)
        answered(visit, Luck.FAIL)
    assert (visit.state.phase, visit.state.position, visit.state.help) == (Phase.SEALING, INDEX, None)
    assert visit.state.flags == ("same-finger:RIGHT_INDEX",)
    assert visit.at(Step.REVIEW).state.help is None


def test_help_in_a_doubt_leads_back_to_it_and_a_lost_answer_ends_it() -> None:
    visit = doubting()
    visit.send(e.HelpAsked())
    visit.send(e.OfficerContinues("petugas"))
    assert visit.state.asked == (THUMB,)
    visit.send(e.StorageFailed("full"))
    visit.send(e.OfficerContinues("petugas"))
    assert (visit.state.asked, visit.state.doubt) == ((INDEX,), None)


# Eyes


def test_the_same_eye_is_asked_for_again_and_after_three_times_flagged_and_taken() -> None:
    visit = Visit().at(Step.IRISES, Phase.ASKING, EYES[1])
    for _ in range(2):
        visit.at(Step.IRISES, Phase.COMPARING)
        answered(visit, Luck.OTHER_FINGER)
        assert (visit.state.position, visit.state.hint) == (EYES[1], Hint.OTHER_EYE)
    visit.at(Step.IRISES, Phase.COMPARING)
    answered(visit, Luck.OTHER_FINGER)
    assert (visit.state.phase, visit.state.flags) == (Phase.SEALING, ("same-eye:EYE_LEFT",))
    assert visit.at(Step.REVIEW).state.help is not Help.STUCK
