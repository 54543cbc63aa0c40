"""Fingerprints from picture files: a person of the stage's folder touches a platen, picture by picture."""

from hal.fingerprint import FingerprintReader
from hal.standin import Touch, TouchStandIn
from hal.values import Position, Sensor, Source, Use


class RecordedFingerprint(TouchStandIn, FingerprintReader):
    """8-bit grey files, taken as 500 ppi with dark ridges; how they met a sensor is unknown and stated so."""

    MODEL = "picture files"
    PORT = "fingerprint"
    DRIVER = "recorded"
    SENSOR = Sensor(500, "the files' terms", 256, None, "", Use.ENROL)
    SOURCE = Source.RECORDED
    SHOWS = tuple(Position)[:10]

    def _touch(self, position: Position) -> Touch | None:
        return None if self._stage.folder is None else Touch(self._stage.folder.next_grey(position))
