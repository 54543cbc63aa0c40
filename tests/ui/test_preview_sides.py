"""Left and right on the screen: a face is shown as in a looking-glass, an eye as it is, and neither upside down."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kiosk.core.judgement import Hint
from kiosk.flow.preview import View
from kiosk.ui.samples import scenes
from kiosk.ui.shots import Easel

RED, GREEN, BLUE, WHITE = (200, 0, 0), (0, 200, 0), (0, 0, 200), (250, 250, 250)


@pytest.fixture
def easel() -> Iterator[Easel]:
    made = Easel()
    yield made
    made.close()


def corners(grey: bool) -> np.ndarray:
    """A picture whose four quarters differ: red and green above, blue and white below."""
    picture = np.zeros((480, 640, 3), np.uint8)
    picture[:240, :320], picture[:240, 320:], picture[240:, :320], picture[240:, 320:] = RED, GREEN, BLUE, WHITE
    return np.asarray(Image.fromarray(picture).convert("L")) if grey else picture


def quarters(easel: Easel, name: str, folder: Path) -> list[tuple[int, ...]]:
    """What the four quarters of the preview show, row by row, on the page of this name."""
    scene = next(one for one in scenes("id") if one.name == name)
    easel.put(replace(scene, view=View(corners(grey=name == "iris"), Hint.AGAIN)))
    easel.save(folder / "page.png")
    page = np.asarray(Image.open(folder / "page.png").convert("RGB"))
    shown = {tuple(int(v) for v in colour) for colour in corners(grey=name == "iris").reshape(480 * 640, -1)}
    wanted = {colour * 3 if len(colour) == 1 else colour for colour in shown}
    found = np.argwhere(np.isin(_packed(page), [_packed(np.array(colour, np.uint8)) for colour in wanted - {WHITE}]))
    (top, left), (bottom, right) = found.min(axis=0), found.max(axis=0)
    rows, columns = (
        ((3 * top + bottom) // 4, (top + 3 * bottom) // 4),
        ((3 * left + right) // 4, (left + 3 * right) // 4),
    )
    return [tuple(int(v) for v in page[y, x]) for y in rows for x in columns]


def _packed(colour: np.ndarray) -> np.ndarray:
    return colour.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])


def test_a_face_is_shown_as_in_a_looking_glass(easel: Easel, tmp_path: Path) -> None:
    assert quarters(easel, "face", tmp_path) == [GREEN, RED, WHITE, BLUE]


def test_an_eye_is_shown_as_the_camera_sees_it(easel: Easel, tmp_path: Path) -> None:
    grey = [(int(corners(grey=True)[y, x]),) * 3 for y in (10, 470) for x in (10, 630)]
    assert quarters(easel, "iris", tmp_path) == grey
