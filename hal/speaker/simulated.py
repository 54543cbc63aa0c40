"""A speaker that makes no sound but takes its time."""

import wave
from pathlib import Path

from hal.clock import Clock, Stop
from hal.errors import DeviceFault
from hal.speaker import Speaker
from hal.standin import Stage, StandIn

SAMPLE_BYTES = 2


class SimulatedSpeaker(StandIn, Speaker):
    """`played` names every prompt that was begun."""

    MODEL = "simulated speaker"
    PORT = "speaker"
    DRIVER = "simulated"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        super().__init__(clock, stage)
        self.played: list[Path] = []

    def play(self, prompt: Path, stop: Stop) -> None:
        self._begin("play")
        seconds = _length_s(prompt)
        self.played.append(prompt)
        self._clock.wait(seconds, stop)


def _length_s(prompt: Path) -> float:
    try:
        with wave.open(str(prompt), "rb") as sound:
            if sound.getsampwidth() != SAMPLE_BYTES:
                raise DeviceFault(f"{prompt.name}: not 16-bit")
            return sound.getnframes() / sound.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError) as broken:
        raise DeviceFault(f"{prompt.name}: not a WAV file") from broken
