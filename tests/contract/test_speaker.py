"""The contract of the speaker port, for every driver in the catalog."""

import wave
from pathlib import Path

import pytest

from hal import DeviceFault, FakeClock, Speaker, Stage, Stop
from hal.catalog import CATALOG, load

pytestmark = pytest.mark.parametrize("driver", CATALOG["speaker"])


@pytest.fixture
def speaker(driver: str, clock: FakeClock, stage: Stage):
    with load("speaker", driver)(clock, stage) as speaker:
        yield speaker


def prompt(path: Path, seconds: float, sample_bytes: int = 2) -> Path:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(sample_bytes)
        sound.setframerate(16000)
        sound.writeframes(bytes(int(seconds * 16000) * sample_bytes))
    return path


def test_a_prompt_takes_its_length(speaker: Speaker, clock: FakeClock, tmp_path: Path) -> None:
    speaker.play(prompt(tmp_path / "a.wav", 2.5), Stop())
    assert clock.monotonic() == pytest.approx(2.5)


def test_a_stop_ends_a_prompt_within_half_a_second(
    speaker: Speaker, clock: FakeClock, tmp_path: Path, stop: Stop
) -> None:
    def hurry() -> None:
        clock.wait(1.0, Stop())
        stop.set()

    clock.spawn("officer", hurry)
    speaker.play(prompt(tmp_path / "a.wav", 60.0), stop)
    assert clock.monotonic() <= 1.5


def test_what_is_no_16_bit_wav_file_is_a_fault(speaker: Speaker, tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("not a sound")
    (tmp_path / "empty.wav").write_bytes(b"")
    prompt(tmp_path / "8bit.wav", 0.1, sample_bytes=1)
    for name in ("text.wav", "empty.wav", "8bit.wav", "absent.wav"):
        with pytest.raises(DeviceFault):
            speaker.play(tmp_path / name, Stop())
