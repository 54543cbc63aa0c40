"""Prompts through the real ALSA: a card that takes its time, one that hangs, one that is not there."""

import gc
import threading
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal import DeviceFault, DeviceUnavailable, Stage, Stop, SystemClock, UnavailableReason
from hal.speaker import alsa
from hal.speaker.alsa import AlsaSpeaker
from tests.twins.alsa import AlsaTwin
from tests.twins.shape import NoTwin

CYCLES = 40


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[AlsaTwin]:
    folder = tmp_path / "twin"
    folder.mkdir()
    try:
        with AlsaTwin("speaker", "alsa", folder) as entered:
            yield entered
    except NoTwin as lacking:
        pytest.skip(str(lacking))


@pytest.fixture
def speaker() -> AlsaSpeaker:
    return AlsaSpeaker(SystemClock(), Stage())


def prompt(folder: Path, seconds: float) -> Path:
    path = folder / "prompt.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(int(seconds * 16_000) * 2))
    return path


def test_without_a_card_opening_says_absent(twin: AlsaTwin, speaker: AlsaSpeaker) -> None:
    twin.vanish()
    with pytest.raises(DeviceUnavailable) as refusal:
        speaker.open()
    assert refusal.value.reason is UnavailableReason.ABSENT


def test_without_its_program_what_to_install_is_told(speaker: AlsaSpeaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DeviceUnavailable, match="alsa-utils") as refusal:
        speaker.open()
    assert refusal.value.reason is UnavailableReason.LIBRARY_MISSING


def test_a_card_that_hangs_is_a_fault_in_bounded_time_and_its_process_is_gone(
    twin: AlsaTwin, speaker: AlsaSpeaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: set[str]
) -> None:
    monkeypatch.setattr(alsa, "LATE_S", 0.5)
    clock = SystemClock()
    with speaker:
        twin.pace = False
        began = clock.monotonic()
        with pytest.raises(DeviceFault):
            speaker.play(prompt(tmp_path, 1.0), Stop())
        assert clock.monotonic() - began < 3.0
        assert children() <= others


def test_a_card_that_hangs_still_obeys_the_stop(
    twin: AlsaTwin, speaker: AlsaSpeaker, tmp_path: Path, others: set[str]
) -> None:
    clock, stop = SystemClock(), Stop()
    with speaker:
        twin.pace = False
        hand = threading.Timer(0.3, stop.set)
        hand.start()
        began = clock.monotonic()
        speaker.play(prompt(tmp_path, 60.0), stop)
        assert clock.monotonic() - began < 0.3 + 0.5 + 0.5
        hand.join()
        assert children() <= others


def test_a_card_that_leaves_between_two_prompts_is_lost(twin: AlsaTwin, speaker: AlsaSpeaker, tmp_path: Path) -> None:
    with speaker:
        speaker.play(prompt(tmp_path, 0.1), Stop())
        twin.vanish()
        with pytest.raises(DeviceUnavailable) as refusal:
            speaker.play(prompt(tmp_path, 0.1), Stop())
        assert refusal.value.reason is UnavailableReason.LOST
        twin.replug()
        speaker.open()
        speaker.play(prompt(tmp_path, 0.1), Stop())


def test_opening_again_and_again_leaves_no_descriptor_and_no_process(
    twin: AlsaTwin, speaker: AlsaSpeaker, others: set[str]
) -> None:
    def held() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    with speaker:
        before = held()
    for _ in range(CYCLES):
        with speaker:
            pass
    assert held() <= before
    assert children() <= others


@pytest.fixture
def others() -> set[str]:
    """Processes that tests before this one left to the whole run, such as the resource tracker."""
    return children()


def children() -> set[str]:
    return {child for task in Path("/proc/self/task").iterdir() for child in (task / "children").read_text().split()}
