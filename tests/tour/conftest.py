"""Tours as people start them: a program of its own, judged by what it leaves. Two of them run side by side."""

import sys
from pathlib import Path

import pytest
from ended import ROOT, Ended, Tour

sys.path.insert(0, str(Path(__file__).parents[1] / "flow"))
DATA = ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Ended]:
    """The same tour two times, at once."""
    root = tmp_path_factory.mktemp("tours")
    tours = [Tour(root / name, "--people", "3", "--seed", "1") for name in ("first", "second")]
    first, second = (tour.end() for tour in tours)
    return first, second


@pytest.fixture(scope="session")
def toured(twice: tuple[Ended, Ended]) -> Ended:
    return twice[0]


@pytest.fixture(scope="session")
def others(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Ended | None]:
    """The tour with a weak battery, and the one on picture files where there are some."""
    root = tmp_path_factory.mktemp("others")
    low = Tour(root / "low", "--people", "1", "--battery", "low")
    images = Tour(root / "images", "--people", "2", "--images", str(DATA)) if DATA.is_dir() else None
    return low.end(), images.end() if images else None


@pytest.fixture
def low(others: tuple[Ended, Ended | None]) -> Ended:
    return others[0]


@pytest.fixture
def on_images(others: tuple[Ended, Ended | None]) -> Ended:
    if others[1] is None:
        pytest.skip(f"{DATA} is not here")
    return others[1]
