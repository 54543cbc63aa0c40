"""The named rule first-2026 as a table, and the fast fold over a stream."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session_visit import face, finger, iris

from kiosk.core import iris_quality
from kiosk.core import quality as q
from kiosk.core.judgement import Grade, Hint
from kiosk.core.measures import Measures
from kiosk.core.quality import Answer, Decision, Look, Stream, decide, judge, watch

ACCEPT, AGAIN, STUCK = Answer.ACCEPT, Answer.AGAIN, Answer.STUCK


def prints(*scores: int | None) -> list[Measures]:
    return [finger(score) for score in scores]


@pytest.mark.parametrize(
    ("scores", "answer", "best", "worn"),
    [
        ((), AGAIN, -1, False),
        ((100,), ACCEPT, 0, False),
        ((40,), ACCEPT, 0, False),
        ((39,), AGAIN, -1, False),
        ((39, 39), ACCEPT, 0, False),
        ((25, 30), ACCEPT, 1, False),
        ((20, 0), ACCEPT, 0, False),
        ((20,), AGAIN, -1, False),
        ((19,), AGAIN, -1, False),
        ((19, 19), AGAIN, -1, False),
        ((19, 20), ACCEPT, 1, False),
        ((5, 12, 9), ACCEPT, 1, True),
        ((19, 19, 19), ACCEPT, 0, True),
        ((0, 0, 0), ACCEPT, 0, True),
        ((5, 7, 41), ACCEPT, 2, False),
        ((None,), AGAIN, -1, False),
        ((None, 39), ACCEPT, 1, False),
        ((None, 5), AGAIN, -1, False),
        ((None, None, 5), ACCEPT, 2, True),
        ((None, None), AGAIN, -1, False),
        ((None, None, None), STUCK, -1, False),
    ],
)
def test_the_finger_rule_first_2026(scores: Sequence[int | None], answer: Answer, best: int, worn: bool) -> None:
    decision = decide(prints(*scores))
    assert (decision.answer, decision.best, decision.worn) == (answer, best, worn)


@given(st.lists(st.one_of(st.none(), st.integers(0, 100)), min_size=3, max_size=5))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_after_three_attempts_a_readable_print_is_always_taken(scores: list[int | None]) -> None:
    decision = decide(prints(*scores))
    readable = [s for s in scores if s is not None]
    assert decision.answer is (ACCEPT if readable else STUCK)
    assert not readable or scores[decision.best] == max(readable)


@pytest.mark.parametrize(
    ("measures", "grade", "hint"),
    [
        (finger(90), Grade.GOOD, Hint.AGAIN),
        (finger(39), Grade.FAIR, Hint.WIPE_FINGER),
        (finger(19), Grade.POOR, Hint.WIPE_FINGER),
        (finger(90, minutiae=7), Grade.USELESS, Hint.PRESS_FLAT),
        (finger(90, minutiae=11), Grade.FAIR, Hint.PRESS_FLAT),
        (finger(90, minutiae=12), Grade.GOOD, Hint.AGAIN),
        (finger(90, coverage=0.09), Grade.USELESS, Hint.SHOW_FINGER),
        (iris(), Grade.GOOD, Hint.AGAIN),
        (iris(sharpness=iris_quality.IRIS_SHARPNESS_GOOD), Grade.GOOD, Hint.AGAIN),
        (iris(sharpness=1.1), Grade.FAIR, Hint.HOLD_STILL),
        (iris(open_share=0.64), Grade.FAIR, Hint.OPEN_EYE),
        (iris(diameter=169), Grade.FAIR, Hint.COME_CLOSER),
        (iris(contrast=19), Grade.FAIR, Hint.MORE_LIGHT),
        (iris(sharpness=0.1, open_share=0.3), Grade.POOR, Hint.OPEN_EYE),
        (iris(diameter=0), Grade.USELESS, Hint.LOOK_HERE),
        (iris(contrast=0), Grade.USELESS, Hint.LOOK_HERE),
        (face(), Grade.GOOD, Hint.AGAIN),
        (face(sharpness=4.4), Grade.FAIR, Hint.HOLD_STILL),
        (face(faces=2), Grade.FAIR, Hint.ONE_FACE),
        (face(eyes=89), Grade.FAIR, Hint.COME_CLOSER),
        (face(roll=-8.1), Grade.FAIR, Hint.STRAIGHTEN_HEAD),
        (face(light=64), Grade.FAIR, Hint.MORE_LIGHT),
        (face(light=221), Grade.FAIR, Hint.LESS_LIGHT),
        (face(light=10, sharpness=1), Grade.POOR, Hint.MORE_LIGHT),
        (face(faces=0), Grade.USELESS, Hint.LOOK_HERE),
    ],
)
def test_each_attempt_has_a_grade_and_a_hint_that_helps(measures: Measures, grade: Grade, hint: Hint) -> None:
    judged = judge(measures)
    assert (judged.grade, judged.hint) == (grade, hint)


def test_a_sharper_more_open_eye_is_the_better_attempt() -> None:
    assert judge(iris(0.9)).score > judge(iris(0.5)).score
    assert judge(iris(0.9, open_share=0.9)).score > judge(iris(0.9, open_share=0.5)).score


def test_two_faces_or_a_blurred_eye_stop_nobody() -> None:
    assert decide([face(faces=2), face(faces=2)]).answer is ACCEPT
    assert decide([iris(0.1, 0.2)] * 3) == Decision(ACCEPT, 0)


def folded(*frames: tuple[float, Measures]) -> list[tuple[Look, Hint]]:
    stream, seen = Stream(), []
    for now, measures in frames:
        stream, look, hint = watch(stream, measures, now)
        seen.append((look, hint))
    return seen


def test_a_good_frame_is_taken_at_once() -> None:
    assert folded((0.0, iris())) == [(Look.TAKE, Hint.AGAIN)]


def test_the_best_of_two_seconds_is_taken_where_none_is_good() -> None:
    seen = folded((0.0, iris(0.3)), (0.5, iris(0.6)), (1.0, iris(0.4)), (1.99, iris(0.2)), (2.0, iris(0.1)))
    assert [look for look, _ in seen] == [Look.KEEP, Look.KEEP, Look.WAIT, Look.WAIT, Look.TAKE_KEPT]


def test_the_last_frame_is_taken_where_it_is_the_best() -> None:
    assert folded((0.0, iris(0.3)), (2.0, iris(0.6)))[-1][0] is Look.TAKE


def test_somebody_who_is_still_finding_the_place_is_given_time() -> None:
    nothing, fair = iris(diameter=0), iris(0.3)
    seen = folded((0.0, nothing), (5.0, nothing), (6.0, fair), (7.9, fair))
    assert [look for look, _ in seen][1:] == [Look.WAIT, Look.KEEP, Look.WAIT]
    assert folded((0.0, nothing), (6.0, fair), (7.9, fair), (8.0, fair))[-1][0] is Look.TAKE_KEPT


def test_where_nothing_usable_comes_the_attempt_ends() -> None:
    nothing = iris(diameter=0)
    seen = folded((0.0, nothing), (q.STREAM_PATIENCE_S - 0.1, nothing), (q.STREAM_PATIENCE_S, nothing))
    assert [look for look, _ in seen] == [Look.KEEP, Look.WAIT, Look.TAKE_KEPT]


@given(st.lists(st.sampled_from([iris(), iris(0.4), iris(0.2, 0.3), iris(diameter=0)]), min_size=1, max_size=30))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_stream_ends_within_its_patience_with_its_best_frame(frames: list[Measures]) -> None:
    stream, best = Stream(), -1.0
    for number, measures in enumerate([*frames, *[iris(diameter=0)] * 20]):
        stream, look, _ = watch(stream, measures, float(number))
        best = max(best, judge(measures).score)
        if look in (Look.TAKE, Look.TAKE_KEPT):
            assert stream.best == best
            return
        assert number < q.STREAM_PATIENCE_S
    raise AssertionError("a stream must end")
