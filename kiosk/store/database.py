"""One connection, one writer, and transactions whose end is known even where COMMIT fails."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiosk.store import schema
from kiosk.store.errors import StoreDamaged, StoreError, from_sqlite

IN_MEMORY = ":memory:"
_WAL_LIMIT_BYTES = 4 * 1024 * 1024


class Database:
    """The store's SQLite database; used by the thread that made it only."""

    def __init__(self, path: Path | str) -> None:
        self._path = str(path)
        self._depth = 0
        self._connection = self._opened()

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
            return self._connection.execute(sql, values).fetchall()
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
        self._connection.close()

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
        return self._connection

    def _begin(self) -> None:
        # Before a transaction, so that a checkpoint that fails is not taken for a commit that failed.
        if self._wal_bytes() > _WAL_LIMIT_BYTES:
            self.checkpoint()
        self.rows("begin immediate")
        self._beat = self.value("select beat from pulse")

    def _commit(self) -> None:
        try:
            self._connection.execute("commit")
        except sqlite3.Error as error:
            self._reopen()
            if self.value("select beat from pulse") != self._beat + 1:
                raise from_sqlite(error) from error

    def _roll_back(self) -> None:
        try:
            if self._connection.in_transaction:
                self._connection.execute("rollback")
        except sqlite3.Error:
            self._reopen()

    def _reopen(self) -> None:
        self._connection.close()
        self._connection = self._opened()
        self.checkpoint()

    def _wal_bytes(self) -> int:
        try:
            return os.stat(self._path + "-wal").st_size  # noqa: PTH116
        except FileNotFoundError:
            return 0
