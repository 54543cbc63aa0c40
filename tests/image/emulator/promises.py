"""What a box said it had saved, and whether a card still has it: a promise counts from the moment its line was read."""

import re
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Self

from tests.image.emulator import card_data, cut, write_log
from tests.image.emulator.lines import Line
from tests.image.emulator.partitions import Partition

SAVED = re.compile(r"\bsaved blob ([0-9a-f]{64})\b")
DROPPED = re.compile(r"\bdropped blob ([0-9a-f]{64})\b")
CLOSED = re.compile(r"\bclosed (\S+) ([0-9a-f]{64})\b")


@dataclass(frozen=True)
class Promise:
    """Something acknowledged, by a blob's hash or a bundle's name, and how many entries of the log may stand behind
    that at most."""

    what: str
    entries: int


def given(lines: Iterable[Line], entries: Sequence[write_log.Entry], kind: re.Pattern[str] = SAVED) -> list[Promise]:
    """Every promise of a machine whose lines were marked with the length of its log, but what it gave up later: a print
    that was taken anew."""
    said = list(lines)
    gone = dropped(said)
    found = ((kind.search(line.text), line.mark) for line in said)
    return [Promise(f[1], write_log.before(entries, mark)) for f, mark in found if f and f[1] not in gone]


def dropped(lines: Iterable[Line]) -> set[str]:
    """Blobs that were given up."""
    return {found[1] for line in lines if (found := DROPPED.search(line.text))}


@dataclass(frozen=True)
class Recording:
    """One power-on whose writes were noted. `before` is the data partition as it was at the start."""

    before: Path
    place: Partition
    log: Path
    entries: Sequence[write_log.Entry]
    saved: Sequence[Promise]
    closed: Sequence[Promise] = ()

    @classmethod
    def of(cls, card_before: Path, place: Partition, log: Path, lines: Iterable[Line], work: Path) -> Self:
        """From the card as it was before, and what the machine left. `place` is the partition as it was afterwards."""
        entries, said = write_log.read(log), list(lines)
        before = cut.part(card_before, place, work / "before.part")
        return cls(before, place, log, entries, given(said, entries), given(said, entries, CLOSED))

    def without_flushes(self) -> Self:
        """The same machine as if its disk had never been told to flush; every promise stands as it was made."""
        deaf = [write_log.Entry(e.offset, e.size, False, e.place, e.end) for e in self.entries]
        return type(self)(self.before, self.place, self.log, deaf, self.saved, self.closed)

    def lost(self, after: int, luck: Random | None, work: Path, data: str = "/") -> set[str]:
        """Cut the power behind `after` entries: what was acknowledged and is not there, or not whole, at the next
        start. Raises BeyondRepair; OSError where the folder `data` itself is gone."""
        owed = {promise.what for promise in (*self.saved, *self.closed) if promise.entries <= after}
        left = write_log.survivors(self.entries, after, luck)
        part = cut.part_cut(self.before, self.place, self.log, self.entries, left, work / "after.part")
        card_data.repair(part)
        return owed - there(part, work / "after", data)


def there(part: Path, folder: Path, data: str = "/") -> frozenset[str]:
    """Whole blobs, and bundles with a manifest, of a data partition; `folder` is emptied and holds its files."""
    shutil.rmtree(folder, ignore_errors=True)
    card_data.take_out(part, folder, data)
    bundles = {path.parent.name for path in folder.rglob("outbox/*/manifest.jws") if path.stat().st_size}
    return card_data.blobs(folder).whole | bundles
