"""The watch goes on whatever a device or the card says: without it no power policy and no stick."""

import pytest
from flow_box import FlowBox

import hal
from hal import Stop
from hal.stick.simulated import SimulatedStick
from kiosk.store import StoreError


def test_a_stick_that_faults_is_no_stick_and_the_watch_goes_on(box: FlowBox, monkeypatch: pytest.MonkeyPatch) -> None:
    port = box.plug()
    box.until(lambda desk: desk.facts.stick)

    def faulty(self: SimulatedStick) -> hal.StickStatus:
        raise hal.DeviceFault("stick: no answer")

    with monkeypatch.context() as patch:
        patch.setattr(SimulatedStick, "status", faulty)
        box.until(lambda desk: not desk.facts.stick)
    box.until(lambda desk: desk.facts.stick)
    port.pull()
    box.until(lambda desk: not desk.facts.stick)


def test_a_card_that_does_not_tell_its_room_does_not_end_the_watch(
    box: FlowBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing() -> int:
        raise StoreError("Input/output error")

    monkeypatch.setattr(box.kiosk._watch, "_room", failing)
    box.clock.wait(3.0, Stop())
    box.plug()
    box.until(lambda desk: desk.facts.stick)


def test_a_second_device_that_is_plugged_in_is_told_and_its_leaving_too(
    box: FlowBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(hal.Box, "rivals", lambda self, port: ("r30x",) if port == "fingerprint" else ())
        box.until(lambda desk: desk.facts.rivals == (("fingerprint", "r30x"),))
    box.until(lambda desk: desk.facts.rivals == ())
