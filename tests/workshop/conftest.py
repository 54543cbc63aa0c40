"""A small image, an office with one officer and the directories of its boxes: made once, never changed by tests."""

from pathlib import Path

import cards
import pytest
import small_image
from typer.testing import CliRunner

from kiosk.commands import provision as command
from kiosk.regency.office import init, open_office
from kiosk.regency.officers import new_officer, register_officer

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


def made_office(office: Path, safe: Path) -> Path:
    """An office of one officer."""
    init(office, safe, "DISDUKCAPIL SINTANG")
    with open_office(office) as opened, opened.register.transaction():
        register_officer(opened, new_officer("petugas-1", "1234").entry)
    return office
