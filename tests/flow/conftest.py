"""A certified training box that has handed over once, copied anew for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flow_box import FlowBox, copied, made

from kiosk.commands.training import TrainingBox


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingBox]:
    out = tmp_path_factory.mktemp("ready") / "out"
    out.mkdir()
    return out, made(out)


@pytest.fixture
def training(ready: tuple[Path, TrainingBox], tmp_path: Path) -> TrainingBox:
    out, training = ready
    return copied(training, out, tmp_path / "day")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "day"


@pytest.fixture
def box(out: Path, training: TrainingBox) -> Iterator[FlowBox]:
    with FlowBox(out, training) as started:
        started.open_day()
        yield started
