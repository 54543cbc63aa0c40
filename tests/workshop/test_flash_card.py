"""One card from beginning to end on media of memory: what is written where, and media that turn bad on the way."""

import hashlib
import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_honesty import MemoryCard
from workshop.block_map import Piece
from workshop.copying import Source
from workshop.faults import MIB, CardFault, Fault
from workshop.flash_card import Stage, flash
from workshop.honesty import places
from workshop.medium import BLOCK

SIZE = 48 * MIB
SPANS = ((0, 3 * BLOCK), (5 * MIB, 6 * MIB), (20 * MIB, BLOCK))


class Card(MemoryCard):
    """Takes chunks of any length, block by block; from the `deaf_after`th block on it keeps nothing and says so to
    nobody."""

    def __init__(self, deaf_after: int = 1 << 60) -> None:
        super().__init__(SIZE)
        self.left = deaf_after

    def write(self, offset: int, data: memoryview) -> None:
        for at in range(0, len(data), BLOCK):
            self.left -= 1
            if self.left >= 0:
                self.blocks[offset + at] = bytes(data[at : at + BLOCK])

    def read(self, offset: int, into: memoryview) -> None:
        for at in range(0, len(into), BLOCK):
            into[at : at + BLOCK] = self.blocks.get(offset + at, bytes(BLOCK))


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    content = random.Random(1).randbytes(SIZE)
    (tmp_path / "image").write_bytes(content)
    with open(tmp_path / "image", "rb") as file:
        pieces = (Piece(o, n, hashlib.sha256(content[o : o + n]).hexdigest()) for o, n in SPANS)
        yield Source(file.fileno(), tuple(pieces))


def flashed(card: Card, source: Source, *, marked: bool = True) -> list[tuple[Stage, int]]:
    told: list[tuple[Stage, int]] = []
    flash(card, (source,), marked=marked, told=lambda *what: told.append(what), stop=threading.Event())
    return told


def test_progress_adds_up_to_every_byte_twice(source: Source) -> None:
    told = flashed(Card(), source)
    total = sum(length for _, length in SPANS)
    for stage in (Stage.WRITING, Stage.READING):
        assert sum(more for its, more in told if its is stage) == total


def test_unmarked_nothing_is_touched_but_the_pieces(source: Source) -> None:
    card = Card()
    flashed(card, source, marked=False)
    assert set(card.blocks) == {at for offset, length in SPANS for at in range(offset, offset + length, BLOCK)}


@pytest.mark.parametrize("marked", [True, False])
def test_a_card_that_goes_deaf_at_any_block_is_never_called_verified(source: Source, marked: bool) -> None:
    marks = len(places(SIZE)) if marked else 0
    total = marks + sum(length for _, length in SPANS) // BLOCK
    for after in (*range(0, total, 97), marks, total - 1):
        with pytest.raises(CardFault) as found:
            flashed(Card(deaf_after=after), source, marked=marked)
        assert found.value.fault in (Fault.DIFFERS, Fault.DROPS_WRITES, Fault.SHORT), after
    flashed(Card(deaf_after=total), source, marked=marked)


def test_a_piece_is_taken_from_a_file_of_its_own_where_it_lies_further_on_the_card(tmp_path: Path) -> None:
    own = random.Random(2).randbytes(2 * BLOCK)
    (tmp_path / "own").write_bytes(own)
    card = Card()
    with open(tmp_path / "own", "rb") as file:
        piece = Piece(7 * MIB, len(own), hashlib.sha256(own).hexdigest())
        flashed(card, Source(file.fileno(), (piece,), shift=7 * MIB))
    assert card.blocks[7 * MIB] + card.blocks[7 * MIB + BLOCK] == own
