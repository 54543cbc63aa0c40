"""A folder of pictures that stands for a person: replayed in turn, and hostile until proven otherwise."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hal import DeviceFault, Position
from hal.transport import recorded
from hal.transport.recorded import ImageFolder

DATA = Path(__file__).parents[2].parent / "shared" / "data"


def save(folder: Path, name: str, grey: int) -> None:
    Image.fromarray(np.full((20, 10), grey, np.uint8)).save(folder / name)


def test_attempts_take_pictures_in_turn_and_begin_again(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        save(tmp_path, f"right-thumb.{number}.png", number)
    folder = ImageFolder(tmp_path)
    seen = [folder.next_grey(Position.RIGHT_THUMB) for _ in range(4)]
    assert [int(picture[0, 0]) for picture in seen if picture is not None] == [1, 2, 10, 1]


def test_what_the_folder_lacks_the_person_lacks(tmp_path: Path) -> None:
    save(tmp_path, "right-thumb.1.png", 1)
    folder = ImageFolder(tmp_path)
    assert folder.positions == (Position.RIGHT_THUMB,)
    assert folder.next_grey(Position.LEFT_THUMB) is None


@pytest.mark.parametrize(
    "name", ["plain-right-four.png", "right-thumb.png", "right-thumb.0.png", "x-right-thumb.1.png", "right-thumb.1.gif"]
)
def test_other_names_are_left_alone(tmp_path: Path, name: str) -> None:
    save(tmp_path, name, 1)
    assert not ImageFolder(tmp_path).positions


def test_colour_and_depth_become_what_the_port_promises(tmp_path: Path) -> None:
    Image.fromarray(np.full((20, 10, 3), 7, np.uint8)).save(tmp_path / "right-thumb.1.png")
    save(tmp_path, "face.1.png", 7)
    folder = ImageFolder(tmp_path)
    grey, colour = folder.next_grey(Position.RIGHT_THUMB), folder.next_rgb(Position.PORTRAIT)
    assert grey is not None
    assert colour is not None
    assert (grey.shape, colour.shape) == ((20, 10), (20, 10, 3))
    assert grey.dtype == colour.dtype == np.uint8


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + bytes(40)])
def test_what_is_no_picture_is_one_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "face.1.jpg").write_bytes(content)
    with pytest.raises(DeviceFault):
        ImageFolder(tmp_path).next_rgb(Position.PORTRAIT)


def test_a_picture_cut_short_is_one_fault(tmp_path: Path) -> None:
    Image.fromarray(np.random.default_rng(1).integers(0, 255, (200, 200), np.uint8)).save(tmp_path / "face.1.png")
    whole = (tmp_path / "face.1.png").read_bytes()
    (tmp_path / "face.1.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DeviceFault):
        ImageFolder(tmp_path).next_rgb(Position.PORTRAIT)


def test_a_picture_too_large_to_hold_is_refused_by_its_header(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, "face.1.png", 1)
    monkeypatch.setattr(recorded, "MOST_PIXELS", 199)
    with pytest.raises(DeviceFault, match="pixels"):
        ImageFolder(tmp_path).next_rgb(Position.PORTRAIT)
    monkeypatch.setattr(recorded, "MOST_BYTES", 10)
    with pytest.raises(DeviceFault, match="bytes"):
        ImageFolder(tmp_path).next_rgb(Position.PORTRAIT)


def test_what_is_no_folder_or_too_full_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeviceFault):
        ImageFolder(tmp_path / "absent")
    save(tmp_path, "face.1.png", 1)
    monkeypatch.setattr(recorded, "MOST_FILES", 0)
    with pytest.raises(DeviceFault):
        ImageFolder(tmp_path)


@pytest.mark.skipif(not DATA.is_dir(), reason="the folder of real pictures is not part of the project")
@pytest.mark.parametrize(("name", "fingers", "eyes"), [("person-a", 10, 1), ("person-b", 7, 0)])
def test_real_pictures_are_read(name: str, fingers: int, eyes: int) -> None:
    folder = ImageFolder(DATA / name)
    assert sum(position in tuple(Position)[:10] for position in folder.positions) == fingers
    assert sum(position.startswith("EYE") for position in folder.positions) == eyes
    for position in folder.positions:
        assert folder.next_grey(position) is not None
