"""A stick that holds a whole other card, partitions and names and all, is in the box before it is switched on."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.image import training_card
from tests.image.emulator import cut, partitions
from tests.image.emulator.fat import Fat
from tests.image.emulator.machine import Machine

READY = r"Started jemput-kiosk\.service"
BOOT_S, SETTLE_S = 900, 600
ASKED = {
    "stick": "ls /dev/sda1 /dev/sda6",
    "system": "findmnt -no SOURCE /mnt",
    "config": "findmnt -no SOURCE /boot/config",
    "data": "findmnt -no SOURCE /data",
    "names": "readlink -f /dev/jemput/* | sort -u | sed 's/[0-9]*$//' | sort -u",
    "status": "systemctl show -P StatusText jemput-kiosk",
}


@dataclass(frozen=True)
class Boot:
    """Where the box took its parts from, and both disks afterwards."""

    told: dict[str, str]
    before: Path
    stick: Path


@pytest.fixture(scope="module")
def boot(image: Path, work: Path) -> Boot:
    card, stick, before = work / "card.img", work / "stick.img", work / "before.img"
    training_card.flash(image, card, work / "office")
    cut.copy(card, stick)
    Fat(stick, partitions.read(stick)["bootconfig"].start).write("box.toml", b"of somebody else")
    cut.copy(stick, before)
    with Machine(card, work / "machine", stick=stick) as machine:
        machine.console.wait(READY, BOOT_S)
        machine.shell.run("systemctl is-system-running --wait; udevadm settle", SETTLE_S)
        told = {name: machine.shell.run(ask).text.strip() for name, ask in ASKED.items()}
        machine.cut()
    return Boot(told, before, stick)


def test_the_stick_is_there_with_all_its_partitions(boot: Boot) -> None:
    assert boot.told["stick"].split() == ["/dev/sda1", "/dev/sda6"]


@pytest.mark.parametrize("part", ["system", "config", "data", "names"])
def test_every_part_of_the_box_comes_from_its_card(boot: Boot, part: str) -> None:
    assert boot.told[part].startswith("/dev/vda")
    assert "\n" not in boot.told[part]


def test_the_box_starts_as_its_own_settings_say(boot: Boot) -> None:
    assert boot.told["status"] == "The screens are there."


def test_nothing_is_written_to_the_stick(boot: Boot) -> None:
    assert cut.same(boot.before, boot.stick)
