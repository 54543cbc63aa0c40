"""What is libfprint's own: its errors, its refusals, its missing library, and a child process that hangs or dies."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from hal import (
    Ask,
    CaptureCancelled,
    CaptureRetry,
    CaptureTimeout,
    DeviceFault,
    DeviceUnavailable,
    Frame,
    HalError,
    NotSupported,
    Position,
    Presence,
    RetryReason,
    Source,
    Stage,
    Stop,
    SystemClock,
    UnavailableReason,
    Use,
)
from hal.fingerprint.libfprint import CANCEL_S, CHILD, PYTHON, LibfprintFingerprint
from hal.fingerprint.libfprint_child import refusal
from hal.transport.process import REAP_S
from tests.twins.libfprint import AUTOMATIC, FAIL, FINGER, RETRY, VARIABLE, VirtualSensor, impressions, lacking

ASK = Ask((Position.RIGHT_INDEX,), timeout_s=10)
HWDB = Path("/usr/lib/udev/hwdb.d/60-autosuspend-libfprint-2.hwdb")

pytestmark = pytest.mark.skipif(bool(lacking()), reason=lacking())


@pytest.fixture
def sensor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[VirtualSensor]:
    monkeypatch.setenv(VARIABLE, os.fspath(tmp_path / "sensor"))
    sensor = VirtualSensor(tmp_path / "sensor")
    yield sensor
    sensor.hang_up()


def reader() -> LibfprintFingerprint:
    return LibfprintFingerprint(SystemClock(), Stage())


@pytest.fixture
def device(sensor: VirtualSensor) -> Iterator[LibfprintFingerprint]:
    with reader() as device:
        yield device


def started(
    device: LibfprintFingerprint, sensor: VirtualSensor, stop: Stop | None = None
) -> Iterator[Presence | Frame]:
    """A look with a finger on the platen."""
    look = device.look(ASK, stop or Stop())
    sensor.say(AUTOMATIC, 0)
    sensor.say(FINGER, 1)
    assert next(look) is Presence.ON
    return look


def test_the_picture_is_given_as_it_is_once_the_finger_has_left(
    device: LibfprintFingerprint, sensor: VirtualSensor
) -> None:
    look = started(device, sensor)
    sensor.show(impressions()[0])
    assert next(look) is Presence.TAKEN
    sensor.say(FINGER, 0)
    frame = next(look)
    assert isinstance(frame, Frame)
    assert np.array_equal(frame.pixels, impressions()[0])
    assert list(look) == [Presence.OFF]


def test_a_virtual_sensor_is_simulated_and_nothing_without_known_ppi_enrols(device: LibfprintFingerprint) -> None:
    assert device.source is Source.SIMULATED
    assert device.sensor.ppi is None
    assert device.sensor.use is Use.CHECK_ONLY


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0, RetryReason.TOO_LIGHT),
        (1, RetryReason.LIFTED_EARLY),
        (2, RetryReason.OFF_CENTRE),
        (3, RetryReason.MOVED),
    ],
)
def test_what_the_person_can_put_right_has_its_reason(
    device: LibfprintFingerprint, sensor: VirtualSensor, code: int, reason: RetryReason
) -> None:
    look = started(device, sensor)
    sensor.say(RETRY, code)
    with pytest.raises(CaptureRetry) as retry:
        list(look)
    assert retry.value.reason is reason


def test_a_picture_without_ridges_is_taken_again(device: LibfprintFingerprint, sensor: VirtualSensor) -> None:
    look = started(device, sensor)
    sensor.show(np.full((480, 400), 200, np.uint8))
    sensor.say(FINGER, 0)
    with pytest.raises(CaptureRetry):
        list(look)


def test_a_finger_that_is_lifted_before_the_picture_is_told_so(
    device: LibfprintFingerprint, sensor: VirtualSensor
) -> None:
    look = started(device, sensor)
    sensor.say(FINGER, 0)
    with pytest.raises(CaptureRetry) as retry:
        list(look)
    assert retry.value.reason is RetryReason.LIFTED_EARLY


@pytest.mark.parametrize("code", [0, 1, 3, 5, 6])
def test_a_fatal_error_is_a_fault_with_its_number(
    device: LibfprintFingerprint, sensor: VirtualSensor, code: int
) -> None:
    look = started(device, sensor)
    sensor.say(FAIL, code)
    with pytest.raises(DeviceFault, match=str(code)):
        list(look)
    look = started(device, sensor)  # and the next look works
    look.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("code", "reason"), [(4, UnavailableReason.BUSY), (0x100, UnavailableReason.LOST)])
def test_a_busy_or_removed_sensor_is_unavailable(
    device: LibfprintFingerprint, sensor: VirtualSensor, code: int, reason: UnavailableReason
) -> None:
    look = started(device, sensor)
    sensor.say(FAIL, code)
    with pytest.raises(DeviceUnavailable) as refusal:
        list(look)
    assert refusal.value.reason is reason


def test_a_finger_that_stays_on_the_platen_ends_with_the_ask(
    device: LibfprintFingerprint, sensor: VirtualSensor
) -> None:
    look = device.look(Ask(ASK.positions, timeout_s=0.3), Stop())
    sensor.say(AUTOMATIC, 0)
    sensor.say(FINGER, 1)
    with pytest.raises(CaptureTimeout):
        list(look)


def test_a_library_that_hangs_is_killed_within_half_a_second_of_the_stop(
    device: LibfprintFingerprint, sensor: VirtualSensor
) -> None:
    clock, stop = SystemClock(), Stop()
    look = started(device, sensor, stop)
    assert device._child is not None
    pid = device._child._process.pid
    os.kill(pid, signal.SIGSTOP)
    began = clock.monotonic()
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(CaptureCancelled):
        list(look)
    assert CANCEL_S + REAP_S < 0.5
    assert clock.monotonic() - began < 0.1 + 0.5 + 1.5  # the last is for a busy machine
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    device.open()
    started(device, sensor).close()  # type: ignore[attr-defined]


def test_a_child_that_dies_in_mid_look_is_a_lost_device_that_opens_again(
    device: LibfprintFingerprint, sensor: VirtualSensor
) -> None:
    look = started(device, sensor)
    assert device._child is not None
    os.kill(device._child._process.pid, signal.SIGKILL)
    for attempt in (lambda: list(look), lambda: device.look(ASK, Stop())):
        with pytest.raises(DeviceUnavailable) as loss:
            attempt()
        assert loss.value.reason is UnavailableReason.LOST
    sensor.hang_up()
    device.open()
    started(device, sensor).close()  # type: ignore[attr-defined]


def test_a_child_that_dies_while_nobody_looks_is_noticed_by_the_next_open(
    device: LibfprintFingerprint, sensor: VirtualSensor
) -> None:
    assert device._child is not None
    pid = device._child._process.pid
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)  # it is dead, and nobody but its driver collects it
    device.open()
    sensor.hang_up()
    started(device, sensor).close()  # type: ignore[attr-defined]


def opened_error(device: LibfprintFingerprint) -> HalError:
    with pytest.raises(HalError) as refusal:
        device.open()
    assert device._child is None
    return refusal.value


def test_without_a_sensor_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    error = opened_error(reader())
    assert isinstance(error, DeviceUnavailable)
    assert error.reason is UnavailableReason.ABSENT


def test_a_sensor_that_matches_on_its_chip_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("FP_VIRTUAL_DEVICE", os.fspath(tmp_path / "moc"))
    error = opened_error(reader())
    assert isinstance(error, NotSupported)
    assert "Virtual device for debugging matches on its chip" in str(error)


@pytest.mark.parametrize(
    ("driver", "scan", "can_capture", "refused"),
    [
        ("uru4000", "press", True, ""),
        ("upektc_img", "swipe", True, "wants the finger swiped"),
        ("goodixmoc", "press", False, "matches on its chip and gives no picture"),
        ("virtual_image", "swipe", True, ""),  # calls itself a swipe sensor and takes whole pictures
    ],
)
def test_only_press_sensors_that_give_pictures_are_used(
    driver: str, scan: str, can_capture: bool, refused: str
) -> None:
    library = SimpleNamespace(
        DeviceFeature=SimpleNamespace(CAPTURE="capture"), ScanType=SimpleNamespace(PRESS="press", SWIPE="swipe")
    )
    device = SimpleNamespace(
        has_feature=lambda feature: can_capture and feature == "capture",
        get_scan_type=lambda: scan,
        get_driver=lambda: driver,
    )
    assert refusal(device, library) == refused


def test_a_missing_library_says_what_to_install(sensor: VirtualSensor) -> None:
    class Bare(LibfprintFingerprint):
        COMMAND = (PYTHON, "-I", "-S", str(CHILD))  # -S hides Debian's packages

    error = opened_error(Bare(SystemClock(), Stage()))
    assert isinstance(error, DeviceUnavailable)
    assert error.reason is UnavailableReason.LIBRARY_MISSING
    assert "apt install" in str(error)


def test_a_library_that_never_opens_its_device_is_busy(sensor: VirtualSensor, monkeypatch: pytest.MonkeyPatch) -> None:
    class Mute(LibfprintFingerprint):
        COMMAND = (PYTHON, "-c", "import time; time.sleep(60)")

    monkeypatch.setattr("hal.fingerprint.libfprint.OPEN_S", 0.1)
    error = opened_error(Mute(SystemClock(), Stage()))
    assert isinstance(error, DeviceUnavailable)
    assert error.reason is UnavailableReason.BUSY


@pytest.mark.skipif(not HWDB.exists(), reason="needs libfprint-2-2")
def test_every_declared_usb_id_is_one_that_libfprint_claims() -> None:
    claimed = HWDB.read_text().partition("# Known unsupported devices")[0].lower()
    for usb_id in LibfprintFingerprint.USB_IDS:
        vendor, product = usb_id.split(":")
        assert f"usb:v{vendor}p{product}*" in claimed
