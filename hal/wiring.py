"""How one box is wired, as its box.toml says: what a driver cannot find out by asking the machine."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATHS = frozenset({"face_camera", "iris_camera", "stick_helper", "updater_helper"})
LISTS_OF_PATHS = frozenset({"serial", "trust"})
LISTS_OF_LINES = frozenset({"active_low"})


@dataclass(frozen=True)
class Wiring:
    """GPIO lines by BCM number, None where the box has no such part; those in `active_low` mean yes at 0 V. The cameras
    are nodes of their own, best by their place on the bus (/dev/v4l/by-path/...). `serial` are terminals to try before
    those behind USB, such as the Pi's own UART, or kept wires to replay. `trust` holds the certificates (PEM) that
    signed device services have to descend from, `stick_helper` is the socket of the service that mounts,
    `updater_helper` of the one that updates."""

    button: int | None = None
    tamper: int | None = None
    lamp_ready: int | None = None
    lamp_alert: int | None = None
    buzzer: int | None = None
    infrared: int | None = None
    face_camera: Path | None = None
    iris_camera: Path | None = None
    serial: tuple[Path, ...] = ()
    stick_helper: Path = Path("/run/jemput/stick.sock")
    updater_helper: Path = Path("/run/jemput/updater.sock")
    active_low: frozenset[int] = frozenset()
    trust: tuple[Path, ...] = ()


def wiring_of(box: Path) -> Wiring:
    """The [wiring] of a box.toml, for tools that know nothing of the rest of it; paths are relative to the file. Raises
    ValueError with a sentence."""
    try:
        table = tomllib.loads(box.read_text(encoding="utf-8")).get("wiring", {})
        told = {name: _member(name, value, box.parent) for name, value in table.items()}
        return Wiring(**told)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ValueError(f"{box.name}: its [wiring] cannot be read ({error}).") from error


def _member(name: str, value: Any, here: Path) -> Any:
    if name in PATHS:
        return (here / value).resolve()
    if name in LISTS_OF_PATHS:
        return tuple((here / one).resolve() for one in value)
    if name in LISTS_OF_LINES:
        return frozenset(int(one) for one in value)
    return int(value)
