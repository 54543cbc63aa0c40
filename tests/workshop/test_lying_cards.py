"""Cards that lie, flashed: each is caught, named, written into the ledger, and never called verified."""

import errno
import threading
from pathlib import Path

import cards
import pytest
from small_image import MIB
from test_flash import flash
from workshop import copying, flash_card, ledger
from workshop.block_map import Piece
from workshop.copying import Source, Stopped
from workshop.faults import Fault, fault_of
from workshop.medium import Medium

from bench.inputs.loops import loop

CARD_MIB = 40
# Within mapped bytes of system_a, on no mark, and in the first page of a write: of a longer one that fails further on,
# FUSE says how much it took, and a loop device takes that for all of it.
IN_SYSTEM = 9 * MIB + 9


def said_of(folder: Path, image: Path, box: Path, kind: str, at: int) -> str:
    """What is said of a card of this kind; empty where it was called verified."""
    with cards.liar(folder, kind, CARD_MIB, at) as disk:
        done = flash(folder, image, [(disk, box)])
    (entry,) = ledger.entries(folder / "cards.jsonl")
    assert done.exit_code == (1 if entry.result == ledger.FAILED else 0), done.output
    assert entry.why in done.output.replace("\n", " ")
    return entry.why


def test_the_same_card_without_a_lie_is_verified(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    assert said_of(tmp_path, image, boxes[0], "card", 0) == ""


@pytest.mark.parametrize(
    ("kind", "at", "said"),
    [
        ("wrapping", 32 * MIB, "states 40 MiB and has about 32 MiB"),
        ("ending", 27 * MIB, "states 40 MiB and has about"),
        ("forgetting", 27 * MIB, "states 40 MiB and has about"),
        ("deaf", 0, "did not keep"),
        ("bad", IN_SYSTEM, "failed at or just after 9 MiB"),
        ("unreadable", IN_SYSTEM, "failed at or just after 9 MiB"),
        ("flipping", IN_SYSTEM, "other bytes than it was given, between 5 and"),
    ],
)
def test_each_lie_has_its_name(tmp_path: Path, image: Path, boxes: list[Path], kind: str, at: int, said: str) -> None:
    assert said in said_of(tmp_path, image, boxes[0], kind, at)


def test_one_bit_is_found_by_reading_back_and_by_nothing_else(
    tmp_path: Path, image: Path, boxes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "read_back", lambda *_: None)
    assert said_of(tmp_path, image, boxes[0], "flipping", IN_SYSTEM) == ""


def test_a_short_card_is_found_by_its_marks_and_by_nothing_else(
    tmp_path: Path, image: Path, boxes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The image itself fits into what there is."""
    monkeypatch.setattr(flash_card.honesty, "check", lambda *_: None)
    assert said_of(tmp_path, image, boxes[0], "wrapping", 32 * MIB) == ""


def test_a_write_protected_card_is_refused_before_anything(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    file = tmp_path / "locked.card"
    file.write_bytes(bytes(CARD_MIB * MIB))
    with loop(file, "--read-only") as disk:
        done = flash(tmp_path, image, [(disk, boxes[0])])
    assert (done.exit_code, "write-protected; slide the card's lock up" in done.output) == (1, True)


def test_who_has_no_right_is_told_so_and_not_that_the_card_is_bad() -> None:
    assert fault_of(OSError(errno.EACCES, "Permission denied")).fault is Fault.NO_RIGHT


def test_a_card_that_is_pulled_is_gone_and_not_called_bad(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Medium(tmp_path / "pulled")


def test_somebody_who_ends_it_waits_for_one_chunk_at_most(tmp_path: Path) -> None:
    cards.needs("losetup")
    stop, told = threading.Event(), []

    def count(length: int) -> None:
        told.append(length)
        stop.set()

    with cards.card(tmp_path, CARD_MIB) as disk, Medium(disk) as medium, open(disk, "rb") as zeros:
        source = Source(zeros.fileno(), (Piece(0, 32 * MIB, ""),))
        with pytest.raises(Stopped):
            copying.write(medium, source, count, stop)
    assert len(told) == 1
