"""The contract of the speaker port, for every driver in the catalog."""

import wave
from pathlib import Path

import pytest
from patience import STOPPED_S, promptly

from hal import DeviceFault, Speaker, Stop
from tests.twins.shape import SpeakerTwin

pytestmark = pytest.mark.ports("speaker")


def prompt(path: Path, seconds: float, sample_bytes: int = 2) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(sample_bytes)
        sound.setframerate(16000)
        sound.writeframes(bytes(int(seconds * 16000) * sample_bytes))
    return path


def test_a_prompt_takes_its_length(device: Speaker, twin: SpeakerTwin, tmp_path: Path) -> None:
    began = twin.clock.monotonic()
    promptly(twin, 1.0 + 0.5, lambda: device.play(prompt(tmp_path / "a.wav", 1.0), Stop()))
    assert twin.clock.monotonic() - began >= 1.0 - 1e-6


def test_a_stop_ends_a_prompt_within_half_a_second(
    device: Speaker, twin: SpeakerTwin, tmp_path: Path, stop: Stop
) -> None:
    def hurry() -> None:
        twin.clock.wait(0.5, Stop())
        stop.set()

    twin.clock.spawn("officer", hurry)
    promptly(twin, 0.5 + STOPPED_S, lambda: device.play(prompt(tmp_path / "a.wav", 60.0), stop))


def test_what_is_no_16_bit_wav_file_is_a_fault(device: Speaker, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("not a sound")
    (tmp_path / "empty.wav").write_bytes(b"")
    prompt(tmp_path / "8bit.wav", 0.1, sample_bytes=1)
    for name in ("text.wav", "empty.wav", "8bit.wav", "absent.wav"):
        with pytest.raises(DeviceFault):
            device.play(tmp_path / name, Stop())
