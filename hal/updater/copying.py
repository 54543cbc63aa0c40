"""A bundle on its way from the stick to the box's own card: goes on where an earlier copy of the same bundle ended."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from hal.updater import Refusal, Refused
from hal.updater.bundle import Outline

CHUNK = 8 << 20  # what a power cut can cost; one fsync of this every second or two
RESERVE = 512 << 20  # stays free for people: about a hundred of them
SUFFIX = ".raucb"


def copy(source: BinaryIO, found: Outline, folder: Path, progress: Callable[[float], None]) -> tuple[Path, bool]:
    """The copy, not yet checked, and whether a part of it was there before. Raises Refused(NO_ROOM, PULLED, STORAGE).

    The file is named after the bundle's signature, so that parts of two bundles never meet; others are dropped.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = folder / f"{found.name}{SUFFIX}"
        drop(folder, but=part)
        with part.open("ab") as target:
            begun = min(target.tell(), found.size) // CHUNK * CHUNK  # what was not fsynced may be anything
            target.truncate(begun)
            _wants_room(folder, found.size - begun)
            _append(source, target, begun, found.size, progress)
        _sync(folder)
    except OSError as error:
        raise Refused(Refusal.NO_ROOM if error.errno == errno.ENOSPC else Refusal.STORAGE) from error
    return part, begun > 0


def drop(folder: Path, but: Path | None = None) -> None:
    """Remove every copy but one, whole or not. OSError."""
    for path in folder.iterdir():
        if path.suffix == SUFFIX and path != but:
            path.unlink()


def _append(source: BinaryIO, target: BinaryIO, at: int, size: int, progress: Callable[[float], None]) -> None:
    while at < size:
        progress(at / size)
        piece = _read(source, at, min(CHUNK, size - at))
        target.write(piece)
        target.flush()
        os.fsync(target.fileno())
        at += len(piece)


def _read(source: BinaryIO, at: int, wanted: int) -> bytes:
    piece = b""
    with suppress(OSError):  # whatever the stick says, it does not give its bytes
        piece = os.pread(source.fileno(), wanted, at)
        with suppress(OSError):
            os.posix_fadvise(source.fileno(), at, wanted, os.POSIX_FADV_DONTNEED)
    if len(piece) != wanted:
        raise Refused(Refusal.PULLED)
    return piece


def _wants_room(folder: Path, size: int) -> None:
    room = os.statvfs(folder)
    if room.f_bavail * room.f_frsize < size + RESERVE:
        raise Refused(Refusal.NO_ROOM)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
