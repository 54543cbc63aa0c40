"""Whether this box takes a bundle, from what its signature vouches for: board, version, sizes. Pure."""

import re
from collections.abc import Mapping

from hal.updater import Refusal
from hal.updater.programs import Signed

VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}", re.ASCII)
PARTS = 4
PAIR = frozenset({"boot", "rootfs"})  # kernel and system belong together: no bundle brings one alone

Numbers = tuple[int, ...]


def numbers(version: str) -> Numbers:
    """A dotted version for comparing; 1.2 equals 1.2.0. Raises ValueError."""
    if VERSION.fullmatch(version) is None:
        raise ValueError(f"{version!r} is no dotted version")
    found = tuple(map(int, version.split(".")))
    return found + (0,) * (PARTS - len(found))


def verdict(signed: Signed, board: str, running: str, capacities: Mapping[str, int]) -> Refusal | None:
    """None where it may be installed over a system of this board and version. Raises ValueError where the running
    version is none. The same version is refused: the slot that runs was verified when it was written, and whoever
    wants it written again reflashes it."""
    if signed.compatible != board:
        return Refusal.OTHER_BOARD
    try:
        offered = numbers(signed.version)
    except ValueError:
        return Refusal.UNSUITABLE
    if offered == numbers(running):
        return Refusal.SAME
    if offered < numbers(running):
        return Refusal.TOO_OLD
    if set(signed.images) != PAIR:
        return Refusal.UNSUITABLE
    if any(size > capacities.get(name, 0) for name, size in signed.images.items()):
        return Refusal.TOO_LARGE
    return None
