"""What every driver meets in these suites: a clock that only moves when all wait, and one willing person at the box."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hal import FakeClock, Stage, Stop
from hal.transport.recorded import ImageFolder
from hal.world.person import Body, Person
from hal.world.stage import World


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stop() -> Stop:
    return Stop()


@pytest.fixture(scope="session")
def person() -> Person:
    """Somebody with all fingers and no slips; grown once, because growing takes its time."""
    return Person(Body(70))


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one finger in two impressions, one eye and a face; plain-* has to be left alone."""
    folder = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(1)
    for name in ("right-index.1", "right-index.2", "iris-left.1", "iris-left.2", "plain-right-four"):
        Image.fromarray(rng.integers(0, 255, (60, 40), dtype=np.uint8)).save(folder / f"{name}.png")
    for name in ("face.1", "hands.1"):
        Image.fromarray(rng.integers(0, 255, (60, 40, 3), dtype=np.uint8)).save(folder / f"{name}.jpg")
    return folder


@pytest.fixture
def stage(person: Person, pictures: Path) -> Stage:
    """The same person for simulated drivers and, as pictures, for recorded ones."""
    world = World(1)
    world.step_up(person)
    return Stage(world=world, folder=ImageFolder(pictures))


@pytest.fixture
def empty_stage(tmp_path: Path) -> Stage:
    """Nobody stands there."""
    return Stage(world=World(1))
