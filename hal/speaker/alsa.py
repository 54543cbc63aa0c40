"""Prompts through ALSA, played by its own program: a sound card that hangs is left with that process."""

import io
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
PROBE_S = 1.5  # a pulled card has to be told within two seconds


class AlsaSpeaker(Speaker):
    """The system's default output. Opening plays nothing, which is how ALSA says whether there is a card."""

    MAKE = "ALSA"
    MODEL = "default output"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        self._program: str | None = None
        self._lost = False

    @property
    def identity(self) -> DeviceIdentity:
        return DeviceIdentity("speaker", "alsa", self.MAKE, self.MODEL)

    def open(self) -> None:
        if self._program:
            return
        program = shutil.which(PROGRAM)
        if program is None:
            raise DeviceUnavailable(UnavailableReason.LIBRARY_MISSING, "speaker: needs alsa-utils")
        if _played(program, _silence(), Stop(), PROBE_S) is not True:
            raise self._gone() if self._lost else DeviceUnavailable(UnavailableReason.ABSENT, "speaker")
        self._program, self._lost = program, False

    def close(self) -> None:
        self._program, self._lost = None, False

    def play(self, prompt: Path, stop: Stop) -> None:
        if self._program is None:
            raise self._gone() if self._lost else closed("speaker")
        sound, seconds = _read(prompt)
        ended = _played(self._program, sound, stop, seconds + LATE_S)
        if stop.is_set() or ended:
            return
        self._program, self._lost = None, True
        if ended is None:
            raise DeviceFault("speaker: the sound card hangs")
        raise self._gone()

    def _gone(self) -> DeviceUnavailable:
        return DeviceUnavailable(UnavailableReason.LOST, "speaker: no output that ALSA can open")


def _played(program: str, sound: bytes, stop: Stop, seconds: float) -> bool | None:
    """True where it played to its end, False where ALSA refused; None where it had to be ended."""
    with (
        _in_memory(sound) as file,
        subprocess.Popen(
            [program, "--quiet", "--device=default"], stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as it,
    ):
        try:
            ended = _ended(it.pid, stop, seconds)
        finally:
            it.kill()
        return it.wait() == 0 if ended else None


def _ended(pid: int, stop: Stop, seconds: float) -> bool:
    """Whether the process ended before the stop and within its time."""
    watched = os.pidfd_open(pid)
    try:
        readable, _, _ = select.select([watched, stop], [], [], seconds)
        return watched in readable
    finally:
        os.close(watched)


def _in_memory(sound: bytes) -> io.BufferedRandom:
    """What is played is what was checked, whatever becomes of the file."""
    file = os.fdopen(os.memfd_create("prompt"), "w+b")
    file.write(sound)
    file.seek(0)
    return file


def _silence() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(16_000)
    return made.getvalue()


def _read(prompt: Path) -> tuple[bytes, float]:
    """A 16-bit WAV file and its seconds."""
    try:
        data = prompt.read_bytes()
        with wave.open(io.BytesIO(data), "rb") as sound:
            if sound.getsampwidth() != SAMPLE_BYTES:
                raise DeviceFault(f"{prompt.name}: not 16-bit")
            return data, sound.getnframes() / sound.getframerate()
    except (OSError, EOFError, wave.Error, ZeroDivisionError) as broken:
        raise DeviceFault(f"{prompt.name}: not a WAV file") from broken
