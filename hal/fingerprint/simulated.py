"""The fingerprint reader of a training box: a platen that the people of the world touch."""

from typing import ClassVar

from hal.fingerprint import FingerprintReader
from hal.standin import Touch, TouchStandIn
from hal.values import Impression, Position, Sensor, Use
from hal.world import stage
from hal.world.person import FINGERS, Act


class SimulatedFingerprint(TouchStandIn, FingerprintReader):
    """A single-finger reader; what it reads depends on who stands at the box."""

    MODEL = "simulated platen"
    PORT = "fingerprint"
    DRIVER = "simulated"
    SENSOR = Sensor(500, "a drawing", 256, None, "", Use.ENROL)
    SHOWS = FINGERS
    IMPRESSION: ClassVar[Impression] = Impression.LIVE_SCAN_PLAIN

    def _touch(self, position: Position) -> Touch | None:
        if (world := self._stage.world) is None or (attempt := world.attempt(position)) is None:
            return None
        return Touch(stage.finger(attempt), attempt.act is Act.LIFT_EARLY, stage.residue(attempt))


class SimulatedSlap(SimulatedFingerprint):
    """The same people at a platen for four fingers; a finger asked for alone is one touch as everywhere."""

    MODEL = "simulated platen for slaps"
    DRIVER = "simulated-slap"
    SENSOR = Sensor(500, "a drawing", 256, (81.3, 50.8), "", Use.ENROL, slaps=True)
    SLAPS = True

    def _touch_all(self, wanted: tuple[Position, ...]) -> Touch | None:
        if len(wanted) == 1 or (world := self._stage.world) is None:
            return self._touch(wanted[0])
        attempts = [attempt for position in wanted if (attempt := world.attempt(position)) is not None]
        return Touch(stage.slap(attempts), attempts[0].act is Act.LIFT_EARLY) if attempts else None
