"""What a disk was told, write by write: the log of QEMU's `blklogwrites` (the format of Linux's dm-log-writes), and the
disk as a power cut leaves it at any place in it.

QEMU logs an entry after the disk has carried it out, so a flush stands behind every write that it made durable. Writing
zeroes and discarding have to be switched off on the disk: QEMU before 9.0 logs zeroes out of order.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import BinaryIO

MAGIC = 0x6A736677736872  # dm-log-writes.c, WRITE_LOG_MAGIC
SUPER = struct.Struct("<QQQI")  # magic, version, number of entries, bytes a sector
ENTRY = struct.Struct("<QQQQ")  # sector, sectors, flags, length of a mark's text
FLUSH, FUA, DISCARD, MARK = 1, 2, 4, 8
COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Entry:
    """One order to the disk. `offset` and `size` say where on the disk, `place` where its data begin in the log, `end`
    where the entry ends there; all in bytes."""

    offset: int
    size: int
    flush: bool
    place: int
    end: int


class DamagedLog(Exception):
    """The log is not one, or not one of these; the text says why."""


def read(path: Path) -> list[Entry]:
    """Every complete entry, to the end of the file: the number in the head lags behind. Raises DamagedLog."""
    with path.open("rb") as file:
        head = file.read(SUPER.size)
        sector = 512
        if any(head):  # the head is written by the first flush
            if len(head) < SUPER.size:
                raise DamagedLog("the head is cut short")
            magic, version, _, sector = SUPER.unpack(head)
            if magic != MAGIC or version != 1:
                raise DamagedLog("no log of writes, version 1")
        return list(_entries(file, sector, path.stat().st_size))


def _entries(file: BinaryIO, sector: int, size: int) -> Iterator[Entry]:
    at = sector
    while at + ENTRY.size <= size:
        file.seek(at)
        first, count, flags, _ = ENTRY.unpack(file.read(ENTRY.size))
        if not (count or flags):
            return
        if flags & (DISCARD | MARK | ~0xF):
            raise DamagedLog(f"an entry of kind {flags:#x} at byte {at}: discards and marks are not expected")
        end = at + sector + count * sector
        if end > size and count:
            return  # the machine ended while it was written
        yield Entry(first * sector, count * sector, bool(flags & (FLUSH | FUA)), at + sector, end)
        at = end


def before(entries: Sequence[Entry], log_bytes: int) -> int:
    """How many entries can stand in a log of that many bytes: whatever was acknowledged when the log had that length is
    among them."""
    return sum(1 for entry in entries if entry.place <= log_bytes)


def survivors(entries: Sequence[Entry], cut: int, luck: Random | None = None) -> list[int]:
    """The numbers of the entries that a cut after `cut` entries leaves on the disk, in their order: with `luck` only
    what the last flush covered and a random part of what came after it, otherwise all of them."""
    if luck is None:
        return list(range(cut))
    safe = max((number + 1 for number in range(cut) if entries[number].flush), default=0)
    share = luck.random()
    return [number for number in range(cut) if number < safe or luck.random() < share]


def replay(log: Path, entries: Sequence[Entry], onto: Path, start: int = 0, size: int | None = None) -> None:
    """Write these entries onto an image, or onto the part of one that began `start` bytes into the disk and had `size`
    bytes."""
    with log.open("rb") as source, onto.open("r+b") as disk:
        for entry in entries:
            low = max(entry.offset, start)
            high = min(entry.offset + entry.size, entry.offset + entry.size if size is None else start + size)
            if low < high:
                source.seek(entry.place + low - entry.offset)
                disk.seek(low - start)
                _copy(source, disk, high - low)


def _copy(source: BinaryIO, disk: BinaryIO, size: int) -> None:
    while size:
        piece = source.read(min(size, COPY_BYTES))
        if not piece:
            raise DamagedLog("the log ends within an entry")
        disk.write(piece)
        size -= len(piece)
