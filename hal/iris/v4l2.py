"""The iris camera on any near-infrared camera that the kernel drives, with illuminators on a GPIO line."""

from collections.abc import Iterator
from contextlib import closing, suppress

import numpy as np

from hal.clock import Clock, Stop
from hal.errors import DeviceUnavailable, NotSupported
from hal.iris import IrisScanner
from hal.standin import Stage
from hal.transport.gpio import Gpio
from hal.transport.v4l2_look import Lens
from hal.transport.v4l2_pixels import COLOUR_FORMATS, GREY_FORMATS, Picture
from hal.values import Ask, DeviceIdentity, Frame, Position, Presence

SHOWS = (Position.EYE_RIGHT, Position.EYE_LEFT)
SIZE = (640, 480)  # ISO/IEC 19794-6 image type VGA: an iris of 210 pixels fits
SETTLING = 3  # frames until the exposure follows the illuminators


class V4l2Iris(IrisScanner):
    """A monocular scanner: it shows the one eye that was asked. Takes the node that `[wiring] iris_camera` names (which
    may then be a colour camera behind an infra-red filter), otherwise the first that offers grey and nothing else."""

    MAKE = "Video4Linux"
    MODEL = "near-infrared camera"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self._wiring = stage.wiring
        wired = self._wiring.iris_camera is not None
        wanted = (*GREY_FORMATS, *COLOUR_FORMATS) if wired else GREY_FORMATS
        self._lens = Lens("iris", clock, wanted, SIZE, () if wired else COLOUR_FORMATS)
        self._light: Gpio | None = None

    @property
    def identity(self) -> DeviceIdentity:
        video = self._lens.video
        return DeviceIdentity(
            "iris", "v4l2", self.MAKE, video.card if video else self.MODEL, video.bus if video else ""
        )

    def open(self) -> None:
        self._lens.open(self._wiring.iris_camera)
        if self._light is None and self._wiring.infrared is not None:
            try:
                light = Gpio(self._wiring.active_low)
                light.output(self._wiring.infrared)
            except DeviceUnavailable:
                self._lens.close()
                raise
            self._light = light

    def close(self) -> None:
        light, self._light = self._light, None
        if light:
            light.close()
        self._lens.close()

    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        self._lens.opened()
        wanted = [p for p in ask.positions if p in SHOWS and p not in ask.missing]
        if not wanted:
            raise NotSupported("iris: shows nothing of this ask")
        return self._look(wanted[0], stop, self._clock.monotonic() + ask.timeout_s)

    def _look(self, eye: Position, stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        source = self._lens.opened().source
        with closing(self._lens.pictures(stop, deadline)) as pictures:
            try:
                if self._light:
                    yield Frame(_grey(next(pictures)), (eye,), self.identity, source, at_rest=True)
                    self._shine(True)
                    for _ in range(SETTLING):
                        next(pictures)
                for picture in pictures:
                    yield Frame(_grey(picture), (eye,), self.identity, source)
            finally:
                with suppress(DeviceUnavailable):
                    self._shine(False)

    def _shine(self, on: bool) -> None:
        if self._light and self._wiring.infrared is not None:
            self._light.set(self._wiring.infrared, on)


def _grey(picture: Picture) -> Picture:
    """Behind an infra-red filter the three colours show the same: their mean has the least noise."""
    return picture if picture.ndim == 2 else picture.mean(axis=2).astype(np.uint8)
