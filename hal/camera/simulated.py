"""The camera of a training box: faces and hands of whoever stands in the world, or a card held up before them."""

from collections.abc import Callable

from hal.camera import Camera
from hal.standin import Picture, StreamStandIn
from hal.values import Position
from hal.world import stage


class SimulatedCamera(StreamStandIn, Camera):
    """A colour camera; with nobody there it sees the cloth behind."""

    MODEL = "simulated camera"
    PORT = "camera"
    DRIVER = "simulated"
    SHOWS = (Position.PORTRAIT, Position.HANDS)

    def _view(self, position: Position) -> Callable[[int], Picture | None]:
        view = stage.View(self._stage.world, position)
        return lambda number: self._stage.held if self._stage.held is not None else view.picture(number)
