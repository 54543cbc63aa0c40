"""Copies of a card as a power cut leaves it."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from tests.image.emulator import write_log
from tests.image.emulator.partitions import Partition
from tests.image.emulator.write_log import Entry


def copy(image: Path, to: Path) -> Path:
    """A second card of the same content; what is empty takes no room."""
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", str(image), str(to)], check=True)
    return to


def same(one: Path, other: Path) -> bool:
    """Whether two cards hold the same; what is empty on both is not read."""
    return subprocess.run(["qemu-img", "compare", "-q", "-f", "raw", "-F", "raw", str(one), str(other)]).returncode == 0


def same_part(one: Path, other: Path, of: Partition) -> bool:
    """Whether one partition of two cards holds the same."""
    place = ["--ignore-initial", str(of.start), "--bytes", str(of.size)]
    return subprocess.run(["cmp", "--quiet", *place, str(one), str(other)]).returncode == 0


def cut(base: Path, log: Path, entries: Sequence[Entry], after: int, to: Path, luck: Random | None = None) -> Path:
    """The card that was `base` when the log began, after a cut behind `after` entries; see write_log.survivors."""
    copy(base, to)
    left = write_log.survivors(entries, after, luck)
    write_log.replay(log, [entries[number] for number in left], to)
    return to


def part(image: Path, of: Partition, to: Path) -> Path:
    """One partition of a card as a file of its own; what is empty takes neither room nor time."""
    with image.open("rb") as source, to.open("wb") as file:
        file.truncate(of.size)
        for start, end in _filled(source.fileno(), of.start, of.start + of.size):
            file.seek(start - of.start)
            while start < end:
                start += os.copy_file_range(source.fileno(), file.fileno(), end - start, start)
    return to


def _filled(descriptor: int, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where data stands in a file, between two places."""
    while start < end:
        try:
            start = os.lseek(descriptor, start, os.SEEK_DATA)
        except OSError:  # nothing but emptiness
            return
        hole = os.lseek(descriptor, start, os.SEEK_HOLE)
        if start < end:
            yield start, min(hole, end)
        start = hole


def part_cut(
    part_before: Path, of: Partition, log: Path, entries: Sequence[Entry], left: Sequence[int], to: Path
) -> Path:
    """One partition after a cut that left those entries; `part_before` is that partition when the log began."""
    copy(part_before, to)
    write_log.replay(log, [entries[number] for number in left], to, of.start, of.size)
    return to
