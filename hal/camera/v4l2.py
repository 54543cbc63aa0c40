"""The face camera on any USB or built-in camera that the kernel drives."""

from collections.abc import Iterator

from hal.camera import Camera
from hal.clock import Clock, Stop
from hal.errors import NotSupported
from hal.standin import Stage
from hal.transport.v4l2_look import Lens
from hal.transport.v4l2_pixels import COLOUR_FORMATS
from hal.values import Ask, DeviceIdentity, Frame, Position, Presence

SHOWS = (Position.PORTRAIT, Position.HANDS)
SIZE = (1920, 1080)  # ICAO wants 90 pixels between the eyes; 1080 lines give them at an arm's length


class V4l2Camera(Camera):
    """Takes the node that `[wiring] face_camera` names, otherwise the first that offers colour."""

    MAKE = "Video4Linux"
    MODEL = "colour camera"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self._node = stage.wiring.face_camera
        self._lens = Lens("camera", clock, COLOUR_FORMATS, SIZE)

    @property
    def identity(self) -> DeviceIdentity:
        video = self._lens.video
        return DeviceIdentity(
            "camera", "v4l2", self.MAKE, video.card if video else self.MODEL, video.bus if video else ""
        )

    def open(self) -> None:
        self._lens.open(self._node)

    def close(self) -> None:
        self._lens.close()

    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        self._lens.opened()
        wanted = [p for p in ask.positions if p in SHOWS and p not in ask.missing]
        if not wanted:
            raise NotSupported("camera: shows nothing of this ask")
        return self._look(wanted[0], stop, self._clock.monotonic() + ask.timeout_s)

    def _look(self, position: Position, stop: Stop, deadline: float) -> Iterator[Presence | Frame]:
        source = self._lens.opened().source
        for picture in self._lens.pictures(stop, deadline):
            yield Frame(picture, (position,), self.identity, source)
