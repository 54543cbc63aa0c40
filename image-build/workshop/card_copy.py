"""A card's data partition as a file on the workshop's disk, and the files in it. The card itself is only read: what its
journal still holds, and what is broken, is put right on the copy."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workshop.partitions import PERSISTENT, NoTable, named, read_table

MIB = 1 << 20  # partitions begin at multiples of it
SEARCHED = 8 << 30  # bytes; the data partition begins within the first two GB
MAGIC = b"\x53\xef"  # of an ext superblock
FIXED = 2  # e2fsck's exit codes up to here: everything is mended
FOLDERS = ("jemput", "lost+found")


class CardError(Exception):
    """The card gives no data; one sentence and what to do."""


@dataclass(frozen=True)
class CardCopy:
    """`image` as it was read and `mapping` of what could not be (ddrescue's map file); `unreadable` counts those bytes;
    `tree` holds the files, `mended` whether the file system had to be."""

    image: Path
    mapping: Path
    unreadable: int
    tree: Path
    mended: bool


def copy_card(card: Path, folder: Path) -> CardCopy:
    """Read a card, or an image of one, into an empty folder. A second call goes on where the first was cut off.
    CardError."""
    start, size = _place(card)
    image, mapping = folder / "data.img", folder / "data.map"
    direct = ["--idirect"] if card.is_block_device() else []
    options = [f"--input-position={start}", f"--size={size}", "--output-position=0", "--sparse", "--retry-passes=1"]
    done = _call(["ddrescue", *direct, *options, str(card), str(image), str(mapping)], quiet=False)
    if done.returncode or not image.exists():
        raise CardError(f"{card} cannot be read; seat it again, or try another reader, then run the same command.")
    os.truncate(image, size)  # a card that ends too early has no blocks there; the file system counts them
    tree = folder / "tree"
    unreadable = _unreadable(mapping.read_text(), start, start + size)
    return CardCopy(image, mapping, unreadable, tree, _unpack(image, tree))


def _place(card: Path) -> tuple[int, int]:
    """Where the data partition lies: its first byte and its length."""
    try:
        partition = named(read_table(card), PERSISTENT)
        return partition.start, partition.size
    except NoTable:
        found = max(_superblocks(card), key=lambda place: place[1], default=None)
    if found is None:
        raise CardError(f"{card} has no data partition of a box; is it another card?")
    return found


def _superblocks(card: Path) -> Iterator[tuple[int, int]]:
    """Where an ext4 begins by its own word, and how long it is: for a card that lost its table or its end."""
    with card.open("rb") as file:
        for start in range(0, min(file.seek(0, os.SEEK_END), SEARCHED), MIB):
            file.seek(start + 1024)
            head = file.read(1024)
            low, shift, high = (int.from_bytes(head[at : at + 4], "little") for at in (4, 24, 336))
            first_of_all = head[90:92] == bytes(2)  # the number of its block group; backups have others
            if head[56:58] == MAGIC and first_of_all and shift <= 6:
                yield start, (high << 32 | low) * (1024 << shift)


def _unreadable(mapping: str, start: int, end: int) -> int:
    """Bytes of this range that ddrescue does not call finished (+). It is silent on what lies behind a card's end."""
    lines = [line.split() for line in mapping.splitlines() if line and not line.startswith("#")][1:]
    runs = ((int(at, 16), int(size, 16)) for at, size, status in lines if status == "+")
    return end - start - sum(max(0, min(end, at + size) - max(start, at)) for at, size in runs)


def _unpack(image: Path, tree: Path) -> bool:
    """The files, read without mounting: a broken file system meets no kernel. Names that no ext4 may have are mended
    first, so nothing is written beside the tree."""
    work = tree.with_suffix(".img")
    subprocess.run(["cp", "--sparse=always", "--reflink=auto", str(image), str(work)], check=True)
    replayed = _call(["e2fsck", "-p", str(work)]).returncode
    checked = _call(["e2fsck", "-f", "-y", str(work)]).returncode
    if checked > FIXED:
        raise CardError(
            "Not even a copy of the data can be mended; keep the card and the copy for somebody who recovers data."
        )
    tree.mkdir(exist_ok=True)
    for folder in FOLDERS:
        _call(["debugfs", "-R", f"rdump /{folder} .", str(work.resolve())], at=tree)
    work.unlink()
    return replayed != 0 or checked != 0


def _call(command: list[str], *, quiet: bool = True, at: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=quiet, cwd=at, check=False)
    except FileNotFoundError as error:
        raise CardError(f"{command[0]} is not installed; install gddrescue and e2fsprogs.") from error
