"""An office, its box and a stick, made anew for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from regency_boxes import Box, fixed_now

from kiosk.regency import second_disk
from kiosk.regency.office import Office, init, open_office


@pytest.fixture
def office(tmp_path: Path, backup: Path) -> Iterator[Office]:
    init(tmp_path / "office", tmp_path / "safe", "DISDUKCAPIL SINTANG")
    with open_office(tmp_path / "office", fixed_now) as opened:
        second_disk.mark(opened, backup, practice=True)
        yield opened


@pytest.fixture
def box(office: Office) -> Box:
    return Box(office).certified()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """The office's second disk."""
    (tmp_path / "backup").mkdir()
    return tmp_path / "backup"
