"""A small image, an office with one officer and the directories of its boxes: made once, never changed by tests."""

from pathlib import Path

import cards
import pytest
import small_image
from small_office import made_office
from typer.testing import CliRunner

from kiosk.commands import provision as command

BOXES = tuple(f"SINTANG-{number:02d}" for number in range(1, 9))


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cards.needs(*small_image.PROGRAMS)
    return small_image.make(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="session")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Directories as `kiosk provision` makes them."""
    root = tmp_path_factory.mktemp("boxes")
    made_office(root / "office", root / "safe")
    about = ("--office", root / "office", "--out", root, "--place", "SERAWAI", "--region", "61")
    result = CliRunner().invoke(command.app, [str(word) for word in (*BOXES, *about)])
    assert result.exit_code == 0, result.output
    return [root / box for box in BOXES]
