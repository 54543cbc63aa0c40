"""The office's register: boxes, bundles, people, receipts; one SQLite file, one writer, every transaction durable."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from kiosk.exchange.errors import Reason
from kiosk.exchange.manifest import BundleName, Manifest
from kiosk.regency import schema


class RegisterDamaged(Exception):
    """The register cannot be read; the office acts: restore it from the backup."""


@dataclass(frozen=True)
class Incarnation:
    """A certified box key: Ed25519 `key` as base64url, `intake` the box's age recipient."""

    box: str
    incarnation: str
    key: str
    intake: str
    training: bool
    head_seq: int


@dataclass(frozen=True)
class Held:
    """A bundle that was taken in; see schema.py."""

    manifest: str
    box: str
    incarnation: str
    seq: int
    prev: str | None
    kind: str
    name: str
    training: bool
    names: str | None
    officer: str | None
    lost: tuple[str, ...]
    copies: int
    disputed: bool


@dataclass(frozen=True)
class Person:
    """Somebody in the register. `withdrawn`: their box says so; once somebody at the office has confirmed it, `nik` and
    `name` are None and the blobs destroyed. `again`: positions to record again."""

    record_id: str
    manifest: str
    meta: str
    nik: str | None
    name: str | None
    status: str
    training: bool
    attested_by: str | None
    linked: str | None
    again: tuple[str, ...] = ()
    withdrawn: bool = False


class Register:
    """One open register. Reads see the last transaction; `transaction` makes several writes one."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.row_factory = sqlite3.Row
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._create()
        except sqlite3.DatabaseError as error:
            raise RegisterDamaged(f"{path.name} is not a readable register") from error

    def _create(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._db.executescript(f"BEGIN; {schema.TABLES} PRAGMA user_version={schema.VERSION}; COMMIT;")
        elif version != schema.VERSION:
            raise RegisterDamaged(f"this register is of version {version}, this program knows {schema.VERSION}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes within happen together or not at all."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def scrub(self) -> None:
        """Leave nothing of what was overwritten, in the write-ahead log neither."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def next_counter(self, typ: str) -> int:
        """The next number for what the office signs of one type; goes up only."""
        sql = "INSERT INTO counters VALUES (?, 1) ON CONFLICT (typ) DO UPDATE SET value = value + 1 RETURNING value"
        return self._db.execute(sql, (typ,)).fetchone()[0]

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """Any question to the tables of schema.py."""
        return self._db.execute(sql, values).fetchall()

    def write(self, sql: str, *values: object) -> None:
        """Any change of the tables of schema.py."""
        self._db.execute(sql, values)

    def setting(self, name: str) -> str | None:
        """What the office decided once, None where it has not."""
        return next((row["value"] for row in self.rows("SELECT value FROM settings WHERE name = ?", name)), None)

    def set(self, name: str, value: str) -> None:
        """Decide something for good, or anew."""
        self.write("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value)

    def knows_box(self, box: str) -> bool:
        """Whether this office ever certified the box."""
        return bool(self.rows("SELECT 1 FROM boxes WHERE box = ?", box))

    def incarnations(self) -> list[Incarnation]:
        """Every certified incarnation, in order of box and incarnation."""
        sql = "SELECT box, incarnation, key, intake, training, head_seq FROM incarnations ORDER BY box, incarnation"
        return [Incarnation(**{**row, "training": bool(row["training"])}) for row in self.rows(sql)]

    def held(self, where: str = "1", *values: object) -> list[Held]:
        """Bundles taken in, in order of their numbers."""
        rows = self.rows(f"SELECT * FROM bundles WHERE {where} ORDER BY box, incarnation, seq", *values)
        return [_held(row) for row in rows]

    def bundle(self, manifest: str) -> Held | None:
        """The bundle of this manifest hash, if it was taken in."""
        return next(iter(self.held("manifest = ?", manifest)), None)

    def add_bundle(self, held: Held) -> None:
        """A bundle whose files are durable."""
        values = {**vars(held), "lost": json.dumps(held.lost)}
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        self.write(f"INSERT INTO bundles ({columns}) VALUES ({marks})", *values.values())
        self.write("DELETE FROM rejections WHERE manifest = ?", held.manifest)
        self.write("DELETE FROM quarantine WHERE manifest = ?", held.manifest)

    def quarantine(
        self, digest: str, name: BundleName, reason: Reason, prev: str | None, against: tuple[str, ...]
    ) -> None:
        """A bundle that is kept aside; a second call adds what it stands against."""
        sides = json.dumps(sorted({*self.against(digest), *against}))
        self.write(
            "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (manifest) DO UPDATE SET reason = excluded.reason, prev = excluded.prev, "
            "against = excluded.against",
            *(digest, *name, prev, reason.value, sides),
        )

    def against(self, digest: str) -> tuple[str, ...]:
        """The manifests that a quarantined one contradicts."""
        rows = self.rows("SELECT against FROM quarantine WHERE manifest = ?", digest)
        return tuple(json.loads(rows[0]["against"])) if rows else ()

    def reject(self, manifest: Manifest, digest: str, reason: Reason, hashes: tuple[str, ...]) -> None:
        """The office's last word on a bundle of a certified box."""
        self.write(
            "INSERT OR REPLACE INTO rejections VALUES (?, ?, ?, ?, ?, ?)",
            *(digest, manifest.box, manifest.incarnation, manifest.seq, reason.value, json.dumps(hashes)),
        )

    def people(self, where: str = "1", *values: object) -> list[Person]:
        """People in order of their record ids."""
        rows = self.rows(f"SELECT * FROM people WHERE {where} ORDER BY record_id", *values)
        return [_person(row) for row in rows]

    def add_person(self, person: Person) -> None:
        """A person whose bundle was added in the same transaction."""
        values = {**vars(person), "again": json.dumps(person.again)}
        columns, marks = ", ".join(values), ", ".join("?" * len(values))
        self.write(f"INSERT INTO people ({columns}) VALUES ({marks})", *values.values())


def _held(row: sqlite3.Row) -> Held:
    flags = {"training": bool(row["training"]), "disputed": bool(row["disputed"])}
    return Held(**{**row, "lost": tuple(json.loads(row["lost"])), **flags})


def _person(row: sqlite3.Row) -> Person:
    flags = {name: bool(row[name]) for name in ("training", "withdrawn")}
    return Person(**{**row, "again": tuple(json.loads(row["again"])), **flags})
