"""What holds for stand-ins alone: faults by name."""

from pathlib import Path

import pytest
from patience import reason_of

from hal import DeviceUnavailable, NotSupported, StickPort, StickState, UnavailableReason
from hal.catalog import CATALOG, STAND_INS
from tests.twins import twin_of
from tests.twins.shape import StickTwin


@pytest.mark.parametrize(
    ("port", "driver"),
    [(port, driver) for port, drivers in CATALOG.items() for driver in drivers if driver in STAND_INS],
)
def test_a_named_fault_is_raised_once_or_always(port: str, driver: str, tmp_path: Path) -> None:
    with twin_of(port, driver, tmp_path) as twin:
        device, faults = twin.make(), twin.stage.faults[port]
        faults.fail_next("open", DeviceUnavailable(UnavailableReason.BUSY))
        assert reason_of(device.open) is UnavailableReason.BUSY
        faults.fail_always("open", NotSupported("never"))
        for _ in range(2):
            with pytest.raises(NotSupported):
                device.open()
        faults.clear()
        device.open()


def test_a_stick_lost_while_settling_leaves_the_port_working(tmp_path: Path) -> None:
    with twin_of("stick", "simulated", tmp_path) as twin, twin.make() as port:
        assert isinstance(twin, StickTwin)
        assert isinstance(port, StickPort)
        twin.plug("a")
        port.mount()
        twin.stage.faults["stick"].fail_next("settle", DeviceUnavailable(UnavailableReason.LOST, "stick"))
        assert reason_of(port.settle) is UnavailableReason.LOST
        assert port.status().state is StickState.READY
        port.settle()
