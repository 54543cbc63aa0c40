"""One connection, one writer, and transactions whose end is known even where COMMIT fails."""

import os
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiosk.store import schema
from kiosk.store.errors import StoreDamaged, StoreError, from_sqlite

IN_MEMORY = ":memory:"
_WAL_LIMIT_BYTES = 4 * 1024 * 1024
_NOT_OPEN = "the database is not open: restart the box"


class Database:
    """The store's SQLite database; used by the thread that made it only."""

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        self._depth = 0
        self._connection: sqlite3.Connection | None = self._opened()

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction, durable when it returns; a write inside a write belongs to the outer one.

        A COMMIT that fails may have happened. Every transaction therefore raises the one number in
        `pulse`; after a failed COMMIT the connection is closed and opened anew, what the log holds is written into the
        database file, and the number says whether the transaction stands. Only where it does not, the error is raised.
        """
        if self._depth:
            yield
            return
        self._begin()
        self._depth = 1
        try:
            yield
            self.execute("update pulse set beat = beat + 1")
        except BaseException as error:
            self._roll_back()
            if isinstance(error, sqlite3.Error):
                raise from_sqlite(error) from error
            raise
        finally:
            self._depth = 0
        self._commit()

    def execute(self, sql: str, values: tuple[Any, ...] = ()) -> None:
        """Run one statement inside a write."""
        self._in_write().execute(sql, values)

    def execute_many(self, sql: str, rows: Iterator[tuple[Any, ...]]) -> None:
        """Run one statement for each row inside a write."""
        self._in_write().executemany(sql, rows)

    def rows(self, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """What a query finds."""
        try:
            return self._open.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise from_sqlite(error) from error

    def walk(self, sql: str) -> Generator[tuple[Any, ...], None, None]:
        """What a query finds, one row in memory at a time. Close it where it is left early: a statement that is not at
        its end keeps the log from being folded in."""
        try:
            yield from self._open.execute(sql)
        except sqlite3.Error as error:
            raise from_sqlite(error) from error

    def row(self, sql: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...] | None:
        """The first row that a query finds."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def value(self, sql: str, values: tuple[Any, ...] = ()) -> Any:
        """The first column of the first row, or None."""
        found = self.row(sql, values)
        return found[0] if found else None

    def checkpoint(self) -> None:
        """Write the log into the database file and empty it; for idle moments."""
        self.rows("pragma wal_checkpoint(truncate)")

    def close(self) -> None:
        """Idempotent."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StoreDamaged(_NOT_OPEN)
        return self._connection

    def _opened(self) -> sqlite3.Connection:
        try:
            connection = schema.connect(self._path)
            try:
                schema.migrate(connection)
                self._quick_check(connection)
            except BaseException:
                connection.close()
                raise
        except sqlite3.Error as error:
            raise from_sqlite(error) from error
        return connection

    def _quick_check(self, connection: sqlite3.Connection) -> None:
        if connection.execute("pragma quick_check(1)").fetchone()[0] != "ok":
            raise StoreDamaged("the database fails its check")

    def _in_write(self) -> sqlite3.Connection:
        if not self._depth:
            raise StoreError("a statement outside of a transaction")
        return self._open

    def _begin(self) -> None:
        # Before a transaction, so that a checkpoint that fails is not taken for a commit that failed.
        if self._wal_bytes() > _WAL_LIMIT_BYTES:
            self.checkpoint()
        self.rows("begin immediate")
        self._beat = self.value("select beat from pulse")

    def _commit(self) -> None:
        try:
            self._open.execute("commit")
        except sqlite3.Error as error:
            self._reopen()
            if self.value("select beat from pulse") != self._beat + 1:
                raise from_sqlite(error) from error

    def _roll_back(self) -> None:
        try:
            if self._open.in_transaction:
                self._open.execute("rollback")
        except sqlite3.Error:
            self._reopen()

    def _reopen(self) -> None:
        """Where this fails the database stays shut, and every later act is told so: what the last COMMIT did is for the
        next start to find out."""
        self.close()
        try:
            self._connection = self._opened()
        except StoreError as error:
            raise StoreDamaged(_NOT_OPEN) from error
        self.checkpoint()

    def _wal_bytes(self) -> int:
        try:
            return os.stat(self._path + "-wal").st_size  # noqa: PTH116
        except FileNotFoundError:
            return 0
