"""`kiosk run`: the touchscreen application. Names the clock, devices, store and screens of one box."""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

import hal
from hal import Box, Clock, NotSupported, Stage, Stop, SystemClock
from kiosk.commands.starting import CannotRun, Ready, read, ready
from kiosk.config import ConfigError, Screen, Training
from kiosk.core.desk import Desk, StopWanted
from kiosk.core.record import Provenance
from kiosk.exchange.errors import BundleError
from kiosk.flow.kiosk import Kiosk, Setup
from kiosk.flow.service import STANDS, Heart, Service
from kiosk.flow.worker import Worker
from kiosk.store import Store, StoreError
from kiosk.ui import window
from kiosk.ui.app import Screens
from kiosk.ui.kivy_config import fit
from kiosk.ui.obstacle import Obstacle, told
from kiosk.ui.standstill import Standstill

if TYPE_CHECKING:
    from kiosk.commands.practice import Practice

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
errors = Console(stderr=True, highlight=False, markup=False)
USUAL = Path("/etc/jemput/box.toml")
FOUND = Path("/run/jemput/trouble")
PANEL_S, PANEL_LOOK_S = 15.0, 0.5


@app.command(epilog="Example: kiosk run --box out/training/box/box.toml")
def run(
    box: Annotated[Path, typer.Option(metavar="BOX.toml", help="The config of this box.")] = USUAL,
    trouble: Annotated[Path, typer.Option(metavar="FILE", help="What the boot found of the data partition.")] = FOUND,
) -> None:
    """The touchscreen application of one box.

    It ends with 0 when the box may be switched off, with 1 when it could not start or something unforeseen happened.
    Under a service manager ($NOTIFY_SOCKET) it says READY=1 once the first page is drawn, feeds the watchdog, and shows
    on its screen what keeps the box from starting.
    """
    try:
        failed = _start(box, trouble, Service.of(os.environ))
    except CannotRun as error:
        failed = str(error)
    except Exception as error:
        _unforeseen("screens", error)
        sys.exit(1)
    if failed:
        _say(failed)
        sys.exit(1)


def _start(box: Path, trouble: Path, service: Service) -> str:
    """The screens of the box, or under a service the page that says why there are none. What went wrong meanwhile."""
    try:
        fit(fullscreen=bool(service.address))  # where box.toml cannot say how the panel is mounted
        file = read(box)
        _fit(file.screen, SystemClock())
        return _serve(ready(file, trouble, _say), service)
    except CannotRun as error:
        if not service.address:
            raise
        _say(str(error))
        _stand_still(error, service)
        return ""


def _fit(screen: Screen, clock: Clock) -> None:
    """The touch panel's driver may be loaded after the kiosk has begun: it is waited for."""
    until = clock.monotonic() + PANEL_S
    while True:
        try:
            return fit(**asdict(screen))
        except LookupError as error:
            if clock.monotonic() >= until:
                raise CannotRun(Obstacle.TOUCH, f"[screen] touch: {error.args[0]}.") from error
            clock.wait(PANEL_LOOK_S, Stop())


def _stand_still(error: CannotRun, service: Service) -> None:
    """Say what is wrong until somebody switches the box off."""
    clock = SystemClock()
    page = Standstill(clock.monotonic, told(error.obstacle, str(error)))
    heart = Heart(service, clock, {"screens": window.when_reached})
    _on_signals(window.stop)
    try:
        page.run(drawn=lambda: service.ready(f"The box does not start: {error.obstacle}"))
    finally:
        service.ending()
        heart.close()


def _serve(found: Ready, service: Service) -> str:
    """Put the box together, run the screens to their end, take it apart. What went wrong with a day that nobody
    attends, or nothing."""
    clock, stage = SystemClock(), Stage(wiring=found.file.wiring)
    try:
        practice = _practice(found.file.training, clock, stage)
        box = hal.open_box(found.file.devices, clock=clock, stage=stage)
    except (ConfigError, NotSupported) as error:
        raise CannotRun(Obstacle.BOX_FILE, str(error)) from error
    except ImportError as error:
        sentence = "[training] stands in box.toml, but this image has no simulated world; remove it."
        raise CannotRun(Obstacle.BOX_FILE, sentence) from error
    with box:
        screens = Screens(clock.monotonic)

        def show(desk: Desk) -> None:
            screens.show(desk)
            if practice is not None:
                practice.follow(desk, box)

        kiosk = _assemble(found, box, clock, show)
        behind = Worker("doors", clock, _unforeseen)
        heart = Heart(service, clock, {"screens": window.when_reached, **kiosk.loops()})
        find_card = _card_finder(kiosk, practice)
        try:
            _on_signals(lambda *_: kiosk.post(StopWanted()))
            screens.serve(kiosk, find_card, behind.post)
            if practice is not None:
                practice.begin(kiosk, box, find_card)
            screens.run(drawn=lambda: service.ready(STANDS))
        finally:
            service.ending()
            heart.close()
            behind.close()
            kiosk.close()
    return practice.failed if practice is not None else ""


def _assemble(found: Ready, box: Box, clock: Clock, show: Callable[[Desk], None]) -> Kiosk:
    file = found.file
    setup = Setup(
        open_store=lambda: Store(file.data, found.box_id, found.keyring),
        papers_folder=file.papers,
        board=found.board,
        show=show,
        unforeseen=_unforeseen,
        ink=Provenance.SIMULATED if file.training else Provenance.REAL,
        zone=file.zone,
        patience=file.training.patience if file.training else 1,
    )
    try:
        return Kiosk(box, clock, setup)
    except (StoreError, OSError) as error:  # also a card that cannot even list a directory
        sentence = f"The data cannot be opened ({type(error).__name__}: {error}); nothing was deleted."
        raise CannotRun(Obstacle.STORE, sentence) from error
    except BundleError as error:
        raise CannotRun(Obstacle.PAPERS_FOREIGN, f"The office's papers cannot be used ({error}).") from error


def _practice(training: Training | None, clock: Clock, stage: Stage) -> "Practice | None":
    """The simulated world. A box in the field does not even have it installed, so it is loaded where it is named."""
    if training is None:
        return None
    from kiosk.commands.practice import Practice
    from kiosk.commands.unattended import Unattended

    return Unattended(training, clock, stage) if training.visitors else Practice(training, stage)


def _card_finder(kiosk: Kiosk, practice: "Practice | None") -> Callable[[], str | None]:
    def find() -> str | None:
        if practice is None:
            return kiosk.read_card(Stop())
        with practice.card_held():
            return kiosk.read_card(Stop())

    return find


def _on_signals(act: Callable[..., None]) -> None:
    """Whoever stands there is parked, then the program ends."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, act)


def _say(sentence: str) -> None:
    errors.print(sentence, soft_wrap=True)


def _unforeseen(where: str, error: BaseException) -> None:
    """Where it happened and what kind it is. The error's own text stays out: somebody's number could stand in it."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    errors.print(f"{where}: {type(error).__name__}\n{frames}", soft_wrap=True)
