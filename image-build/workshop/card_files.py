"""What makes a card one box's: box.toml, the office's papers and a stamp on the FAT partition `bootconfig`. mtools
write them into a copy of the image's partition, and the card gets every byte of that in one go."""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kiosk import config
from kiosk.config import ConfigError
from kiosk.exchange.errors import BundleError
from kiosk.flow import papers
from workshop.block_map import Piece
from workshop.copying import Source
from workshop.image import Image
from workshop.partitions import NoTable, Partition, named, read_table

BOX_TOML, PAPERS, STAMP = "box.toml", "papers", "card.json"
PAPER_NAMES = (papers.ROOT, papers.OFFICE, papers.CONFIG)
_LARGEST_FILE = (
    papers.MAX_PAPER
)  # bytes; what a strange card has more of is not read, and mtools ends by the closed pipe
# mtools: no complaint about a partition's geometry, no questions.
_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "MTOOLS_SKIP_CHECK": "1", "MTOOLSRC": os.devnull, "LC_ALL": "C"}


class BoxError(Exception):
    """A box's directory cannot go onto a card; one sentence and what to do."""


@dataclass(frozen=True)
class BoxFiles:
    """What `kiosk provision` made for one box, verified. `fingerprint` is the SHA-256 over its papers, in hex."""

    box: str
    office: str
    place: str
    training: bool
    files: Mapping[str, bytes]
    fingerprint: str


@dataclass(frozen=True)
class Stamp:
    """What a flashed card says of itself in card.json. Anybody can write it: it is asked about, never trusted."""

    card: str
    box: str
    image: str


def read_box(folder: Path) -> BoxFiles:
    """The box in a directory of `kiosk provision`. BoxError where the box could not start with it."""
    if not (folder / BOX_TOML).is_file():
        raise BoxError(f"{folder} has no {BOX_TOML}; name the directory that 'kiosk provision' made for a box.")
    try:
        config.read(folder / BOX_TOML)
        signed = papers.read_papers(folder / PAPERS, incarnation="").config
        files = {BOX_TOML: (folder / BOX_TOML).read_bytes()}
        files |= {f"{PAPERS}/{name}": (folder / PAPERS / name).read_bytes() for name in PAPER_NAMES}
    except (ConfigError, BundleError, OSError) as error:
        why = str(error).rstrip(".")
        raise BoxError(f"{folder} holds no box that could start ({why}); run 'kiosk provision' again.") from error
    return BoxFiles(signed.box, signed.office, signed.place, signed.training, files, fingerprint(files))


def fingerprint(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the papers' own SHA-256, in the order of PAPER_NAMES."""
    digests = (hashlib.sha256(files[f"{PAPERS}/{name}"]).digest() for name in PAPER_NAMES)
    return hashlib.sha256(b"".join(digests)).hexdigest()


def bootconfig(image: Image, box: BoxFiles, stamp: Stamp, work: Path) -> Path:
    """A copy of the image's bootconfig in a new directory `work` that holds the box's files, each read back from it."""
    work.mkdir()
    partition, copy = image.bootconfig, work / "bootconfig.fat"
    copy.write_bytes(os.pread(image.fd, partition.size, partition.start))
    wanted = {**box.files, STAMP: json.dumps(vars(stamp)).encode()}
    _mtools("mmd", copy, "-D", "s", f"::{PAPERS}", fine=(0, 1))  # 1: it stands there already
    for number, (name, content) in enumerate(wanted.items()):
        (work / str(number)).write_bytes(content)
        _mtools("mcopy", copy, "-o", "-n", work / str(number), f"::{name}")
    for name, content in wanted.items():
        if _mtools("mtype", copy, f"::{name}") != content:
            raise BoxError(f"{name} does not fit onto the image's bootconfig; use an image that the build made.")
    return copy


def source(fd: int, partition: Partition) -> Source:
    """The prepared bootconfig as one piece of the card."""
    content = os.pread(fd, partition.size, 0)
    piece = Piece(partition.start, partition.size, hashlib.sha256(content).hexdigest())
    return Source(fd, (piece,), shift=partition.start)


def stamp_of(disk: Path) -> Stamp | None:
    """What the card in this disk says of itself, None where it says nothing that can be read."""
    try:
        partition = named(read_table(disk), "bootconfig")
        told = json.loads(_mtools("mtype", f"{disk}@@{partition.start}", f"::{STAMP}"))
        return Stamp(**{name: str(told[name])[:64] for name in ("card", "box", "image")})
    except (NoTable, BoxError, ValueError, KeyError, TypeError):
        return None


def _mtools(program: str, image: Path | str, *words: Path | str, fine: tuple[int, ...] = (0,)) -> bytes:
    command = [program, "-i", str(image), *map(str, words)]
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=_ENVIRONMENT) as process:
            told = process.stdout.read(_LARGEST_FILE) if process.stdout else b""
    except FileNotFoundError as error:
        raise BoxError(f"The program {program} is missing; install the package mtools.") from error
    if process.returncode not in fine:
        raise BoxError(f"{program} failed ({process.returncode}); use an image that the build made.")
    return told
