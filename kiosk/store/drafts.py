"""People under way: their sealed captures as files, their state as a row that only an opened box can read."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from kiosk.core.record import Blob
from kiosk.store.audit import Audit
from kiosk.store.database import Database
from kiosk.store.durable import Disk
from kiosk.store.errors import StoreDamaged, StoreError
from kiosk.store.rows import DraftHead, is_record_id
from kiosk.store.secret import SecretKey
from kiosk.store.vault import Vault


def blob_name(sha256: str) -> str:
    """The name of a blob's file."""
    return f"{sha256}.age"


class Drafts:
    """`people/<record id>/<sha256>.age` and the rows that say which of these files count."""

    def __init__(self, db: Database, disk: Disk, people: Path, vault: Vault, audit: Audit) -> None:
        self._db, self._disk, self._people, self._vault, self._audit = db, disk, people, vault, audit
        self._made: set[str] = set()  # whose directory this process made durable: once is enough, and costs an fsync

    def keep(self, record_id: str, sealed: bytes) -> Blob:
        """Write a sealed capture durably; it counts once `save` or `close` lists it. May be done again."""
        directory = self.make_home(record_id)
        blob = Blob(hashlib.sha256(sealed).hexdigest(), len(sealed))
        self._disk.write_file(directory, blob_name(blob.sha256), sealed)
        return blob

    def make_home(self, record_id: str) -> Path:
        """A record's directory, durable."""
        directory = self._people / _checked(record_id)
        if record_id not in self._made or not directory.is_dir():
            self._disk.make_directory(self._people, record_id)
            self._made.add(record_id)
        return directory

    def save(self, record_id: str, step: str, state: bytes, blobs: Sequence[Blob]) -> None:
        """One transaction: the state, encrypted, and exactly these blobs. What is no longer listed (a retaken capture)
        is noted in the audit and unlinked after the commit. `step` is a code, readable on a locked box. StoreLocked."""
        listed = self._listed(_checked(record_id))
        added = [b for b in blobs if b.sha256 not in listed]
        self.check_files(record_id, added)
        self._refuse_closed(record_id)
        working, own = self._vault.working_key(), SecretKey.make()
        sealed = own.encrypt(state, _label(record_id, step))
        wrapped = working.encrypt(own.expose(), _key_label(record_id))
        retaken = sorted(listed - {b.sha256 for b in blobs})
        with self._db.write():
            self._db.execute(
                "insert into drafts values (?, ?, ?, ?) on conflict (record_id) do update set step = excluded.step,"
                " wrapped_key = excluded.wrapped_key, state = excluded.state",
                (record_id, step, wrapped, sealed),
            )
            rows = ((record_id, b.sha256, b.size) for b in added)
            self._db.execute_many("insert or ignore into captures values (?, ?, ?)", rows)
            for sha256 in retaken:
                self._db.execute("delete from captures where record_id = ? and sha256 = ?", (record_id, sha256))
                self._audit.append("retaken", {"record": record_id, "blob": sha256})
        if retaken:
            self._disk.remove_files(self._people / record_id, *map(blob_name, retaken))

    def discard(self, record_id: str) -> None:
        """A person who agreed to nothing leaves nothing: the row, then the files. May be done again."""
        self._refuse_closed(_checked(record_id))
        with self._db.write():
            self._db.execute("delete from drafts where record_id = ?", (record_id,))
        directory = self._people / record_id
        if directory.is_dir():
            self._disk.remove_files(directory, *(p.name for p in directory.iterdir()))
            self._disk.remove_directory(self._people, record_id)

    def heads(self) -> tuple[DraftHead, ...]:
        """Who is under way; needs no key."""
        return tuple(DraftHead(*row) for row in self._db.rows("select record_id, step from drafts order by rowid"))

    def load(self, record_id: str) -> bytes:
        """The saved state. StoreLocked; StoreDamaged where it was altered; StoreError where there is none."""
        found = self._db.row("select step, wrapped_key, state from drafts where record_id = ?", (record_id,))
        if found is None:
            raise StoreError("no such draft")
        step, wrapped, sealed = found
        own = SecretKey(self._vault.working_key().decrypt(wrapped, _key_label(record_id)))
        return own.decrypt(sealed, _label(record_id, step))

    def reseal(self, old: SecretKey, new: SecretKey) -> None:
        """Inside the transaction of a new working key: every draft under a new key of its own."""
        for record_id, step, wrapped, sealed in self._db.rows("select record_id, step, wrapped_key, state from drafts"):
            label, own = _label(record_id, step), SecretKey.make()
            state = SecretKey(old.decrypt(wrapped, _key_label(record_id))).decrypt(sealed, label)
            self._db.execute(
                "update drafts set wrapped_key = ?, state = ? where record_id = ?",
                (new.encrypt(own.expose(), _key_label(record_id)), own.encrypt(state, label), record_id),
            )

    def check_files(self, record_id: str, blobs: Sequence[Blob]) -> None:
        """StoreDamaged where a blob's file is missing or has another length."""
        for blob in blobs:
            path = self._people / record_id / blob_name(blob.sha256)
            if not path.is_file() or path.stat().st_size != blob.size:
                raise StoreDamaged("a sealed capture is not where it was written")

    def captures(self) -> tuple[tuple[str, Blob], ...]:
        """Every listed capture with its record id."""
        rows = self._db.rows("select record_id, sha256, size from captures order by record_id, sha256")
        return tuple((record_id, Blob(sha256, size)) for record_id, sha256, size in rows)

    def _refuse_closed(self, record_id: str) -> None:
        """A signed bundle may still stand in the person's directory: drafts keep their hands off it."""
        if self._db.value("select 1 from bundles where record_id = ?", (record_id,)):
            raise StoreError("this record is closed")

    def _listed(self, record_id: str) -> set[str]:
        return {sha for (sha,) in self._db.rows("select sha256 from captures where record_id = ?", (record_id,))}


def _checked(record_id: str) -> str:
    if not is_record_id(record_id):
        raise ValueError("a record id is 32 lower-case hex digits")
    return record_id


def _label(record_id: str, step: str) -> str:
    return f"draft {record_id} {step}"


def _key_label(record_id: str) -> str:
    return f"draft-key {record_id}"
