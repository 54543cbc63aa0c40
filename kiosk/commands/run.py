"""`kiosk run`: the touchscreen application. Names the clock, devices, store, keyring and screens of one box."""

import hashlib
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

import hal
from hal import NotSupported, Stage, Stop, SystemClock
from kiosk import config
from kiosk.config import BoxFile, ConfigError
from kiosk.core.desk import Desk, StopWanted
from kiosk.core.record import Provenance
from kiosk.exchange.errors import BundleError
from kiosk.flow import papers
from kiosk.flow.kiosk import Kiosk, Setup
from kiosk.flow.worker import Worker
from kiosk.store import InMemoryKeyring, KernelKeyring, Keyring, KeyringRefused, Store, StoreError
from kiosk.ui.app import Screens

if TYPE_CHECKING:
    from kiosk.commands.practice import Practice

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
errors = Console(stderr=True, highlight=False, markup=False)
USUAL = Path("/etc/jemput/box.toml")
BOARDS = (Path("/proc/device-tree/serial-number"), Path("/etc/machine-id"))


class CannotRun(Exception):
    """The box cannot start; one sentence and what to do."""


@app.command(epilog="Example: kiosk run --box out/training/box/box.toml")
def run(
    box: Annotated[Path, typer.Option(metavar="BOX.toml", help="The config of this box.")] = USUAL,
) -> None:
    """The touchscreen application of one box."""
    try:
        file = config.read(box)
        _serve(file, _office_box_id(file))
    except (ConfigError, CannotRun, NotSupported) as error:
        errors.print(str(error), soft_wrap=True)
        sys.exit(1)
    except BundleError as error:
        errors.print(f"The office's papers cannot be used ({error}); ask the office for new ones.", soft_wrap=True)
        sys.exit(1)
    except StoreError as error:
        errors.print(f"The data cannot be opened ({type(error).__name__}: {error}); nothing was deleted.")
        sys.exit(1)
    except Exception as error:
        _unforeseen("screens", error)
        sys.exit(1)


def _office_box_id(file: BoxFile) -> str:
    """The box's id as its papers say; a simulated world belongs to training boxes only, and no file can change that."""
    found = papers.read_papers(file.papers, incarnation="").config
    if file.training is not None and not found.training:
        raise CannotRun("[training] stands in box.toml, but the office did not make this a training box; remove it.")
    return found.box


def _serve(file: BoxFile, box_id: str) -> None:
    """Put the box together, run the screens to their end, take it apart."""
    clock, stage = SystemClock(), Stage(wiring=file.wiring)
    practice = _practice(file, stage)
    screens = Screens(clock.monotonic)
    keyring = _keyring(file, box_id)
    with hal.open_box(file.devices, clock=clock, stage=stage) as box:

        def show(desk: Desk) -> None:
            if practice is not None:
                practice.follow(desk, box)
            screens.show(desk)

        setup = Setup(
            open_store=lambda: Store(file.data, box_id, keyring),
            papers_folder=file.papers,
            board=file.board or _board(),
            show=show,
            unforeseen=_unforeseen,
            ink=Provenance.SIMULATED if practice else Provenance.REAL,
        )
        kiosk = Kiosk(box, clock, setup)
        behind = Worker("doors", clock, _unforeseen)
        try:
            _stop_on_signals(kiosk)
            screens.serve(kiosk, _card_finder(kiosk, practice), behind.post)
            screens.run()
        finally:
            behind.close()
            kiosk.close()


def _practice(file: BoxFile, stage: Stage) -> "Practice | None":
    """The simulated world. A box in the field does not even have it installed, so it is loaded where it is named."""
    if file.training is None:
        return None
    from kiosk.commands.practice import Practice

    return Practice(file.training, stage)


def _card_finder(kiosk: Kiosk, practice: "Practice | None") -> Callable[[], str | None]:
    def find() -> str | None:
        if practice is None:
            return kiosk.read_card(Stop())
        with practice.card_held():
            return kiosk.read_card(Stop())

    return find


def _keyring(file: BoxFile, box_id: str) -> Keyring:
    """Kernel memory that outlives the program. A training box does without where the kernel refuses (containers), and
    says so; a real one does not."""
    place = hashlib.sha256(str(file.data).encode()).hexdigest()[:8]
    try:
        return KernelKeyring(f"jemput-{box_id}-{place}")
    except KeyringRefused as error:
        if file.training is None:
            raise CannotRun(f"The kernel keeps no keys here ({error}); switch keyrings on in the kernel.") from error
        errors.print("The kernel keeps no keys here: after a restart of the program the day has to be opened again.")
        return InMemoryKeyring()


def _board() -> str:
    """The board's own number: a copied card is told by it."""
    for path in BOARDS:
        if path.is_file() and (number := path.read_text(errors="replace").strip("\0\n ")):
            return number
    raise CannotRun("The board tells no number of its own; write one as [box] board in box.toml.")


def _stop_on_signals(kiosk: Kiosk) -> None:
    """Whoever stands there is parked, then the program ends."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: kiosk.post(StopWanted()))


def _unforeseen(where: str, error: BaseException) -> None:
    """Where it happened and what kind it is. The error's own text stays out: somebody's number could stand in it."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    errors.print(f"{where}: {type(error).__name__}\n{frames}", soft_wrap=True)
