"""Gaps and forks are named, whatever the order of arrival."""

from collections import defaultdict
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.exchange.chain import Fork, Gap, Known, Link, Next, gaps, place


def line(*seqs: int, side: str = "") -> list[Link]:
    """Links of one honest chain; a side branches off at its first number."""
    return [
        Link(seq, f"{side}{seq}", None if seq == 1 else f"{'' if seq == seqs[0] else side}{seq - 1}") for seq in seqs
    ]


def arrive(links, closed=()):
    """What each arrival meets, the pairs in conflict, and what is held in the end."""
    held, places, pairs = defaultdict(set), [], set()
    for link in links:
        where = place(held, link, closed)
        places.append(where)
        if isinstance(where, Fork):
            pairs |= {frozenset((link.manifest, other)) for other in where.against}
        held[link.seq].add(link)
    return places, pairs, held


def test_an_honest_chain_in_order_is_next_after_next():
    assert arrive(line(1, 2, 3, 4))[0] == [Next()] * 4


def test_the_same_again_is_known():
    assert arrive([*line(1, 2), *line(1, 2)])[0][2:] == [Known(), Known()]


def test_a_missing_predecessor_is_a_gap_with_its_numbers():
    assert arrive(line(1, 2, 6))[0][2] == Gap(range(3, 6))
    assert arrive(line(4))[0] == [Gap(range(1, 4))]
    assert gaps(arrive(line(2, 5, 6, 9))[2]) == (range(1, 2), range(3, 5), range(7, 9))
    assert gaps({}) == ()


def test_a_gap_that_was_closed_is_none():
    links = line(1, 2, 5)
    assert arrive(links, closed={3, 4})[0] == [Next()] * 3
    assert gaps(arrive(links)[2], closed={3}) == (range(4, 5),)
    assert gaps(arrive(links)[2], closed={3, 4}) == ()


def test_two_manifests_for_one_number_are_a_fork():
    assert arrive([*line(1, 2), *line(2, side="x")])[0][2] == Fork(frozenset({"2"}))


def test_a_predecessor_that_is_not_the_held_one_is_a_fork_in_either_order():
    stray = Link(3, "x3", "x2")
    assert arrive([*line(1, 2), stray])[0][2] == Fork(frozenset({"2"}))
    assert arrive([stray, *line(2)])[0][1] == Fork(frozenset({"x3"}))


def test_a_hostile_number_makes_no_long_answer():
    far = line(99_999_999)
    assert arrive(far)[0] == [Gap(range(1, 99_999_999))]
    assert gaps(arrive(far)[2]) == (range(1, 99_999_999),)


def test_two_boxes_from_one_copied_card_conflict_in_every_order():
    links = [*line(1, 2, 3, 4), *line(3, 4, side="x")]
    expected = {frozenset(pair) for pair in (("3", "x3"), ("4", "x4"), ("3", "x4"), ("x3", "4"))}
    for order in permutations(links):
        assert arrive(order)[1] == expected


@given(st.data())
def test_every_order_names_the_same_gaps_and_conflicts(data):
    honest = line(*range(1, data.draw(st.integers(2, 9))))
    branch = data.draw(st.integers(2, 9))
    strays = line(*range(branch, branch + data.draw(st.integers(0, 3))), side="x")
    sent = data.draw(st.lists(st.sampled_from(honest + strays), unique=True, min_size=1))
    one, other = sent, data.draw(st.permutations(sent))
    assert arrive(one)[1] == arrive(other)[1]
    assert gaps(arrive(one)[2]) == gaps(arrive(other)[2])
    missing = {seq for run in gaps(arrive(one)[2]) for seq in run}
    assert missing == set(range(1, max(link.seq for link in sent))) - {link.seq for link in sent}


@given(st.permutations(line(*range(1, 9))))
def test_an_honest_chain_never_forks(order):
    places, pairs, held = arrive(order)
    assert not pairs
    assert gaps(held) == ()
    assert all(isinstance(where, Next | Gap) for where in places)


def test_a_chain_that_looks_at_one_side_only_would_be_caught():
    """The broken variant: it forgets the successor."""

    def broken(held, new):
        before = next(iter(held.get(new.seq - 1, ())), None)
        return Fork(frozenset({before.manifest})) if before and before.manifest != new.prev else Next()

    stray = Link(3, "x3", "x2")
    with pytest.raises(AssertionError):
        assert broken({3: [stray]}, line(2)[0]) == Fork(frozenset({"x3"}))
