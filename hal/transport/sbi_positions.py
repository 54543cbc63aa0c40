"""Fingers and eyes as the Secure Biometric Interface names them, and what one capture can show of an ask."""

from collections.abc import Mapping
from dataclasses import dataclass

from hal.values import Ask, Position

NAMES: Mapping[Position, str] = {
    Position.RIGHT_THUMB: "Right Thumb",
    Position.RIGHT_INDEX: "Right IndexFinger",
    Position.RIGHT_MIDDLE: "Right MiddleFinger",
    Position.RIGHT_RING: "Right RingFinger",
    Position.RIGHT_LITTLE: "Right LittleFinger",
    Position.LEFT_THUMB: "Left Thumb",
    Position.LEFT_INDEX: "Left IndexFinger",
    Position.LEFT_MIDDLE: "Left MiddleFinger",
    Position.LEFT_RING: "Left RingFinger",
    Position.LEFT_LITTLE: "Left LittleFinger",
    Position.EYE_RIGHT: "Right",
    Position.EYE_LEFT: "Left",
}
POSITIONS: Mapping[str, Position] = {name: position for position, name in NAMES.items()}

FINGERS = tuple(Position)[:10]
EYES = (Position.EYE_RIGHT, Position.EYE_LEFT)
_LEFT_FOUR = (Position.LEFT_INDEX, Position.LEFT_MIDDLE, Position.LEFT_RING, Position.LEFT_LITTLE)
_RIGHT_FOUR = (Position.RIGHT_INDEX, Position.RIGHT_MIDDLE, Position.RIGHT_RING, Position.RIGHT_LITTLE)
_THUMBS = (Position.LEFT_THUMB, Position.RIGHT_THUMB)
_PLACES = ((1, _LEFT_FOUR), (2, _RIGHT_FOUR), (3, _THUMBS))  # deviceSubId of a slap scanner


@dataclass(frozen=True)
class Showing:
    """One capture: its fingers or eyes, what of the same hand or pair is missing, and which of its parts sees it."""

    positions: tuple[Position, ...]
    missing: tuple[Position, ...]
    sub_id: int


def one(ask: Ask, kind: tuple[Position, ...]) -> tuple[Showing, ...]:
    """One after the other, as a device for a single finger or eye takes them."""
    return tuple(Showing((position,), (), 0) for position in _wanted(ask, kind))


def slap(ask: Ask) -> Showing | None:
    """The fingers of the ask that lie on a slap scanner together with its first; None where there is none."""
    wanted = _wanted(ask, FINGERS)
    for sub_id, place in _PLACES:
        if wanted and wanted[0] in place:
            return Showing(tuple(p for p in wanted if p in place), tuple(p for p in ask.missing if p in place), sub_id)
    return None


def pair(ask: Ask) -> Showing | None:
    """The eyes of the ask, at once."""
    wanted = _wanted(ask, EYES)
    if not wanted:
        return None
    sub_id = 3 if len(wanted) == 2 else 1 if wanted[0] is Position.EYE_LEFT else 2
    return Showing(wanted, tuple(p for p in ask.missing if p in EYES), sub_id)


def _wanted(ask: Ask, kind: tuple[Position, ...]) -> tuple[Position, ...]:
    return tuple(dict.fromkeys(p for p in ask.positions if p in kind and p not in ask.missing))
