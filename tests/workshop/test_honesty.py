"""Marks on cards of memory: every card that lies is named, no honest one is."""

import errno
from itertools import combinations

import pytest
from workshop import honesty
from workshop.block_map import Piece
from workshop.faults import CardFault, Fault
from workshop.honesty import GRANULE, places
from workshop.medium import BLOCK, Medium

NONCE = b"0123456789abcdef"
SIZE = 48 * GRANULE


class MemoryCard(Medium):
    """An honest card of memory, by blocks."""

    def __init__(self, size: int = SIZE) -> None:
        self.size = size
        self.blocks: dict[int, bytes] = {}

    def write(self, offset: int, data: memoryview) -> None:
        self.blocks[offset] = bytes(data)

    def read(self, offset: int, into: memoryview) -> None:
        into[:] = self.blocks.get(offset, bytes(len(into)))

    def sync(self) -> None:
        pass


class Wraps(MemoryCard):
    def __init__(self, real: int, size: int = SIZE) -> None:
        super().__init__(size)
        self.real = real

    def write(self, offset: int, data: memoryview) -> None:
        super().write(offset % self.real, data)

    def read(self, offset: int, into: memoryview) -> None:
        super().read(offset % self.real, into)


class Forgets(Wraps):
    def write(self, offset: int, data: memoryview) -> None:
        if offset < self.real:
            MemoryCard.write(self, offset, data)

    def read(self, offset: int, into: memoryview) -> None:
        MemoryCard.read(self, offset, into)


class Fails(Forgets):
    def write(self, offset: int, data: memoryview) -> None:
        if offset >= self.real:
            raise OSError(errno.EIO, "Input/output error")
        MemoryCard.write(self, offset, data)


class OneBadBlock(MemoryCard):
    def write(self, offset: int, data: memoryview) -> None:
        if offset == 3 * GRANULE:
            raise OSError(errno.EIO, "Input/output error")
        super().write(offset, data)


class Locked(MemoryCard):
    def write(self, offset: int, data: memoryview) -> None:
        raise OSError(errno.EROFS, "Read-only file system")


def named(card: Medium) -> Fault | None:
    try:
        honesty.check(card, honesty.mark(card, NONCE))
    except CardFault as fault:
        return fault.fault
    return None


@pytest.mark.parametrize("granules", [1, 2, 3, 10, 48, 1000, 30_436])
def test_every_distance_below_the_size_lies_between_two_marks(granules: int) -> None:
    at = places(granules * GRANULE)
    apart = {right - left for left, right in combinations(at, 2)}
    assert set(range(GRANULE, (granules - 1) * GRANULE + 1, GRANULE)) <= apart
    assert at[-1] == granules * GRANULE - BLOCK
    assert all(place % BLOCK == 0 for place in at)
    assert len(at) <= 3 * (granules**0.5) + 6


def test_marks_that_only_stand_at_strides_would_miss_a_card_that_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a plainer choice of places would do: the same test catches it."""
    monkeypatch.setattr(honesty, "places", lambda size: tuple(range(0, size, 8 * GRANULE)))
    assert named(Wraps(13 * GRANULE)) is None
    monkeypatch.undo()
    assert named(Wraps(13 * GRANULE)) is Fault.SHORT


def test_an_honest_card_is_not_accused() -> None:
    assert named(MemoryCard()) is None
    assert named(MemoryCard(SIZE + 512)) is None  # some readers state an odd number of sectors


def test_a_card_that_wraps_around_anywhere_is_called_short() -> None:
    for real in range(GRANULE, SIZE, GRANULE):
        assert named(Wraps(real)) is Fault.SHORT, real


def test_a_card_that_ends_early_is_called_short_whether_it_says_so_or_not() -> None:
    for real in range(GRANULE, SIZE, GRANULE):
        assert named(Forgets(real)) is Fault.SHORT, real
        assert named(Fails(real)) is Fault.SHORT, real


def test_a_card_that_keeps_nothing_is_named_so_even_with_an_earlier_runs_marks_on_it() -> None:
    worn = Forgets(0)
    for place in places(SIZE):
        worn.blocks[place] = honesty.Marks(b"an earlier run!!", ()).content(place)
    assert named(worn) is Fault.DROPS_WRITES


def test_a_bad_block_and_a_locked_slide_are_told_from_a_short_card() -> None:
    assert named(OneBadBlock()) is Fault.BAD_BLOCK
    assert named(Locked()) is Fault.WRITE_PROTECTED


def test_after_the_image_only_marks_beside_it_are_asked_for() -> None:
    card = MemoryCard()
    marks = honesty.mark(card, NONCE)
    card.blocks[0] = bytes(BLOCK)
    honesty.check(card, marks, [Piece(0, BLOCK, "")])
    with pytest.raises(CardFault):
        honesty.check(card, marks, [Piece(BLOCK, BLOCK, "")])


def test_a_card_that_wraps_onto_the_image_is_caught_after_it_though_it_buffered_the_marks() -> None:
    """The card answers from its own memory at first; the image overwrites what the marks were aliased to."""
    card = Wraps(40 * GRANULE)
    marks = honesty.Marks(NONCE, (45 * GRANULE,))
    honesty.check(card, _written(card, marks))
    card.write(5 * GRANULE, memoryview(bytes(BLOCK)))
    with pytest.raises(CardFault):
        honesty.check(card, marks, [Piece(5 * GRANULE, BLOCK, "")])


def _written(card: Medium, marks: honesty.Marks) -> honesty.Marks:
    for place in marks.at:
        card.write(place, memoryview(marks.content(place)))
    return marks
