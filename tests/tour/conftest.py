"""Tours as people start them: a program of its own, judged by what it leaves. Two of them run side by side."""

import sys
from pathlib import Path

import pytest
from tour_run import ROOT, Ended, Tour

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
def low(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A weak battery; on picture files where there are some, which saves a tour."""
    people = ("--people", "2", "--images", str(DATA)) if DATA.is_dir() else ("--people", "1")
    return Tour(tmp_path_factory.mktemp("low") / "out", "--battery", "low", *people).end()


@pytest.fixture
def on_images(low: Ended) -> Ended:
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is not here")
    return low
