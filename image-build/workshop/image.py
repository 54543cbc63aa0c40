"""An image to flash: unpacked, its signature and every mapped byte checked once, before any card is touched."""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workshop.block_map import BlockMap, ImageError, Piece, read_map
from workshop.partitions import BOOTCONFIG, PERSISTENT, NoTable, Partition, named, read_table

PACKED = ".zst"
RELEASE = "usr/lib/os-release"  # within the system partition; os-release(5) names IMAGE_ID and IMAGE_VERSION
SYSTEM = "system_a"
_CHUNK = 4 << 20


@dataclass(frozen=True)
class Image:
    """An open image. `identity` and `version` are what its own system says; `signed`: a signature was checked."""

    fd: int
    path: Path
    identity: str
    version: str
    signed: bool
    map: BlockMap
    table: tuple[Partition, ...]

    @property
    def bootconfig(self) -> Partition:
        """The partition that differs from box to box."""
        return named(self.table, BOOTCONFIG)

    def pieces(self, *, keep_data: bool) -> tuple[Piece, ...]:
        """What every card gets, in order: all that is mapped but bootconfig, and the data partition to its last byte;
        with keep_data neither the partition table, which knows how far the data has grown, nor the data.

        The data's holes are written too: mke2fs leaves the journal's zeros to the medium, and where a card had an
        earlier life, a journal of the same identifiers lies there, from which a power cut would restore old blocks.
        """
        own, data = self.bootconfig, named(self.table, PERSISTENT)
        spans = [(own.start, own.end)]
        if keep_data:
            spans += [(0, self.table[0].start), (data.start, self.map.size)]
        mapped = [piece for whole in self.map.pieces for piece in self._without(whole, sorted(spans))]
        return tuple(mapped if keep_data else sorted([*mapped, *self._holes(data)], key=lambda piece: piece.offset))

    def _holes(self, partition: Partition) -> Iterator[Piece]:
        at = partition.start
        for piece in self.map.pieces:
            if piece.end > at and piece.offset < partition.end:
                if at < piece.offset:
                    yield self._read(at, piece.offset)
                at = piece.end
        if at < partition.end:
            yield self._read(at, partition.end)

    def _read(self, begin: int, end: int) -> Piece:
        return Piece(begin, end - begin, _digest(self.fd, begin, end - begin, _ignore))

    def _without(self, piece: Piece, spans: list[tuple[int, int]]) -> Iterator[Piece]:
        at = piece.offset
        for begin, end in spans:
            if end > at and begin < piece.end:
                yield from self._stretch(piece, at, begin)
                at = end
        yield from self._stretch(piece, at, piece.end)

    def _stretch(self, piece: Piece, begin: int, end: int) -> Iterator[Piece]:
        if (begin, end) == (piece.offset, piece.end):
            yield piece
        elif begin < end:
            yield self._read(begin, end)


@contextmanager
def open_image(path: Path, key: Path | None, told: Callable[[int, int], None]) -> Iterator[Image]:
    """The image in this file, unpacked for as long as it is open where it is packed. `told` gets bytes checked and
    bytes to check. ImageError where signature, map, bytes or partitions are not in order."""
    map_path = _beside(path)
    signed = _check_signature(map_path, key)
    block_map = read_map(map_path.read_bytes())
    with _unpacked(path) as raw, open(raw, "rb") as file:
        if os.fstat(file.fileno()).st_size != block_map.size:
            raise ImageError("The image has not the size its block map states; copy both anew.")
        _check_bytes(file.fileno(), block_map.pieces, told)
        try:
            table = read_table(raw)
            identity, version = _release(raw, named(table, SYSTEM))
            for label in (BOOTCONFIG, PERSISTENT):
                named(table, label)
        except NoTable as error:
            raise ImageError(f"This is no image of a box ({error}); name the one the build made.") from error
        yield Image(file.fileno(), raw, identity, version, signed, block_map, table)


def _beside(path: Path) -> Path:
    if not path.is_file():
        raise ImageError(f"There is no image {path}; name the file that the build made.")
    for stem in (path, path.with_suffix("") if path.suffix == PACKED else path):
        if (found := stem.with_name(stem.name + ".bmap")).is_file():
            return found
    raise ImageError(f"{path.name} has no block map beside it; put {path.name}.bmap there.")


def _check_signature(map_path: Path, key: Path | None) -> bool:
    """The map's signature covers what is mapped, by its checksums."""
    if key is None:
        return False
    if not map_path.with_name(f"{map_path.name}.minisig").is_file():
        raise ImageError(f"The image is not signed: there is no {map_path.name}.minisig; use a released image.")
    done = _program("minisign", "-V", "-q", "-p", key, "-m", map_path)
    if done.returncode:
        raise ImageError(f"The signature of {map_path.name} is not that key's; use a released image.")
    return True


@contextmanager
def _unpacked(path: Path) -> Iterator[Path]:
    if path.suffix != PACKED:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="jemput-image-") as folder:
        raw = Path(folder, "image")
        done = _program("zstd", "--decompress", "--sparse", "--quiet", "-o", raw, path)
        if done.returncode:
            raise ImageError(f"{path.name} cannot be unpacked; copy it anew, and see that {folder} has room.")
        yield raw


def _program(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run([str(word) for word in words], capture_output=True, check=False)
    except FileNotFoundError as error:
        raise ImageError(f"The program {words[0]} is missing; run 'make setup', which installs it.") from error


def _check_bytes(fd: int, pieces: Iterable[Piece], told: Callable[[int, int], None]) -> None:
    pieces = tuple(pieces)
    total, done = sum(piece.length for piece in pieces), 0

    def count(length: int) -> None:
        nonlocal done
        done += length
        told(done, total)

    for piece in pieces:
        if _digest(fd, piece.offset, piece.length, count) != piece.sha256:
            raise ImageError(f"The image is damaged at byte {piece.offset}; copy it anew.")


def _digest(fd: int, offset: int, length: int, told: Callable[[int], None]) -> str:
    found, end = hashlib.sha256(), offset + length
    while offset < end:
        data = os.pread(fd, min(_CHUNK, end - offset), offset)
        if not data:
            raise ImageError("The image became shorter while it was read; copy it anew.")
        found.update(data)
        offset += len(data)
        told(len(data))
    return found.hexdigest()


def _ignore(_: int) -> None:
    pass


def _release(raw: Path, system: Partition) -> tuple[str, str]:
    done = _program("unsquashfs", "-quiet", "-offset", str(system.start), "-cat", raw, RELEASE)
    told = dict(line.split("=", 1) for line in done.stdout.decode(errors="replace").splitlines() if "=" in line)
    try:
        return told["IMAGE_ID"].strip('"'), told["IMAGE_VERSION"].strip('"')
    except KeyError as error:
        raise ImageError(f"The image's system does not say which it is ({RELEASE}); use one the build made.") from error
