"""A folder of pictures that stands for one person: what recorded drivers replay.

Names: `<hand>-<finger>.<n>.png`, `iris-<side>.<n>.png`, `face.<n>.jpg`, `hands.<n>.jpg`, n from 1. Other names are left
alone. What the folder lacks is what that person lacks, or could not give.
"""

import re
from collections import Counter
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from hal.errors import DeviceFault
from hal.values import Position

MOST_FILES = 1000
MOST_BYTES = 32 << 20
MOST_PIXELS = 40_000_000  # a 12-megapixel photo three times over

_NAMES = {
    Position.EYE_RIGHT: "iris-right",
    Position.EYE_LEFT: "iris-left",
    Position.PORTRAIT: "face",
    Position.HANDS: "hands",
} | {finger: finger.value.lower().replace("_", "-") for finger in tuple(Position)[:10]}


class ImageFolder:
    """One person's pictures. Attempts at a position take its pictures in turn, then begin again."""

    def __init__(self, path: Path) -> None:
        """Read the folder's names. Raises DeviceFault when it is no folder or holds too much."""
        self._pictures = _listed(path)
        self._taken: Counter[Position] = Counter()

    @property
    def positions(self) -> tuple[Position, ...]:
        """What this person can show."""
        return tuple(self._pictures)

    def next_grey(self, position: Position) -> NDArray[np.uint8] | None:
        """The next attempt's picture, uint8 height x width; None when there is none. Raises DeviceFault."""
        return self._next(position, "L")

    def next_rgb(self, position: Position) -> NDArray[np.uint8] | None:
        """The next attempt's picture, uint8 height x width x 3; None when there is none. Raises DeviceFault."""
        return self._next(position, "RGB")

    def _next(self, position: Position, mode: Literal["L", "RGB"]) -> NDArray[np.uint8] | None:
        if position not in self._pictures:
            return None
        paths = self._pictures[position]
        path = paths[self._taken[position] % len(paths)]
        self._taken[position] += 1
        return _decoded(path, mode)


def _listed(folder: Path) -> dict[Position, list[Path]]:
    if not folder.is_dir():
        raise DeviceFault("image folder: not a folder")
    paths = list(folder.iterdir())
    if len(paths) > MOST_FILES:
        raise DeviceFault(f"image folder: more than {MOST_FILES} files")
    found: dict[Position, list[Path]] = {}
    for position in Position:
        pattern = re.compile(re.escape(_NAMES[position]) + r"\.([1-9][0-9]{0,3})\.(png|jpg)")
        matches = [(int(match[1]), path) for path in paths if (match := pattern.fullmatch(path.name))]
        if matches:
            found[position] = [path for _, path in sorted(matches)]
    return found


def _decoded(path: Path, mode: Literal["L", "RGB"]) -> NDArray[np.uint8]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise DeviceFault(f"{path.name}: larger than {MOST_BYTES} bytes")
        with Image.open(path, formats=("PNG", "JPEG")) as picture:  # reads the header only
            if picture.width * picture.height > MOST_PIXELS:
                raise DeviceFault(f"{path.name}: more than {MOST_PIXELS} pixels")
            upright = ImageOps.exif_transpose(picture)
            return np.array(upright.convert(mode), dtype=np.uint8)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as broken:
        raise DeviceFault(f"{path.name}: not a picture") from broken
