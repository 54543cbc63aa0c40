"""What holds for every driver of every port in the catalog."""

import gc
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from patience import PULLED_S, promptly, reason_of

from hal import Ask, Device, Lamp, Position, Stop, UnavailableReason
from hal.catalog import CATALOG, CONTRACTS
from tests.twins import TWINS, Twin

GONE = (UnavailableReason.LOST, UnavailableReason.ABSENT)
NOT_OPEN = (UnavailableReason.LOST, UnavailableReason.CLOSED)
USES: dict[str, Callable[[Any], object]] = {
    "fingerprint": lambda device: next(device.look(Ask((Position.RIGHT_INDEX,)), Stop())),
    "iris": lambda device: next(device.look(Ask((Position.EYE_LEFT,)), Stop())),
    "camera": lambda device: next(device.look(Ask((Position.PORTRAIT,)), Stop())),
    "card": lambda device: device.status(),
    "battery": lambda device: device.read(),
    "panel": lambda device: device.lamp(Lamp.READY),
    "stick": lambda device: device.status(),
    "modem": lambda device: device.status(),
    "speaker": lambda device: device.play(PROMPT, Stop()),
    "updater": lambda device: device.status(),
}
PROMPT = Path(__file__).parent / "silence.wav"
CYCLES = 2

pytestmark = pytest.mark.ports()


@pytest.fixture
def device(twin: Twin) -> Device:
    """Not yet open."""
    return twin.make()


def use(twin: Twin, device: Device) -> object:
    return USES[twin.port](device)


def held() -> tuple[int, int]:
    """Descriptors and threads of this process; what only a traceback still holds is let go first."""
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


def test_a_driver_keeps_the_contract_of_its_port(twin: Twin, device: Device) -> None:
    assert isinstance(device, CONTRACTS[twin.port])


def test_a_device_says_who_it_is(twin: Twin, device: Device) -> None:
    with device:
        assert (device.identity.port, device.identity.driver) == (twin.port, twin.driver)
        assert device.identity.make
        assert device.identity.model


def test_use_before_open_is_one_known_error(twin: Twin, device: Device) -> None:
    assert reason_of(lambda: use(twin, device)) is UnavailableReason.CLOSED


def test_use_after_close_is_the_same_error(twin: Twin, device: Device) -> None:
    with device:
        pass
    assert reason_of(lambda: use(twin, device)) is UnavailableReason.CLOSED


def test_open_and_close_are_idempotent(device: Device) -> None:
    device.close()
    device.open()
    device.open()
    device.close()
    device.close()


def test_a_device_that_is_not_plugged_in_does_not_open(twin: Twin, device: Device) -> None:
    twin.vanish()
    assert reason_of(lambda: promptly(twin, PULLED_S, device.open)) in GONE
    twin.replug()
    device.open()
    device.close()


def test_a_device_that_is_pulled_out_is_lost_until_it_is_back_and_opened_again(twin: Twin, device: Device) -> None:
    device.open()
    twin.vanish()
    for _ in range(2):
        assert reason_of(lambda: promptly(twin, PULLED_S, lambda: use(twin, device))) is UnavailableReason.LOST
    assert reason_of(lambda: promptly(twin, PULLED_S, device.open)) is UnavailableReason.LOST
    twin.replug()
    assert reason_of(lambda: use(twin, device)) in NOT_OPEN
    device.open()
    device.close()


def test_nothing_is_left_behind_by_opening_pulling_and_closing(twin: Twin, device: Device) -> None:
    def cycle() -> None:
        device.open()
        twin.vanish()
        reason_of(lambda: use(twin, device))
        twin.replug()
        device.open()
        device.close()

    cycle()
    before = held()
    for _ in range(CYCLES):
        cycle()
    fds, threads = held()
    assert fds <= before[0]
    assert threads <= before[1]


def test_every_driver_of_the_catalog_has_a_twin_or_says_why_not() -> None:
    assert set(TWINS) == {(port, driver) for port, drivers in CATALOG.items() for driver in drivers}
