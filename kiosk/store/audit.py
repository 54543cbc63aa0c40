"""What was done on this box, in a chain of hashes whose head every signed manifest names. No personal data."""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import closing

from kiosk.store.database import Database
from kiosk.store.days import Days

GENESIS = "0" * 64
_EVENT = re.compile(r"[a-z][a-z0-9-]{0,63}")
_CODE = re.compile(r"[A-Za-z0-9_.:+-]{0,128}")
_NIK = re.compile(r"[0-9]{16}")


class Audit:
    """Appends within the caller's transaction, if there is one, so that a deed and its note stand together."""

    def __init__(self, db: Database, days: Days) -> None:
        self._db = db
        self._days = days

    def append(self, event: str, fields: Mapping[str, str | int] | None = None) -> None:
        """Note an event. ValueError where a field is not a code or a number, or looks like a NIK."""
        fields = dict(fields or {})
        _check(event, fields)
        with self._db.write():
            number, prev = self._db.row("select number, hash from audit order by number desc limit 1") or (0, GENESIS)
            entry = (number + 1, self._days.boot, self._days.day, event, json.dumps(fields, sort_keys=True), prev)
            self._db.execute("insert into audit values (?, ?, ?, ?, ?, ?, ?)", (*entry, _hash(entry)))

    def head(self) -> str:
        """The hash of the last row; 64 zeros before the first."""
        return self._db.value("select hash from audit order by number desc limit 1") or GENESIS

    def verify(self) -> int | None:
        """The number of the first row that was altered, moved or lost; None where the chain holds.

        Rows cut off at the end show as the number after the last one, where a signed manifest names a head among them.
        """
        prev, number = GENESIS, 0
        with closing(self._db.walk("select * from audit order by number")) as rows:
            for *entry, digest in rows:
                number += 1
                if entry[0] != number or entry[-1] != prev or digest != _hash(tuple(entry)):
                    return number
                prev = digest
        lost = self._db.value(
            "select 1 from bundles where audit_head != ? and audit_head not in (select hash from audit)", (GENESIS,)
        )
        return number + 1 if lost else None


def _hash(entry: tuple[str | int, ...]) -> str:
    return hashlib.sha256(json.dumps(entry, separators=(",", ":")).encode()).hexdigest()


def _check(event: str, fields: Mapping[str, str | int]) -> None:
    if not _EVENT.fullmatch(event):
        raise ValueError("an event is a short lower-case code")
    for value in fields.values():
        text = str(value)
        if not _CODE.fullmatch(text) or _NIK.fullmatch(text):
            raise ValueError(f"audit field of {event} is not a code")
