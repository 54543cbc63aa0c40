"""JSON that came from outside, read within bounds: objects and arrays of what one expects, or None where it is not."""

import json
from typing import Any

MOST_VALUES = 10_000  # empty lists without end are thirty times their text in memory: 16 MB took 460 MB and 4 s


def _refuse(_: str) -> Any:
    raise ValueError


def read(text: bytes) -> Any:
    """What one strict JSON value says: no NaN, no endless numbers, nesting or lists. Raises ValueError."""
    if text.count(b",") + text.count(b"[") + text.count(b"{") > MOST_VALUES:  # in strings too, which hold few
        raise ValueError("too many values")
    try:
        return json.loads(text.decode("utf-8"), parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def text_of(value: Any, most: int = 200) -> str | None:
    """A string of at most so many characters."""
    return value if isinstance(value, str) and len(value) <= most else None


def number_of(value: Any, least: int, most: int) -> int | None:
    """A whole number in this range, also where it is written as a string, as device services do."""
    if isinstance(value, str) and len(value) <= 12 and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if least <= value <= most else None
