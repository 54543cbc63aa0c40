"""The boot step that repairs /data: what was synced stays, nothing is formatted, and the screen is told."""

import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.image.data_card import (
    MIB,
    PARTITION,
    PROGRAM,
    Slot,
    bundles,
    fill,
    loop,
    need_loop,
    new_data,
    plain_slot,
    put,
    run,
)

BLOCK = 4096


@pytest.fixture(scope="module", autouse=True)
def _loop() -> None:
    need_loop()


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_data(tmp_path_factory.mktemp("used") / "data.img")


@pytest.fixture
def data(used: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(used, tmp_path / "data.img"))


def zero(path: Path, *ranges: tuple[int, int]) -> None:
    with path.open("r+b") as file:
        for offset, size in ranges:
            file.seek(offset)
            file.write(bytes(size))


def broken(folder: Path, old: str, new: str) -> Path:
    """A build of the program with one line wrong."""
    text = PROGRAM.read_text()
    assert text.count(old) == 1
    path = folder / "broken"
    path.write_text(text.replace(old, new))
    return path


def inode_tables(image: Path) -> list[tuple[int, int]]:
    """Where they lie, as bytes."""
    found = []
    for line in run("dumpe2fs", image).splitlines():
        if "Inode table at " in line:
            first, last = line.split("Inode table at ")[1].split(" ")[0].split("-")
            found.append((int(first) * BLOCK, (int(last) - int(first) + 1) * BLOCK))
    return found


def test_a_clean_one_is_mounted_as_agreed_and_nothing_is_said(data: Path, tmp_path: Path) -> None:
    with plain_slot(data, tmp_path) as box:
        done = box.boot()
        assert (done.code, done.trouble) == (0, [])
        assert bundles(box.mount) == list(range(40))
        options = next(x for x in Path("/proc/mounts").read_text().splitlines() if str(box.mount) in x).split()[3]
        assert {"rw", "noatime", "nodev", "nosuid", "noexec", "errors=remount-ro"} <= set(options.split(","))
        kiosk, system = (box.mount / "jemput").stat(), (box.mount / "system").stat()
        assert (kiosk.st_uid, kiosk.st_gid, kiosk.st_mode & 0o777) == (900, 900, 0o700)
        assert (system.st_uid, system.st_gid, system.st_mode & 0o777) == (0, 0, 0o755)


def test_other_troubles_of_the_boot_stay_and_its_own_are_said_once(data: Path, tmp_path: Path) -> None:
    with plain_slot(data, tmp_path) as box:
        (box.run / "trouble").write_text("box-file\ndata-missing\n")
        assert box.boot().trouble == ["box-file"]


def cut(data: Path, folder: Path) -> tuple[Path, list[int]]:
    """The card as it is when the power goes while the kiosk writes: synced bundles, and things that were not."""
    mount, image = folder / "live", folder / "cut.img"
    mount.mkdir()
    with loop(data) as device:
        run("mount", "-o", "commit=300", device, mount)
        outbox = mount / "jemput/data/outbox"
        for number in range(40, 70):
            put(outbox, number)
        (outbox / "later").write_bytes(b"x" * 100_000)
        image.write_bytes(data.read_bytes())
        run("umount", mount)
    return image, list(range(70))


def test_after_a_power_cut_nothing_that_was_synced_is_lost(data: Path, tmp_path: Path) -> None:
    image, acknowledged = cut(data, tmp_path)
    assert "needs_recovery" in run("dumpe2fs", "-h", image)
    with plain_slot(image, tmp_path) as box:
        done = box.boot()
        assert (done.code, done.trouble) == (0, [])
        assert [n for n in bundles(box.mount) if n in acknowledged] == acknowledged


def test_a_build_that_throws_the_journal_away_is_caught(data: Path, tmp_path: Path) -> None:
    image, acknowledged = cut(data, tmp_path)
    program = broken(
        tmp_path,
        'code = check(device, undo, "-p")',
        'call("debugfs", "-w", "-R", "clri <8>", device); code = check(device, undo, "-p")',
    )
    with plain_slot(image, tmp_path) as box:
        box.boot(program)
        held = bundles(box.mount) if box.mount.is_mount() else []
        assert held != acknowledged


def test_a_lost_superblock_is_found_again_and_said(data: Path, tmp_path: Path) -> None:
    zero(data, (0, BLOCK))
    with plain_slot(data, tmp_path) as box:
        done = box.boot()
        assert done.trouble == ["data-repaired"], done.said
        assert bundles(box.mount) == list(range(40))


def test_after_a_hard_repair_the_blocks_from_before_are_kept_for_the_workshop(data: Path, tmp_path: Path) -> None:
    zero(data, (0, BLOCK))
    with plain_slot(data, tmp_path) as box:
        box.boot()
        kept = list((box.mount / "system/repair").iterdir())
        assert [path.name for path in kept] == ["1.e2undo"]
        assert kept[0].stat().st_size > BLOCK
        assert not (box.run / "repair.e2undo").exists()


def smash(data: Path) -> None:
    zero(data, *inode_tables(data))


def test_where_the_hard_repair_would_lose_the_store_it_is_taken_back_to_the_last_byte(
    data: Path, tmp_path: Path
) -> None:
    smash(data)
    with plain_slot(data, tmp_path) as box:
        before = box.digest()
        done = box.boot()
        assert (done.code, done.trouble) == (0, ["data-damaged"])
        assert not box.mount.is_mount()
        assert box.digest() == before


def test_a_build_that_keeps_such_a_repair_is_caught(data: Path, tmp_path: Path) -> None:
    smash(data)
    program = broken(tmp_path, 'call("e2undo", undo, device)', "pass")
    with plain_slot(data, tmp_path) as box:
        before = box.digest()
        box.boot(program)
        assert box.digest() != before


def test_a_single_smashed_table_costs_what_it_held_and_the_box_goes_on(data: Path, tmp_path: Path) -> None:
    """The store's own inspection names what is gone; what lost its name alone lies in lost+found."""
    tables = inode_tables(data)
    groups = [(offset, size) for offset, size in tables[1:]]
    zero(data, *groups)
    with plain_slot(data, tmp_path) as box:
        done = box.boot()
        assert done.code == 0
        assert done.trouble in (["data-repaired"], [])
        assert (box.mount / "jemput/data/jemput.db").exists()


def test_what_never_was_a_file_system_becomes_one(tmp_path: Path) -> None:
    image = tmp_path / "blank.img"
    with image.open("wb") as file:
        file.truncate(PARTITION)
    with plain_slot(image, tmp_path) as box:
        done = box.boot()
        assert (done.code, done.trouble) == (0, []), done.said
        assert box.mount.is_mount()
        fill(box.mount)
        box.off()
        assert box.boot().trouble == []
        assert bundles(box.mount) == list(range(40))


def foreign_vfat(path: Path) -> None:
    run("mkfs.vfat", path)


def foreign_ext_without_head(path: Path) -> None:
    """The first MiB is gone, superblock and all; only a backup further on tells what it was."""
    shutil.copy(new_data(path.parent / "used.img"), path)
    zero(path, (0, MIB))


def foreign_deep(path: Path) -> None:
    """Blank where a superblock would be, somebody's bytes behind."""
    zero(path, (0, 0))
    with path.open("r+b") as file:
        file.seek(20 * MIB)
        file.write(b"somebody's")


def foreign_table(path: Path) -> None:
    run("sfdisk", "--quiet", path, told="label: dos\n,\n")


@pytest.mark.parametrize("foreign", [foreign_vfat, foreign_deep, foreign_table])
def test_what_is_not_ours_stays_as_it_is_and_is_said(foreign: Callable[[Path], None], tmp_path: Path) -> None:
    image = tmp_path / "foreign.img"
    with image.open("wb") as file:
        file.truncate(PARTITION)
    foreign(image)
    with plain_slot(image, tmp_path) as box:
        before = box.digest()
        done = box.boot()
        assert (done.code, done.trouble) == (0, ["data-damaged"])
        assert not box.mount.is_mount()
        assert box.digest() == before


def test_a_lost_first_mebibyte_is_never_taken_for_a_blank_partition(tmp_path: Path) -> None:
    image = tmp_path / "data.img"
    foreign_ext_without_head(image)
    with plain_slot(image, tmp_path) as box:
        done = box.boot()
        assert "blank" not in done.said
        assert done.trouble in (["data-repaired"], ["data-damaged"])


def lost_head(path: Path) -> None:
    """All that a birth writes to is gone from a partition that is mostly empty; its spare superblocks are not."""
    with path.open("wb") as file:
        file.truncate(600 * MIB)
    run("mke2fs", "-q", "-t", "ext4", "-b", "4096", path)
    zero(path, (0, 64 * MIB))


def test_a_mostly_empty_one_that_lost_its_whole_head_is_never_taken_for_a_blank_partition(tmp_path: Path) -> None:
    lost_head(image := tmp_path / "data.img")
    with plain_slot(image, tmp_path) as box:
        done = box.boot()
        assert "blank" not in done.said
        assert done.trouble == ["data-damaged"]


def test_a_build_that_looks_for_no_spare_superblock_is_caught(tmp_path: Path) -> None:
    lost_head(image := tmp_path / "data.img")
    with plain_slot(image, tmp_path) as box:
        assert "blank" in box.boot(broken(tmp_path, "for group in (1, 3, 5, 7, 9))", "for group in ())")).said


def test_a_build_that_formats_a_damaged_one_is_caught(tmp_path: Path) -> None:
    image = tmp_path / "foreign.img"
    with image.open("wb") as file:
        file.truncate(PARTITION)
    foreign_deep(image)
    program = broken(
        tmp_path,
        "            return False\n        size =",
        "            return False\n        return True\n        size =",
    )
    with plain_slot(image, tmp_path) as box:
        before = box.digest()
        done = box.boot(program)
        assert done.trouble != ["data-damaged"] or box.digest() != before


def test_a_build_that_says_nothing_is_caught(data: Path, tmp_path: Path) -> None:
    smash(data)
    program = broken(
        tmp_path, "        trouble = DAMAGED\n    except Exception", "        trouble = None\n    except Exception"
    )
    with plain_slot(data, tmp_path) as box:
        assert box.boot(program).trouble != ["data-damaged"]


def test_too_small_a_partition_is_said_and_not_made(tmp_path: Path) -> None:
    image = tmp_path / "small.img"
    with image.open("wb") as file:
        file.truncate(8 * MIB)
    with plain_slot(image, tmp_path) as box:
        assert box.boot().trouble == ["data-damaged"]
        assert box.digest() == sha256(bytes(8 * MIB)).hexdigest()


def test_a_partition_that_a_short_card_cut_off_stays_as_it_is(data: Path, tmp_path: Path) -> None:
    with plain_slot(data, tmp_path, "--sizelimit", 130 * MIB) as box:
        before = box.digest()
        done = box.boot()
        assert (done.code, done.trouble) == (0, ["data-damaged"])
        assert box.digest() == before


def test_no_partition_is_said(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    done = Slot(tmp_path / "nothing", tmp_path / "data", tmp_path / "run").boot()
    assert (done.code, done.trouble) == (0, ["data-missing"])


def test_whatever_nobody_foresaw_is_said_too(data: Path, tmp_path: Path) -> None:
    program = broken(tmp_path, "    if mount.is_mount():", "    raise RuntimeError\n    if mount.is_mount():")
    with plain_slot(data, tmp_path) as box:
        assert box.boot(program).trouble == ["data-damaged"]


def test_a_second_start_of_the_step_changes_nothing(data: Path, tmp_path: Path) -> None:
    with plain_slot(data, tmp_path) as box:
        box.boot()
        done = box.boot()
        assert (done.code, done.trouble) == (0, [])
        assert bundles(box.mount) == list(range(40))
