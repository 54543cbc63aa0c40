"""Faces and hands from picture files: one file an attempt, streamed until the look is over."""

from collections.abc import Callable

from hal.camera import Camera
from hal.standin import Picture, StreamStandIn
from hal.values import Position, Source


class RecordedCamera(StreamStandIn, Camera):
    """Colour files of the stage's folder, or a card held up before it."""

    MODEL = "picture files"
    PORT = "camera"
    DRIVER = "recorded"
    SOURCE = Source.RECORDED
    SHOWS = (Position.PORTRAIT, Position.HANDS)

    def _view(self, position: Position) -> Callable[[int], Picture | None]:
        folder = self._stage.folder
        picture = None if folder is None else folder.next_rgb(position)
        return lambda _number: self._stage.held if self._stage.held is not None else picture
