"""Two copies stand on two disks: a folder where no disk is mounted is never the second one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from regency_boxes import Box, Bundle, fixed_now
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
        second_disk.name(office, other)
        take_in(office, ours / "beside")
        with second_disk.mounted(office), pytest.raises(subprocess.CalledProcessError):
            run("umount", other)  # it is in use
        run("umount", other)  # the folder is there still, and empty
        with pytest.raises(OfficeError, match="mount it there"):
            take_in(office, ours / "beside")


MOUNTED = {
    "office": "/dev/sda2 ext4",
    "bundles": "/dev/mapper/wide ext4",
    "partition": "/dev/sda3 ext4",
    "locked": "/dev/mapper/locked ext4",
    "below bundles": "/dev/sdb2 ext4",
    "disk": "/dev/sdc1 vfat",
    "share": "//nas/two\\x20words cifs",
    "memory": "tmpfs tmpfs",
    "pool": "tank/second zfs",
}
BELOW = {
    "/dev/sda2": ["sda2", "sda"],
    "/dev/sda3": ["sda3", "sda"],
    "/dev/mapper/wide": ["wide", "sdb1", "sdb"],
    "/dev/sdb2": ["sdb2", "sdb"],
    "/dev/mapper/locked": ["locked", "md0", "sdd1", "sdd", "sda4", "sda"],
    "/dev/sdc1": ["sdc1", "sdc"],
}


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("partition", "own disk"),
        ("locked", "own disk"),
        ("below bundles", "own disk"),
        ("memory", "Nobody can tell"),
        ("pool", "Nobody can tell"),
        ("disk", None),
        ("share", None),
    ],
)
def test_one_disk_is_one_disk_below_partitions_volumes_and_locks(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, said: str | None
) -> None:
    def told(program: str, *words: str) -> list[str]:
        return BELOW.get(words[-1], []) if program == "lsblk" else [MOUNTED[Path(words[-1]).name]]

    monkeypatch.setattr(second_disk, "_said", told)
    place = tmp_path / "elsewhere" / where
    place.mkdir(parents=True)
    if said:
        with pytest.raises(OfficeError, match=said):
            second_disk.adopt(office, place)
    else:
        second_disk.adopt(office, place)
    assert (place / second_disk.MARK).exists() is (said is None)


UNFIT = ["nothing", "a file", "a folder in the office", "another office's disk", "a torn mark"]


@pytest.mark.parametrize("there", UNFIT)
def test_what_cannot_be_a_second_disk_is_refused_by_name(
    office: Office, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: str
) -> None:
    monkeypatch.setattr(second_disk, "_devices", lambda directory: {directory.name})
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
    with pytest.raises(OfficeError, match=said):
        second_disk.adopt(office, place)
    with second_disk.mounted(office) as second:
        assert second is not None
        assert second.resolve() == backup


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


def test_a_known_disk_in_another_place_is_known_and_another_disk_is_not(
    office: Office, box: Box, stick: Path, backup: Path
) -> None:
    taken(office, stick, box.commission())
    moved = backup.rename(backup.with_name("elsewhere"))
    second_disk.name(office, moved)
    assert take_in(office, stick).clean
    assert [held.copies for held in office.register.held()] == [2]
    backup.mkdir()
    with pytest.raises(OfficeError, match="mount it there"):
        second_disk.name(office, backup)
    (backup / second_disk.MARK).write_text((moved / second_disk.MARK).read_text().replace('"disk": "', '"disk": "0'))
    with pytest.raises(OfficeError, match="Another disk is mounted"):
        second_disk.name(office, backup)


def test_the_offices_own_disk_in_the_place_of_the_second_is_refused(office: Office, stick: Path, backup: Path) -> None:
    second_disk.mark(office, backup)  # without the word that a folder stands for it
    with pytest.raises(OfficeError, match="on the office's own disk"):
        take_in(office, stick)


def test_a_new_second_disk_gets_everything_again(office: Office, box: Box, stick: Path, backup: Path) -> None:
    bundles = [box.commission(), box.person()]
    taken(office, stick, *bundles)
    new = backup.with_name("new")
    new.mkdir()
    second_disk.mark(office, new, practice=True)
    assert {held.copies for held in office.register.held()} == {1}
    assert take_in(office, stick).clean
    for bundle in bundles:
        assert copies(office, new, bundle) == [bundle.files] * 2


def a_blob(root: Path, bundle: Bundle) -> Path:
    return next(path for path in (root / BUNDLES / bundle.name).iterdir() if path.name != MANIFEST)


@pytest.mark.parametrize("how", ["altered", "gone", "unreadable", "no directory", "no manifest"])
@pytest.mark.parametrize("where", ["office", "backup"])
def test_what_one_disk_lost_comes_back_from_the_other(
    office: Office, box: Box, stick: Path, backup: Path, where: str, how: str
) -> None:
    first, person = box.commission(), box.person()
    taken(office, stick, first, person)
    spoil(a_blob(backup.with_name(where), person), how)
    second_disk.mark(office, backup, practice=True)
    result = take_in(office, stick)
    assert result.clean
    assert copies(office, backup, person) == [person.files] * 2


@pytest.mark.parametrize("how", ["altered", "gone", "unreadable", "no directory", "no manifest"])
def test_what_is_whole_nowhere_stops_no_other_and_no_receipt_stands_for_it(
    office: Office, box: Box, stick: Path, backup: Path, how: str
) -> None:
    """It is alone in its thousand of numbers: no other bundle makes its receipt a new one."""
    first, neighbour = box.commission(), Box(office, name="SINTANG-04").certified()
    taken(office, stick, first)
    assert accepted(office, stick, box) == {first.hash}
    for root in (office.directory, backup):
        spoil(a_blob(root, first), how)
    second_disk.mark(office, backup, practice=True)
    last = neighbour.commission()
    result = taken(office, stick, last)
    assert (result.accepted, result.damaged, result.clean) == ((last.name,), (first.name,), False)
    assert (accepted(office, stick, box), accepted(office, stick, neighbour)) == (set(), {last.hash})
    torn = first.put(stick)
    next(torn.glob("*.age")).write_bytes(b"torn")
    result = take_in(office, stick)
    assert (result.known, result.damaged, result.rejected, result.removed) == ((first.name,), (first.name,), (), ())
    assert receipts(office, stick, box) == []
    shutil.rmtree(torn)
    result = taken(office, stick, first)  # the box has it still
    assert (result.known, result.damaged, result.removed) == ((first.name,), (), (first.name,))
    assert accepted(office, stick, box) == {first.hash}
    assert copies(office, backup, first) == [first.files] * 2


def spoil(blob: Path, how: str) -> None:
    if how == "altered":
        blob.write_bytes(b"\0" + blob.read_bytes()[1:])
    elif how == "gone":
        blob.unlink()
    elif how == "unreadable":
        blob.unlink()
        blob.mkdir()
    elif how == "no manifest":
        (blob.parent / MANIFEST).unlink()
    else:
        shutil.rmtree(blob.parent)


def test_a_folder_in_the_place_of_the_disk_during_a_take_in_is_not_written_to(
    office: Office, box: Box, stick: Path, backup: Path
) -> None:
    """The copies are on the disk that had the mark when it began."""
    bundle = box.commission()
    bundle.put(stick)

    def pull(done: int, total: int) -> None:
        if not backup.with_name("pulled").exists():
            backup.rename(backup.with_name("pulled"))
            backup.mkdir()

    take_in(office, stick, pull)
    assert list(backup.iterdir()) == []
    assert copies(office, backup.with_name("pulled"), bundle) == [bundle.files] * 2


def test_receipts_say_one_copy_as_soon_as_the_office_does_without(office: Office, box: Box, stick: Path) -> None:
    taken(office, stick, box.commission())
    assert [receipt.copies for receipt in receipts(office, stick, box)] == [2]
    second_disk.do_without(office)
    take_in(office, stick)
    assert [receipt.copies for receipt in receipts(office, stick, box)] == [1]


# A build that breaks the promise is caught by the tests above.


def test_a_build_that_takes_any_folder_for_the_disk_is_caught(
    office: Office, box: Box, stick: Path, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_disk, "_check", lambda *a: None)
    with pytest.raises(pytest.fail.Exception):
        test_nothing_is_taken_in_while_the_second_disk_is_away(office, box, stick, backup)
