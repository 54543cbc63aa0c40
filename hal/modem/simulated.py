"""A modem whose network is what it was told."""

from hal.clock import Clock
from hal.modem import Modem
from hal.standin import Stage, StandIn
from hal.values import ModemStatus


class SimulatedModem(StandIn, Modem):
    """Without a network at first, as most villages are."""

    MODEL = "simulated modem"
    PORT = "modem"
    DRIVER = "simulated"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        super().__init__(clock, stage)
        self._status = ModemStatus(registered=False, signal=0.0)

    def set(self, status: ModemStatus) -> None:
        """The network from now on."""
        self._status = status

    def status(self) -> ModemStatus:
        self._begin("status")
        return self._status
