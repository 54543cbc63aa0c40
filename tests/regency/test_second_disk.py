"""Two copies stand on two disks: a folder where no disk is mounted is never the second one."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from regency_boxes import Box, fixed_now
from regency_desk import accepted, copies, receipts, taken

from kiosk.exchange.bundle import MANIFEST
from kiosk.regency import second_disk
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import BUNDLES, Office, init, open_office
from kiosk.regency.take_in import take_in

MIB = 1 << 20


def run(*command: object) -> str:
    return subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Where two file systems are mounted, each on a disk of its own."""
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        pytest.skip("needs root and loop devices")
    attached: list[str] = []
    places = tmp_path / "first disk", tmp_path / "second disk"
    for place in places:
        place.mkdir()
        image = place.with_suffix(".img")
        with image.open("wb") as file:
            file.truncate(4 * MIB)
        run("mkfs.ext4", "-q", image)
        attached.append(run("losetup", "--find", "--show", image))
        run("mount", attached[-1], place)
    yield places
    for place, disk in zip(places, attached, strict=True):
        subprocess.run(["umount", "-q", place], check=False)
        subprocess.run(["losetup", "--detach", disk], check=False)


def test_another_disk_is_adopted_and_not_taken_for_there_once_it_is_unmounted(disks: tuple[Path, Path]) -> None:
    ours, other = disks
    init(ours / "office", other / "safe", "X")
    (ours / "beside").mkdir()
    with open_office(ours / "office") as office:
        with pytest.raises(OfficeError, match="own disk"):
            second_disk.adopt(office, ours / "beside")
        second_disk.adopt(office, other)
        assert second_disk.place(office) == other
        run("umount", other)  # the folder is there still, and empty
        with pytest.raises(OfficeError, match="mount it there"):
            take_in(office, ours / "beside")


MOUNTED = {"office": "/dev/sda2", "second": "/dev/sda3", "locked": "/dev/mapper/locked", "share": "//nas/two words"}
BELOW = {
    "/dev/sda2": ["sda2", "sda"],
    "/dev/sda3": ["sda3", "sda"],
    "/dev/mapper/locked": ["locked", "md0", "sdb1", "sdb", "sda4", "sda"],
    "//nas/two words": [],
}


@pytest.mark.parametrize(("where", "same"), [("office", True), ("second", True), ("locked", True), ("share", False)])
def test_one_disk_is_one_disk_below_partitions_volumes_and_locks(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, same: bool
) -> None:
    def said(program: str, *words: str) -> list[str]:
        return BELOW[words[-1]] if program == "lsblk" else [MOUNTED[Path(words[-1]).name]]

    monkeypatch.setattr(second_disk, "_said", said)
    place = tmp_path / "elsewhere" / where
    place.mkdir(parents=True)
    if same:
        with pytest.raises(OfficeError, match="own disk"):
            second_disk.adopt(office, place)
    else:
        second_disk.adopt(office, place)
        assert second_disk.place(office) == place


UNFIT = ["nothing", "a file", "a folder in the office", "another office's disk", "a torn mark"]


@pytest.mark.parametrize("there", UNFIT)
def test_what_cannot_be_a_second_disk_is_refused_by_name(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    monkeypatch.setattr(second_disk, "_stands_on", lambda directory: {directory.name})
    place, said = tmp_path / "place", "no such directory"
    if there == "a file":
        place.write_bytes(b"")
    elif there == "a folder in the office":
        place, said = office.directory / "backup", "within the office"
        place.mkdir()
    elif there == "another office's disk":
        place.mkdir()
        init(tmp_path / "other", tmp_path / "their safe", "OTHER")
        with open_office(tmp_path / "other") as other:
            second_disk.mark(other, place)
        said = "another office"
    elif there == "a torn mark":
        place.mkdir()
        (place / second_disk.MARK).write_bytes(b"{")
        said = "is damaged"
    before = second_disk.place(office)
    with pytest.raises(OfficeError, match=said):
        second_disk.adopt(office, place)
    assert second_disk.place(office) == before


def test_without_a_word_about_the_second_disk_nothing_is_taken_in(tmp_path: Path, stick: Path) -> None:
    init(tmp_path / "office", tmp_path / "safe", "X")
    with open_office(tmp_path / "office", fixed_now) as office:
        box = Box(office).certified()
        bundle = box.commission().put(stick)
        with pytest.raises(OfficeError, match="kiosk regency second-disk"):
            take_in(office, stick)
        assert (office.register.held(), bundle.is_dir()) == ([], True)


def test_nothing_is_taken_in_while_the_second_disk_is_away(office: Office, box: Box, stick: Path, backup: Path) -> None:
    backup.rename(backup.with_name("away"))
    backup.mkdir()
    bundle = box.commission()
    with pytest.raises(OfficeError, match="mount it there"):
        taken(office, stick, bundle)
    assert (office.register.held(), list(backup.iterdir())) == ([], [])
    backup.rmdir()
    backup.with_name("away").rename(backup)
    assert take_in(office, stick).accepted == (bundle.name,)


def test_a_known_disk_in_another_place_is_known(office: Office, box: Box, stick: Path, backup: Path) -> None:
    bundle = box.commission()
    taken(office, stick, bundle)
    moved = backup.rename(backup.with_name("elsewhere"))
    second_disk.mark(office, moved)
    assert second_disk.place(office) == moved
    assert [held.copies for held in office.register.held()] == [2]


def test_a_new_second_disk_gets_everything_again(office: Office, box: Box, stick: Path, backup: Path) -> None:
    bundles = [box.commission(), box.person()]
    taken(office, stick, *bundles)
    new = backup.with_name("new")
    new.mkdir()
    second_disk.mark(office, new)
    assert {held.copies for held in office.register.held()} == {1}
    assert take_in(office, stick).clean
    for bundle in bundles:
        assert copies(office, new, bundle) == [bundle.files] * 2


def test_what_rotted_stops_no_other_and_no_receipt_stands_for_it(
    office: Office, box: Box, stick: Path, backup: Path
) -> None:
    first, person = box.commission(), box.person()
    taken(office, stick, first, person)
    assert accepted(office, stick, box) == {first.hash, person.hash}
    blob = next(path for path in (office.bundles / person.name).iterdir() if path.name != MANIFEST)
    blob.write_bytes(b"\0" + blob.read_bytes()[1:])
    new = backup.with_name("new")
    new.mkdir()
    second_disk.mark(office, new)
    last = box.void()
    result = taken(office, stick, last)
    assert (result.accepted, result.damaged, result.clean) == ((last.name,), (person.name,), False)
    assert accepted(office, stick, box) == {first.hash, last.hash}
    assert not (new / BUNDLES / person.name).exists()
    assert {receipt.copies for receipt in receipts(office, stick, box)} == {2}


# A build that breaks the promise is caught by the tests above.


def test_a_build_that_takes_any_folder_for_the_disk_is_caught(
    office: Office, box: Box, stick: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_disk, "place", lambda office: backup)
    with pytest.raises(pytest.fail.Exception):
        test_nothing_is_taken_in_while_the_second_disk_is_away(office, box, stick, backup)
