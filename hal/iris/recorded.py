"""Irises from picture files: one file an attempt, streamed until the look is over."""

from collections.abc import Callable

from hal.iris import IrisScanner
from hal.standin import Picture, StreamStandIn
from hal.values import Position, Source


class RecordedIris(StreamStandIn, IrisScanner):
    """Grey files of the stage's folder."""

    MODEL = "picture files"
    PORT = "iris"
    DRIVER = "recorded"
    SOURCE = Source.RECORDED
    SHOWS = (Position.EYE_RIGHT, Position.EYE_LEFT)

    def _view(self, position: Position) -> Callable[[int], Picture | None]:
        folder = self._stage.folder
        picture = None if folder is None else folder.next_grey(position)
        return lambda _number: picture
