"""The contract of the battery port, for every driver in the catalog; `set` is the twin's hand."""

import pytest

from hal import FakeClock, Stage, Stop
from hal.battery.simulated import SimulatedBattery
from hal.catalog import CATALOG, load

pytestmark = pytest.mark.parametrize("driver", CATALOG["battery"])


@pytest.fixture
def battery(driver: str, clock: FakeClock, stage: Stage):
    with load("battery", driver)(clock, stage) as battery:
        assert isinstance(battery, SimulatedBattery)
        yield battery


def test_a_battery_drains_on_the_clock_and_never_below_empty(battery: SimulatedBattery, clock: FakeClock) -> None:
    battery.set(fraction=0.5, drain_per_h=0.2)
    clock.wait(3600, Stop())
    assert battery.read().fraction == pytest.approx(0.3)
    clock.wait(36000, Stop())
    assert battery.read().fraction == 0.0


def test_external_power_is_said_and_charges_up_to_full(battery: SimulatedBattery, clock: FakeClock) -> None:
    battery.set(fraction=0.5, external_power=True, charge_per_h=0.4)
    assert battery.read().external_power
    clock.wait(3600, Stop())
    assert battery.read().fraction == pytest.approx(0.9)
    clock.wait(3600, Stop())
    assert battery.read().fraction == 1.0


def test_pulling_the_plug_keeps_what_was_charged(battery: SimulatedBattery, clock: FakeClock) -> None:
    battery.set(fraction=0.1, external_power=True, charge_per_h=0.4)
    clock.wait(3600, Stop())
    battery.set(external_power=False)
    reading = battery.read()
    assert reading.fraction == pytest.approx(0.5)
    assert not reading.external_power
