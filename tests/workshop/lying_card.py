"""A card that lies: a file of a FUSE file system in a process of its own, behind a loop device. To everything above,
the kernel included, it is a block device that does what is said below."""

import errno
import stat
import sys
from collections.abc import Callable

import mfusepy

MIB = 1 << 20
NAME = "card"


class Card(mfusepy.Operations):
    """Honest memory; the liars change what becomes of an offset or of the data."""

    use_ns = True

    def __init__(self, size: int, at: int) -> None:
        self._size, self._at, self._memory = size, at, bytearray(size)

    def init(self, path: str) -> None:
        print("ready", flush=True)

    def getattr(self, path: str, fh: object = None) -> dict[str, int]:
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o755, "st_nlink": 2}
        return {"st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": self._size}

    def readdir(self, path: str, fh: int) -> list[str]:
        return [".", "..", NAME]

    def open(self, path: str, fi: mfusepy.fuse_file_info) -> int:
        fi.direct_io = 1  # or the kernel would answer for the card from its cache
        return 0

    def read(self, path: str, size: int, offset: int, fi: object) -> bytes:
        return bytes(self._memory[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fi: object) -> int:
        self._memory[offset : offset + len(data)] = data
        return len(data)

    def fsync(self, path: str, datasync: int, fi: object) -> int:
        return 0


class Wrapping(Card):
    """Sold as larger than it is: addresses start again at `at`."""

    def read(self, path: str, size: int, offset: int, fi: object) -> bytes:
        begin = offset % self._at
        data = bytes(self._memory[begin : min(begin + size, self._at)])
        return data + bytes(self._memory[: size - len(data)])

    def write(self, path: str, data: bytes, offset: int, fi: object) -> int:
        begin = offset % self._at
        first = min(len(data), self._at - begin)
        self._memory[begin : begin + first] = data[:first]
        self._memory[: len(data) - first] = data[first:]
        return len(data)


class Ending(Card):
    """Behind `at` there is nothing, and it says so."""

    def write(self, path: str, data: bytes, offset: int, fi: object) -> int:
        if offset + len(data) > self._at:
            raise mfusepy.FuseOSError(errno.EIO)
        return super().write(path, data, offset, fi)


class Forgetting(Card):
    """Behind `at` there is nothing, and it takes what it is given."""

    def write(self, path: str, data: bytes, offset: int, fi: object) -> int:
        super().write(path, data[: max(0, self._at - offset)], offset, fi)
        return len(data)


class Deaf(Card):
    """Worn out: it takes everything and keeps nothing."""

    def write(self, path: str, data: bytes, offset: int, fi: object) -> int:
        return len(data)


class Bad(Card):
    """One block at `at` cannot be written."""

    def write(self, path: str, data: bytes, offset: int, fi: object) -> int:
        if offset <= self._at < offset + len(data):
            raise mfusepy.FuseOSError(errno.EIO)
        return super().write(path, data, offset, fi)


class Unreadable(Card):
    """One block at `at` cannot be read again."""

    def read(self, path: str, size: int, offset: int, fi: object) -> bytes:
        if offset <= self._at < offset + size:
            raise mfusepy.FuseOSError(errno.EIO)
        return super().read(path, size, offset, fi)


class Flipping(Card):
    """One bit at `at` comes back wrong."""

    def write(self, path: str, data: bytes, offset: int, fi: object) -> int:
        done = super().write(path, data, offset, fi)
        if offset <= self._at < offset + len(data):
            self._memory[self._at] ^= 1
        return done


KINDS: dict[str, Callable[[int, int], Card]] = {
    kind.__name__.lower(): kind for kind in (Card, Wrapping, Ending, Forgetting, Deaf, Bad, Unreadable, Flipping)
}

if __name__ == "__main__":
    mount, kind, size, at = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    mfusepy.FUSE(KINDS[kind](size, at), mount, foreground=True, nothreads=True, raw_fi=True)
