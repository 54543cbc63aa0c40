"""Which card is which box: one JSON object a line, appended and synced before anybody is told, never changed."""

import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

VERIFIED, FAILED = "verified", "failed"


class LedgerError(Exception):
    """The ledger cannot be read; one sentence and what to do."""


@dataclass(frozen=True)
class Entry:
    """One card flashed, or not. `card` tells it from others, `model` is what reader or card say of themselves; `map`
    and `papers` are SHA-256: of the image's block map, over the box's papers. `why` is empty where it is verified."""

    at: str
    card: str
    model: str
    box: str
    office: str
    image: str
    map: str
    papers: str
    kept_data: bool
    result: str
    why: str


def entries(path: Path) -> tuple[Entry, ...]:
    """All lines, oldest first; none where there is no file. A last line without its end was cut by the power and was
    never told to anybody. LedgerError where another line is not one of ours."""
    return tuple(_parsed(path)) if path.exists() else ()


def _parsed(path: Path) -> Iterator[Entry]:
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1], start=1):
        try:
            yield Entry(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise LedgerError(
                f"{path} line {number} is no line of a ledger; restore the file from its copy."
            ) from error


def append(path: Path, entry: Entry) -> None:
    """The line, durable when this returns; two programs may write at once."""
    with open(path, "ab+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        _cut_torn_end(file.fileno())
        file.write(json.dumps(asdict(entry)).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _cut_torn_end(fd: int) -> None:
    size = os.fstat(fd).st_size
    whole = os.pread(fd, size, 0).rfind(b"\n") + 1
    if whole != size:
        os.ftruncate(fd, whole)


def standing(known: tuple[Entry, ...]) -> dict[str, str]:
    """The box of every card: the last one it was verified for."""
    return {entry.card: entry.box for entry in known if entry.result == VERIFIED}


def doubt(known: tuple[Entry, ...], card: str, box: str, says: str | None) -> str | None:
    """Why somebody must say twice that this card becomes this box: the card is another's, or the box has another card.
    `says` is the box the card itself names."""
    boxes = standing(known)
    former = boxes.get(card, says)
    if former not in (None, box):
        return f"this card is box {former}"
    others = sorted(other for other, its in boxes.items() if its == box and other != card)
    return f"box {box} has a card already ({others[0]})" if others else None
