"""Prompts through ALSA, played by its own program: a sound card that hangs is left with that process."""

import os
import select
import shutil
import subprocess
import wave
from pathlib import Path

from hal.clock import Clock, Stop
from hal.device import closed
from hal.errors import DeviceFault, DeviceUnavailable, UnavailableReason
from hal.speaker import Speaker
from hal.standin import Stage
from hal.values import DeviceIdentity

PROGRAM = "aplay"
SAMPLE_BYTES = 2
LATE_S = 3.0  # opening a card and draining its buffer takes below 0.5; beyond this the card hangs


class AlsaSpeaker(Speaker):
    """The system's default output. A card that is missing is told by the first prompt: ALSA opens it no sooner."""

    MAKE = "ALSA"
    MODEL = "default output"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._program: str | None = None

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("speaker", "alsa", self.MAKE, self.MODEL)

    def open(self) -> None:
        self._program = shutil.which(PROGRAM)
        if self._program is None:
            raise DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, "speaker: needs alsa-utils")

    def close(self) -> None:
        self._program = None

    def play(self, prompt: Path, stop: Stop) -> None:
        if self._program is None:
            raise closed("speaker")
        seconds = _length_s(prompt)
        command = [self._program, "--quiet", "--device=default", str(prompt)]
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        ) as it:
            try:
                ended = _ended(it.pid, stop, seconds + LATE_S)
            finally:
                it.kill()
            if stop.is_set():
                return
            if not ended:
                raise DeviceFault("speaker: the sound card hangs")
            if it.wait() != 0:
                raise DeviceUnavailable(UnavailableReason.ABSENT, "speaker: no output that ALSA can open")


def _ended(pid: int, stop: Stop, seconds: float) -> bool:
    """Whether the process ended before the stop and within its time."""
    watched = os.pidfd_open(pid)
    try:
        readable, _, _ = select.select([watched, stop], [], [], seconds)
        return watched in readable
    finally:
        os.close(watched)


def _length_s(prompt: Path) -> float:
    try:
        with wave.open(str(prompt), "rb") as sound:
            if sound.getsampwidth() != SAMPLE_BYTES:
                raise DeviceFault(f"{prompt.name}: not 16-bit")
            return sound.getnframes() / sound.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError) as broken:
        raise DeviceFault(f"{prompt.name}: not a WAV file") from broken
