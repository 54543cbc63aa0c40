"""The contract of the speaker port."""

from abc import abstractmethod
from pathlib import Path

from hal.clock import Stop
from hal.device import Device


class Speaker(Device):
    """Does: plays one recorded prompt.

    Units and shapes: a WAV file, 16-bit PCM.
    Blocks: until the prompt's end or the stop, within 0.5 s of it.
    Errors: DeviceUnavailable, DeviceFault (not a WAV file).
    Order of calls: open, play as often as wished, one at a time, close.
    """

    @abstractmethod
    def play(self, prompt: Path, stop: Stop) -> None:
        """Play it to its end, or to the stop."""
