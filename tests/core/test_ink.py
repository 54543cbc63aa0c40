"""Ink: a signature or a mark of any hand is taken; nothing, a tap, a speck or a flood is not, each by its name."""

import json
from itertools import pairwise
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_visit import INK, Visit

from kiosk.core import events as e
from kiosk.core import ink
from kiosk.core.ink import InkFault, judge, judge_json
from kiosk.core.record import Endorsement
from kiosk.core.state import Step

SHEET = (600, 200)
SIGNATURE, MARK = Endorsement.SIGNATURE, Endorsement.MARK
NAME = [[[60 + 8 * i, 100 + (40 if i % 2 else -40), 20 * i] for i in range(40)]]
CROSS = [[[280, 80, 0], [320, 120, 90]], [[320, 80, 300], [280, 120, 400]]]
points = st.tuples(st.integers(0, SHEET[0]), st.integers(0, SHEET[1]))
strokes = st.lists(st.lists(points, max_size=30), max_size=8)


def timed(drawn: list[list[tuple[int, int]]]) -> list[list[list[int]]]:
    return [[[x, y, 10 * i] for i, (x, y) in enumerate(stroke)] for stroke in drawn]


def test_a_name_is_a_signature_and_a_cross_is_a_mark() -> None:
    assert judge(NAME, SHEET, SIGNATURE) is None
    assert judge(CROSS, SHEET, MARK) is None
    assert judge(NAME, SHEET, MARK) is None


@pytest.mark.parametrize("kind", [SIGNATURE, MARK])
@pytest.mark.parametrize(
    ("drawn", "fault"),
    [
        ([], InkFault.EMPTY),
        ([[], []], InkFault.EMPTY),
        ([[[300, 100, 0]]], InkFault.DOT),
        ([[[300, 100, 0], [303, 101, 40], [301, 104, 80]]], InkFault.DOT),
        ([[[300, 100, 0]], [[304, 100, 900]], [[302, 105, 1700]]], InkFault.DOT),
        ([[[300, 100, 0], [318, 100, 80]]], InkFault.SMALL),
        ([[[300, 100, t] for t in range(ink.MOST_POINTS + 1)]], InkFault.MUCH),
        ([[[x, 100, 0]] for x in range(ink.MOST_STROKES + 1)], InkFault.MUCH),
        ([[[300, 100, 0], [601, 100, 80]]], InkFault.OUTSIDE),
        ([[[300, 100, 0], [400, -1, 80]]], InkFault.OUTSIDE),
        ([[[300, 100, 80], [500, 100, 79]]], InkFault.OUTSIDE),
        ([[[300, 100, 0], [500, 100, ink.MOST_MS + 1]]], InkFault.OUTSIDE),
        ([[[300, 100], [500, 100]]], InkFault.OUTSIDE),
    ],
)
def test_what_is_no_ink_is_refused_by_its_name(
    drawn: list[list[list[int]]], fault: InkFault, kind: Endorsement
) -> None:
    assert judge(drawn, SHEET, kind) is fault


def test_a_small_cross_is_a_mark_and_no_signature() -> None:
    assert judge(CROSS, SHEET, SIGNATURE) is InkFault.SMALL


def test_a_thumb_print_is_not_ink() -> None:
    with pytest.raises(ValueError, match="signature or a mark"):
        judge(NAME, SHEET, Endorsement.THUMB_PRINT)


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"strokes": 3, "width": 1, "height": 1}', b"\xff"])
def test_what_is_not_json_of_ink_is_no_ink(text: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  any of json's own
        judge_json(text, SIGNATURE)


def test_giant_ink_is_refused_unread() -> None:
    assert judge_json(b"[" * (ink.MOST_BYTES + 1), SIGNATURE) is InkFault.MUCH


def test_the_most_points_fit_the_most_bytes() -> None:
    stroke = [[4095, 4095, ink.MOST_MS] for _ in range(ink.MOST_POINTS)]
    told = {"height": 4096, "strokes": [stroke], "width": 4096}
    assert len(json.dumps(told, separators=(",", ":"))) <= ink.MOST_BYTES


@given(strokes, st.sampled_from([SIGNATURE, MARK]))
def test_whatever_is_taken_is_long_and_wide_enough(drawn: list[list[tuple[int, int]]], kind: Endorsement) -> None:
    if judge(timed(drawn), SHEET, kind) is not None:
        return
    length = sum(hypot(b[0] - a[0], b[1] - a[1]) for stroke in drawn for a, b in pairwise(stroke))
    spread = [x for stroke in drawn for x, _ in stroke], [y for stroke in drawn for _, y in stroke]
    assert length >= ink.LIMITS[kind].length * SHEET[1]
    assert max(max(side) - min(side) for side in spread) >= ink.LIMITS[kind].extent * SHEET[1]


@given(strokes, st.integers(2, 5))
def test_the_same_ink_on_a_sheet_of_more_pixels_is_judged_the_same(
    drawn: list[list[tuple[int, int]]], times: int
) -> None:
    larger = [[(times * x, times * y) for x, y in stroke] for stroke in drawn]
    sheet = (times * SHEET[0], times * SHEET[1])
    assert judge(timed(drawn), SHEET, SIGNATURE) is judge(timed(larger), sheet, SIGNATURE)


def test_refused_ink_is_forgotten_and_the_page_waits_for_more_with_its_reason() -> None:
    visit = Visit().at(Step.ENDORSEMENT)
    assert visit.send(e.Inked("tap", SIGNATURE, INK, InkFault.DOT))
    assert (visit.state.step, visit.state.ink_fault, visit.state.endorsement) == (Step.ENDORSEMENT, "dot", None)
    assert "tap" not in visit.tray


def test_after_refused_ink_better_ink_is_taken_and_its_reason_gone() -> None:
    visit = Visit().at(Step.ENDORSEMENT)
    visit.send(e.Inked("tap", SIGNATURE, INK, InkFault.DOT))
    visit.at(Step.REVIEW)
    assert (visit.state.ink_fault, visit.state.endorsement) == (None, SIGNATURE)
