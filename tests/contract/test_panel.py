"""The contract of the panel port, for every driver in the catalog; `press` and `tamper` are the twin's hand."""

import pytest

from hal import DeviceUnavailable, FakeClock, Lamp, PanelEvent, Stage, Stop, UnavailableReason
from hal.catalog import CATALOG, load
from hal.panel.simulated import SimulatedPanel

pytestmark = pytest.mark.parametrize("driver", CATALOG["panel"])


@pytest.fixture
def panel(driver: str, clock: FakeClock, stage: Stage):
    with load("panel", driver)(clock, stage) as panel:
        assert isinstance(panel, SimulatedPanel)
        yield panel


def test_events_come_in_order_until_the_stop(panel: SimulatedPanel, clock: FakeClock, stop: Stop) -> None:
    def hand() -> None:
        panel.press()
        clock.wait(5.0, Stop())
        panel.tamper()
        clock.wait(5.0, Stop())
        stop.set()

    clock.spawn("hand", hand)
    assert list(panel.watch(stop)) == [PanelEvent.BUTTON, PanelEvent.TAMPER]
    assert clock.monotonic() <= 10.5


def test_a_panel_that_vanishes_while_it_is_watched_is_lost(panel: SimulatedPanel) -> None:
    panel.faults.vanish()
    with pytest.raises(DeviceUnavailable) as loss:
        next(panel.watch(Stop()))
    assert loss.value.reason is UnavailableReason.LOST


def test_the_lamp_shows_the_wanted_state(panel: SimulatedPanel) -> None:
    panel.lamp(Lamp.ALERT)
    panel.lamp(Lamp.ALERT)
    assert panel.shown is Lamp.ALERT


def test_the_buzzer_does_not_keep_the_caller(panel: SimulatedPanel, clock: FakeClock) -> None:
    panel.buzz(2.0)
    assert clock.monotonic() == 0.0
    assert panel.buzzes == [2.0]
