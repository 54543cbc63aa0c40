"""Flashing eight cards at once, against plain copying of the same bytes to the same loop devices in the same run."""

import hashlib
import os
import random
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from workshop.block_map import BlockMap, Piece
from workshop.card_files import source
from workshop.copying import Source
from workshop.flash_card import Stage, flash
from workshop.image import Image
from workshop.medium import Medium
from workshop.partitions import BOOTCONFIG, PERSISTENT, Partition

from bench.inputs.loops import can_loop, loop
from bench.rows import Row

Sources = tuple[Source, ...]
CARDS, RUNS = 8, 5
MIB = 1 << 20
OWN = Partition(BOOTCONFIG, 4 * MIB, 40 * MIB, "", "")
DATA = Partition(PERSISTENT, 400 * MIB, 16 * MIB, "", "")
# Where an image of the build has its bytes: table, bootconfig, kernel, system, the few of an empty data partition.
MAPPED = ((0, 1), (4, 40), (44, 24), (300, 1), (172, 90), (400, 1), (404, 1), (415, 1))  # MiB: from, length
SIZE, CARD = 416 * MIB, 480 * MIB
SLOWEST = 1.11  # of plain copying's time: 0.9 of its throughput


@dataclass(frozen=True)
class Times:
    """Seconds until the last card's last byte was durable, and until it was read back as well."""

    written: float
    whole: float


def rows(say: Callable[[str], object]) -> Iterator[Row]:
    """The rows of this part; none where there are no loop devices."""
    if not can_loop():
        say("image: needs root and /dev/loop-control: not measured")
        return
    with tempfile.TemporaryDirectory(prefix="bench-", dir=".") as name, ExitStack() as stack:
        folder = Path(name)
        path, sources = stack.enter_context(_image(folder))
        disks = [stack.enter_context(_card(folder / f"{number}.card")) for number in range(CARDS)]
        ours, plain = [], []
        for run in range(RUNS + 1):
            plain.append(_plain(path, sources, disks))
            ours.append(_flashed(sources, disks))
            if run == 0:  # the first fills the files behind the loop devices
                ours, plain = [], []
        moved = CARDS * sum(piece.length for source in sources for piece in source.pieces) / MIB
        for what, peer, of in (
            ("8 cards at once: check, write, flush", "dd bs=4M, fsync", lambda times: times.written),
            ("8 cards at once: the same and read back", "the same dd, then dd iflag=direct | sha256sum", _whole),
        ):
            value, peer_value = median(map(of, ours)), median(map(of, plain))
            say(f"image: {what}: {moved / value:.0f} MiB/s, plain {moved / peer_value:.0f} MiB/s")
            yield Row("image", what, value, "s", peer, peer_value, SLOWEST)


def _whole(times: Times) -> float:
    return times.whole


@contextmanager
def _image(folder: Path) -> Iterator[tuple[Path, Sources]]:
    """The image, and what of it every card gets: its own pieces, and bootconfig as it was prepared for the card."""
    path = folder / "image"
    with open(path, "w+b") as file:
        file.truncate(SIZE)
        pieces = tuple(_random(file.fileno(), at * MIB, length * MIB) for at, length in sorted(MAPPED))
        image = Image(file.fileno(), path, "", "", False, BlockMap(SIZE, pieces, ""), (OWN, DATA))
        (folder / "own").write_bytes(os.pread(file.fileno(), OWN.size, OWN.start))
        with open(folder / "own", "rb") as own:
            yield path, (Source(file.fileno(), image.pieces(keep_data=False)), source(own.fileno(), OWN))


def _random(fd: int, offset: int, length: int) -> Piece:
    content = random.Random(offset).randbytes(length)
    os.pwrite(fd, content, offset)
    return Piece(offset, length, hashlib.sha256(content).hexdigest())


@contextmanager
def _card(file: Path) -> Iterator[Path]:
    with open(file, "wb") as made:
        made.truncate(CARD)
    with loop(file) as device:
        yield device


def _flashed(sources: Sources, disks: Sequence[Path]) -> Times:
    began = time.perf_counter()
    read = [0.0] * len(disks)  # when each began to be read back

    def one(number: int) -> None:
        def told(stage: Stage, more: int) -> None:
            if stage is Stage.READING and not read[number]:
                read[number] = time.perf_counter()

        with Medium(disks[number]) as medium:
            flash(medium, sources, marked=True, told=told, stop=threading.Event())

    with ThreadPoolExecutor(len(disks)) as pool:
        list(pool.map(one, range(len(disks))))
    return Times(max(read) - began, time.perf_counter() - began)


def _plain(path: Path, sources: Sources, disks: Sequence[Path]) -> Times:
    pieces = sorted((piece.offset, piece.length) for source in sources for piece in source.pieces)
    began = time.perf_counter()
    _shell([_copy(path, pieces, disk) for disk in disks])
    written = time.perf_counter() - began
    _shell([_sums(pieces, disk) for disk in disks])
    return Times(written, time.perf_counter() - began)


def _copy(path: Path, pieces: Sequence[tuple[int, int]], disk: Path) -> str:
    """One dd a range; the last one's fsync is the device's."""
    words = f"dd if={path} of={disk} bs=4M iflag=skip_bytes,count_bytes oflag=seek_bytes status=none"
    lines = [f"{words} skip={offset} seek={offset} count={length} conv=notrunc" for offset, length in pieces]
    return "\n".join(["set -e", *lines]) + ",fsync"


def _sums(pieces: Sequence[tuple[int, int]], disk: Path) -> str:
    words = f"dd if={disk} bs=4M iflag=direct,skip_bytes,count_bytes status=none"
    return "\n".join(f"{words} skip={offset} count={length} | sha256sum" for offset, length in pieces)


def _shell(scripts: Sequence[str]) -> None:
    running = [subprocess.Popen(["sh", "-c", script], stdout=subprocess.DEVNULL) for script in scripts]
    if any([process.wait() for process in running]):
        raise OSError("plain copying failed")
