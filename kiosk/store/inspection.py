"""What every opening of the store puts right, and what it can only name."""

import os
from collections.abc import Iterator
from pathlib import Path

from kiosk.store.audit import Audit
from kiosk.store.bundles import MANIFEST, Bundles
from kiosk.store.drafts import Drafts, blob_name
from kiosk.store.durable import TEMPORARY, Disk
from kiosk.store.receipts import Receipts
from kiosk.store.rows import Alarm, AlarmKind, is_record_id


class Inspection:
    """Completes interrupted moves and purges, deletes what was never acknowledged, and lists alarms.

    Deleted are temporary files, and files in `people` that no row lists: captures that were written when the power
    went before their row stood. Nothing in the outbox is ever touched here, listed or not.
    """

    def __init__(
        self, disk: Disk, root: Path, drafts: Drafts, bundles: Bundles, receipts: Receipts, audit: Audit
    ) -> None:
        self._disk, self._people, self._outbox = disk, root / "people", root / "outbox"
        self._keys = root / "keys"
        self._drafts, self._bundles, self._receipts, self._audit = drafts, bundles, receipts, audit

    def run(self) -> tuple[Alarm, ...]:
        """Put right, then look; cheap enough for every opening."""
        if temporary := sorted(p.name for p in self._keys.glob(f"*{TEMPORARY}")):
            self._disk.remove_files(self._keys, *temporary)
        listed = self._listed()
        for person in [p for p in self._people.iterdir() if is_record_id(p.name)]:
            row = self._bundles.of_record(person.name)
            if row is None:
                self._remove_orphans(person, listed.get(person.name))
            else:
                self._bundles.place(row)
        self._receipts.resume()
        return tuple(self._alarms())

    def _listed(self) -> dict[str, dict[str, int]]:
        """The captures of each person under way: names and sizes."""
        listed: dict[str, dict[str, int]] = {head.record_id: {} for head in self._drafts.heads()}
        for record_id, blob in self._drafts.captures():
            listed[record_id][blob_name(blob.sha256)] = blob.size
        return listed

    def _remove_orphans(self, person: Path, listed: dict[str, int] | None) -> None:
        orphans = sorted(p.name for p in person.iterdir() if p.name not in (listed or {}))
        if orphans:
            self._disk.remove_files(person, *orphans)
        if listed is None:
            self._disk.remove_directory(self._people, person.name)

    def _alarms(self) -> Iterator[Alarm]:
        for record_id, blobs in self._listed().items():
            yield from _lost(record_id, blobs, _sizes(self._people / record_id))
        bundles = self._bundles.files()
        for name, blobs in bundles.items():
            sizes = _sizes(self._outbox / name)
            if MANIFEST not in sizes:
                yield Alarm(AlarmKind.MISSING_BUNDLE, name)
            yield from _lost(name, blobs, sizes)
        for name in sorted({p.name for p in self._outbox.iterdir()} - set(bundles)):
            yield Alarm(AlarmKind.UNKNOWN_BUNDLE, name)
        if (broken := self._audit.verify()) is not None:
            yield Alarm(AlarmKind.AUDIT_BROKEN, str(broken))


def _sizes(directory: Path) -> dict[str, int]:
    try:
        with os.scandir(directory) as entries:
            return {entry.name: entry.stat(follow_symlinks=False).st_size for entry in entries}
    except FileNotFoundError:
        return {}


def _lost(name: str, expected: dict[str, int], sizes: dict[str, int]) -> Iterator[Alarm]:
    for file, size in sorted(expected.items()):
        if sizes.get(file) != size:
            yield Alarm(AlarmKind.MISSING_BLOB, name, file.removesuffix(".age"))
