"""The slot handler on a real FAT: which sectors a new usual slot costs, and that any of them may be missing."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import pytest

from hal.updater import slots
from hal.updater.slots import AUTOBOOT, SECTOR


def run(*command: str | Path) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout


GUARD = ("nosuid", "nodev", "noexec", "nosymfollow")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """32 MB as on the card, with other files around."""
    image, text = tmp_path / "bootconfig", tmp_path / "autoboot.txt"
    image.write_bytes(b"")
    os.truncate(image, 32 << 20)
    run("mkfs.vfat", "-n", "BOOTCONFIG", image)
    text.write_text(AUTOBOOT.format(2, 3))
    for name in ("box.toml", "autoboot.txt"):
        run("mcopy", "-i", image, text, f"::{name}")
    return image


@pytest.fixture
def root(card: Path, tmp_path: Path) -> Iterator[Path]:
    """The card in a box that runs slot B, its FAT mounted read-only."""
    here = tmp_path / "root"
    for name in ("boot/config", "proc", "data"):
        (here / name).mkdir(parents=True)
    (here / "proc/cmdline").write_text("root=PARTLABEL=system_b\n")
    run("modprobe", "loop")
    device = run("losetup", "--find", "--show", card).strip()
    run("mount", "-o", ",".join(["ro", *GUARD]), device, here / "boot/config")
    yield here
    told = run("findmnt", "--noheadings", "--output", "OPTIONS", here / "boot/config").strip().split(",")
    run("umount", here / "boot/config")
    run("losetup", "--detach", device)
    assert {"ro", *GUARD} <= set(told)


def sectors(image: Path) -> list[bytes]:
    raw = image.read_bytes()
    return [raw[at : at + SECTOR] for at in range(0, len(raw), SECTOR)]


def read_back(image: Path) -> str:
    return run("mtype", "-i", image, "::autoboot.txt")


def test_a_new_usual_slot_costs_few_sectors_and_whichever_of_them_the_card_lost_a_system_starts(
    card: Path, root: Path, tmp_path: Path
) -> None:
    before = sectors(card)
    assert slots.main(["--root", str(root), "set-primary", "B"]) == 0
    assert slots.Slots(root, lambda _: "").primary() == "B"
    run("sync", "-f", root / "boot/config")
    after = sectors(card)
    changed = [number for number, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    assert 1 <= len(changed) <= 4
    seen = set()
    for reached in product((False, True), repeat=len(changed)):
        half = list(before)
        for number, new in zip(changed, reached, strict=True):
            half[number] = after[number] if new else before[number]
        (tmp_path / "half").write_bytes(b"".join(half))
        seen.add(read_back(tmp_path / "half"))
    assert seen == {AUTOBOOT.format(2, 3), AUTOBOOT.format(3, 2)}


def test_a_file_that_is_replaced_by_a_new_one_would_not_keep_that_promise(
    card: Path, root: Path, tmp_path: Path
) -> None:
    """Why it is overwritten: with a rename some of the halves hold no such file."""
    before = sectors(card)
    config = root / "boot/config"
    run("mount", "-o", "remount,rw", config)
    slots._replace(config / "autoboot.txt", AUTOBOOT.format(3, 2).encode())
    run("mount", "-o", "remount,ro", config)
    run("sync", "-f", config)
    after = sectors(card)
    changed = [number for number, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    broken = 0
    for number in changed:
        half = list(before)
        half[number] = after[number]
        (tmp_path / "half").write_bytes(b"".join(half))
        try:
            broken += read_back(tmp_path / "half") not in (AUTOBOOT.format(2, 3), AUTOBOOT.format(3, 2))
        except subprocess.CalledProcessError:
            broken += 1
    assert broken


def test_the_trials_file_is_written_and_the_fat_is_read_only_again(root: Path) -> None:
    asked: list[tuple[str, ...]] = []
    real = slots._carried_out

    def run_but_reboot(command: Sequence[str]) -> str:
        if command[0] == "mount":
            return real(command)
        asked.append(tuple(command))
        return ""

    slots.Slots(root, run_but_reboot).arm_trial()
    assert (root / "boot/config/tryboot").exists()
    assert asked == [("systemctl", "reboot")]
