"""The contract of the battery port."""

from abc import abstractmethod

from hal.device import Device
from hal.values import BatteryReading


class Battery(Device):
    """Does: says how full the battery is and whether external power is there.

    Units and shapes: fraction 0..1.
    Blocks: at most 0.2 s.
    Errors: DeviceUnavailable, DeviceFault.
    Order of calls: open, read as often as wished, close.
    """

    @abstractmethod
    def read(self) -> BatteryReading:
        """The state now."""
