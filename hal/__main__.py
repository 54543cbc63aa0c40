"""The bench tool of the workshop: list, watch, capture, selftest, record the devices of a box; write its udev files."""

import logging
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from hal.box import open_box
from hal.catalog import CATALOG, STAND_INS, load
from hal.clock import Stop, SystemClock
from hal.device import CaptureDevice
from hal.errors import DeviceUnavailable, HalError
from hal.selftest import PARTS, SHOWN, Verdict, examine
from hal.standin import Stage
from hal.udev import files
from hal.values import Ask, Frame, Position

EVERY_S = 0.5
WAITING = ("battery", "modem")  # ports whose real drivers are still to come
app = typer.Typer(add_completion=False, no_args_is_help=True, help="Try the devices of a box, without the kiosk.")
out = Console()
err = Console(stderr=True)

Driver = Annotated[str | None, typer.Option("--driver", help="Only this driver; otherwise every real one in turn.")]


@app.command("list")
def list_drivers() -> None:
    """Every port, the drivers that may serve it, and when each met its hardware. Example: python -m hal list"""
    table = Table("port", "driver", "make and model", "use", "tried on hardware")
    for port, drivers in CATALOG.items():
        for driver in drivers:
            table.add_row(port, driver, *_head(port, driver))
    out.print(table)


@app.command()
def watch() -> None:
    """Say who serves which port whenever that changes, until Ctrl-C. Example: python -m hal watch"""
    real = {port: [d for d in drivers if d not in STAND_INS] for port, drivers in CATALOG.items()}
    clock, stop = SystemClock(), Stop()
    shown: dict[str, object] = {}
    with open_box({port: names for port, names in real.items() if names}, clock=clock, stage=Stage()) as box:
        out.print("Plug devices in and out; Ctrl-C ends.")
        try:
            while not clock.wait(EVERY_S, stop):
                box.refresh()
                for port, identity in box.present().items():
                    if port not in shown or shown[port] != identity:
                        shown[port] = identity
                        out.print(f"{port}: {identity or 'nobody'}")
        except KeyboardInterrupt:
            return


@app.command()
def capture(
    port: Annotated[str, typer.Argument(help="fingerprint, iris or camera.")],
    driver: Driver = None,
    position: Annotated[Position | None, typer.Option(help="What is shown, such as RIGHT_THUMB.")] = None,
    to: Annotated[Path, typer.Option("--out", help="Where the picture goes, as PNG.")] = Path("capture.png"),
    seconds: Annotated[float, typer.Option(help="How long to wait for it.")] = 20.0,
) -> None:
    """Take one picture. It is written unsealed: never of somebody who is being recorded.

    Example: python -m hal capture fingerprint --driver r30x --out thumb.png
    """
    if port not in SHOWN:
        _wrong(f"{port} takes no pictures; there are {', '.join(SHOWN)}.")
    clock, names = SystemClock(), _real(port, driver)
    with open_box({port: names}, clock=clock, stage=Stage()) as box:
        try:
            device = box.lend(port)
            began = clock.monotonic()
            frame = _first_frame(device, Ask((position or SHOWN[port],), timeout_s=seconds))
        except HalError as error:
            _failed(f"{error}. " + "; ".join(f"{name}: {why}" for name, why in box.why(port).items()))
    _write(frame, to)
    height, width = frame.pixels.shape[:2]
    who = frame.device
    out.print(
        f"{to}: {width} x {height} pixels, {frame.ppi or 'unknown'} ppi, {frame.source.name.lower()}, "
        f"{clock.monotonic() - began:.2f} s, {who.driver} {who.make} {who.model} {who.serial}"
    )


@app.command()
def selftest(
    port: Annotated[list[str] | None, typer.Argument(help="Only these ports.")] = None, driver: Driver = None
) -> None:
    """Try every part and say which is in order; exits 1 where one is not. Example: python -m hal selftest camera"""
    clock, bad = SystemClock(), False
    table = Table("part", "driver", "device", "verdict", "what to do, or what was seen")
    for name in port or CATALOG:
        if name not in CATALOG:
            _wrong(f"There is no port {name}; there are {', '.join(CATALOG)}.")
        findings = [examine(name, one, clock, Stage()) for one in _real(name, driver)]
        good = [finding for finding in findings if finding.verdict is Verdict.GOOD]
        for finding in good or findings:
            table.add_row(finding.part, finding.driver, finding.device, finding.verdict, finding.note)
        bad = bad or not (good or name in WAITING)
        if not findings:
            table.add_row(PARTS[name], "", "", "", "no driver for a real one yet")
    out.print(table)
    sys.exit(1 if bad else 0)


@app.command()
def udev(directory: Annotated[Path, typer.Argument(help="Where the two files go.")] = Path("udev")) -> None:
    """Write rules and hwdb from what the drivers declare. Example: python -m hal udev udev"""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files().items():
        (directory / name).write_text(text, encoding="utf-8")
        out.print(str(directory / name))


def _head(port: str, driver: str) -> tuple[str, str, str]:
    try:
        made = load(port, driver)
    except DeviceUnavailable as missing:
        return str(missing), "", "?"
    sensor = getattr(made, "SENSOR", None)
    return f"{made.MAKE} {made.MODEL}", sensor.use if sensor else "", made.TRIED_ON_HARDWARE or "not yet"


def _real(port: str, driver: str | None) -> list[str]:
    if driver is not None and driver not in CATALOG[port]:
        _wrong(f"{port} has no driver {driver}; there are {', '.join(CATALOG[port])}.")
    return [driver] if driver else [name for name in CATALOG[port] if name not in STAND_INS]


def _first_frame(device: object, ask: Ask) -> Frame:
    assert isinstance(device, CaptureDevice)
    return next(item for item in device.look(ask, Stop()) if isinstance(item, Frame) and not item.at_rest)


def _write(frame: Frame, to: Path) -> None:
    from PIL import Image

    resolution = {"dpi": (frame.ppi, frame.ppi)} if frame.ppi else {}
    Image.fromarray(frame.pixels).save(to, "PNG", **resolution)


def _wrong(what: str) -> NoReturn:
    err.print(what, highlight=False)
    sys.exit(2)


def _failed(what: str) -> NoReturn:
    err.print(what, highlight=False)
    sys.exit(1)


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    app()
