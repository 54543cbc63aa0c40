"""The contract of the fingerprint port."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from hal.clock import Stop
from hal.device import CaptureDevice
from hal.values import Ask, Frame, Presence


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

    ENROLS: ClassVar[bool] = False  # True: fit for the record; False: check-only (unknown ppi, 4-bit grey, ...)

    @abstractmethod
    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        """One touch a frame: ON when something lies on the platen, a Frame, TAKEN, and OFF when it is empty again,
        which ends the look; of several positions asked, the first that is not missing."""
