"""A driver that never met its hardware says so when it is opened."""

import logging
from pathlib import Path

import pytest

from hal import Box, FakeClock, Stage, SystemClock, Wiring
from tests.twins.r30x import drawn_finger
from tests.twins.r30x_module import R30xModule


def test_a_real_driver_that_never_met_its_hardware_warns_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    module = R30xModule(tmp_path / "tty", lambda: drawn_finger(1), 0)
    wiring = Wiring(serial=(tmp_path / "tty",))
    with Box({"fingerprint": ("r30x",)}, SystemClock(), Stage(wiring=wiring)) as box, caplog.at_level(logging.WARNING):
        for _ in range(3):
            box.lend("fingerprint")
    module.pull()
    assert [record.getMessage() for record in caplog.records] == [
        "fingerprint r30x: this driver has never met its hardware"
    ]


def test_a_stand_in_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with Box({"battery": ("simulated",)}, FakeClock(), Stage()) as box, caplog.at_level(logging.WARNING):
        box.lend("battery")
    assert caplog.records == []
