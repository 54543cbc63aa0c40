"""A look at a stick ends in time, whatever its files do: one that RAUC has no time left for cannot be read."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from hal import Offer, Refusal
from hal.updater.programs import HANDLER_S, Programs
from hal.updater.rauc import LOOK_S
from hal.updater.updates import BUNDLES_S, FOLDER, MOST_BUNDLES, Places, Updates
from tests.twins import bundles

SMALL = 1 << 20
CONF = "[slot.rootfs.0]\ndevice={0}/slot\n[slot.boot.0]\ndevice={0}/slot\n"
UNREADABLE = Offer("", Refusal.PULLED)


class SlowRauc:
    """In place of the real programs: for each bundle RAUC takes these seconds of a clock of its own."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.now, self.seconds = 0.0, seconds
        self.asked: list[str] = []

    def now_s(self) -> float:
        return self.now

    def run(self, command: list[str], *, timeout: float, **_: Any) -> subprocess.CompletedProcess[str]:
        if "info" not in command:
            return subprocess.CompletedProcess(command, 0, "A\n", "")
        bundle = Path(command[-1])
        self.asked.append(bundle.name)
        self.now += min(self.seconds[bundle.name], timeout)
        if self.seconds[bundle.name] > timeout:
            raise subprocess.TimeoutExpired(command, timeout)
        raw = bundle.read_bytes()
        signature = raw[-8 - int.from_bytes(raw[-8:], "big") : -8]
        return subprocess.CompletedProcess(command, 0, signature.decode().split("\n", 2)[2], "")


def updates(folder: Path, rauc: SlowRauc, monkeypatch: pytest.MonkeyPatch) -> Updates:
    """Of a box with version 0.1.0 and a stick that holds these bundles, the newest last."""
    monkeypatch.setattr(subprocess, "run", rauc.run)
    (folder / "slot").write_bytes(bytes(4096))
    (folder / "conf").write_text(CONF.format(folder))
    (folder / "os-release").write_text("IMAGE_ID=jemput-virt\nIMAGE_VERSION=0.1.0\n")
    (folder / "boot").write_text("boot\n")
    for number, name in enumerate(rauc.seconds):
        raw = bundles.bundle(f"0.2.{number}", data=bundles.payload(SMALL))
        bundles.write(folder / "stick" / FOLDER / name, raw)
    places = Places(folder / "stick", folder / "updates", folder / "os-release", folder / "boot")
    return Updates(Programs(conf=folder / "conf"), places, rauc.now_s)


def stick(seconds: float, files: int = MOST_BUNDLES) -> dict[str, float]:
    return {f"{number}.raucb": seconds for number in range(files)}


@pytest.mark.parametrize("seconds", [float("inf"), 59.0, 30.0])
def test_a_stick_full_of_slow_files_is_answered_before_the_kiosk_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    rauc = SlowRauc(stick(seconds))
    offer = updates(tmp_path, rauc, monkeypatch).look()
    assert rauc.now <= BUNDLES_S
    assert BUNDLES_S + HANDLER_S < LOOK_S  # the slot handler is asked before
    assert offer == (UNREADABLE if seconds > BUNDLES_S else Offer(f"0.2.{len(rauc.asked) - 2}"))


def test_a_file_that_hangs_hides_no_good_one_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rauc = SlowRauc({"a.raucb": float("inf"), "b.raucb": 10.0})
    assert updates(tmp_path, rauc, monkeypatch).look() == Offer("0.2.1")
    assert rauc.asked == ["a.raucb", "b.raucb"]


def test_what_no_time_is_left_for_is_not_even_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rauc = SlowRauc(stick(float("inf")))
    updates(tmp_path, rauc, monkeypatch).look()
    assert len(rauc.asked) < MOST_BUNDLES


def test_eight_bundles_on_an_emulated_processor_are_all_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rauc = SlowRauc(stick(20.0))  # twice what was measured
    assert updates(tmp_path, rauc, monkeypatch).look() == Offer(f"0.2.{MOST_BUNDLES - 1}")


def test_a_rauc_that_really_hangs_is_ended(tmp_path: Path) -> None:
    rauc = tmp_path / "rauc"
    rauc.write_text("#!/bin/sh\nexec sleep 600\n")
    rauc.chmod(0o755)
    with pytest.raises(TimeoutError, match="rauc does not answer"):
        Programs(rauc).info(tmp_path / "a.raucb", 0.0)
