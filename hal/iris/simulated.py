"""The iris scanner of a training box: it sees the eyes of whoever stands in the world."""

from collections.abc import Callable

from hal.iris import IrisScanner
from hal.standin import Picture, StreamStandIn
from hal.values import Position
from hal.world import stage
from hal.world.person import EYES


class SimulatedIris(StreamStandIn, IrisScanner):
    """A near-infrared camera; with nobody there it sees darkness."""

    MODEL = "simulated iris camera"
    PORT = "iris"
    DRIVER = "simulated"
    SHOWS = EYES

    def _view(self, position: Position) -> Callable[[int], Picture | None]:
        return stage.View(self._stage.world, position).picture

    def _at_rest(self, position: Position) -> Picture | None:
        return None if self._stage.world is None else stage.sunlight(self._stage.world, position)
