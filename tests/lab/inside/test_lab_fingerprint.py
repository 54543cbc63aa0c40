"""A fingerprint module behind a USB serial bridge (the kernel's ftdi_sio), and the box that it is swapped in."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hal import Ask, DeviceUnavailable, Frame, Position, Presence, Stage, Stop, SystemClock, UnavailableReason, open_box
from hal.fingerprint.r30x import R30xFingerprint
from tests.lab.inside.hands import Host
from tests.lab.inside.kernel import until
from tests.twins.r30x import drawn_finger

ASK = Ask((Position.RIGHT_INDEX,), timeout_s=60.0)
WIRE_S = 36_864 * (1 + 11 / 128) * 10 / 115_200  # a picture in packets of 128 bytes at the module's highest rate
PULLED_S = 2.0
LATE_S = 1.0  # an emulated processor


@pytest.fixture
def reader(host: Host) -> Iterator[R30xFingerprint]:
    host.touch(0)
    plug(host)
    with R30xFingerprint(SystemClock(), Stage()) as opened:
        yield opened


def plug(host: Host) -> None:
    host.plug("serial")
    assert until(lambda: any(Path("/dev").glob("ttyUSB*")))


def lost_within_two_seconds(call) -> None:  # type: ignore[no-untyped-def]
    clock = SystemClock()
    began = clock.monotonic()
    with pytest.raises(DeviceUnavailable) as refusal:
        call()
    assert refusal.value.reason is UnavailableReason.LOST
    assert clock.monotonic() - began < PULLED_S + LATE_S


def test_a_finger_comes_through_usb_as_fast_as_its_wire(reader: R30xFingerprint, host: Host) -> None:
    clock = SystemClock()
    host.touch(1)
    on = 0.0
    for item in reader.look(ASK, Stop()):
        if item is Presence.ON:
            on = clock.monotonic()
        if isinstance(item, Frame):
            break
    took = clock.monotonic() - on
    print(f"lab: picture {took:.2f} s, wire {WIRE_S:.2f} s, {took / WIRE_S:.3f} of it")
    assert np.array_equal(item.pixels, drawn_finger(1) // 16 * 17)
    assert took < 1.1 * WIRE_S + LATE_S


def test_a_bridge_pulled_while_it_waits_is_lost(reader: R30xFingerprint, host: Host) -> None:
    clock = SystemClock()
    looks = reader.look(ASK, Stop())

    def hand() -> None:
        clock.wait(1.0, Stop())
        host.pull("serial")

    pulling = clock.spawn("hand", hand)
    with pytest.raises(DeviceUnavailable) as refusal:
        list(looks)
    assert refusal.value.reason is UnavailableReason.LOST
    pulling.join()
    lost_within_two_seconds(reader.open)
    plug(host)
    reader.open()


def test_a_bridge_pulled_in_mid_picture_is_lost(reader: R30xFingerprint, host: Host) -> None:
    host.touch(1)
    looks = reader.look(ASK, Stop())
    assert next(looks) is Presence.ON
    clock = SystemClock()

    def hand() -> None:
        clock.wait(1.0, Stop())  # of three
        host.pull("serial")

    pulling = clock.spawn("hand", hand)
    with pytest.raises(DeviceUnavailable) as refusal:
        list(looks)
    assert refusal.value.reason is UnavailableReason.LOST
    pulling.join()


def test_a_sensor_swapped_while_the_box_runs_serves_again(host: Host) -> None:
    host.touch(0)
    plug(host)
    with open_box({"fingerprint": ["r30x"]}, clock=SystemClock(), stage=Stage()) as box:

        def present() -> bool:
            box.refresh()
            return box.present()["fingerprint"] is not None

        assert until(present)
        host.pull("serial")
        assert until(lambda: not present())
        with pytest.raises(DeviceUnavailable):
            box.lend("fingerprint")
        plug(host)
        assert until(present)
        host.touch(1)
        seen = next(item for item in box.lend("fingerprint").look(ASK, Stop()) if isinstance(item, Frame))
        assert seen.device.driver == "r30x"
