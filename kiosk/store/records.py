"""The store: everything that a box must not lose, behind one door and used by one thread.

What returned is durable. Parts: `days`, `counters`, `audit`, `vault`, `incarnations`, `drafts`, `bundles`, `receipts`,
`roster`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from kiosk.store.audit import Audit
from kiosk.store.bundles import Bundles
from kiosk.store.counters import Counters
from kiosk.store.database import Database
from kiosk.store.days import Days
from kiosk.store.drafts import Drafts
from kiosk.store.durable import Disk
from kiosk.store.errors import StoreDamaged, StoreLocked
from kiosk.store.incarnations import Incarnations
from kiosk.store.inspection import Inspection
from kiosk.store.keyring import Keyring
from kiosk.store.receipts import Receipts
from kiosk.store.roster import Roster
from kiosk.store.rows import Alarm, Incarnation
from kiosk.store.secret import SecretKey
from kiosk.store.vault import Vault

DATABASE = "jemput.db"
_ROOMS = ("keys", "people", "outbox")


class Store:
    """Opens on construction: migrates, checks, completes what a crash interrupted. Only one process holds a root.

    Raises StoreDamaged where the database is broken, or gone while files of it remain; nothing is deleted then.
    """

    def __init__(self, root: Path, box: str, keyring: Keyring) -> None:
        self._open(root, box, keyring, Disk(), root / DATABASE)

    def _open(self, root: Path, box: str, keyring: Keyring, disk: Disk, database: Path | str) -> None:
        self.root = root
        self._disk = disk
        disk.make_directory(root.parent, root.name)
        for room in _ROOMS:
            disk.make_directory(root, room)
        if not Path(database).exists() and any(any((root / room).iterdir()) for room in _ROOMS):
            raise StoreDamaged("the database is gone, and its files remain")
        self._db = Database(database)
        self.days = Days(self._db)
        self.counters = Counters(self._db)
        self.audit = Audit(self._db, self.days)
        self.vault = Vault(self._db, disk, root / "keys", keyring, self.days)
        self.incarnations = Incarnations(self._db, disk, root / "keys")
        self.drafts = Drafts(self._db, disk, root / "people", self.vault, self.audit)
        self.bundles = Bundles(
            self._db, disk, root, box, self.days, self.audit, self.vault, self.incarnations, self.drafts
        )
        self.receipts = Receipts(self._db, disk, self.bundles, self.days, self.audit)
        self.roster = Roster(self._db, self.vault, self.counters)
        self._inspection = Inspection(disk, root, self.drafts, self.bundles, self.receipts, self.audit)
        try:
            self.vault.sweep()
            self.incarnations.sweep()
            self.alarms = self._inspection.run()
        except BaseException:
            self.close()
            raise

    def inspect(self) -> tuple[Alarm, ...]:
        """Look again as at opening; the alarms also stand in `alarms`. Not while a capture waits for its row."""
        self.alarms = self._inspection.run()
        return self.alarms

    def start_boot(self) -> int:
        """Count a start of the box; once a start, not once a start of the program."""
        boot = self.days.start_boot()
        self.audit.append("boot")
        return boot

    def open_day(self, officer: str) -> int:
        """The number of the working day, with the vault unlocked before; StoreLocked otherwise."""
        if not self.vault.is_open:
            raise StoreLocked("unlock before opening the day")
        with self._db.write():
            day = self.days.open(officer)
            self.audit.append("day-opened", {"officer": officer})
        return day

    def close_day(self) -> None:
        """The day is over and the working key gone."""
        try:
            with self._db.write():
                self.audit.append("day-closed")
                self.days.close()
        finally:
            self.vault.lock()  # also where the card is full

    def rekey(self, recipients: Sequence[str]) -> None:
        """A new working key for these officers' recipients and the recovery recipient, with all live data carried over
        in one transaction; the first call makes the first key and unlocks. StoreLocked where the old key is not here.
        """
        self.vault.rekey(recipients, self._carry_over)

    def begin_incarnation(self, board: str) -> Incarnation:
        """A new signing key that names the last head this box knows; numbers start at 1 again."""
        begun = self.incarnations.begin(board, self.bundles.head())
        self.audit.append("incarnation", {"incarnation": begun.incarnation})
        return begun

    def incarnation_for(self, board: str) -> Incarnation:
        """The current incarnation, or a new one where there is none or the board's serial is not the one noted."""
        current = self.incarnations.current()
        return current if current and current.board == board else self.begin_incarnation(board)

    def room(self) -> int:
        """Bytes that may still be written."""
        return self._disk.room(self.root)

    def tidy(self) -> None:
        """Fold the database's log into its file; for idle moments."""
        self._db.checkpoint()

    def close(self) -> None:
        """Give the files back; the working key stays in the keyring. Idempotent."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _carry_over(self, old: SecretKey, new: SecretKey) -> None:
        self.drafts.reseal(old, new)
        self.roster.reseal(old, new)
        self.audit.append("working-key", {"generation": self.vault.generation + 1})
