"""box.toml, the file of a composition root: where data and papers lie, which drivers serve which port, and for a
training box who stands before it. What a box may do stands in the office's signed papers, never here."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from hal import Wiring

LARGEST_BYTES = 64 * 1024
MOST_LINE = 53  # GPIO lines of a Raspberry Pi's chip are 0 to 53


class ConfigError(Exception):
    """One sentence with file, line and key, and what to do."""


@dataclass(frozen=True)
class Training:
    """The simulated world: its `seed`, the text of the officer's card, the directory that stands for a stick, and a
    sheet that says how to use it all."""

    seed: int
    card: Path | None = None
    stick: Path | None = None
    sheet: Path | None = None


@dataclass(frozen=True)
class BoxFile:
    """Paths are absolute or relative to the file. `board` is None where the board tells its own number, `wiring` what a
    driver cannot find out by asking the machine."""

    data: Path
    papers: Path
    devices: Mapping[str, tuple[str, ...]]
    board: str | None = None
    training: Training | None = None
    wiring: Wiring = field(default_factory=Wiring)


def read(path: Path) -> BoxFile:
    """The file, checked to its last key. Raises ConfigError."""
    text = _text(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path.name}: {error}; mend that line.") from error
    return _Reader(path, text).box(tables)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ConfigError(f"{path.name} is larger than {LARGEST_BYTES} bytes; this is no box.toml.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read; name a box.toml with --box.") from error


class _Reader:
    """Takes each table apart and complains about the first thing that is wrong."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._lines = path, text.splitlines()

    def box(self, tables: Mapping[str, Any]) -> BoxFile:
        self._known("", tables, {"box", "devices", "training", "wiring"})
        box = self._table(tables, "box", {"data", "papers", "board"})
        devices = self._table(tables, "devices", None)
        return BoxFile(
            data=self._wanted("box", box, "data", self._as_path),
            papers=self._wanted("box", box, "papers", self._as_path),
            devices={port: self._wanted("devices", devices, port, _as_drivers) for port in devices},
            board=self._maybe("box", box, "board", _as_text),
            training=self._training(tables) if "training" in tables else None,
            wiring=self._wiring(tables) if "wiring" in tables else Wiring(),
        )

    def _wiring(self, tables: Mapping[str, Any]) -> Wiring:
        """Every member of Wiring by its own name: a line's number, a path, or a list of either."""
        readers = {"active_low": _as_lines, "trust": self._as_paths, "serial": self._as_paths}
        names = {f.name for f in fields(Wiring)}
        table = self._table(tables, "wiring", names)
        paths = {"face_camera": self._as_path, "iris_camera": self._as_path, "stick_helper": self._as_path}
        told = {n: self._wanted("wiring", table, n, (readers | paths).get(n, _as_line)) for n in table}
        return Wiring(**told)

    def _training(self, tables: Mapping[str, Any]) -> Training:
        table = self._table(tables, "training", {"seed", "card", "stick", "sheet"})
        return Training(
            seed=self._wanted("training", table, "seed", _as_number),
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
        return (self._path.parent / _as_text(value)).resolve()

    def _as_paths(self, value: Any) -> tuple[Path, ...]:
        if not isinstance(value, list):
            raise ValueError("has to be a list of paths")
        return tuple(self._as_path(one) for one in value)

    def _error(self, table: str, key: str, complaint: str) -> ConfigError:
        named = f"[{table}] {key}" if table else f"[{key}]"
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
    if not isinstance(value, str) or not value:
        raise ValueError("has to be a text in quotes")
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
