"""A card while it is being worked on: aligned reads and writes past every cache of this computer. The lowest seam:
tests put cards that lie here."""

import mmap
import os
from pathlib import Path
from typing import Self

BLOCK = 4096  # bytes; O_DIRECT takes multiples of the logical block, which is 512 or 4096 on every card and reader
CHUNK = 4 << 20  # bytes a call: the largest allocation unit of an SDHC card; smaller ones halve its speed


def buffer(size: int = CHUNK) -> memoryview:
    """Memory at a page's beginning, as O_DIRECT wants it."""
    return memoryview(mmap.mmap(-1, size))


class Medium:
    """An open block device, alone: nobody can mount it meanwhile. Every method raises OSError.

    O_DIRECT: an error comes at the write that failed, progress is the card's and not a cache's, and a read is answered
    by the card. What the card itself holds in its own memory no computer can drop.
    """

    def __init__(self, path: Path, *, writing: bool = True) -> None:
        access = os.O_RDWR if writing else os.O_RDONLY
        self._fd = os.open(path, access | os.O_EXCL | os.O_DIRECT | os.O_CLOEXEC)
        self.size = os.lseek(self._fd, 0, os.SEEK_END)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._fd)

    def fileno(self) -> int:
        """For commands of the kernel that are neither reads nor writes."""
        return self._fd

    def write(self, offset: int, data: memoryview) -> None:
        """All of the data, at an offset; both in multiples of the logical block."""
        while data:
            done = os.pwrite(self._fd, data, offset)
            offset, data = offset + done, data[done:]

    def read(self, offset: int, into: memoryview) -> None:
        """Fill the memory from an offset. EOFError at the device's end."""
        while into:
            done = os.preadv(self._fd, [into], offset)
            if not done:
                raise EOFError("the device ended")
            offset, into = offset + done, into[done:]

    def sync(self) -> None:
        """Everything written is on the card; its own write cache is flushed."""
        os.fsync(self._fd)
