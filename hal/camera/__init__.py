"""The contract of the camera port."""

from abc import abstractmethod
from collections.abc import Iterator

from hal.clock import Stop
from hal.device import CaptureDevice
from hal.values import Ask, Frame, Presence


class Camera(CaptureDevice):
    """Does: streams colour pictures of what stands before the box: faces, hands, QR codes.

    Units and shapes: uint8, height x width x 3 RGB, never mirrored; ppi is None; the ask's position is PORTRAIT or
    HANDS, and a QR code is read under either.
    Blocks: until the next presence or frame; the look as a whole at most the ask's timeout, then CaptureTimeout; leaves
    within 0.5 s of the stop with CaptureCancelled.
    Errors: CaptureRetry (the resident acts), CaptureTimeout, CaptureCancelled, DeviceUnavailable, DeviceFault; the
    iterator is over after any of them and look may be called again, after DeviceUnavailable once it is opened again.
    NotSupported when nothing of the ask is this device's to show.
    Order of calls: open, then look as often as wished, one iterator at a time, then close.
    """

    @abstractmethod
    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        """A stream of Frames, ten or more a second."""
