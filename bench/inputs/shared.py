"""Good pictures that nobody here drew, where the shared folder is there; the ten-print card, hard on purpose, is not
among them."""

from collections.abc import Iterator
from pathlib import Path

from bench.inputs import Input
from kiosk.imaging import encode

FOLDER = Path(__file__).parents[3] / "shared" / "data"


def fingers() -> Iterator[Input]:
    """Single prints: SFinGe's and of two real fingers."""
    return _pictures("shared print", "person-b/*-*.[0-9].png")


def irises() -> Iterator[Input]:
    """One real eye, anonymised."""
    return _pictures("shared eye", "person-?/iris-*.png")


def faces() -> Iterator[Input]:
    """Two real faces."""
    return _pictures("shared face", "person-?/face.*.jpg")


def _pictures(kind: str, pattern: str) -> Iterator[Input]:
    for path in sorted(FOLDER.glob(pattern)):
        yield Input(kind, encode.decode(path.read_bytes()))
