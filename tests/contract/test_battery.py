"""The contract of the battery port, for every driver in the catalog."""

import pytest

from hal import Battery, BatteryReading, Stop
from tests.twins.shape import BatteryTwin

pytestmark = pytest.mark.ports("battery")
NEAR = 0.02  # of full: what a gauge may round


@pytest.fixture
def draining(twin: BatteryTwin) -> BatteryTwin:
    if not twin.DRAINS:
        pytest.skip(f"{twin.port}-{twin.driver}: stands where it was set")
    return twin


def test_a_battery_says_how_full_it_is_and_whether_it_is_alone(device: Battery, twin: BatteryTwin) -> None:
    for reading in (BatteryReading(0.5, True), BatteryReading(0.1, False)):
        twin.set(reading)
        assert device.read().fraction == pytest.approx(reading.fraction, abs=NEAR)
        assert device.read().external_power is reading.external_power


def test_a_battery_drains_on_the_clock_and_never_below_empty(device: Battery, draining: BatteryTwin) -> None:
    draining.set(BatteryReading(0.5, False), drain_per_h=0.2)
    draining.clock.wait(3600, Stop())
    assert device.read().fraction == pytest.approx(0.3, abs=NEAR)
    draining.clock.wait(36000, Stop())
    assert device.read().fraction == 0.0


def test_external_power_charges_up_to_full(device: Battery, draining: BatteryTwin) -> None:
    draining.set(BatteryReading(0.5, True), charge_per_h=0.4)
    draining.clock.wait(3600, Stop())
    assert device.read().fraction == pytest.approx(0.9, abs=NEAR)
    draining.clock.wait(3600, Stop())
    assert device.read().fraction == 1.0


def test_pulling_the_plug_keeps_what_was_charged(device: Battery, draining: BatteryTwin) -> None:
    draining.set(BatteryReading(0.1, True), charge_per_h=0.4)
    draining.clock.wait(3600, Stop())
    draining.set(BatteryReading(device.read().fraction, False))
    reading = device.read()
    assert reading.fraction == pytest.approx(0.5, abs=NEAR)
    assert not reading.external_power
