"""Any certified iris scanner through its maker's service on loopback (MOSIP Secure Biometric Interface 0.9.5)."""

from collections.abc import Iterator
from itertools import cycle

from hal.clock import Clock, Stop
from hal.errors import CaptureCancelled, NotSupported
from hal.iris import IrisScanner
from hal.standin import Stage
from hal.transport import sbi_positions
from hal.transport.sbi import SbiService
from hal.transport.sbi_positions import EYES, Showing
from hal.values import Ask, DeviceIdentity, Frame


class SbiIris(IrisScanner):
    """The device aims and decides by itself; every Frame is a signed capture of its own, as often as it gives one,
    which with a person's eyes is one in some seconds. Its unsigned live picture never becomes a Frame."""

    MAKE = "MOSIP SBI"
    MODEL = "iris device service"
    TOLD_BY_UDEV = False

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._clock = clock
        self.service = SbiService("Iris", clock, stage.wiring.trust)

    @property
    def identity(self) -> DeviceIdentity:
        return self.service.identity("iris", "sbi", self.MAKE, self.MODEL)

    def open(self) -> None:
        self.service.open()

    def close(self) -> None:
        self.service.close()

    def look(self, ask: Ask, stop: Stop) -> Iterator[Frame]:
        both = sbi_positions.pair(ask) if self.service.found().sub_type == "Double" else None
        showings = (both,) if both else sbi_positions.one(ask, EYES)
        if not showings:
            raise NotSupported("iris: shows nothing of this ask")
        return self._see(showings, ask, stop, self._clock.monotonic() + ask.timeout_s)

    def _see(self, showings: tuple[Showing, ...], ask: Ask, stop: Stop, deadline: float) -> Iterator[Frame]:
        for showing in cycle(showings):
            if stop.is_set():
                raise CaptureCancelled("iris")
            identity, source = self.identity, self.service.found().source
            given = self.service.capture(showing, deadline, stop)
            for biometric in sorted(given, key=lambda one: ask.positions.index(one.record.position)):
                self.service.found()  # whoever closed or lost the device meanwhile hears it
                pixels = biometric.record.pixels()
                positions = (biometric.record.position,)
                yield Frame(pixels, positions, identity, source, original=biometric.original)
