"""What holds for every driver of every port in the catalog."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hal import Ask, Device, DeviceUnavailable, FakeClock, Lamp, NotSupported, Position, Stage, Stop, UnavailableReason
from hal.catalog import CATALOG, CONTRACTS, load

USES: dict[str, Callable[[Any], object]] = {
    "fingerprint": lambda device: device.look(Ask((Position.RIGHT_INDEX,)), Stop()),
    "iris": lambda device: device.look(Ask((Position.EYE_LEFT,)), Stop()),
    "camera": lambda device: device.look(Ask((Position.PORTRAIT,)), Stop()),
    "card": lambda device: device.status(),
    "battery": lambda device: device.read(),
    "panel": lambda device: device.lamp(Lamp.READY),
    "stick": lambda device: device.status(),
    "modem": lambda device: device.status(),
    "speaker": lambda device: device.play(Path("prompt.wav"), Stop()),
}

pytestmark = pytest.mark.parametrize(
    ("port", "driver"), [(port, driver) for port, drivers in CATALOG.items() for driver in drivers]
)


@pytest.fixture
def device(port: str, driver: str, clock: FakeClock, stage: Stage) -> Device:
    return load(port, driver)(clock, stage)


def reason_of(call: Callable[[], object]) -> UnavailableReason:
    with pytest.raises(DeviceUnavailable) as refusal:
        call()
    return refusal.value.reason


def test_a_driver_keeps_the_contract_of_its_port(port: str, device: Device) -> None:
    assert isinstance(device, CONTRACTS[port])


def test_a_device_says_who_it_is(port: str, driver: str, device: Device) -> None:
    with device:
        assert (device.identity.port, device.identity.driver) == (port, driver)
        assert device.identity.make
        assert device.identity.model


def test_use_before_open_is_one_known_error(port: str, device: Device) -> None:
    assert reason_of(lambda: USES[port](device)) is UnavailableReason.CLOSED


def test_use_after_close_is_the_same_error(port: str, device: Device) -> None:
    with device:
        pass
    assert reason_of(lambda: USES[port](device)) is UnavailableReason.CLOSED


def test_open_and_close_are_idempotent(device: Device) -> None:
    device.close()
    device.open()
    device.open()
    device.close()
    device.close()


def test_a_device_that_is_pulled_out_is_lost_until_it_is_back_and_opened_again(
    port: str, device: Device, stage: Stage
) -> None:
    faults = stage.faults[port]
    faults.vanish("open")
    assert reason_of(device.open) is UnavailableReason.LOST
    assert reason_of(lambda: USES[port](device)) is UnavailableReason.LOST
    assert reason_of(device.open) is UnavailableReason.LOST
    faults.replug()
    assert reason_of(lambda: USES[port](device)) is UnavailableReason.CLOSED
    device.open()


def test_a_named_fault_is_raised_once_or_always(port: str, device: Device, stage: Stage) -> None:
    faults = stage.faults[port]
    faults.fail_next("open", DeviceUnavailable(UnavailableReason.BUSY))
    assert reason_of(device.open) is UnavailableReason.BUSY
    faults.fail_always("open", NotSupported("never"))
    for _ in range(2):
        with pytest.raises(NotSupported):
            device.open()
    faults.clear()
    device.open()
