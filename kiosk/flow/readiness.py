"""Whether a box is fit to go out, beside its devices: data, store, clock, papers, system, power. Reads only, needs no
key, opens no capture."""

import json
import math
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from kiosk.config import BoxFile
from kiosk.core.readiness import Check, Part, Verdict
from kiosk.core.retention import SHORT_OF_ROOM_BYTES
from kiosk.exchange.errors import BundleError
from kiosk.flow import papers
from kiosk.store import StoreError
from kiosk.store.glimpse import Glimpse, glimpse, missing

HOT_C = 80.0  # a Pi 4 and 5 slow down from here on (raspberrypi.com, "Frequency management and thermal control")
RAUC_S = 10.0  # its service may have to start first
MACHINE = Path("/")
TROUBLES = {"data-missing": Verdict.MISSING, "data-damaged": Verdict.BROKEN}


def examine_box(file: BoxFile, trouble: Path, machine: Path = MACHINE) -> Iterator[Check]:
    """Every part in turn; none raises. `trouble` is where the boot says what it found, `machine` holds /sys."""
    yield _data(file, trouble)
    found, store = _store(file)
    yield store
    yield _clock(machine)
    yield _papers(file, found.incarnation if found else None)
    yield _system(machine)
    yield _power(machine)


def version(machine: Path = MACHINE) -> str:
    """Of the running image; empty where it is none."""
    told = dict(line.split("=", 1) for line in _lines(machine / "etc/os-release") if "=" in line)
    return told.get("IMAGE_VERSION", "").strip('"')


def slot(machine: Path = MACHINE) -> str:
    """The letter of the running system; empty where it is no image."""
    words = " ".join(_lines(machine / "proc/cmdline")).split()
    return next((w.removeprefix("root=PARTLABEL=system_") for w in words if w.startswith("root=PARTLABEL=system_")), "")


def _data(file: BoxFile, trouble: Path) -> Check:
    for code in " ".join(_lines(trouble)).split():
        if code in TROUBLES:
            return Check(Part.DATA, TROUBLES[code], code)
    try:
        return _partition(file)
    except OSError as error:
        return Check(Part.DATA, Verdict.BROKEN, error.strerror or type(error).__name__)


def _partition(file: BoxFile) -> Check:
    place = next(path for path in (file.data, *file.data.parents) if path.exists())
    if file.training is None and place.stat().st_dev == Path("/").stat().st_dev:
        return Check(Part.DATA, Verdict.MISSING, f"{file.data} lies in memory, not on the data partition")
    state = os.statvfs(place)
    free = state.f_bavail * state.f_frsize
    if state.f_flag & os.ST_RDONLY:
        return Check(Part.DATA, Verdict.BROKEN, "mounted read-only")
    verdict = Verdict.GOOD if free >= SHORT_OF_ROOM_BYTES else Verdict.NOT_READY
    return Check(Part.DATA, verdict, f"{free / 1e9:.1f} GB free")


def _store(file: BoxFile) -> tuple[Glimpse | None, Check]:
    try:
        found = glimpse(file.data)
    except StoreError as error:
        return None, Check(Part.STORE, Verdict.BROKEN, f"{type(error).__name__}: {error}")
    if found is None:
        return None, Check(Part.STORE, Verdict.GOOD, "empty: the first start makes the box's keys")
    told = f"{len(found.unsettled)} bundles wait for a receipt, {len(found.under_way)} people under way"
    if lost := missing(file.data, found):
        return found, Check(Part.STORE, Verdict.BROKEN, f"{lost} files are missing; {told}")
    return found, Check(Part.STORE, Verdict.GOOD, told)


def _clock(machine: Path) -> Check:
    """Not before the image was made; nor is a battery-backed clock, where there is one."""
    now = datetime.now(UTC)
    epochs = [machine / "usr/lib/clock-epoch", machine / "usr/lib/os-release"]
    floor = next((path.stat().st_mtime for path in epochs if path.exists()), 0.0)
    chip, kept = _chip(machine / "sys/class/rtc/rtc0")
    verdict = Verdict.GOOD if min(now.timestamp(), kept) >= floor else Verdict.NOT_READY
    return Check(Part.CLOCK, verdict, f"{now:%Y-%m-%d %H:%M} UTC, {chip}")


def _chip(at: Path) -> tuple[str, float]:
    """What to say of the clock chip, and its time; one that cannot be read was never set, or its battery is flat."""
    if not at.exists():
        return "no clock chip", math.inf
    try:
        kept = int((at / "since_epoch").read_text())
    except (OSError, ValueError):
        return "a clock chip that does not tell the time", -math.inf
    return f"the clock chip says {datetime.fromtimestamp(kept, UTC):%Y-%m-%d %H:%M}", float(kept)


def _papers(file: BoxFile, incarnation: str | None) -> Check:
    """Those the box keeps; before its first start those the workshop left."""
    try:
        kept = (file.papers / papers.ROOT).exists()
        folder = file.papers if kept or file.brought is None else file.brought
        found = papers.read_papers(folder, incarnation or "")
    except BundleError as error:
        return Check(Part.PAPERS, Verdict.NOT_READY, str(error))
    except OSError as error:
        return Check(Part.PAPERS, Verdict.NOT_READY, error.strerror or type(error).__name__)
    if file.training is not None and not found.config.training:
        return Check(Part.PAPERS, Verdict.NOT_READY, "[training] stands in box.toml, but the box is not for training")
    certified = "certified" if found.certificate else "not certified yet"
    training = ", TRAINING" if found.training else ""
    return Check(Part.PAPERS, Verdict.GOOD, f"{found.config.box}, {found.config.office}, {certified}{training}")


def _system(machine: Path) -> Check:
    running, made = slot(machine), version(machine)
    if not running:
        return Check(Part.SYSTEM, Verdict.GOOD, "no image of a box: a computer")
    return Check(Part.SYSTEM, Verdict.GOOD, f"system {running} runs, version {made or 'unknown'}; {_other()}")


def _other() -> str:
    """The other slot's version, as RAUC noted it at its installation."""
    try:
        done = subprocess.run(
            ["rauc", "status", "--detailed", "--output-format=json"], capture_output=True, timeout=RAUC_S, check=True
        )
        slots = [one for entry in json.loads(done.stdout)["slots"] for one in entry.values()]
        other = next(one for one in slots if one["state"] == "inactive" and one.get("bootname"))
        return f"the other: version {other['slot_status']['bundle']['version']}"
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, StopIteration, TypeError):
        return "the other: version unknown"


def _power(machine: Path) -> Check:
    """Heat and under-voltage, where the kernel tells (hwmon rpi_volt)."""
    heat = _lines(machine / "sys/class/thermal/thermal_zone0/temp")
    degrees = int(heat[0]) / 1000 if heat and heat[0].isdigit() else None
    told = f"{degrees:.0f} °C" if degrees is not None else "no thermometer"
    for name in (machine / "sys/class/hwmon").glob("*/name"):
        if _lines(name) == ["rpi_volt"] and _lines(name.with_name("in0_lcrit_alarm")) == ["1"]:
            return Check(Part.POWER, Verdict.BROKEN, f"under-voltage; {told}")
    hot = degrees is not None and degrees >= HOT_C
    return Check(Part.POWER, Verdict.NOT_READY if hot else Verdict.GOOD, told)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
