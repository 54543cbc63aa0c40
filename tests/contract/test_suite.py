"""The suites themselves: a driver that breaks a promise is caught by the test of that promise, a sound one is not."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import patience
import pytest
import test_capture
import test_every_device
import test_fingerprint

from hal import Ask, CaptureDevice, DeviceUnavailable, Frame, Position, Presence, Stop
from hal.fingerprint.r30x import R30xFingerprint
from hal.fingerprint.recorded import RecordedFingerprint
from tests.twins.r30x import R30xTwin
from tests.twins.shape import CaptureTwin, Moment
from tests.twins.stage import RecordedCapture

ASK = Ask((Position.RIGHT_INDEX,))
Seen = Iterator[Presence | Frame]


class Mirrored(RecordedFingerprint):
    def look(self, ask: Ask, stop: Stop) -> Seen:
        for item in super().look(ask, stop):
            yield replace(item, pixels=np.ascontiguousarray(item.pixels[:, ::-1])) if isinstance(item, Frame) else item


class Inverted(RecordedFingerprint):
    def look(self, ask: Ask, stop: Stop) -> Seen:
        for item in super().look(ask, stop):
            yield replace(item, pixels=255 - item.pixels) if isinstance(item, Frame) else item


class Deaf(RecordedFingerprint):
    def look(self, ask: Ask, stop: Stop) -> Seen:
        return super().look(ask, Stop())


class Patient(RecordedFingerprint):
    def look(self, ask: Ask, stop: Stop) -> Seen:
        return super().look(replace(ask, timeout_s=ask.timeout_s + 10), stop)


class Careless(RecordedFingerprint):
    def look(self, ask: Ask, stop: Stop) -> Seen:
        return super().look(replace(ask, missing=()), stop)


class Stale(RecordedFingerprint):
    def look(self, ask: Ask, stop: Stop) -> Seen:
        for item in super().look(ask, stop):
            if isinstance(item, Frame):
                self._first = getattr(self, "_first", item)
                item = self._first
            yield item


class Hanging(R30xFingerprint):
    def look(self, ask: Ask, stop: Stop) -> Seen:
        try:
            yield from super().look(ask, stop)
        except DeviceUnavailable:
            threading.Event().wait(5)
            raise


class Foreign(R30xFingerprint):
    def look(self, ask: Ask, stop: Stop) -> Seen:
        try:
            yield from super().look(ask, stop)
        except DeviceUnavailable as error:
            raise OSError(5, "Input/output error") from error


class Leaking(R30xFingerprint):
    def open(self) -> None:
        super().open()
        self.__dict__.setdefault("leaked", []).append(os.open(os.devnull, os.O_RDONLY))

    def __del__(self) -> None:
        for fd in self.__dict__.get("leaked", ()):
            os.close(fd)


class Meddling(R30xFingerprint):
    def open(self) -> None:
        super().open()
        assert self._module is not None
        self._module.wire.read(4096, Stop(), 0.0)


def frames(device: CaptureDevice, twin: CaptureTwin) -> None:
    test_capture.test_a_frame_is_never_mirrored_turned_or_inverted(device, twin, ASK)


def stop(device: CaptureDevice, twin: CaptureTwin) -> None:
    test_capture.test_a_look_leaves_within_half_a_second_of_the_stop(device, twin, ASK, Stop(), 0.85)


def timeout(device: CaptureDevice, twin: CaptureTwin) -> None:
    test_capture.test_a_look_ends_within_the_time_of_its_ask(device, twin, ASK)


def ask(device: CaptureDevice, twin: CaptureTwin) -> None:
    test_capture.test_an_ask_of_nothing_that_it_shows_is_refused(device, twin, ASK)


def again(device: CaptureDevice, twin: CaptureTwin) -> None:
    assert isinstance(device, RecordedFingerprint)
    test_fingerprint.test_the_next_touch_gives_another_picture(device)


def pull(device: CaptureDevice, twin: CaptureTwin) -> None:
    name = "test_a_device_pulled_in_any_state_is_lost_in_two_seconds_and_works_again_when_it_is_back"
    getattr(test_capture, name)(device, twin, ASK, Moment.CAPTURE)


def leak(device: CaptureDevice, twin: CaptureTwin) -> None:
    test_every_device.test_nothing_is_left_behind_by_opening_pulling_and_closing(twin, device)


def refreshed(device: CaptureDevice, twin: CaptureTwin) -> None:
    name = "test_who_asks_meanwhile_whether_the_device_is_open_takes_nothing_from_a_look"
    getattr(test_capture, name)(device, ASK)


Promise = Callable[[CaptureDevice, CaptureTwin], None]
BROKEN: list[tuple[type[CaptureDevice], type[CaptureDevice], type[CaptureTwin], Promise]] = [
    (Mirrored, RecordedFingerprint, RecordedCapture, frames),
    (Inverted, RecordedFingerprint, RecordedCapture, frames),
    (Deaf, RecordedFingerprint, RecordedCapture, stop),
    (Patient, RecordedFingerprint, RecordedCapture, timeout),
    (Careless, RecordedFingerprint, RecordedCapture, ask),
    (Stale, RecordedFingerprint, RecordedCapture, again),
    (Hanging, R30xFingerprint, R30xTwin, pull),
    (Foreign, R30xFingerprint, R30xTwin, pull),
    (Leaking, R30xFingerprint, R30xTwin, leak),
    (Meddling, R30xFingerprint, R30xTwin, refreshed),
]


def kept(promise: Promise, made: type[CaptureDevice], on: type[CaptureTwin], folder: Path) -> bool:
    folder.mkdir()
    with on("fingerprint", "r30x" if on is R30xTwin else "recorded", folder) as twin:
        device = made(twin.clock, twin.stage)  # type: ignore[call-arg]
        try:
            with device:
                promise(device, twin)
        except (Exception, pytest.fail.Exception):
            return False
    return True


@pytest.mark.parametrize(("broken", "sound", "on", "promise"), BROKEN, ids=[made[0].__name__ for made in BROKEN])
def test_a_broken_driver_is_caught_and_a_sound_one_is_not(
    broken: type[CaptureDevice],
    sound: type[CaptureDevice],
    on: type[CaptureTwin],
    promise: Promise,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "HUNG_S", 0.6)
    assert kept(promise, sound, on, tmp_path / "sound")
    monkeypatch.setattr(test_capture, "SHOWN_S", 1.0)
    assert not kept(promise, broken, on, tmp_path / "broken")
