"""The bench tool of the workshop: list, watch, capture, selftest, record the devices of a box; write its udev files."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hal.box import Box, open_box
from hal.catalog import CATALOG, STAND_INS, load
from hal.clock import Stop, SystemClock
from hal.device import CaptureDevice
from hal.errors import DeviceUnavailable, HalError
from hal.selftest import PARTS, SHOWN, Verdict, examine, name_of, telling
from hal.standin import Stage
from hal.udev import files
from hal.values import Ask, Frame, Position
from hal.wiring import Wiring, wiring_of

EVERY_S = 0.5
WAITING = ("battery", "modem")  # ports whose real drivers are still to come
app = typer.Typer(add_completion=False, no_args_is_help=True, help="Try the devices of a box, without the kiosk.")
out = Console()
err = Console(stderr=True)

Port = Annotated[str, typer.Argument(help="fingerprint, iris or camera.")]
Driver = Annotated[str | None, typer.Option("--driver", help="Only this driver; otherwise every real one in turn.")]
BoxFile = Annotated[Path | None, typer.Option("--box", help="A box.toml, whose [wiring] the devices are found by.")]
Seconds = Annotated[float, typer.Option(help="How long to wait for it.")]


@app.command("list")
def list_drivers() -> None:
    """Every port, the drivers that may serve it, and when each met its hardware. Example: python -m hal list"""
    table = _columns("port", "driver", "make and model", "use", "on hardware")
    for port, drivers in CATALOG.items():
        for number, driver in enumerate(drivers):
            table.add_row("" if number else port, driver, *_head(port, driver))
    out.print(table)


@app.command()
def watch(box: BoxFile = None) -> None:
    """Say who serves which port whenever that changes, and what the switches say, until Ctrl-C.

    Example: python -m hal watch --box box.toml
    """
    real = {port: [d for d in drivers if d not in STAND_INS] for port, drivers in CATALOG.items()}
    clock, stop = SystemClock(), Stop()
    try:
        with open_box({port: names for port, names in real.items() if names}, clock=clock, stage=_stage(box)) as opened:
            out.print("Plug devices in and out; Ctrl-C ends.")
            clock.spawn("switches", lambda: _switches(opened, stop))
            shown: dict[str, str] = {}
            while not clock.wait(EVERY_S, stop):
                opened.refresh()
                _tell_changes(opened, shown)
    except KeyboardInterrupt:
        stop.set()
    except HalError as error:
        _failed(f"{error}.")


@app.command()
def capture(
    port: Port,
    driver: Driver = None,
    position: Annotated[Position | None, typer.Option(help="What is shown, such as RIGHT_THUMB.")] = None,
    to: Annotated[Path, typer.Option("--out", help="Where the picture goes, as PNG.")] = Path("capture.png"),
    seconds: Seconds = 20.0,
    box: BoxFile = None,
) -> None:
    """Take one picture. It is written unsealed: never of somebody who is being recorded.

    Example: python -m hal capture fingerprint --driver r30x --out thumb.png
    """
    frame, took_s = _captured(port, driver, position, seconds, _stage(box))
    _write(frame, to)
    _say(f"{to}: {_described(frame)}, {took_s:.2f} s")
    _say(f"{frame.device.driver}: {name_of(frame.device)}")


@app.command()
def record(
    port: Port,
    driver: Annotated[str, typer.Option("--driver", help="Whose traffic; it has to be one on a serial wire.")],
    to: Annotated[Path, typer.Option("--out", help="A new file for the traffic.")],
    seconds: Seconds = 20.0,
    box: BoxFile = None,
) -> None:
    """Keep what passes between driver and device while one picture is taken, to be replayed in tests. It holds the
    picture: never of somebody who did not give it for that.

    Example: python -m hal record fingerprint --driver r30x --out tests/recordings/r30x/one.wire
    """
    if to.exists():
        _wrong(f"{to} exists; name a new file.")
    os.umask(0o077)  # whose finger it is may read it
    stage = _stage(box)
    stage.keep = to
    frame, took_s = _captured(port, driver, None, seconds, stage)
    _say(f"{to}: {to.stat().st_size} bytes of traffic, {_described(frame)}, {took_s:.2f} s")


@app.command()
def selftest(
    port: Annotated[list[str] | None, typer.Argument(help="Only these ports.")] = None,
    driver: Driver = None,
    box: BoxFile = None,
) -> None:
    """Try every part and say which is in order; exits 1 where one is not. Example: python -m hal selftest camera"""
    stage, clock, bad = _stage(box), SystemClock(), False
    names = {name: _real(name, driver) for name in port or CATALOG}
    table = _columns("part", "verdict", "what was seen, or what to do")
    for name, drivers in names.items():
        findings = telling([examine(name, one, clock, stage) for one in drivers])
        bad = bad or not (any(f.verdict is Verdict.GOOD for f in findings) or name in WAITING)
        if not findings:
            table.add_row(PARTS[name], "", "no driver for a real one yet")
        for number, one in enumerate(findings):
            again = number and one.note == findings[number - 1].note
            note = Text("" if again else f"{one.note}\n")
            note.append(f"{one.driver}: {one.detail}", style="dim")
            table.add_row("" if number else PARTS[name], "" if again else one.verdict, note)
    out.print(table)
    sys.exit(1 if bad else 0)


@app.command()
def udev(directory: Annotated[Path, typer.Argument(help="Where the files go.")] = Path("udev")) -> None:
    """Write the files for udev and modprobe from what the drivers declare. Example: python -m hal udev udev"""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in files().items():
            (directory / name).write_text(text, encoding="utf-8")
            _say(str(directory / name))
    except OSError as error:
        _failed(f"{directory} cannot be written ({error.strerror}).")


def _captured(
    port: str, driver: str | None, position: Position | None, seconds: float, stage: Stage
) -> tuple[Frame, float]:
    """One frame, and how long it took; leaves with a sentence where there is none."""
    if port not in SHOWN:
        _wrong(f"{port} takes no pictures; there are {', '.join(SHOWN)}.")
    clock, names = SystemClock(), _real(port, driver)
    with open_box({port: names}, clock=clock, stage=stage) as box:
        try:
            device = box.lend(port)
            if stage.keep and not stage.keep.exists():
                _failed(f"{port} {device.identity.driver} has no wire that can be kept; serial drivers have.")
            began = clock.monotonic()
            frame = _first_frame(device, Ask((position or SHOWN[port],), timeout_s=seconds))
        except HalError as error:
            reasons = "".join(f"\n  {name}: {why}" for name, why in box.why(port).items())
            _failed(f"No picture from {PARTS[port]} ({error}).{reasons}")
        return frame, clock.monotonic() - began


def _first_frame(device: object, ask: Ask) -> Frame:
    assert isinstance(device, CaptureDevice)
    for item in device.look(ask, Stop()):
        if isinstance(item, Frame) and not item.at_rest:
            return item
    raise HalError("the look ended without one")


def _switches(box: Box, stop: Stop) -> None:
    try:
        for event in box.lend("panel").watch(stop):
            _say(f"panel: {event}")
    except HalError:
        return  # no panel, which the list of ports says


def _tell_changes(box: Box, shown: dict[str, str]) -> None:
    for port, identity in box.present().items():
        told = f"{identity.driver}, {name_of(identity)}" if identity else "nobody"
        if rivals := box.rivals(port):
            told += f" (plugged in as well: {', '.join(rivals)})"
        if shown.get(port) != told:
            shown[port] = told
            _say(f"{port}: {told}")


def _head(port: str, driver: str) -> tuple[str, str, str]:
    try:
        made = load(port, driver)
    except DeviceUnavailable as missing:
        return str(missing), "", "?"
    sensor = getattr(made, "SENSOR", None)
    return f"{made.MAKE} {made.MODEL}", sensor.use if sensor else "", made.TRIED_ON_HARDWARE or "not yet"


def _real(port: str, driver: str | None) -> list[str]:
    if port not in CATALOG:
        _wrong(f"There is no port {port}; there are {', '.join(CATALOG)}.")
    if driver is not None and driver not in CATALOG[port]:
        _wrong(f"{port} has no driver {driver}; there are {', '.join(CATALOG[port])}.")
    return [driver] if driver else [name for name in CATALOG[port] if name not in STAND_INS]


def _stage(box: Path | None) -> Stage:
    try:
        return Stage(wiring=wiring_of(box) if box else Wiring())
    except ValueError as error:
        _wrong(str(error))


def _described(frame: Frame) -> str:
    height, width = frame.pixels.shape[:2]
    return f"{width} x {height} pixels, {frame.ppi or 'unknown'} ppi, {frame.source.name.lower()}"


def _write(frame: Frame, to: Path) -> None:
    from PIL import Image

    resolution = {"dpi": (frame.ppi, frame.ppi)} if frame.ppi else {}
    try:
        Image.fromarray(frame.pixels).save(to, "PNG", **resolution)
    except OSError as error:
        _failed(f"{to} cannot be written ({error.strerror}).")


def _columns(*names: str) -> Table:
    table = Table(*names, box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for column in table.columns[:-1]:
        column.no_wrap = column.header != "make and model"
    return table


def _say(what: str) -> None:
    out.print(what, markup=False, highlight=False, soft_wrap=True)


def _wrong(what: str) -> NoReturn:
    err.print(what, markup=False, highlight=False, soft_wrap=True)
    sys.exit(2)


def _failed(what: str) -> NoReturn:
    err.print(what, markup=False, highlight=False, soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    app()
