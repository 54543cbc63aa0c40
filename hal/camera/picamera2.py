"""The face camera on a Raspberry Pi's own camera socket, through picamera2 and libcamera."""

from collections.abc import Iterator
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as Late
from contextlib import suppress
from importlib import import_module
from typing import Any

import numpy as np

from hal.camera import Camera
from hal.clock import Clock, Stop
from hal.device import closed
from hal.errors import (
    CaptureCancelled,
    CaptureTimeout,
    DeviceFault,
    DeviceUnavailable,
    HalError,
    NotSupported,
    UnavailableReason,
)
from hal.standin import Stage
from hal.values import Ask, DeviceIdentity, Frame, Position, Presence, Source

SHOWS = (Position.PORTRAIT, Position.HANDS)
SIZE = (1920, 1080)  # ICAO wants 90 pixels between the eyes; 1080 lines give them at an arm's length
RGB = "BGR888"  # libcamera names the channels from the last byte: this one lies in memory as red, green, blue
PATIENCE_S = 0.2  # between looks at the stop
FRAME_S = 2.0  # the slowest mode of a camera module gives a picture in a tenth of that


class Picamera2Camera(Camera):
    """The first camera module; USB cameras are left to the Video4Linux driver."""

    MAKE = "Raspberry Pi"
    MODEL = "camera module"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self._camera: Any = None
        self._model, self._id = self.MODEL, ""

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("camera", "picamera2", self.MAKE, self._model, self._id)

    def open(self) -> None:
        library = _library()
        modules = [info for info in library.global_camera_info() if "/usb" not in info["Id"]]
        there = any(info["Id"] == self._id for info in modules)
        if self._camera is not None and there:
            return
        was_open, _ = self._camera is not None, self.close()
        if not modules:
            raise DeviceUnavailable(UnavailableReason.LOST if was_open else UnavailableReason.ABSENT, "camera")
        try:
            camera = library(modules[0]["Num"])
            camera.configure(camera.create_video_configuration(main={"size": SIZE, "format": RGB}))
        except (RuntimeError, IndexError) as error:  # how picamera2 says that another process has it, or nobody
            raise DeviceUnavailable(UnavailableReason.BUSY, "camera") from error
        self._camera, self._model, self._id = camera, str(modules[0]["Model"]), str(modules[0]["Id"])

    def close(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            with suppress(RuntimeError):
                camera.close()

    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        if self._camera is None:
            raise closed("camera")
        wanted = [p for p in ask.positions if p in SHOWS and p not in ask.missing]
        if not wanted:
            raise NotSupported("camera: shows nothing of this ask")
        return self._look(wanted[0], stop, self._clock.monotonic() + ask.timeout_s)

    def _look(self, position: Position, stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        camera = self._camera
        try:
            camera.start()
            while self._clock.monotonic() < deadline:
                picture = self._picture(camera, stop)
                if self._camera is not camera:
                    raise closed("camera")
                yield Frame(picture, (position,), self.identity, Source.REAL)
            raise CaptureTimeout("camera")
        except RuntimeError as error:
            raise self._gone() from error
        finally:
            with suppress(RuntimeError):
                camera.stop()

    def _picture(self, camera: Any, stop: Stop) -> np.ndarray:
        job, waited = camera.capture_array("main", wait=False), 0.0
        while waited < FRAME_S:
            if stop.is_set():
                camera.cancel_all_and_flush()
                raise CaptureCancelled("camera")
            try:
                return np.ascontiguousarray(job.get_result(timeout=PATIENCE_S))
            except (Late, CancelledError):
                waited += PATIENCE_S
        camera.cancel_all_and_flush()
        raise self._gone()

    def _gone(self) -> HalError:
        """A module whose ribbon came loose streams nothing and stays listed; one that left is listed no more."""
        if any(info["Id"] == self._id for info in _library().global_camera_info()):
            return DeviceFault(f"camera: no picture within {FRAME_S} s")
        self.close()
        return DeviceUnavailable(UnavailableReason.LOST, "camera")


def _library() -> Any:
    try:
        return import_module("picamera2").Picamera2
    except (ImportError, OSError) as missing:
        what = "camera picamera2 needs python3-picamera2 of Raspberry Pi OS"
        raise DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, what) from missing
