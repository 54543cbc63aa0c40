"""The speaker on a sound card of the kernel's making (snd-dummy), at its own pace, and pulled out."""

import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from hal import DeviceUnavailable, Stage, Stop, SystemClock, UnavailableReason
from hal.speaker.alsa import AlsaSpeaker
from tests.lab.inside.kernel import reason_for, rights

DRIVER = Path("/sys/bus/platform/drivers/snd_dummy")
CARD = "snd_dummy.0"
PULLED_S = 2.0
LATE_S = 1.0  # an emulated processor


@pytest.fixture
def speaker() -> Iterator[AlsaSpeaker]:
    with AlsaSpeaker(SystemClock(), Stage()) as opened:
        yield opened
    if not (DRIVER / CARD).exists():
        (DRIVER / "bind").write_text(CARD)


def prompt(folder: Path, seconds: int) -> Path:
    path = folder / "prompt.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16_000)
        sound.writeframes(bytes(seconds * 32_000))
    return path


def test_a_prompt_takes_its_length_on_a_card(speaker: AlsaSpeaker, tmp_path: Path) -> None:
    clock = SystemClock()
    began = clock.monotonic()
    speaker.play(prompt(tmp_path, 2), Stop())
    took = clock.monotonic() - began
    print(f"lab: a prompt of 2 s took {took:.2f} s")
    assert 1.9 < took < 2.0 + 0.5 + LATE_S


def test_a_card_pulled_in_mid_prompt_is_lost(speaker: AlsaSpeaker, tmp_path: Path) -> None:
    clock, pulled = SystemClock(), []

    def hand() -> None:
        clock.wait(2.0, Stop())
        pulled.append(clock.monotonic())
        (DRIVER / "unbind").write_text(CARD)

    hand_thread = clock.spawn("hand", hand)
    with pytest.raises(DeviceUnavailable) as refusal:
        speaker.play(prompt(tmp_path, 30), Stop())
    assert refusal.value.reason is UnavailableReason.LOST
    assert clock.monotonic() - pulled[0] < PULLED_S + LATE_S
    hand_thread.join()
    with pytest.raises(DeviceUnavailable) as refusal:
        speaker.open()
    assert refusal.value.reason is UnavailableReason.LOST
    (DRIVER / "bind").write_text(CARD)
    speaker.open()
    speaker.play(prompt(tmp_path, 1), Stop())


def test_the_card_belongs_to_the_kiosks_group_and_to_nobody_else(speaker: AlsaSpeaker) -> None:
    outputs = list(Path("/dev/snd").glob("pcm*p"))
    assert outputs
    assert {rights(node) for node in outputs} == {("jemput", 0o660)}
    make = "from hal.speaker.alsa import AlsaSpeaker\ndevice = AlsaSpeaker(SystemClock(), Stage())"
    assert reason_for("jemput", "jemput", make) == "open"
    assert reason_for("nobody", "nogroup", make) != "open"
