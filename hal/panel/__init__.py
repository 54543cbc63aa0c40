"""The contract of the panel port: the box's own switches and lamps."""

from abc import abstractmethod
from collections.abc import Iterator

from hal.clock import Stop
from hal.device import Device
from hal.values import Lamp, PanelEvent


class Panel(Device):
    """Does: reports the button and the tamper switch, shows one status lamp, buzzes.

    Blocks: watch until the next event; leaves within 0.5 s of the stop. The others return at once.
    Errors: DeviceUnavailable, DeviceFault.
    Order of calls: open, anything, close; lamp names the wanted state and is idempotent.
    """

    @abstractmethod
    def watch(self, stop: Stop) -> Iterator[PanelEvent]:
        """Events as they come, until the stop."""

    @abstractmethod
    def lamp(self, state: Lamp) -> None:
        """Show this state from now on."""

    @abstractmethod
    def buzz(self, seconds: float) -> None:
        """Sound the buzzer once, without waiting for its end."""
