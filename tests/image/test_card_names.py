"""Which partitions are the card's: those of a stick that bears their names when the box starts are not."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
IMAGE = PROJECT / "image-build"
RULE = IMAGE / "overlay/usr/lib/udev/rules.d/65-jemput-card.rules"
INIT = IMAGE / "initrd/init"
CARD = "platform/emmc2bus/mmc_host/mmc0/mmc0:0001/block/mmcblk0/mmcblk0p4"
STICK = "platform/scb/pcie/xhci/usb2/2-1/2-1:1.0/host0/target0:0:0/0:0:0:0/block/sda/sda1"
EARLY = STICK.replace("sda", "a")  # a name that sorts before the card's
TOOLS = ("cat", "chroot", "echo", "grep", "mkdir", "sed", "sh")
STUB = '#!/bin/sh\necho "{name} $*" >>/said\n'


def start(root: Path, *devices: str, init: str = "") -> list[str]:
    """What the first program does with these partitions, each named system_a: the programs that it calls."""
    if os.geteuid() or not shutil.which("busybox"):
        pytest.skip("needs root and busybox: setup.sh installs it")
    for folder in ("bin", "dev", "memory", "modules", "new", "proc", "sys/class/block", "system"):
        (root / folder).mkdir(parents=True)
    shutil.copyfile(str(shutil.which("busybox")), root / "bin/busybox")
    (root / "bin/busybox").chmod(0o755)
    for tool in TOOLS:
        (root / "bin" / tool).symlink_to("busybox")
    for name in ("insmod", "mount", "sleep", "switch_root"):
        stub(root, name, "")
    stub(root, "reboot", "kill -9 $PPID\n")
    (root / "modules/order").write_text("")
    (root / "proc/cmdline").write_text("quiet root=PARTLABEL=system_a\n")
    for device in devices:
        place = root / "sys/devices" / device
        place.mkdir(parents=True)
        (place / "uevent").write_text(f"DEVNAME={place.name}\nDEVTYPE=partition\nPARTNAME=system_a\n")
        (root / "sys/class/block" / place.name).symlink_to(f"../../devices/{device}")
    (root / "init").write_text(init or INIT.read_text())
    subprocess.run(["chroot", root, "/bin/sh", "/init"], capture_output=True, check=False, timeout=60)
    return (root / "said").read_text().splitlines()


def stub(root: Path, name: str, more: str) -> None:
    (root / "bin" / name).write_text(STUB.format(name=name) + more)
    (root / "bin" / name).chmod(0o755)


@pytest.mark.parametrize("stick", [STICK, EARLY])
def test_the_first_program_takes_the_cards_system_whatever_a_stick_is_called(tmp_path: Path, stick: str) -> None:
    said = start(tmp_path, stick, CARD)
    assert "mount -t squashfs -o ro /dev/mmcblk0p4 /system" in said
    assert said[-1].startswith("switch_root")


def test_with_a_stick_of_that_name_alone_nothing_is_started(tmp_path: Path) -> None:
    said = start(tmp_path, STICK)
    assert not any("squashfs" in line for line in said)
    assert said[-1] == "reboot -f"


def test_a_build_that_starts_a_sticks_system_is_caught(tmp_path: Path) -> None:
    careless = "".join(line for line in INIT.read_text().splitlines(True) if "/usb[0-9]" not in line)
    assert "mount -t squashfs -o ro /dev/a1 /system" in start(tmp_path, EARLY, CARD, init=careless)


def test_nothing_of_the_system_trusts_a_name_that_a_stick_may_bear() -> None:
    places = [path for path in (*(IMAGE / "overlay").rglob("*"), *IMAGE.glob("overlay-*/**/*")) if path.is_file()]
    told = {path.name for path in places if path != RULE and "/dev/disk/by-" in path.read_text()}
    assert told == set()


def test_every_name_that_is_used_is_made() -> None:
    made = RULE.read_text().partition('PARTNAME}=="')[2].partition('"')[0].split("|")
    overlay = IMAGE / "overlay"
    users = (overlay / "etc/rauc/system.conf.in", overlay / "usr/lib/systemd/system/boot-config.mount")
    used = {name for path in users for name in re.findall(r"=/dev/jemput/(\w+)", path.read_text())}
    assert used == set(made)
