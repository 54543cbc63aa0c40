"""The office's list of residents, readable only while a day is open, found by NIK without reading all of it."""

import json
from collections.abc import Iterable
from datetime import date

from kiosk.core.record import Resident, Sex
from kiosk.store.counters import Counters
from kiosk.store.database import Database
from kiosk.store.rows import Listed
from kiosk.store.secret import SecretKey
from kiosk.store.vault import Vault

TYP = "jemput-roster"
_PURPOSE = "roster"
_KEY_LABEL = "secret roster"


class Roster:
    """One row a resident: a keyed hash of the NIK, and the line encrypted with the roster's own key."""

    def __init__(self, db: Database, vault: Vault, counters: Counters) -> None:
        self._db, self._vault, self._counters = db, vault, counters

    def put(self, counter: int, residents: Iterable[Listed]) -> bool:
        """Replace the list. False, and nothing done, where the counter is not above the last one's. StoreLocked."""
        working, key = self._vault.working_key(), SecretKey.make()
        with self._db.write():
            if not self._counters.raise_to(TYP, counter):
                return False
            self._keep_key(working, key)
            self._db.execute("delete from residents")
            rows = ((self._tag(r.resident.nik), key.encrypt(_to_bytes(r), _PURPOSE)) for r in residents)
            self._db.execute_many("replace into residents values (?, ?)", rows)
        return True

    def find(self, nik: str) -> Listed | None:
        """The line of this NIK, or None where the list has none. StoreLocked."""
        sealed = self._db.value("select sealed from residents where tag = ?", (self._tag(nik),))
        return None if sealed is None else _from_bytes(self._key(self._vault.working_key()).decrypt(sealed, _PURPOSE))

    def count(self) -> int:
        """How many residents are listed; needs no key."""
        return self._db.value("select count(*) from residents")

    def counter(self) -> int:
        """The counter of the list in force; 0 where none has come."""
        return self._counters.last(TYP)

    def reseal(self, old: SecretKey, new: SecretKey) -> None:
        """Inside the transaction of a new working key: every line under a new key."""
        if not self.counter():
            return
        before, after = self._key(old), SecretKey.make()
        self._keep_key(new, after)
        lines = self._db.rows("select tag, sealed from residents")
        rows = ((after.encrypt(before.decrypt(sealed, _PURPOSE), _PURPOSE), tag) for tag, sealed in lines)
        self._db.execute_many("update residents set sealed = ? where tag = ?", rows)

    def _tag(self, nik: str) -> bytes:
        return self._vault.tag(_PURPOSE, nik)

    def _key(self, working: SecretKey) -> SecretKey:
        return SecretKey(
            working.decrypt(self._db.value("select wrapped from secrets where name = 'roster'"), _KEY_LABEL)
        )

    def _keep_key(self, working: SecretKey, key: SecretKey) -> None:
        wrapped = working.encrypt(key.expose(), _KEY_LABEL)
        self._db.execute("replace into secrets values ('roster', ?)", (wrapped,))


def _to_bytes(listed: Listed) -> bytes:
    who = listed.resident
    return json.dumps([who.nik, who.name, who.birth.isoformat(), who.sex, who.place, listed.status]).encode()


def _from_bytes(line: bytes) -> Listed:
    nik, name, birth, sex, place, status = json.loads(line)
    return Listed(Resident(nik, name, date.fromisoformat(birth), Sex(sex), place), status)
