"""Which disks are written, and which never."""

import subprocess
from dataclasses import replace
from pathlib import Path

import cards
import pytest
from workshop import disks
from workshop.disks import Disk
from workshop.medium import Medium

MIB = 1 << 20
CARD = Disk(Path("/dev/sdz"), 32 * 10**9, True, False, True, "Generic MassStorageClass", None)


def test_a_removable_card_that_nobody_uses_is_written() -> None:
    assert disks.refusal(CARD, CARD.path, 2 * 10**9, told_twice=False) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"whole": False}, "partition"),
        ({"size": 0}, "no card"),
        ({"mounts": ("/", "/boot")}, "system of this computer"),
        ({"mounts": ("/media/photos",)}, "/media/photos"),
        ({"mounts": ("swap",)}, "swap"),
        ({"holders": ("dm-0",)}, "dm-0"),
        ({"read_only": True}, "write-protected"),
        ({"size": 10**9}, "larger card"),
    ],
)
@pytest.mark.parametrize("told_twice", [False, True])
def test_what_no_insisting_overrules(changes: dict[str, object], said: str, told_twice: bool) -> None:
    refused = disks.refusal(replace(CARD, **changes), CARD.path, 2 * 10**9, told_twice)  # type: ignore[arg-type]
    assert refused
    assert said in refused
    assert "; " in refused  # and what to do


@pytest.mark.parametrize("changes", [{"removable": False}, {"size": 2 * 10**12}])
def test_what_is_no_card_is_written_only_when_told_twice(changes: dict[str, object]) -> None:
    disk = replace(CARD, **changes)  # type: ignore[arg-type]
    refused = disks.refusal(disk, disk.path, 2 * 10**9, told_twice=False)
    assert refused
    assert "--not-removable /dev/sdz --really /dev/sdz" in refused
    assert disks.refusal(disk, disk.path, 2 * 10**9, told_twice=True) is None


def test_a_disk_that_this_person_may_not_write_wants_sudo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests run as root, who may everything: the kernel's answer is put in its place."""
    assert disks.no_right(tmp_path) is None
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert disks.no_right(CARD.path) == "You may not write /dev/sdz; run it with sudo"
    assert disks.no_right(CARD.path, writing=False) == "You may not read /dev/sdz; run it with sudo"


class Machine:
    """A /sys and /proc of files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.put("proc/swaps", "Filename Type Size Used Priority\n")

    def put(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def disk(self, name: str, number: str, files: dict[str, str]) -> Path:
        where = f"sys/devices/{name}"
        for file, text in {"size": "62521344", "ro": "0", "removable": "0", "dev": number, **files}.items():
            self.put(f"{where}/{file}", f"{text}\n")
        link = self.root / "sys/dev/block" / number
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(self.root / where)
        return link

    def see(self, number: str) -> Disk:
        found = disks.describe(Path("/dev/sdz"), number, self.root)
        assert found
        return found


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_reader_on_usb_is_a_card_without_a_serial_of_its_own(machine: Machine) -> None:
    machine.disk("usb1/sdz", "8:80", {"removable": "1", "device/vendor": "Generic ", "device/model": "STORAGE DEVICE"})
    found = machine.see("8:80")
    assert (found.removable, found.serial, found.model) == (True, None, "Generic STORAGE DEVICE")
    assert found.size == 62521344 * 512


@pytest.mark.parametrize(("kind", "removable"), [("SD", True), ("MMC", False)])
def test_a_cards_slot_tells_the_cards_own_register_and_what_is_soldered_in_is_no_card(
    machine: Machine, kind: str, removable: bool
) -> None:
    files = {"device/type": kind, "device/cid": "035344534332", "device/name": "SC32G"}
    machine.disk("mmc0/mmcblk0", "179:0", files)
    found = machine.see("179:0")
    assert (found.removable, found.serial, found.model) == (removable, "035344534332", "SC32G")


def test_mounts_of_parts_holders_of_parts_and_a_locked_slide_are_seen(machine: Machine) -> None:
    files = {"ro": "1", "sdz2/partition": "2", "sdz2/dev": "8:82", "sdz2/holders/dm-3/x": ""}
    machine.disk("usb1/sdz", "8:80", files)
    machine.put("proc/self/mountinfo", "36 35 8:82 / /media/a rw - ext4 /dev/gone rw\n37 35 9:9 / /b rw - ext4 x rw\n")
    found = machine.see("8:80")
    assert (found.mounts, found.holders, found.read_only) == (("/media/a",), ("dm-3",), True)


def test_a_partition_is_no_whole_disk_and_a_file_none_at_all(machine: Machine, tmp_path: Path) -> None:
    machine.disk("usb1/sdz/sdz1", "8:81", {"partition": "1"})
    assert not machine.see("8:81").whole
    (tmp_path / "file").touch()
    for nothing in (tmp_path / "file", tmp_path / "missing", Path("/dev/null")):
        assert disks.survey(nothing) is None
        refused = disks.refusal(None, nothing, 1, told_twice=True)
        assert refused
        assert "lsblk" in refused


def test_the_disk_of_this_computers_system_is_refused_however_often_told() -> None:
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        source = line.partition(" - ")[2].split(" ")[1]
        if line.split(" ")[4] == "/" and source.startswith("/dev/") and Path(source).is_block_device():
            found = disks.survey(Path(source))
            assert found
            refused = disks.refusal(found, found.path, 1, told_twice=True)
            assert refused
            assert "system of this computer" in refused or "partition" in refused
            return
    pytest.skip("the root of this computer is on no block device that can be seen from here")


def test_a_mounted_card_is_refused_and_cannot_be_opened_either(tmp_path: Path) -> None:
    cards.needs("mkfs.ext4", "losetup", "mount")
    with cards.card(tmp_path, 8) as device:
        subprocess.run(["mkfs.ext4", "-q", device], check=True)
        (tmp_path / "mounted").mkdir()
        subprocess.run(["mount", device, tmp_path / "mounted"], check=True)
        try:
            refused = disks.refusal(disks.survey(device), device, MIB, told_twice=True)
            assert refused
            assert str(tmp_path / "mounted") in refused
            with pytest.raises(OSError, match="busy"):
                Medium(device)
        finally:
            subprocess.run(["umount", tmp_path / "mounted"], check=True)
        assert disks.refusal(disks.survey(device), device, MIB, told_twice=True) is None


def test_a_loop_device_has_its_files_name_for_a_serial_and_does_not_tell_it(tmp_path: Path) -> None:
    cards.needs("losetup")
    with cards.card(tmp_path, 2) as device:
        found = disks.survey(device)
        assert found
        assert found.serial
        assert found.serial.startswith("loop-")
        assert str(tmp_path) not in found.serial
        assert tmp_path.name not in found.serial
