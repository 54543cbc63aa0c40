"""What a box needs before it may start, asked in the order in which one rests on another. Nothing is opened here, no
key is made; the only thing written is the office's papers, taken over by a new box."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from kiosk import config
from kiosk.config import BoxFile, ConfigError
from kiosk.exchange.errors import BundleError, Reason
from kiosk.flow import papers
from kiosk.store import InMemoryKeyring, KernelKeyring, Keyring, KeyringRefused, StoreError
from kiosk.ui.obstacle import Obstacle

BOARDS = (Path("/proc/device-tree/serial-number"), Path("/etc/machine-id"))
LARGEST_FOUND = 4096  # bytes; what the boot found is a few codes
DATA = {
    "data-missing": (Obstacle.DATA_MISSING, "The card has no data partition (persistent), or it does not answer."),
    "data-damaged": (Obstacle.DATA_DAMAGED, "The data partition could be neither repaired nor mounted."),
}
REPAIRED = "data-repaired"
Say = Callable[[str], None]


class CannotRun(Exception):
    """The box cannot start; one sentence and what to do."""

    def __init__(self, obstacle: Obstacle, sentence: str) -> None:
        super().__init__(sentence)
        self.obstacle = obstacle


@dataclass(frozen=True)
class Ready:
    """Everything that a start rests on."""

    file: BoxFile
    box_id: str
    board: str
    keyring: Keyring


def ready(file: BoxFile, found: Path, say: Say) -> Ready:
    """Raises CannotRun. `found` is where the boot says what it found of the data partition; what does not stop the box
    is said."""
    _data(found, say)
    box_id = _box_id(file, say)
    return Ready(file, box_id, file.board or _board(), _keyring(file, box_id, say))


def read(box: Path) -> BoxFile:
    """box.toml. Raises CannotRun."""
    try:
        return config.read(box)
    except ConfigError as error:
        raise CannotRun(Obstacle.BOX_FILE, str(error)) from error


def _data(found: Path, say: Say) -> None:
    try:
        with found.open("rb") as told:
            codes = told.read(LARGEST_FOUND).decode("ascii", "replace").split()
    except FileNotFoundError:
        return
    for code in codes:
        if code in DATA:
            raise CannotRun(*DATA[code])
        say("The data partition was repaired." if code == REPAIRED else f"{found}: {code!r} is not known.")


def _box_id(file: BoxFile, say: Say) -> str:
    """The box's id as its papers say; a simulated world belongs to training boxes only, and no file can change that."""
    try:
        _bring(file, say)
        here = papers.read_papers(file.papers, incarnation="").config
    except BundleError as error:
        missing = error.reason is Reason.UNREADABLE
        obstacle = Obstacle.PAPERS_MISSING if missing else Obstacle.PAPERS_FOREIGN
        sentence = f"The office's papers cannot be used ({error}); ask the office for new ones."
        raise CannotRun(obstacle, sentence) from error
    except (StoreError, OSError) as error:
        raise CannotRun(Obstacle.STORE, f"The papers cannot be kept or read ({type(error).__name__}).") from error
    if file.training is not None and not here.training:
        sentence = "[training] stands in box.toml, but the office did not make this a training box; remove it."
        raise CannotRun(Obstacle.BOX_FILE, sentence)
    if not here.training:
        try:
            file.check_devices_are_real()
        except ConfigError as error:
            raise CannotRun(Obstacle.BOX_FILE, str(error)) from error
    return here.box


def _bring(file: BoxFile, say: Say) -> None:
    if file.brought is None:
        return
    if papers.take_over(file.papers, file.brought):
        say("The office's papers were taken over; from now on this box belongs to that office.")
    elif papers.brought_anew(file.papers, file.brought):
        say(f"{file.brought} names another office than the one this box belongs to; it is ignored.")


def _keyring(file: BoxFile, box_id: str, say: Say) -> Keyring:
    """Kernel memory that outlives the program. A training box does without where the kernel refuses (containers), and
    says so; a real one does not."""
    place = hashlib.sha256(str(file.data).encode()).hexdigest()[:8]
    try:
        return KernelKeyring(f"jemput-{box_id}-{place}")
    except KeyringRefused as error:
        if file.training is None:
            sentence = f"The kernel keeps no keys here ({error}); switch keyrings on in the kernel."
            raise CannotRun(Obstacle.KEYRING, sentence) from error
        say("The kernel keeps no keys here: after a restart of the program the day has to be opened again.")
        return InMemoryKeyring()


def _board() -> str:
    """The board's own number: a copied card is told by it."""
    for path in BOARDS:
        if path.is_file() and (number := path.read_text(errors="replace").strip("\0\n ")):
            return number
    sentence = "The board tells no number of its own; write one as [box] board in box.toml."
    raise CannotRun(Obstacle.BOARD, sentence)
