"""Wheels bring libraries that nobody updates: what comes from outside the box is not given to those (decision 0022)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CALLS = re.compile(
    r"cv2\s*\.\s*(imread|imdecode|VideoCapture|haveImageReader)|CoreImage|AsyncImage|kivy\.core\.(image|video)"
)
SOURCES = sorted(
    path for room in ("kiosk", "hal") for path in (ROOT / room).rglob("*") if path.suffix in (".py", ".kv")
)


def calls(text: str) -> list[str]:
    return [found[0] for found in CALLS.finditer(text)]


def test_no_picture_is_decoded_by_opencv_or_kivy() -> None:
    assert len(SOURCES) > 200
    assert {path.name: found for path in SOURCES if (found := calls(path.read_text()))} == {}


@pytest.mark.parametrize(
    "line", ["a = cv2.imdecode(raw, 1)", "from kivy.core.image import Image", "cv2.VideoCapture(0)"]
)
def test_a_call_that_would_decode_is_found(line: str) -> None:
    assert calls(line)
