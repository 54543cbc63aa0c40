"""Signed bundles: a gapless number for each, where it stands on its way, and the only road to its deletion."""

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kiosk.core.record import Blob
from kiosk.store.audit import Audit
from kiosk.store.database import Database
from kiosk.store.days import Days
from kiosk.store.drafts import Drafts, blob_name
from kiosk.store.durable import Disk
from kiosk.store.errors import StoreDamaged, StoreError
from kiosk.store.incarnations import Incarnations
from kiosk.store.rows import (
    BundleKind,
    BundleRow,
    BundleState,
    Earlier,
    Head,
    SignedManifest,
    Slot,
)
from kiosk.store.vault import Vault

MANIFEST = "manifest.jws"
_PURPOSE = "bundle"
_COLUMNS = (
    "select name, incarnation, seq, record_id, kind, manifest_hash, state, day, receipt, exported from bundles"
    " natural join (select incarnation, number from incarnations)"
)


class Bundles:
    """`outbox/<name>/manifest.jws` and blobs, born by renaming the person's directory."""

    def __init__(
        self,
        db: Database,
        disk: Disk,
        root: Path,
        box: str,
        days: Days,
        audit: Audit,
        vault: Vault,
        incarnations: Incarnations,
        drafts: Drafts,
    ) -> None:
        self._db, self._disk, self._box, self._days, self._audit = db, disk, box, days, audit
        self._vault, self._incarnations, self._drafts = vault, incarnations, drafts
        self._people, self._outbox = root / "people", root / "outbox"

    def close(
        self,
        record_id: str | None,
        kind: BundleKind,
        nik: str | None,
        blobs: Sequence[Blob],
        sign: Callable[[Slot], SignedManifest],
        *,
        unattested: bool = False,
    ) -> BundleRow:
        """Give the next number; may be done again, and answers a closed record with its row. `unattested`: no officer
        has vouched for this person yet.

        One transaction: the manifest that `sign` makes of the slot, durable beside its blobs; the row; the NIK's keyed
        hash (StoreLocked where a NIK is given on a locked box); the draft's end. After it the directory loses
        everything that the manifest does not name (all blobs of a void) and moves to the outbox.
        `record_id` None: a bundle without a person's directory gets one.
        """
        row = self.of_record(record_id) if record_id else None
        if row is None:
            with self._db.write():
                row = self._issued(record_id or secrets.token_hex(16), kind, nik, blobs, sign)
                if unattested:
                    self._db.execute("insert into unattested values (?)", (row.name,))
        self.place(row)
        return row

    def attest(self, manifest_hash: str, sign: Callable[[Slot], SignedManifest]) -> BundleRow:
        """A new number that says: an officer saw this person and the family card."""
        with self._db.write():
            self._db.execute(
                "delete from unattested where name in (select name from bundles where manifest_hash = ?)",
                (manifest_hash,),
            )
            row = self._issued(secrets.token_hex(16), BundleKind.ATTESTATION, None, (), sign)
        self.place(row)
        return row

    def unattested(self) -> tuple[BundleRow, ...]:
        """People nobody has vouched for yet, in the order of their numbers."""
        waiting = {name for (name,) in self._db.rows("select name from unattested")}
        return tuple(row for row in self.rows() if row.name in waiting) if waiting else ()

    def amend(self, name: str, lost: Sequence[str], sign: Callable[[Slot], SignedManifest]) -> BundleRow:
        """A new number that gives up these hashes of a bundle of ours, because their bytes rotted on this card."""
        with self._db.write():
            self._db.execute_many("insert into amendments values (?, ?)", iter((name, sha256) for sha256 in lost))
            row = self._issued(secrets.token_hex(16), BundleKind.AMENDMENT, None, (), sign)
            self._audit.append("amended", {"bundle": name, "lost": len(lost)})
        self.place(row)
        return row

    def lost(self, name: str) -> tuple[str, ...]:
        """The hashes of this bundle that amendments gave up."""
        return tuple(sha for (sha,) in self._db.rows("select sha256 from amendments where name = ?", (name,)))

    def earlier(self, nik: str) -> tuple[Earlier, ...]:
        """Where this NIK was recorded on this box before, oldest first. StoreLocked."""
        rows = self._db.rows(
            "select record_id, day, name from bundles join lookups using (name) where tag = ? order by bundles.rowid",
            (self._vault.tag(_PURPOSE, nik),),
        )
        return tuple(Earlier(*row) for row in rows)

    def rows(self, *states: BundleState) -> tuple[BundleRow, ...]:
        """The bundles in these states (all where none is named), in the order of their numbers."""
        chosen = states or tuple(BundleState)
        marks = ",".join("?" * len(chosen))
        found = self._db.rows(f"{_COLUMNS} where state in ({marks}) order by number, seq", chosen)
        return tuple(self._row(row) for row in found)

    def named(self, name: str) -> BundleRow | None:
        """One bundle."""
        return self._find("name = ?", name)

    def of_record(self, record_id: str) -> BundleRow | None:
        """The bundle that closed a record."""
        return self._find("record_id = ?", record_id)

    def files(self) -> dict[str, dict[str, int]]:
        """For every bundle whose files must stand, its blobs' names and sizes."""
        rows = self._db.rows(
            "select name, sha256, size from bundles left join blobs using (name)"
            " where state in ('sealed', 'exported', 'rejected')"
        )
        found: dict[str, dict[str, int]] = {}
        for name, sha256, size in rows:
            blobs = found.setdefault(name, {})
            if sha256 is not None:
                blobs[blob_name(sha256)] = size
        return found

    def directory(self, name: str) -> Path:
        """Where a bundle's manifest and blobs stand until it is purged."""
        return self._outbox / name

    def head(self) -> Head | None:
        """The last number given, by whichever incarnation gave it; None before the first."""
        found = self._db.row(
            "select incarnation, seq, manifest_hash from bundles where incarnation = (select incarnation from"
            " incarnations i where exists (select 1 from bundles b where b.incarnation = i.incarnation)"
            " order by number desc limit 1) order by seq desc limit 1"
        )
        return Head(*found) if found else None

    def knows(self, head: Head) -> bool:
        """Whether this box gave that number to that manifest. False for a number of its own: its card was restored
        or cloned, and a new incarnation is due."""
        return head == self._held(head.incarnation, head.seq)

    def mark_exported(self, names: Sequence[str], note: str) -> None:
        """These bundles stand whole on a stick; `note` is a code (the stick's id, the completion's counter)."""
        with self._db.write():
            for name in names:
                self._db.execute(
                    "update bundles set exported = ?, state = case state when 'sealed' then 'exported' else state end"
                    " where name = ?",
                    (note, name),
                )
            self._audit.append("exported", {"bundles": len(names), "note": note})

    def place(self, row: BundleRow) -> None:
        """Bring a numbered bundle to the outbox as its manifest says; completes what a crash interrupted."""
        person = self._people / row.record_id
        if not person.is_dir():
            return
        kept = {MANIFEST, *(blob_name(b.sha256) for b in row.blobs)}
        if destroyed := sorted(p.name for p in person.iterdir() if p.name not in kept):
            self._disk.remove_files(person, *destroyed)
        if row.state not in (BundleState.PURGING, BundleState.PURGED) and not self.directory(row.name).exists():
            self._disk.move_directory(person, self.directory(row.name))
        elif not any(person.iterdir()):  # a capture that was kept after the record had moved is gone now
            self._disk.remove_directory(self._people, row.record_id)

    def _issued(
        self,
        record_id: str,
        kind: BundleKind,
        nik: str | None,
        blobs: Sequence[Blob],
        sign: Callable[[Slot], SignedManifest],
    ) -> BundleRow:
        if kind is BundleKind.VOID and blobs:
            raise ValueError("a void holds no blobs")
        tag = self._vault.tag(_PURPOSE, nik) if nik else None
        person = self._drafts.make_home(record_id)
        self._drafts.check_files(record_id, blobs)
        with self._db.write():
            slot = self._slot()
            if self.directory(slot.name).exists():
                raise StoreDamaged("this number was given before, and its row is lost: a new incarnation is due")
            manifest = sign(slot)
            self._disk.write_file(person, MANIFEST, manifest.jws)
            self._db.execute(
                "insert into bundles (name, incarnation, seq, record_id, kind, manifest_hash, audit_head, day)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    slot.name,
                    slot.incarnation,
                    slot.seq,
                    record_id,
                    kind,
                    manifest.manifest_hash,
                    slot.audit_head,
                    slot.day,
                ),
            )
            rows = {(slot.name, b.sha256, b.size) for b in blobs}
            self._db.execute_many("insert into blobs values (?, ?, ?)", iter(sorted(rows)))
            if tag is not None:
                self._db.execute("insert into lookups values (?, ?)", (tag, slot.name))
            self._db.execute("delete from drafts where record_id = ?", (record_id,))
            self._audit.append("closed", {"bundle": slot.name, "kind": kind, "manifest": manifest.manifest_hash})
        row = self.named(slot.name)
        if row is None:
            raise StoreError("a bundle that was just numbered is not there")
        return row

    def _slot(self) -> Slot:
        current = self._incarnations.current()
        if current is None:
            raise StoreError("no incarnation has begun")
        last = self._db.value("select max(seq) from bundles where incarnation = ?", (current.incarnation,)) or 0
        held = self._held(current.incarnation, last)
        return Slot(
            box=self._box,
            incarnation=current.incarnation,
            seq=last + 1,
            prev=held.manifest_hash if held else None,
            day=self._days.day,
            audit_head=self._audit.head(),
            boot=self._days.boot,
        )

    def _held(self, incarnation: str, seq: int) -> Head | None:
        found = self._db.value(
            "select manifest_hash from bundles where incarnation = ? and seq = ?", (incarnation, seq)
        )
        return Head(incarnation, seq, found) if found else None

    def _find(self, condition: str, value: str) -> BundleRow | None:
        found = self._db.row(f"{_COLUMNS} where {condition}", (value,))
        return self._row(found) if found else None

    def _row(self, found: tuple[Any, ...]) -> BundleRow:
        name, incarnation, seq, record_id, kind, manifest_hash, state, day, receipt, exported = found
        blobs = self._db.rows("select sha256, size from blobs where name = ? order by sha256", (name,))
        return BundleRow(
            name=name,
            incarnation=incarnation,
            seq=seq,
            record_id=record_id,
            kind=BundleKind(kind),
            manifest_hash=manifest_hash,
            state=BundleState(state),
            day=day,
            blobs=tuple(Blob(*b) for b in blobs),
            receipt=receipt,
            exported=exported,
        )
