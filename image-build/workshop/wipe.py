"""Overwrites what a box kept on its card, and proves by reading back what stands there now.

Flash keeps worn blocks aside where no command reaches them. What may be left in those is sealed captures and wrapped
keys; that they cannot be opened is the protection, and the proof says so."""

import fcntl
import re
import secrets
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

from workshop.faults import CardFault, Fault, fault_of
from workshop.medium import BLOCK, CHUNK, Medium, buffer
from workshop.partitions import BOOTCONFIG, PERSISTENT, named, read_table

BLKDISCARD, BLKSECDISCARD = 0x1277, 0x127D  # linux/fs.h
SAMPLES = 2048  # of each area; one block in a thousand that kept its past is found with 0.87
SIGNATURES = re.compile(rb"age-encryption\.org/v1|SQLite format 3|eyJhbGciOi|mkfs\.fat|EFI PART|\[box\]")
_EXT_MAGIC = (1024 + 56, b"\x53\xef")
_AES_BLOCK = 16

Progress = Callable[[str, int, int], None]  # what is done, bytes done, bytes in all


@dataclass(frozen=True)
class Area:
    """A partition that is wiped, in bytes."""

    label: str
    start: int
    size: int


@dataclass(frozen=True)
class Wiped:
    """What was done: `discard` is the command the card took ("secure", "plain" or "none"); `key` makes the pattern that
    stands there now, so that anybody can read it back again."""

    areas: tuple[Area, ...]
    discard: str
    key: bytes
    signatures: int
    read_back: int


def areas(card: Path) -> tuple[Area, ...]:
    """What is a box's own on its card. NoTable."""
    table = read_table(card)
    parts = [named(table, label) for label in (BOOTCONFIG, PERSISTENT)]
    return tuple(Area(part.label, part.start, part.size // BLOCK * BLOCK) for part in parts)


def wipe(medium: Medium, wanted: Sequence[Area], progress: Progress) -> Wiped:
    """Discard, overwrite, read back. CardFault where the card does not keep what it was told."""
    key = secrets.token_bytes(32)
    try:
        before = [place for area in wanted for place in _signed_blocks(medium, area, progress)]
        discard = _discard(medium, wanted)
        for area in wanted:
            _overwrite(medium, area, key, progress)
        medium.sync()
        places = sorted({*before, *(place for area in wanted for place in _samples(area))})
        _read_back(medium, places, key, progress)
    except OSError as error:
        raise fault_of(error) from error
    return Wiped(tuple(wanted), discard, key, len(before), len(places))


def pattern(key: bytes, offset: int, size: int) -> bytes:
    """What stands at a byte offset of the card: the keystream of AES-256 in counter mode, counted from the card's
    beginning in blocks of 16 bytes."""
    stream = Cipher(AES(key), CTR((offset // _AES_BLOCK).to_bytes(_AES_BLOCK, "big"))).encryptor()
    return stream.update(bytes(size))


def _signed_blocks(medium: Medium, area: Area, progress: Progress) -> Iterator[int]:
    """Blocks that tell by their bytes what they are: these are read again by name."""
    memory = buffer()
    for place, piece in _pieces(area, memory):
        try:
            medium.read(place, piece)
        except OSError:
            continue  # a block that cannot be read is overwritten and read back like any other
        progress(f"looking at {area.label}", place - area.start + len(piece), area.size)
        found = {match.start() // BLOCK for match in SIGNATURES.finditer(piece)}
        if place == area.start and bytes(piece[_EXT_MAGIC[0] : _EXT_MAGIC[0] + 2]) == _EXT_MAGIC[1]:
            found.add(0)
        yield from (place + number * BLOCK for number in sorted(found))


def _discard(medium: Medium, wanted: Sequence[Area]) -> str:
    """The strongest of the two commands that the card takes."""
    for name, request in (("secure", BLKSECDISCARD), ("plain", BLKDISCARD)):
        try:
            for area in wanted:
                fcntl.ioctl(medium.fileno(), request, struct.pack("=QQ", area.start, area.size))
        except OSError:
            continue
        return name
    return "none"


def _overwrite(medium: Medium, area: Area, key: bytes, progress: Progress) -> None:
    memory = buffer()
    for place, piece in _pieces(area, memory):
        piece[:] = pattern(key, place, len(piece))
        try:
            medium.write(place, piece)
        except OSError as error:
            raise fault_of(error, place) from error
        progress(f"overwriting {area.label}", place - area.start + len(piece), area.size)


def _samples(area: Area) -> Iterator[int]:
    """Places nobody can foresee, and both ends."""
    blocks = area.size // BLOCK
    yield from (area.start, area.start + (blocks - 1) * BLOCK)
    yield from (area.start + secrets.randbelow(blocks) * BLOCK for _ in range(min(SAMPLES, blocks)))


def _read_back(medium: Medium, places: Sequence[int], key: bytes, progress: Progress) -> None:
    block = buffer(BLOCK)
    for done, place in enumerate(places, start=1):
        medium.read(place, block)
        if block != pattern(key, place, BLOCK):
            raise CardFault(Fault.DROPS_WRITES, f"At {place} it does not hold what was written: it is NOT wiped")
        progress("reading back", done * BLOCK, len(places) * BLOCK)


def _pieces(area: Area, memory: memoryview) -> Iterator[tuple[int, memoryview]]:
    for offset in range(0, area.size, CHUNK):
        yield area.start + offset, memory[: min(CHUNK, area.size - offset)]
