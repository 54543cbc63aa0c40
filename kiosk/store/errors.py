"""The errors of the store; nothing else leaves it but ValueError for wrong use. Messages never hold personal data."""

import errno
import sqlite3

_FULL = (errno.ENOSPC, errno.EDQUOT)
_DAMAGED_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY)
_PRIMARY_CODE = 0xFF  # SQLite's extended result codes carry the primary one in the low byte


class StoreError(Exception):
    """Any trouble with the store: what was asked did not happen."""


class StoreLocked(StoreError):
    """The officer acts: the working key is not here, or the PIN, card or identity does not open it."""


class StoreFull(StoreError):
    """The officer acts: no room on the card; nothing was half saved."""


class StoreDamaged(StoreError):
    """The workshop acts: the card or its content is broken."""


class KeyringRefused(StoreError):
    """The workshop acts: the kernel gives this process no keyring; the caller decides what to do without."""


def from_os(error: OSError) -> StoreError:
    """The store's name for what the file system said."""
    text = error.strerror or "unknown error"
    if error.errno in _FULL:
        return StoreFull(text)
    return StoreDamaged(text) if error.errno in (errno.EIO, errno.EROFS) else StoreError(text)


def from_sqlite(error: sqlite3.Error) -> StoreError:
    """The store's name for what SQLite said."""
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
    text = getattr(error, "sqlite_errorname", type(error).__name__)
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(text)
    return StoreDamaged(text) if code in _DAMAGED_CODES else StoreError(text)
