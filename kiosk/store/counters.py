"""Numbers that only go up, one for each type of signed thing."""

from kiosk.store.database import Database
from kiosk.store.errors import StoreError

_RESERVED = "boot"  # counted in Days


class Counters:
    """Counters by the `typ` of docs/formats.md."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def last(self, typ: str) -> int:
        """The last number taken or given; 0 before the first."""
        return self._db.value("select value from counters where name = ?", (typ,)) or 0

    def raise_to(self, typ: str, number: int) -> bool:
        """Take a number that came in; False, and nothing done, where it is not above the last."""
        if typ == _RESERVED:
            raise StoreError("this counter is not signed with")
        if number <= self.last(typ):
            return False
        with self._db.write():
            self._db.execute(
                "insert into counters values (?, ?) on conflict (name) do update set value = excluded.value",
                (typ, number),
            )
        return True

    def next(self, typ: str) -> int:
        """Give a number to something that goes out."""
        number = self.last(typ) + 1
        self.raise_to(typ, number)
        return number
