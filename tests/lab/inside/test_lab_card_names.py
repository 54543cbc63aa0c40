"""A stick that bears the names of the card's partitions, and the kernel, udev and our own rule between them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

from tests.lab.inside.hands import Host
from tests.lab.inside.kernel import TREE, until
from tests.twins.lab_stick import usb_disks

RULE = TREE / "image-build/overlay/usr/lib/udev/rules.d/65-jemput-card.rules"
REPAIR = TREE / "image-build/overlay/usr/lib/jemput/repair-data"
NAMES = ("bootconfig", "system_a", "persistent")
TABLE = "label: gpt\n" + "".join(f'name="{name}", size=1M\n' for name in NAMES)


def run(*command: str | Path, told: str | None = None) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True, input=told).stdout


@pytest.fixture
def stick(host: Host) -> Path:
    """The disk of a stick that was plugged in before the box started."""
    before = usb_disks()
    host.plug("evil", "none", 8)
    assert until(lambda: usb_disks() > before)
    disk = Path("/dev") / (usb_disks() - before).pop()
    run("sfdisk", "--quiet", "--wipe=always", disk, told=TABLE)
    assert until(lambda: len(list(Path("/sys/block", disk.name).glob(f"{disk.name}*"))) == len(NAMES))
    return disk


@pytest.fixture
def card(tmp_path: Path) -> Iterator[Path]:
    """Stands for the card: a disk that is not on USB."""
    image = tmp_path / "card"
    image.write_bytes(b"")
    os.truncate(image, 8 << 20)
    run("sfdisk", "--quiet", image, told=TABLE)
    run("modprobe", "loop")
    disk = Path(run("losetup", "--find", "--show", "--partscan", image).strip())
    yield disk
    run("losetup", "--detach", disk)


def read_rule() -> None:
    shutil.copy(RULE, "/etc/udev/rules.d")
    run("udevadm", "control", "--reload")
    run("udevadm", "trigger", "--settle", "--action=add", "--subsystem-match=block")


def named(disk: Path) -> set[str]:
    """The names below /dev/jemput that lead to this disk."""
    return {link.name for link in Path("/dev/jemput").glob("*") if link.resolve().name.startswith(disk.name)}


def test_only_the_cards_partitions_get_the_cards_names(stick: Path, card: Path) -> None:
    read_rule()
    assert named(card) == {"bootconfig", "system_a"}
    assert named(stick) == set()
    told = Path(f"/sys/class/block/{stick.name}2/uevent").read_text()
    assert "PARTNAME=system_a" in told.splitlines()  # the kernel passes the stick's name on: the danger is real


def test_a_stick_alone_makes_no_name_of_the_card(stick: Path) -> None:
    read_rule()
    assert named(stick) == set()


def test_the_search_for_the_data_passes_over_a_stick_of_the_name(stick: Path, card: Path) -> None:
    loader = SourceFileLoader("repair_data", str(REPAIR))
    spec = spec_from_loader("repair_data", loader)
    assert spec
    program = module_from_spec(spec)
    loader.exec_module(program)
    found = program.find(Path("/sys"), "")
    assert found.device == Path(f"/dev/{card.name}p3")
