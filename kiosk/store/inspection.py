"""What every opening of the store puts right, and what it can only name."""

from collections.abc import Iterator
from pathlib import Path

from kiosk.store.audit import Audit
from kiosk.store.bundles import MANIFEST, Bundles
from kiosk.store.drafts import Drafts, blob_name
from kiosk.store.durable import TEMPORARY, Disk
from kiosk.store.receipts import Receipts
from kiosk.store.rows import Alarm, AlarmKind, BundleRow, BundleState, is_record_id


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
        for row in self._kept_bundles():
            self._bundles.place(row)
        self._receipts.resume()
        self._remove_orphans()
        return tuple(self._alarms())

    def _kept_bundles(self) -> tuple[BundleRow, ...]:
        return self._bundles.rows(BundleState.SEALED, BundleState.EXPORTED, BundleState.REJECTED)

    def _remove_orphans(self) -> None:
        listed: dict[str, set[str]] = {head.record_id: set() for head in self._drafts.heads()}
        for record_id, blob in self._drafts.captures():
            listed[record_id].add(blob_name(blob.sha256))
        signed = {row.record_id for row in self._kept_bundles()}  # not moved to the outbox: somebody must look
        for person in [p for p in self._people.iterdir() if is_record_id(p.name) and p.name not in signed]:
            kept = listed.get(person.name, set())
            orphans = sorted(p.name for p in person.iterdir() if p.name not in kept)
            if orphans:
                self._disk.remove_files(person, *orphans)
            if person.name not in listed:
                self._disk.remove_directory(self._people, person.name)

    def _alarms(self) -> Iterator[Alarm]:
        for record_id, blob in self._drafts.captures():
            if _size(self._people / record_id / blob_name(blob.sha256)) != blob.size:
                yield Alarm(AlarmKind.MISSING_BLOB, record_id, blob.sha256)
        bundles = self._kept_bundles()
        for row in bundles:
            yield from self._alarms_of(row)
        for name in sorted({p.name for p in self._outbox.iterdir()} - {row.name for row in bundles}):
            yield Alarm(AlarmKind.UNKNOWN_BUNDLE, name)
        if (broken := self._audit.verify()) is not None:
            yield Alarm(AlarmKind.AUDIT_BROKEN, str(broken))

    def _alarms_of(self, row: BundleRow) -> Iterator[Alarm]:
        directory = self._bundles.directory(row.name)
        if not _size(directory / MANIFEST):
            yield Alarm(AlarmKind.MISSING_BUNDLE, row.name)
        for blob in row.blobs:
            if _size(directory / blob_name(blob.sha256)) != blob.size:
                yield Alarm(AlarmKind.MISSING_BLOB, row.name, blob.sha256)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return None
