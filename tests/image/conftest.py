"""A whole image boots where `make image-test` names the folder of its build in JEMPUT_IMAGE; its parts are always
tried."""

import os
from pathlib import Path

import pytest

BUILT = os.environ.get("JEMPUT_IMAGE", "")
NAME = "jemput-virt"  # the developer image's: no other has the emulator's devices
STARTED = ("boot", "bad_configuration", "readiness_mode", "strange_stick", "hanging_system", "recorded_day")
STARTED += ("power_cuts", "system_updates", "refused_updates")
collect_ignore = [] if BUILT else [f"test_{name}.py" for name in STARTED]


@pytest.fixture(scope="session")
def image() -> Path:
    """The image that was built."""
    return Path(BUILT).resolve() / f"{NAME}.img"


@pytest.fixture(scope="session")
def update() -> Path:
    """A signed bundle of a newer version for that image."""
    found = sorted(Path(BUILT).resolve().glob(f"{NAME}-*.raucb"))
    if not found:
        pytest.skip("no newer system was built: image-build/build bundle --version 99.0.0 ...")
    return found[-1]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Room for the cards and logs of one module, left behind for whoever asks why."""
    return tmp_path_factory.mktemp(request.path.stem)
