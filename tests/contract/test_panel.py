"""The contract of the panel port, for every driver in the catalog."""

import pytest
from patience import PULLED_S, STOPPED_S, promptly, reason_of

from hal import Lamp, Panel, PanelEvent, Stop, UnavailableReason
from tests.twins.shape import Moment, PanelTwin

pytestmark = pytest.mark.ports("panel")


def test_events_come_in_order_until_the_stop(device: Panel, twin: PanelTwin, stop: Stop) -> None:
    def hand() -> None:
        twin.press()
        twin.clock.wait(0.6, Stop())
        twin.tamper()
        twin.clock.wait(0.6, Stop())
        stop.set()

    events = device.watch(stop)
    twin.clock.spawn("hand", hand)
    assert promptly(twin, 1.2 + STOPPED_S, lambda: list(events)) == [PanelEvent.BUTTON, PanelEvent.TAMPER]


def test_a_panel_that_vanishes_while_it_is_watched_is_lost(device: Panel, twin: PanelTwin) -> None:
    if Moment.CAPTURE not in twin.MOMENTS:
        pytest.skip(f"{twin.port}-{twin.driver}: cannot be pulled out while it is watched")
    twin.vanish(Moment.CAPTURE)
    watch = device.watch(Stop())
    assert reason_of(lambda: promptly(twin, PULLED_S, lambda: next(watch))) is UnavailableReason.LOST


def test_the_lamp_shows_the_wanted_state(device: Panel, twin: PanelTwin) -> None:
    device.lamp(Lamp.ALERT)
    device.lamp(Lamp.ALERT)
    assert twin.shown() is Lamp.ALERT


def test_the_buzzer_does_not_keep_the_caller(device: Panel, twin: PanelTwin) -> None:
    promptly(twin, 0.2, lambda: device.buzz(2.0))
    assert twin.buzzes() == 1
