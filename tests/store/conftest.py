"""Both stores pass one suite; where the power is cut, only the durable one can."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from store_people import BOX, Keys, found

from kiosk.store import InMemoryKeyring, InMemoryStore, Store


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys()


@pytest.fixture(scope="session")
def ram() -> Iterator[Path]:
    """A directory in memory where there is one: hundreds of simulated cuts need no real card."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as name:
        yield Path(name)


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path, keys: Keys) -> Iterator[Store]:
    """A box on its first working day."""
    root = tmp_path / "box"
    made = Store(root, BOX, InMemoryKeyring()) if request.param == "sqlite" else InMemoryStore(root, BOX)
    with made:
        found(made, keys)
        yield made


@pytest.fixture
def ram_path(ram: Path) -> Path:
    """An empty directory of this test in `ram`."""
    return Path(mkdtemp(dir=ram))


@pytest.fixture
def durable(tmp_path: Path, keys: Keys) -> Iterator[Store]:
    """The store on the card, on its first working day."""
    with Store(tmp_path / "box", BOX, InMemoryKeyring()) as made:
        found(made, keys)
        yield made
