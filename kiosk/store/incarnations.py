"""The box's signing keys, one for each incarnation: which one lives, and on which board it was made."""

import secrets
from pathlib import Path

from kiosk.store.database import Database
from kiosk.store.durable import Disk
from kiosk.store.errors import StoreDamaged, StoreError
from kiosk.store.rows import Head, Incarnation
from kiosk.store.secret import KEY_BYTES


class Incarnations:
    """The key's file is durable before the row that names it; a file that no row names as current is swept away."""

    def __init__(self, db: Database, disk: Disk, directory: Path) -> None:
        self._db, self._disk, self._directory = db, disk, directory

    def current(self) -> Incarnation | None:
        """The one that signs now; None before the first start."""
        found = self._db.row(
            "select incarnation, board, last_incarnation, last_seq, last_manifest from incarnations"
            " order by number desc limit 1"
        )
        if found is None:
            return None
        incarnation, board, *last = found
        return Incarnation(incarnation, board, None if last[0] is None else Head(*last))

    def begin(self, board: str, last_head: Head | None) -> Incarnation:
        """A new signing key and incarnation; numbers start at 1 again. `last_head` is the last that is known."""
        name = secrets.token_hex(4)
        self._disk.write_file(self._directory, _file_name(name), secrets.token_bytes(KEY_BYTES))
        last = (last_head.incarnation, last_head.seq, last_head.manifest_hash) if last_head else (None, None, None)
        with self._db.write():
            self._db.execute(
                "insert into incarnations (incarnation, board, last_incarnation, last_seq, last_manifest)"
                " values (?, ?, ?, ?, ?)",
                (name, board, *last),
            )
        self.sweep()
        return Incarnation(name, board, last_head)

    def signing_key(self) -> bytes:
        """The Ed25519 private key's 32 bytes of the current incarnation."""
        current = self.current()
        if current is None:
            raise StoreError("no incarnation has begun")
        try:
            key = (self._directory / _file_name(current.incarnation)).read_bytes()
        except OSError as error:
            raise StoreDamaged("the signing key's file cannot be read") from error
        if len(key) != KEY_BYTES:
            raise StoreDamaged("the signing key's file has a wrong length")
        return key

    def sweep(self) -> None:
        """Remove the keys of incarnations that are over or never began."""
        current = self.current()
        kept = _file_name(current.incarnation) if current else ""
        stale = [p.name for p in self._directory.glob("box-*.key") if p.name != kept]
        if stale:
            self._disk.remove_files(self._directory, *stale)


def _file_name(incarnation: str) -> str:
    return f"box-{incarnation}.key"
