"""The contract of the iris port."""

from abc import abstractmethod
from collections.abc import Iterator

from hal.clock import Stop
from hal.device import CaptureDevice
from hal.values import Ask, Frame, Presence


class IrisScanner(CaptureDevice):
    """Does: streams near-infrared pictures of one eye or of both, lit by its own illuminators.

    Units and shapes: uint8, height x width grey, the pupil dark, never mirrored; ppi is None; positions hold one eye a
    frame.
    Blocks: until the next presence or frame; the look as a whole at most the ask's timeout, then CaptureTimeout; leaves
    within 0.5 s of the stop with CaptureCancelled.
    Errors: CaptureRetry (the resident acts), CaptureTimeout, CaptureCancelled, DeviceUnavailable, DeviceFault; the
    iterator is over after any of them and look may be called again, after DeviceUnavailable once it is opened again.
    NotSupported when nothing of the ask is this device's to show.
    Order of calls: open, then look as often as wished, one iterator at a time, then close.
    """

    @abstractmethod
    def look(self, ask: Ask, stop: Stop) -> Iterator[Presence | Frame]:
        """A stream of Frames, ten or more a second, each of one eye; both eyes alternate where two are asked, and one
        that sees a single eye shows the first of them. A scanner that commands its illuminators begins with one Frame
        at rest."""
