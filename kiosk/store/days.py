"""Starts of the box and opened working days: the only calendar that retention trusts."""

from kiosk.store.database import Database


class Days:
    """A day ends when an officer closes it, not when the power goes: an opening after a power cut is the same day."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @property
    def boot(self) -> int:
        """How many times this box has started."""
        return self._db.value("select value from counters where name = 'boot'") or 0

    @property
    def day(self) -> int:
        """The number of the day that is open or was open last; 0 before the first."""
        return self._db.value("select max(day) from days") or 0

    @property
    def officer(self) -> str:
        """Who opened that day; empty before the first."""
        return self._db.value("select officer from days order by day desc limit 1") or ""

    @property
    def is_open(self) -> bool:
        """Whether that day has not been closed."""
        return self._db.value("select closed from days order by day desc limit 1") == 0

    def start_boot(self) -> int:
        """Count a start of the box."""
        with self._db.write():
            self._db.execute(
                "insert into counters values ('boot', 1) on conflict (name) do update set value = value + 1"
            )
        return self.boot

    def open(self, officer: str) -> int:
        """The number of the day, a new one where the last was closed."""
        if not self.is_open:
            with self._db.write():
                self._db.execute(
                    "insert into days (day, officer, boot) values (?, ?, ?)", (self.day + 1, officer, self.boot)
                )
        return self.day

    def close(self) -> None:
        """The day is over; idempotent."""
        with self._db.write():
            self._db.execute("update days set closed = 1 where closed = 0")
