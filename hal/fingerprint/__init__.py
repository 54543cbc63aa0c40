"""The contract of the fingerprint port."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from hal.clock import Stop
from hal.device import CaptureDevice
from hal.values import Ask, Frame, Presence, Sensor


class FingerprintReader(CaptureDevice):
    """Does: takes pictures of fingers on a platen.

    Units and shapes: uint8, height x width, dark ridges on light, at `ppi` (which must be known), never mirrored.
    Blocks: until the next presence or frame; the look as a whole at most the ask's timeout, then CaptureTimeout; leaves
    within 0.5 s of the stop with CaptureCancelled.
    Errors: CaptureRetry (the resident acts), CaptureTimeout, CaptureCancelled, DeviceUnavailable, DeviceFault; the
    iterator is over after any of them and look may be called again, after DeviceUnavailable once it is opened again.
    NotSupported when nothing of the ask is this device's to show.
    Order of calls: open, then look as often as wished, one iterator at a time, then close.
    """

    SENSOR: ClassVar[Sensor]  # of this make; of a family, the least that any of them is

    @property
    def sensor(self) -> Sensor:
        """What this very device is, known from open on."""
        return self.SENSOR

    @abstractmethod
    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        """One touch: ON when something lies on the platen, Frames (one, or a stream while it lies there), TAKEN, and
        OFF when it is empty again, which ends the look. A sensor that hands its picture over only once the finger has
        left gives TAKEN before the Frame. Before ON a sensor that can shows one Frame at rest. Of several positions
        asked a single-finger sensor shows the first that is not missing, one that takes slaps shows all."""
