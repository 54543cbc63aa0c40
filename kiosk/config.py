"""box.toml, the file of a composition root: where data and papers lie, which drivers serve which port, how the screen
is mounted, and for a training box who stands before it. What a box may do stands in the office's signed papers, never
here."""

import os
import stat
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from hal import Wiring
from hal.catalog import STAND_INS
from kiosk.core.region import ZONES, Zone

LARGEST_BYTES = 64 * 1024
MOST_LINE = 53  # GPIO lines of a Raspberry Pi's chip are 0 to 53
DATA, PAPERS = Path("/data/jemput/data"), Path("/data/jemput/papers")  # where the image's data partition is mounted
TURNS = (0, 90, 180, 270)
END = "end"  # stands last, so that a file that was cut short is told from a box with fewer devices
NO_NAME = frozenset(",%")  # Kivy reads these itself where a touch panel is named


class ConfigError(Exception):
    """One sentence with file, line and key, and what to do."""


@dataclass(frozen=True)
class Training:
    """The simulated world: its `seed`, the text of the officer's card, the directory that stands for a stick, and a
    sheet that says how to use it all. Where `visitors` is not 0, so many simulated people touch the screen themselves,
    and the day is opened with `pin`. `patience` is how many times the usual deadline a measurement may take: for an
    emulated processor."""

    seed: int
    card: Path | None = None
    stick: Path | None = None
    sheet: Path | None = None
    visitors: int = 0
    patience: int = 1
    pin: str = ""


@dataclass(frozen=True)
class Screen:
    """How the panel is mounted. `rotation` turns the picture clockwise, in degrees, and touches with it. `touch` is the
    kernel's name of the touch panel, nothing where touches come as a mouse; `touch_rotation` is how much further its
    foil is turned than the panel."""

    fullscreen: bool = False
    rotation: int = 0
    touch: str = ""
    touch_rotation: int = 0


@dataclass(frozen=True)
class BoxFile:
    """Paths are absolute or relative to the file. `board` is None where the board tells its own number, `zone` follows
    from the region, `brought` is where the workshop left the papers of a new box, `wiring` what a driver cannot find
    out by asking the machine."""

    data: Path
    papers: Path
    devices: Mapping[str, tuple[str, ...]]
    board: str | None = None
    zone: Zone = Zone.WIB
    brought: Path | None = None
    screen: Screen = field(default_factory=Screen)
    training: Training | None = None
    wiring: Wiring = field(default_factory=Wiring)

    def check_devices_are_real(self) -> None:
        """For a box that is not for training. Raises ConfigError where a driver stands for hardware."""
        for port, drivers in self.devices.items():
            for driver in drivers:
                if driver in STAND_INS:
                    raise ConfigError(
                        f"[devices] {port}: {driver} stands for hardware, on a box that is not for training; "
                        "name a real one."
                    )


def read(path: Path) -> BoxFile:
    """The file, checked to its last key. Raises ConfigError."""
    text = _text(path)
    try:
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(f"{path.name}: lists in lists without end; this is no box.toml.") from error
    except ValueError as error:  # also a number too long to be read, which the parser does not call its own error
        raise ConfigError(f"{path.name}: {error}; mend that line.") from error
    return _Reader(path, text).box(tables)


def _text(path: Path) -> str:
    """Bounded, of a regular file only, and without waiting: a pipe would never end."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            raw = file.read(LARGEST_BYTES + 1) if regular else b""
    except OSError as error:
        raise ConfigError(f"{path} cannot be read; name a box.toml with --box.") from error
    if not regular:
        raise ConfigError(f"{path} is no file; name a box.toml with --box.")
    if len(raw) > LARGEST_BYTES:
        raise ConfigError(f"{path.name} is larger than {LARGEST_BYTES} bytes; this is no box.toml.")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")  # as some editors on Windows write it
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} cannot be read as text (UTF-8); name a box.toml with --box.") from error


class _Reader:
    """Takes each table apart and complains about the first thing that is wrong."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._lines = path, text.splitlines()

    def box(self, tables: Mapping[str, Any]) -> BoxFile:
        self._known("", tables, {"box", "devices", "screen", "training", "wiring", END})
        # Elsewhere a box for real people would begin anew, with new keys: no file may say so.
        places = {"data", "papers"} if "training" in tables else set[str]()
        box = self._table(tables, "box", {"region", "brought", "board"} | places)
        devices = self._table(tables, "devices", None)
        read = BoxFile(
            data=self._maybe("box", box, "data", self._as_path) or DATA,
            papers=self._maybe("box", box, "papers", self._as_path) or PAPERS,
            devices={port: self._wanted("devices", devices, port, _as_drivers) for port in devices},
            board=self._maybe("box", box, "board", _as_text),
            zone=self._zone(box, training="training" in tables),
            brought=self._maybe("box", box, "brought", self._as_path),
            screen=self._screen(tables) if "screen" in tables else Screen(),
            training=self._training(tables) if "training" in tables else None,
            wiring=self._wiring(tables) if "wiring" in tables else Wiring(),
        )
        self._whole(tables)
        return read

    def _whole(self, tables: Mapping[str, Any]) -> None:
        """A box that serves real people is not started on the first half of its file."""
        if "training" in tables and END not in tables:
            return
        if list(tables)[-1:] != [END]:
            raise self._error("", END, "has to be the last line, to show that the file was not cut short; write it")
        self._table(tables, END, set())

    def _zone(self, box: Mapping[str, Any], training: bool) -> Zone:
        """A box that serves real people says where: what day it is decides who is old enough."""
        return Zone.WIB if training and "region" not in box else self._wanted("box", box, "region", _as_zone)

    def _screen(self, tables: Mapping[str, Any]) -> Screen:
        readers = {"fullscreen": _as_yes_or_no, "rotation": _as_turn, "touch": _as_name, "touch_rotation": _as_turn}
        table = self._table(tables, "screen", set(readers))
        return Screen(**{key: self._wanted("screen", table, key, readers[key]) for key in table})

    def _wiring(self, tables: Mapping[str, Any]) -> Wiring:
        """Every member of Wiring by its own name: a line's number, a path, or a list of either."""
        readers = {"active_low": _as_lines, "trust": self._as_paths, "serial": self._as_paths}
        names = {f.name for f in fields(Wiring)}
        table = self._table(tables, "wiring", names)
        places = ("face_camera", "iris_camera", "stick_helper", "updater_helper")
        paths = dict.fromkeys(places, self._as_path)
        told = {n: self._wanted("wiring", table, n, (readers | paths).get(n, _as_line)) for n in table}
        return Wiring(**told)

    def _training(self, tables: Mapping[str, Any]) -> Training:
        table = self._table(tables, "training", {"seed", "card", "stick", "sheet", "visitors", "pin", "patience"})
        visitors = self._maybe("training", table, "visitors", _as_number) or 0
        if visitors:  # nobody else is there to open the day
            self._wanted("training", table, "card", self._as_path)
            self._wanted("training", table, "pin", _as_text)
        return Training(
            seed=self._wanted("training", table, "seed", _as_number),
            visitors=visitors,
            patience=self._maybe("training", table, "patience", _as_number) or 1,
            pin=self._maybe("training", table, "pin", _as_text) or "",
            card=self._maybe("training", table, "card", self._as_path),
            stick=self._maybe("training", table, "stick", self._as_path),
            sheet=self._maybe("training", table, "sheet", self._as_path),
        )

    def _table(self, tables: Mapping[str, Any], name: str, keys: set[str] | None) -> Mapping[str, Any]:
        table = tables.get(name)
        if not isinstance(table, dict):
            raise self._error("", name, "is missing; write a table of that name")
        if keys is not None:
            self._known(name, table, keys)
        return table

    def _known(self, table: str, found: Mapping[str, Any], keys: set[str]) -> None:
        for key in found:
            if key not in keys:
                raise self._error(table, key, f"is not known; there are {', '.join(sorted(keys))}")

    def _wanted(self, table: str, found: Mapping[str, Any], key: str, read: Callable[[Any], Any]) -> Any:
        if key not in found:
            raise self._error(table, key, "is missing; write it")
        try:
            return read(found[key])
        except ValueError as error:
            raise self._error(table, key, str(error)) from error

    def _maybe(self, table: str, found: Mapping[str, Any], key: str, read: Callable[[Any], Any]) -> Any:
        return self._wanted(table, found, key, read) if key in found else None

    def _as_path(self, value: Any) -> Path:
        try:
            return (self._path.parent / _as_text(value)).resolve()
        except (OSError, RuntimeError) as error:
            raise ValueError("has to be a path that leads somewhere") from error

    def _as_paths(self, value: Any) -> tuple[Path, ...]:
        if not isinstance(value, list):
            raise ValueError("has to be a list of paths")
        return tuple(self._as_path(one) for one in value)

    def _error(self, table: str, key: str, complaint: str) -> ConfigError:
        key_told = key if key.isprintable() else repr(key)
        named = f"[{table}] {key_told}" if table else f"[{key_told}]"
        line = self._line(table, key)
        return ConfigError(f"{self._path.name}{f' line {line}' if line else ''}: {named} {complaint}.")

    def _line(self, table: str, key: str) -> int:
        """Where a key stands, or else its table; 0 where neither does."""
        within, at_table = "", 0
        for number, line in enumerate(self._lines, start=1):
            words = line.split("#")[0].strip()
            if words.startswith("["):
                within = words.strip("[] ")
                at_table = number if within == (table or key) else at_table
            elif within == table and words.partition("=")[0].strip().strip("\"'") == key:
                return number
        return at_table


def _as_text(value: Any) -> str:
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError("has to be a text in quotes")
    return value


def _as_name(value: Any) -> str:
    if NO_NAME.intersection(_as_text(value)):
        raise ValueError("has to be the touch panel's name in /proc/bus/input/devices, without comma or percent sign")
    return value


def _as_zone(value: Any) -> Zone:
    if _as_text(value) not in ZONES:
        raise ValueError('has to be the two digits of a province, such as "61" for Kalimantan Barat')
    return ZONES[value]


def _as_yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("has to be true or false, without quotes")
    return value


def _as_turn(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value not in TURNS:
        raise ValueError("has to be 0, 90, 180 or 270")
    return value


def _as_number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**31:
        raise ValueError("has to be a whole number from 0 to 2147483647")
    return value


def _as_drivers(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(driver, str) and driver for driver in value):
        raise ValueError('has to be a list of drivers, such as ["simulated"]')
    return tuple(value)


def _as_line(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_LINE:
        raise ValueError(f"has to be the number of a GPIO line, 0 to {MOST_LINE}")
    return value


def _as_lines(value: Any) -> frozenset[int]:
    if not isinstance(value, list):
        raise ValueError("has to be a list of GPIO lines")
    return frozenset(_as_line(one) for one in value)
