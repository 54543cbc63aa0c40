"""Reading and writing in directories that somebody else may have prepared: by directory descriptor, never through a
link, regular files only, bounded, and durable before it returns."""

import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from kiosk.exchange.errors import BundleError, Reason

MAX_FILE = 96 * 1024 * 1024  # a sealed roster is the largest
MAX_ENTRIES = 65_536  # of one directory; FAT has no more
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # a pipe must not hold us up
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_CHUNK = 1024 * 1024


def sha256(data: bytes) -> str:
    """Lower-case hex."""
    return hashlib.sha256(data).hexdigest()


@contextmanager
def directory(root: Path, *parts: str, make: bool = False) -> Iterator[int]:
    """A descriptor of root/parts; each part is a real directory, made and synced where asked for. OSError."""
    with ExitStack() as stack:
        fd = _opened(stack, root, _DIRECTORY)
        for part in parts:
            if make:
                _make(fd, part)
            fd = _opened(stack, part, _DIRECTORY | os.O_NOFOLLOW, fd)
        yield fd


def names(fd: int, wanted: re.Pattern[str], limit: int) -> tuple[str, ...]:
    """Entries whose whole name fits, sorted; at most limit of them. OSError."""
    with os.scandir(fd) as entries:
        found = (entry.name for entry in islice(entries, MAX_ENTRIES) if wanted.fullmatch(entry.name))
        return tuple(sorted(islice(found, limit)))


def read(fd: int, name: str, limit: int) -> bytes:
    """A regular file's bytes. BundleError UNREADABLE (no regular file) or TOO_LARGE; OSError, ENOENT included."""
    _check(os.stat(name, dir_fd=fd, follow_symlinks=False), limit)
    with ExitStack() as stack:
        file = _opened(stack, name, _READ, fd)
        _check(os.fstat(file), limit)
        data = bytearray()
        while chunk := os.read(file, min(_CHUNK, limit + 1 - len(data))):
            data += chunk
            if len(data) > limit:
                raise BundleError(Reason.TOO_LARGE)
        return bytes(data)


def put(fd: int, name: str, data: bytes) -> None:
    """The file with exactly these bytes under its final name, durable. What stands there already is hashed again:
    equal is kept, anything else removed and written anew. OSError."""
    if _holds(fd, name, data):
        return
    if exists(fd, name):
        remove(fd, name)
    with ExitStack() as stack:
        file = _opened(stack, name, _NEW, fd)
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
        os.fsync(file)
    os.fsync(fd)


def remove(fd: int, name: str) -> None:
    """Unlink and sync the directory; what is not there is no error. OSError."""
    if exists(fd, name):
        os.unlink(name, dir_fd=fd)
        os.fsync(fd)


def remove_directory(fd: int, name: str) -> None:
    """Remove an empty directory and sync the one above. OSError."""
    os.rmdir(name, dir_fd=fd)
    os.fsync(fd)


def exists(fd: int, name: str) -> bool:
    """Whether anything, a dead link included, has this name. OSError."""
    try:
        os.stat(name, dir_fd=fd, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _check(status: os.stat_result, limit: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise BundleError(Reason.UNREADABLE, "no regular file")
    if status.st_size > limit:
        raise BundleError(Reason.TOO_LARGE)


def _holds(fd: int, name: str, data: bytes) -> bool:
    try:
        return sha256(read(fd, name, len(data))) == sha256(data)
    except (OSError, BundleError):
        return False


def _make(fd: int, part: str) -> None:
    if not exists(fd, part):
        os.mkdir(part, dir_fd=fd)
        os.fsync(fd)


def _opened(stack: ExitStack, name: Path | str, flags: int, inside: int | None = None) -> int:
    fd = os.open(name, flags, 0o644, dir_fd=inside)
    stack.callback(os.close, fd)
    return fd
