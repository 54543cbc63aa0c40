"""A stick that is pulled at the Nth system call: what was not synced by then is gone, a write in progress is torn."""

import errno
import os
from pathlib import Path
from typing import Any

_COUNTED = ("mkdir", "unlink", "rmdir", "read", "fsync", "fstat", "scandir")


class PulledStick:
    """Stands for the `os` of kiosk.exchange.disk. Calls below `root` are counted; from the Nth on all of them fail with
    EIO, or another error. `fsync` is modelled, not waited for; `lose` tells what was not synced."""

    def __init__(self, root: Path, at: int | None = None, code: int = errno.EIO) -> None:
        self._root, self._at, self._code = str(root), at, code
        self.calls = 0
        self.pulled = False
        self._files: set[str] = set()
        self._names: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in _COUNTED:
            return real

        def counted(first: Any, *rest: Any, **named: Any) -> Any:
            path = self._path(first, named.get("dir_fd"))
            self._step(path)
            if name == "mkdir":
                self._names.add(path)
            if name == "fsync":
                return self._synced(path)
            return real(first, *rest, **named)

        return counted

    def open(self, name: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        path = self._path(name, dir_fd)
        self._step(path)
        if flags & os.O_CREAT:
            self._files.add(path)
            self._names.add(path)
        return os.open(name, flags, mode, dir_fd=dir_fd)

    def stat(self, name: Any, **named: Any) -> os.stat_result:
        self._step(self._path(name, named.get("dir_fd")))
        return os.stat(name, **named)  # noqa: PTH116

    def write(self, fd: int, data: Any) -> int:
        try:
            self._step(self._path(fd, None))
        except OSError:
            os.write(fd, data[: len(data) // 2])
            raise
        return os.write(fd, data[: max(1, len(data) // 2)])  # short writes are legal

    def lose(self, *, names: bool) -> None:
        """What a pulled stick takes with it: the contents of files without fsync, as FAT does, or their names too."""
        for path in map(Path, self._files):
            if path.is_file():
                os.truncate(path, 0)
        for path in map(Path, self._names if names else ()):
            if path.is_file():
                path.unlink()
        self._files.clear()
        self._names.clear()

    def _step(self, path: str) -> None:
        if not path.startswith(self._root):
            return
        self.calls += 1
        if self._at is not None and self.calls >= self._at:
            self.pulled = True
            raise OSError(self._code, os.strerror(self._code))

    def _synced(self, path: str) -> None:
        self._files.discard(path)
        self._names = {name for name in self._names if name.rpartition("/")[0] != path}

    def _path(self, name: Any, dir_fd: int | None) -> str:
        if isinstance(name, int):
            return _by_fd(name)
        return str(name) if dir_fd is None else f"{_by_fd(dir_fd)}/{name}"


def _by_fd(fd: int) -> str:
    return os.readlink(f"/proc/self/fd/{fd}")  # noqa: PTH115 - pathlib is ten times slower, and this is called a lot
