"""`kiosk readiness`: the workshop's mode. Tries every part of a box once and says whether it may go out."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hal import Clock, NotSupported, Stage, SystemClock, selftest
from hal.catalog import CATALOG, STAND_INS
from hal.selftest import Finding, examine, telling
from kiosk import config
from kiosk.config import BoxFile, ConfigError, Training
from kiosk.core.readiness import Check, Part, Verdict, is_ready
from kiosk.flow.readiness import examine_box, slot, version
from kiosk.flow.service import Service
from kiosk.store import StoreError
from kiosk.store.durable import Disk

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
out, errors = Console(highlight=False), Console(stderr=True, highlight=False, markup=False)
USUAL = Path("/etc/jemput/box.toml")
FOUND = Path("/run/jemput/trouble")
REPORT = "readiness.json"
LANGUAGE = "id"  # the workshop's; the report itself is in English
Seen = Callable[[Check], None]


@app.command(epilog="Example: kiosk readiness --box /etc/jemput/box.toml --out report.json")
def readiness(
    box: Annotated[Path, typer.Option(metavar="BOX.toml", help="The config of this box.")] = USUAL,
    to: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The report; otherwise beside the box's data.")
    ] = None,
    trouble: Annotated[Path, typer.Option(metavar="FILE", help="What the boot found of the data partition.")] = FOUND,
    language: Annotated[str, typer.Option(help="Of the screen: id or en.")] = LANGUAGE,
) -> None:
    """Try every part of this box once: READY or NOT READY, on the screen of a box or as a table.

    Nothing is opened and no key is needed. Exits 0 where the box is ready, 1 where it is not.
    """
    service = Service.of(os.environ)
    inspected = _Inspected(box, trouble, to)
    if service.address:
        _on_screen(inspected, service, language)
    else:
        inspected.run(lambda _: None)
        out.print(_table(inspected.checks))
        out.print(f"{'READY' if inspected.ready else 'NOT READY'}. {inspected.kept}", soft_wrap=True)
    sys.exit(0 if inspected.ready else 1)


class _Inspected:
    """One inspection, as far as it is."""

    def __init__(self, box: Path, trouble: Path, to: Path | None) -> None:
        self._box, self._trouble, self._to = box, trouble, to
        self.checks: list[Check] = []
        self.ready: bool | None = None
        self.kept = ""

    def run(self, seen: Seen) -> None:
        """Every part, then the report."""
        for check in _checks(self._box, self._trouble):
            self.checks.append(check)
            seen(check)
        self.ready = is_ready(self.checks)
        self.kept = self._keep()

    def _keep(self) -> str:
        place = self._to
        if place is None:
            with suppress(ConfigError):
                place = config.read(self._box).data.parent / REPORT
        if place is None:
            return "No report was written."
        try:
            text = json.dumps(_report(self.checks, bool(self.ready)), indent=1) + "\n"
            Disk().write_file(place.parent, place.name, text.encode())  # the next thing is that the power goes
        except StoreError as error:
            return f"The report could not be written ({error})."
        return f"Report: {place}"


def _checks(box: Path, trouble: Path) -> Iterator[Check]:
    try:
        file = config.read(box)
    except ConfigError as error:
        yield Check(Part.BOX_FILE, Verdict.BROKEN, str(error))
        return
    yield Check(Part.BOX_FILE, Verdict.GOOD, str(box))
    yield from examine_box(file, trouble)
    bench = _Bench(SystemClock(), _stage(file), file.training)
    for port, drivers in file.devices.items():
        yield _port(port, drivers, bench)


def _stage(file: BoxFile) -> Stage:
    """What a training box senses: nobody stands there. A box in the field does not even have that world installed."""
    stage = Stage(wiring=file.wiring)
    if file.training is not None:
        with suppress(ImportError):  # the stand-ins say so themselves
            from hal.world.stage import World

            stage.world = World(file.training.seed)
    return stage


@dataclass(frozen=True)
class _Bench:
    """What all parts of one box are tried with."""

    clock: Clock
    stage: Stage
    training: Training | None


def _port(port: str, drivers: Sequence[str], bench: _Bench) -> Check:
    """The best of its drivers serves; otherwise the worst says what to do."""
    unknown = [driver for driver in drivers if driver not in CATALOG.get(port, ())]
    if unknown:
        return Check(port, Verdict.NOT_READY, f"box.toml names {unknown[0]}, which no driver is")
    if bench.training is None and any(driver in STAND_INS for driver in drivers):
        return Check(port, Verdict.NOT_READY, "box.toml names a stand-in on a box that is not for training")
    found = telling([_examined(port, driver, bench) for driver in drivers])
    return Check(
        port, Verdict(found[0].verdict), "; ".join(f"{one.driver}: {one.note} ({one.detail})" for one in found)
    )


def _examined(port: str, driver: str, bench: _Bench) -> Finding:
    try:
        return examine(port, driver, bench.clock, bench.stage, bench.training.patience if bench.training else 1)
    except NotSupported as error:
        return Finding(driver, selftest.Verdict.NOT_READY, "box.toml asks for what it cannot do", str(error))


def _report(checks: Sequence[Check], ready: bool) -> dict[str, Any]:
    return {
        "v": 1,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "ready": ready,
        "version": version(),
        "slot": slot(),
        "checks": [{"part": one.part, "verdict": one.verdict.value, "detail": one.detail} for one in checks],
    }


def _table(checks: Sequence[Check]) -> Table:
    from kiosk.ui.readiness import name, what_to_do

    table = Table("part", "verdict", "what was seen, or what to do", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for one in checks:
        told = "\n".join(filter(None, (what_to_do(one, "en"), one.detail)))
        table.add_row(name(one, "en"), one.verdict, told.replace("[", "\\["))
    return table


def _on_screen(inspected: _Inspected, service: Service, language: str) -> None:
    """The page fills while parts are tried, and stays until the box is switched off."""
    from kiosk.ui import window
    from kiosk.ui.inspection import Inspection
    from kiosk.ui.kivy_config import fit
    from kiosk.ui.readiness import told

    fit(fullscreen=True)
    clock = SystemClock()
    about = f"{version() or ''} {slot()}".strip()
    screen = Inspection(clock.monotonic, told(language, (), None, about))

    def show(_: object = None) -> None:
        screen.show(told(language, tuple(inspected.checks), inspected.ready, about, inspected.kept))

    def inspect() -> None:
        inspected.run(show)
        show()
        service.tell(f"STATUS=report: {'ready' if inspected.ready else 'not ready'}")

    def drawn() -> None:
        service.ready("inspecting")
        clock.spawn("inspection", inspect)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, window.stop)
    screen.run(drawn)
