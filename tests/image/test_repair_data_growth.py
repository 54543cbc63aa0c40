"""The boot step that grows the data partition: at no moment of its writes is the card without a table."""

import importlib.machinery
import importlib.util
import random
import struct
import zlib
from pathlib import Path
from types import ModuleType

import pytest

from tests.image.data_card import (
    CARD,
    MIB,
    PARTITION,
    PROGRAM,
    bundles,
    fill,
    may_grow,
    need_loop,
    new_card,
    plain_slot,
    run,
    slot,
)

SECTOR, PAGE = 512, 4096


@pytest.fixture(scope="module", autouse=True)
def _loop() -> None:
    need_loop()


def program() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("repair_data", str(PROGRAM))
    spec = importlib.util.spec_from_loader("repair_data", loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def end_of_last(card: bytes) -> int | None:
    """Where the kernel sees the sixth partition end, in bytes; None where it finds no table. As the kernel reads
    (block/partitions/efi.c): without `gpt` on its command line only a primary table that is whole in itself counts."""
    header = bytearray(card[SECTOR : SECTOR + 92])
    size, told = struct.unpack_from("<II", header, 12)
    header[16:20] = bytes(4)
    entries = card[2 * SECTOR : 34 * SECTOR]
    if header[:8] != b"EFI PART" or size != 92 or zlib.crc32(header) != told:
        return None
    if zlib.crc32(entries) != struct.unpack_from("<I", header, 88)[0]:
        return None
    return (struct.unpack_from("<Q", entries, 5 * 128 + 40)[0] + 1) * SECTOR


def head(card: Path) -> bytes:
    with card.open("rb") as file:
        return file.read(34 * SECTOR)


def apply(before: bytes, write: tuple[int, bytes]) -> bytes:
    offset, data = write
    return before[:offset] + data + before[offset + len(data) :]


def test_the_last_partition_grows_to_the_end_of_the_card_once(tmp_path: Path) -> None:
    card = new_card(tmp_path / "card.img")
    with slot(card, tmp_path) as box:
        assert box.boot().trouble == []
        fill(box.mount)
        box.off()
        once = head(card)
        assert box.boot().trouble == []
        assert bundles(box.mount) == list(range(40))
        assert head(card) == once
    end = end_of_last(head(card))
    assert end is not None
    assert CARD - MIB <= end <= CARD
    assert "No errors detected" in run("sfdisk", "--verify", card)


def test_the_mounted_file_system_grows_with_it(tmp_path: Path) -> None:
    if not may_grow():
        pytest.skip("needs CAP_SYS_RESOURCE, which this container lacks")
    with slot(new_card(tmp_path / "card.img"), tmp_path) as box:
        box.boot()
        assert int(run("df", "--output=size", "-B1", box.mount).split()[1]) > PARTITION


def test_a_card_without_room_behind_it_is_not_written(tmp_path: Path) -> None:
    card = new_card(tmp_path / "card.img", size=PARTITION + 16 * MIB, partition=PARTITION)
    run("sfdisk", "--quiet", "-N", "6", card, told=", +\n")
    with card.open("r+b") as file:
        assert program().new_table(file, PARTITION + 16 * MIB, 6, tmp_path) == []


def test_power_cut_between_any_two_writes_leaves_the_old_table_or_the_new(tmp_path: Path) -> None:
    """The mirror goes where nothing is yet, whole or torn; the rest is one page."""
    card = new_card(tmp_path / "card.img")
    with card.open("r+b") as file:
        mirror, first = program().new_table(file, CARD, 6, tmp_path)
    before = head(card)
    old, new = end_of_last(before), end_of_last(apply(before, first))
    assert old is not None
    assert new is not None
    assert old <= mirror[0] == CARD - len(mirror[1])
    assert (first[0], len(first[1])) == (0, PAGE)
    assert old < new <= mirror[0]


def test_sfdisk_itself_would_leave_a_moment_without_a_table(tmp_path: Path) -> None:
    """Why the page is written as one: entries and header in two steps are caught by the same look."""
    card = new_card(tmp_path / "card.img")
    with card.open("r+b") as file:
        _, first = program().new_table(file, CARD, 6, tmp_path)
    assert end_of_last(apply(head(card), (2 * SECTOR, first[1][2 * SECTOR :]))) is None


def test_where_the_page_is_torn_the_mirror_at_the_end_still_tells_all(tmp_path: Path) -> None:
    """A card that breaks its promise of a page: the workshop's sfdisk reads the mirror."""
    card = new_card(tmp_path / "card.img")
    with card.open("r+b") as file:
        mirror, first = program().new_table(file, CARD, 6, tmp_path)
        for offset, data in (mirror, (2 * SECTOR, first[1][2 * SECTOR :])):
            file.seek(offset)
            file.write(data)
    assert "persistent" in run("sfdisk", "--dump", card)


def sysfs(root: Path, *parts: tuple[str, str, str]) -> Path:
    """/sys with these partitions: disk, name, label."""
    for number, (disk, name, label) in enumerate(parts):
        entry = root / "devices" / disk / name
        entry.mkdir(parents=True)
        (entry / "uevent").write_text(f"DEVTYPE=partition\nPARTNAME={label}\n")
        (entry / "partition").write_text("6\n")
        for place in (root / "class/block" / name, root / "dev/block" / f"179:{number}"):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(entry)
    return root


SYSTEM = "22 1 179:0 / /run/system ro,relatime - squashfs /dev/mmcblk0p4 ro\n"
OWN = (("mmcblk0", "mmcblk0p4", "system_a"), ("mmcblk0", "mmcblk0p6", "persistent"))
OTHER = ("sda", "sda6", "persistent")


def test_of_two_cards_the_running_systems_own_is_taken(tmp_path: Path) -> None:
    found = program().find(sysfs(tmp_path, *OWN, OTHER), SYSTEM)
    assert (found.device, found.disk, found.number) == (Path("/dev/mmcblk0p6"), Path("/dev/mmcblk0"), 6)


def test_another_card_alone_is_not_taken_for_it(tmp_path: Path) -> None:
    assert program().find(sysfs(tmp_path, OWN[0], OTHER), SYSTEM) is None


def test_where_the_systems_disk_is_unknown_two_of_the_name_are_none(tmp_path: Path) -> None:
    assert program().find(sysfs(tmp_path, *OWN, OTHER), "") is None


def test_a_stick_of_the_name_alone_is_never_taken(tmp_path: Path) -> None:
    stick = ("usb1/1-1/sda", "sda6", "persistent")
    assert program().find(sysfs(tmp_path, stick), "") is None
    assert program().find(sysfs(tmp_path / "both", *OWN, stick), "").device == Path("/dev/mmcblk0p6")


def test_a_stick_that_is_pulled_out_meanwhile_hides_nothing(tmp_path: Path) -> None:
    root = sysfs(tmp_path, *OWN, ("sdb", "sdb1", "x"))
    (root / "devices/sdb/sdb1/uevent").unlink()
    (root / "devices/sdb/sdb1/uevent").mkdir()  # stands for what cannot be read
    assert program().find(root, SYSTEM).device == Path("/dev/mmcblk0p6")


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_birth_that_the_power_interrupted_is_done_again(share: float, tmp_path: Path) -> None:
    """Any of its pages, but never the one with the superblock, which is written last."""
    image, written = program().newborn(tmp_path), random.Random(share)
    path = tmp_path / "half.img"
    with path.open("wb") as file:
        file.truncate(PARTITION)
        for place in range(PAGE, len(image), PAGE):
            if written.random() < share:
                file.seek(place)
                file.write(image[place : place + PAGE])
    with plain_slot(path, tmp_path) as box:
        assert box.boot().trouble == []
        fill(box.mount)
        box.off()
        assert box.boot().trouble == []
        assert bundles(box.mount) == list(range(40))
