"""A card whose power goes at the N-th durable call: what a kill leaves, or what a power cut leaves at its worst.

`Cut(root, at, harsh)` counts every call that changes files, and every COMMIT, of the code under test. At the N-th it
copies the box's directory as the next start will find it and raises PowerGone; from then on every call raises. In a
harsh copy, what was not synced is lost: a file without its fsync is empty, a name without its directory's fsync is
not there or still the old one. SQLite syncs its own commits (synchronous=FULL), so its files are copied as they are.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_CALLS = ("write", "fsync", "rename", "unlink", "mkdir", "rmdir")


class PowerGone(BaseException):
    """Nothing runs after it: no `except Exception` may catch it."""


class Cut:
    """Armed with `arm`; `found` is what the next start sees, `calls` how many calls were counted."""

    def __init__(self, root: Path, at: int, harsh: bool) -> None:
        self.root, self.at, self.harsh = root, at, harsh
        self.found = root.with_name(f"{root.name}-after")
        self.calls = 0
        self._armed = False
        self._unsynced: set[Path] = set()
        self._names: list[tuple[str, Path, Path]] = []  # what happened, where it was, where it is

    @property
    def gone(self) -> bool:
        return self.calls >= self.at > 0

    def arm(self, patch: pytest.MonkeyPatch) -> None:
        for name in _CALLS:
            patch.setattr(os, name, self._counted(name, getattr(os, name)))
        cut = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                if sql == "commit":
                    cut._count()
                return super().execute(sql, *values)

        connect = sqlite3.connect
        patch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **k, factory=Connection))

    def start(self) -> None:
        """Count from here on."""
        self._armed = True

    def stop(self) -> None:
        """Nothing is counted any more."""
        self._armed = False

    def _counted(self, name: str, real: Callable) -> Callable:
        def call(*arguments: Any, **named: Any) -> Any:
            self._count()
            result = real(*arguments, **named)
            self._note(name, arguments)
            return result

        return call

    def _count(self) -> None:
        if not self._armed:
            return
        if self.gone:
            raise PowerGone
        self.calls += 1
        if self.gone:
            self._armed = False
            shutil.copytree(self.root, self.found)
            if self.harsh:
                self._lose()
            self._armed = True
            raise PowerGone

    def _note(self, name: str, arguments: tuple) -> None:
        if not self._armed:
            return
        if name == "write":
            self._unsynced.add(_path_of(arguments[0]))
        elif name == "fsync":
            synced = _path_of(arguments[0])
            self._unsynced.discard(synced)
            self._names = [n for n in self._names if n[2].parent != synced]
        elif name == "rename":
            old, new = Path(arguments[0]), Path(arguments[1])
            if old in self._unsynced:
                self._unsynced.discard(old)
                self._unsynced.add(new)
            self._names.append((name, old, new))
        elif name == "mkdir":
            self._names.append((name, Path(arguments[0]), Path(arguments[0])))

    def _lose(self) -> None:
        for path in self._unsynced:
            if self._copied(path).exists():
                self._copied(path).write_bytes(b"")
        for name, old, new in reversed(self._names):
            if not self._copied(new).exists():
                continue
            if name == "mkdir":
                shutil.rmtree(self._copied(new))
            else:
                self._copied(new).rename(self._copied(old))

    def _copied(self, path: Path) -> Path:
        return self.found / path.relative_to(self.root)


def _path_of(handle: int) -> Path:
    return Path(f"/proc/self/fd/{handle}").readlink()
