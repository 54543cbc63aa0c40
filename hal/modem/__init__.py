"""The contract of the modem port. What a courier needs beyond the status comes with the courier."""

from abc import abstractmethod

from hal.device import Device
from hal.values import ModemStatus


class Modem(Device):
    """Does: says whether a cellular network is there.

    Units and shapes: signal 0..1.
    Blocks: at most one second.
    Errors: DeviceUnavailable, DeviceFault.
    Order of calls: open, status as often as wished, close.
    """

    @abstractmethod
    def status(self) -> ModemStatus:
        """The network as the modem sees it now."""
