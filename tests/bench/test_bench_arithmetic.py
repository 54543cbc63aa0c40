"""The bench's own sums: intervals, rows, shares, simulated sessions. What it measures is run by hand."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import __main__ as command
from bench import quality, same_finger
from bench.inputs import Input
from bench.intervals import clopper_pearson, rate
from bench.rows import Row, interleaved, median_ms
from bench.same_finger_pool import Pair, Pool
from kiosk.core.judgement import Hint
from kiosk.core.measures import FingerMeasures
from kiosk.imaging.measurer import MeasureFailed

# Hits, trials, and the exact 95 % interval in percent (an independent implementation, scipy 1.17 binomtest).
KNOWN = [(0, 100, 0.0, 3.6217), (100, 100, 96.3783, 100.0), (3, 200, 0.3104, 4.3209), (900, 930, 95.4268, 97.8132)]
BLANK = Input("blank", np.full((48, 40), 255, np.uint8), (Hint.SHOW_FINGER,))


@pytest.mark.parametrize(("hits", "trials", "low", "high"), KNOWN)
def test_an_interval_is_the_exact_one(hits: int, trials: int, low: float, high: float) -> None:
    assert [100 * end for end in clopper_pearson(hits, trials)] == pytest.approx([low, high], abs=1e-3)


@given(st.integers(1, 400), st.data())
@settings(deadline=None)
def test_an_interval_holds_the_rate_and_mirrors_its_complement(trials: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, trials))
    low, high = clopper_pearson(hits, trials)
    assert 0 <= low <= hits / trials <= high <= 1
    assert clopper_pearson(trials - hits, trials) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@pytest.mark.parametrize(("hits", "trials"), [(1, 0), (2, 1), (-1, 5)])
def test_what_is_no_count_has_no_interval(hits: int, trials: int) -> None:
    with pytest.raises(ValueError, match="not a count"):
        clopper_pearson(hits, trials)


def test_a_rate_says_how_sure_it_is() -> None:
    assert rate(3, 200) == "3/200 = 1.50 % [0.31, 4.32]"
    assert rate(0, 0) == "none tried"


@pytest.mark.parametrize(("value", "holds"), [(0.0, True), (1.0, True), (1.01, False)])
def test_a_row_holds_at_its_limit_and_not_beyond(value: float, holds: bool) -> None:
    assert Row("bench", "figure", value, "%", "limit", 1.0, 1.0).holds is holds


def test_none_at_all_can_be_the_goal() -> None:
    assert Row("bench", "alarms", 0.0, "sessions", "one session", 1.0, 0.0).holds
    assert not Row("bench", "alarms", 1.0, "sessions", "one session", 1.0, 0.0).holds


def test_times_are_medians_by_the_clock_that_was_given() -> None:
    ticks = itertools.accumulate([0.0, 0.001, 0.0, 0.009, 0.0, 0.002])
    assert median_ms(lambda: None, 3, lambda: next(ticks)) == pytest.approx(2.0)
    ticks = itertools.count()
    assert interleaved(lambda: None, lambda: None, 3, clock=lambda: float(next(ticks))) == (1000.0, 1000.0)


def test_an_unknown_part_is_wrong_use() -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(part=["moon"])
    assert ended.value.code == 2


class Answering:
    """Stands for the measuring processes: one answer for everything."""

    def __init__(self, answer: object) -> None:
        self._answer = answer

    def request(self, request: object) -> object:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    def map(self, work: object, items: object) -> list[quality.Judged]:
        return [work(self, item) for item in items]  # type: ignore[operator, attr-defined]


def one_attempt(answer: object, wanted: Input = BLANK) -> quality.Judged:
    (judged,) = quality.judged(Answering(answer), "finger", [wanted])  # type: ignore[arg-type]
    return judged


def test_a_picture_that_cannot_be_measured_is_refused_without_a_right_reason() -> None:
    judged = one_attempt(MeasureFailed("crash"))
    assert not judged.accepted
    assert judged.useless
    assert not judged.right


def test_nothing_under_the_finger_is_refused() -> None:
    judged = one_attempt((FingerMeasures(nfiq2=None, minutiae=0, coverage=0.0, sharpness=0.0), None))
    assert not judged.accepted


def test_a_wrong_kind_of_answer_stops_the_bench() -> None:
    with pytest.raises(TypeError, match="finger"):
        one_attempt((0, 0))


def judged(accepted: bool, hint: Hint) -> quality.Judged:
    return quality.Judged("kind", (Hint.SHOW_FINGER,), accepted, useless=False, hint=hint)


def test_shares_count_what_was_accepted_and_what_was_said() -> None:
    wrong = [judged(False, Hint.SHOW_FINGER)] * 197 + [judged(False, Hint.WIPE_FINGER)] * 2
    wrong.append(judged(True, Hint.SHOW_FINGER))
    good = [judged(True, Hint.AGAIN)] * 49 + [judged(False, Hint.AGAIN)]
    rows = list(quality._limits("finger", wrong, good))
    assert [row.value for row in rows] == pytest.approx([0.5, 1.5, 2.0])
    assert all(row.holds for row in rows)
    assert [row.holds for row in quality._limits("finger", wrong[-4:], good[-4:])] == [False, False, False]


def test_no_inputs_hold_no_promise() -> None:
    assert not any(row.holds for row in quality._limits("finger", [], []))


def pool(own: int, cross: int, odd: int | None = None) -> Pool:
    """Twenty fingers; fingers 0 and 1 score `odd` with one another."""
    same = tuple(Pair((n, n), "good", own) for n in range(20))
    pairs = itertools.combinations(range(20), 2)
    return Pool(same, tuple(Pair(p, "good", odd if odd and p == (0, 1) else cross) for p in pairs), 60, 0)


def test_sessions_find_what_the_scores_say() -> None:
    sessions = same_finger.simulated(pool(own=100, cross=5), np.random.default_rng(1))
    assert set(sessions.repeated) == {100}
    assert set(sessions.good) == {5}
    assert len(sessions.repeated) == len(sessions.good) == same_finger.SESSIONS


def test_one_bad_pair_alarms_in_as_many_sessions_as_hold_both_fingers() -> None:
    sessions = same_finger.simulated(pool(own=100, cross=5, odd=60), np.random.default_rng(1))
    share = sum(score == 60 for score in sessions.good) / same_finger.SESSIONS
    assert share == pytest.approx(10 * 9 / (20 * 19), abs=0.05)
