"""The models, loaded once, and the shared pictures, where they are."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.imaging import encode
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.minutiae import Extractor
from kiosk.imaging.picture import Pixels

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def extractor() -> Extractor:
    return Extractor()


@pytest.fixture(scope="session")
def finder() -> FaceFinder:
    return FaceFinder()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared pictures are not here")
    return SHARED


@pytest.fixture(scope="session")
def picture(shared: Path) -> Callable[[str], Pixels]:
    return lambda name: encode.decode((shared / name).read_bytes())
