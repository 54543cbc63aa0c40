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
FRAME_S = 1.8  # the slowest mode of a camera module gives a picture in a tenth of that
DEVICE_TREE = "/base/"  # how libcamera's ids of sensors on a board begin; its virtual cameras stand elsewhere


class Picamera2Camera(Camera):
    """The first camera module; USB cameras are left to the Video4Linux driver."""

    MAKE = "Raspberry Pi"
    MODEL = "camera module"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self._camera: Any = None
        self._lost = False
        self._model, self._id = self.MODEL, ""

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("camera", "picamera2", self.MAKE, self._model, self._id)

    def open(self) -> None:
        library = _library()
        modules = [info for info in library.global_camera_info() if "/usb" not in info["Id"]]
        if self._camera is not None:
            if any(info["Id"] == self._id for info in modules):
                return
            self._lose()
        if not modules:
            raise _gone() if self._lost else DeviceUnavailable(UnavailableReason.ABSENT, "camera")
        self._camera = _configured(library, modules[0]["Num"])
        self._model, self._id, self._lost = str(modules[0]["Model"]), str(modules[0]["Id"]), False

    def close(self) -> None:
        self._lost = False
        camera, self._camera = self._camera, None
        if camera is not None:
            with suppress(RuntimeError):
                camera.close()

    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        if self._camera is None:
            raise _gone() if self._lost else closed("camera")
        wanted = [p for p in ask.positions if p in SHOWS and p not in ask.missing]
        if not wanted:
            raise NotSupported("camera: shows nothing of this ask")
        return self._look(wanted[0], stop, self._clock.monotonic() + ask.timeout_s)

    def _look(self, position: Position, stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        camera = self._camera
        source = Source.REAL if self._id.startswith(DEVICE_TREE) else Source.SIMULATED
        try:
            camera.start()
            while self._clock.monotonic() < deadline:
                if self._camera is not camera:
                    raise closed("camera")
                yield Frame(self._picture(camera, stop), (position,), self.identity, source)
            raise CaptureTimeout("camera")
        except RuntimeError as error:
            raise self._silent() from error
        finally:
            with suppress(RuntimeError):
                camera.stop()

    def _picture(self, camera: Any, stop: Stop) -> np.ndarray:
        job, waited = camera.capture_array("main", wait=False), 0.0
        while waited < FRAME_S and (waited == 0.0 or self._listed()):
            if stop.is_set():
                camera.cancel_all_and_flush()
                raise CaptureCancelled("camera")
            try:
                return np.ascontiguousarray(job.get_result(timeout=PATIENCE_S))
            except (Late, CancelledError):
                waited += PATIENCE_S
        camera.cancel_all_and_flush()
        raise self._silent()

    def _silent(self) -> HalError:
        """A module whose ribbon came loose streams nothing and stays listed; one that left is listed no more."""
        if self._listed():
            return DeviceFault(f"camera: no picture within {FRAME_S} s")
        self._lose()
        return _gone()

    def _listed(self) -> bool:
        return any(info["Id"] == self._id for info in _library().global_camera_info())

    def _lose(self) -> None:
        self.close()
        self._lost = True


def _configured(library: Any, number: int) -> Any:
    try:
        camera = library(number)
    except (RuntimeError, IndexError) as error:  # how picamera2 says that another process has it, or nobody
        raise DeviceUnavailable(UnavailableReason.BUSY, "camera") from error
    try:
        camera.configure(camera.create_video_configuration(main={"size": SIZE, "format": RGB}))
    except RuntimeError as error:
        camera.close()
        raise DeviceFault("camera: takes no configuration") from error
    return camera


def _gone() -> DeviceUnavailable:
    return DeviceUnavailable(UnavailableReason.LOST, "camera")


def _library() -> Any:
    try:
        return import_module("picamera2").Picamera2
    except (ImportError, OSError) as missing:
        what = "camera picamera2 needs python3-picamera2 of Raspberry Pi OS"
        raise DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, what) from missing
