"""Files that survive a power cut: temporary name, fsync, rename, fsync of the directory. For ext4, not for sticks."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.store.errors import StoreDamaged, from_os

TEMPORARY = ".tmp"
_PRIVATE_FILE = 0o600
_PRIVATE_DIRECTORY = 0o700


class Disk:
    """Each method is durable when it returns, and may be done again after any failure.

    Raises StoreFull, StoreDamaged or StoreError. After an fsync that failed the kernel forgets what it could not
    write, so a second fsync would lie: the file is dropped, and doing it again writes all of it anew.
    """

    def make_directory(self, parent: Path, name: str) -> Path:
        """The directory `name` in `parent`, made where it is missing."""
        with _typed():
            path = parent / name
            if not path.is_dir():
                os.mkdir(path, _PRIVATE_DIRECTORY)  # noqa: PTH102 (one seam for the fault tests: os)
            self._sync_directory(parent)
            return path

    def write_file(self, directory: Path, name: str, data: bytes) -> None:
        """All of data under its final name, or no such new file at all. An older file of that name is replaced."""
        temporary = directory / (name + TEMPORARY)
        with _typed():
            _unlink(temporary)
            try:
                self._write_synced(temporary, data)
            except OSError:
                _unlink(temporary)
                raise
            os.rename(temporary, directory / name)  # noqa: PTH104
            self._sync_directory(directory)

    def remove_files(self, directory: Path, *names: str) -> None:
        """The names are gone; those that already were are no error."""
        with _typed():
            for name in names:
                _unlink(directory / name)
            self._sync_directory(directory)

    def remove_directory(self, parent: Path, name: str) -> None:
        """The empty directory is gone; where it already was is no error."""
        with _typed():
            if (parent / name).is_dir():
                os.rmdir(parent / name)  # noqa: PTH106
            self._sync_directory(parent)

    def move_directory(self, source: Path, target: Path) -> None:
        """The directory stands at its new place, with all it holds. The target must not exist."""
        with _typed():
            os.rename(source, target)  # noqa: PTH104
            self._sync_directory(target.parent)
            self._sync_directory(source.parent)

    def room(self, directory: Path) -> int:
        """Bytes that this process may still write."""
        with _typed():
            state = os.statvfs(directory)
            return state.f_bavail * state.f_frsize

    def _write_synced(self, path: Path, data: bytes) -> None:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _PRIVATE_FILE)
        try:
            rest = memoryview(data)
            while rest:  # a write may be short without an exception
                rest = rest[os.write(handle, rest) :]
            if os.fstat(handle).st_size != len(data):
                raise StoreDamaged("a file is not as long as what was written")
            self._sync(handle)
        finally:
            os.close(handle)

    def _sync_directory(self, directory: Path) -> None:
        handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._sync(handle)
        finally:
            os.close(handle)

    def _sync(self, handle: int) -> None:
        os.fsync(handle)


class UnsyncedDisk(Disk):
    """The twin for tests that do not cut the power: the same files, without waiting for the card."""

    def _sync(self, handle: int) -> None:
        pass


def _unlink(path: Path) -> None:
    try:
        os.unlink(path)  # noqa: PTH108
    except FileNotFoundError:
        return


@contextmanager
def _typed() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise from_os(error) from error
