"""Rescue of a card: every bundle of the box reaches the office, whatever broke around it, and the card is only read."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import cards
import pytest
import rescue_card
from cards import needs
from rescue_card import TOOLS, card_of, recorded, run, start_of
from typer.testing import CliRunner
from workshop import card_copy, rescue_command
from workshop.disks import Disk

from kiosk.commands.training import TrainingBox
from kiosk.regency import second_disk
from kiosk.regency.office import open_office
from kiosk.regency.take_in import take_in

PROGRAM = Path(__file__).parents[2] / "image-build/rescue"
PAGE = 4096


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingBox]:
    needs(*TOOLS)
    out = tmp_path_factory.mktemp("box")
    return out, recorded(out)


@pytest.fixture
def card(box: tuple[Path, TrainingBox], tmp_path: Path) -> Path:
    return card_of(box[0] / "box", tmp_path / "card.img")


def rescued(card: Path, out: Path, *options: object) -> tuple[int, dict, str]:
    done = subprocess.run(
        [str(PROGRAM), str(card), "--out", str(out), *map(str, options)], capture_output=True, text=True, check=False
    )
    report = out / "report.json"
    return done.returncode, json.loads(report.read_text()) if report.exists() else {}, done.stdout + done.stderr


def digest(card: Path) -> str:
    return hashlib.sha256(card.read_bytes()).hexdigest()


def closed(box: TrainingBox) -> list[str]:
    return sorted(path.name for path in (box.data / "outbox").iterdir())


def test_every_bundle_of_a_broken_box_is_taken_in_by_the_office(
    box: tuple[Path, TrainingBox], card: Path, tmp_path: Path
) -> None:
    before = digest(card)
    office = shutil.copytree(box[1].office, tmp_path / "office")
    code, report, said = rescued(card, tmp_path / "out", "--office", office / "root.pub")
    assert code == 0, said
    assert report["whole"] == closed(box[1])
    assert len(report["whole"]) >= 2
    assert (report["damaged"], report["gaps"], report["under_way"], report["vouched"]) == ({}, [], 1, True)
    assert digest(card) == before
    (tmp_path / "backup").mkdir()
    with open_office(office) as opened:
        second_disk.mark(opened, tmp_path / "backup", practice=True)
        result = take_in(opened, tmp_path / "out/stick")
    assert sorted(result.accepted) == report["whole"]
    assert (result.rejected, result.refused, result.quarantined, result.missing) == ((), (), (), ())


def test_without_being_asked_no_key_no_database_and_no_copy_of_the_card_stay(card: Path, tmp_path: Path) -> None:
    rescued(card, tmp_path / "out")
    names = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert not any(name.endswith((".key", ".db", ".img")) for name in names)
    assert not (tmp_path / "out/private").exists()
    sealed = [path for path in (tmp_path / "out/under-way").rglob("*") if path.is_file()]
    assert sealed
    assert all(path.read_bytes().startswith(b"age-encryption.org/v1") for path in sealed)
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


def test_with_everything_the_copy_and_the_keys_stand_in_a_private_folder(card: Path, tmp_path: Path) -> None:
    rescued(card, tmp_path / "out", "--everything")
    private = tmp_path / "out/private"
    assert private.stat().st_mode & 0o777 == 0o700
    assert list(private.rglob("box-*.key"))
    assert list(private.rglob("jemput.db"))
    start = start_of(card)
    assert (private / "data.img").read_bytes() == card.read_bytes()[start : start + rescue_card.DATA]


def test_another_file_than_a_root_key_is_refused_before_the_card_is_read(card: Path, tmp_path: Path) -> None:
    code, _, said = rescued(card, tmp_path / "out", "--office", __file__)
    assert (code, "root.pub" in said, (tmp_path / "out").exists()) == (1, True, False)
    assert rescued(card, tmp_path / "out", "--office", tmp_path)[0] == 2


def test_a_card_that_is_mounted_is_not_read_while_somebody_may_write_to_it(
    card: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted = Disk(Path("/dev/sdz"), 32 * 10**9, True, False, True, "Card", None, ("/media/persistent",))
    monkeypatch.setattr("workshop.disks.survey", lambda path: mounted)
    done = CliRunner().invoke(rescue_command.app, [str(card), "--out", str(tmp_path / "out")])
    assert (done.exit_code, "is in use at /media/persistent; unmount it" in done.output) == (1, True)
    assert not (tmp_path / "out").exists()


def zero(card: Path, offset: int, size: int) -> None:
    with card.open("r+b") as file:
        file.seek(start_of(card) + offset)
        file.write(bytes(size))


def outbox_has_no_name(card: Path) -> None:
    edit(card, "unlink /jemput/data/outbox")


def no_database(card: Path) -> None:
    edit(card, "rm /jemput/data/jemput.db")


def no_table(card: Path) -> None:
    with card.open("r+b") as file:
        file.write(bytes(34 * 512))
        file.seek(-33 * 512, 2)
        file.write(bytes(33 * 512))


def edit(card: Path, command: str) -> None:
    """Change the file system of the card as a fault would."""
    start, data = start_of(card), card.with_suffix(".part")
    data.write_bytes(card.read_bytes()[start : start + rescue_card.DATA])
    run("debugfs", "-w", "-R", command, data)
    with card.open("r+b") as file:
        file.seek(start)
        file.write(data.read_bytes())


@pytest.mark.parametrize("broken", [outbox_has_no_name, no_database, no_table])
def test_whatever_broke_around_them_the_bundles_are_found_by_what_they_are(
    broken: Callable[[Path], None], box: tuple[Path, TrainingBox], card: Path, tmp_path: Path
) -> None:
    broken(card)
    _, report, said = rescued(card, tmp_path / "out")
    assert report["whole"] == closed(box[1]), said
    assert report["damaged"] == {}


def test_one_flipped_byte_names_its_bundle_and_the_others_go_through(
    box: tuple[Path, TrainingBox], card: Path, tmp_path: Path
) -> None:
    name = closed(box[1])[-1]
    blob = max((box[1].data / "outbox" / name).glob("*.age"), key=lambda path: path.stat().st_size)
    raw = card.read_bytes()
    at = raw.index(blob.read_bytes()[:PAGE]) + 300
    with card.open("r+b") as file:
        file.seek(at)
        file.write(bytes([raw[at] ^ 1]))
    code, report, said = rescued(card, tmp_path / "out")
    assert code == 1
    assert report["damaged"] == {name: "missing-blob"}
    assert report["whole"] == closed(box[1])[:-1]
    assert name in said
    assert (tmp_path / "out/damaged" / name / "manifest.jws").exists()


def test_a_manifest_that_somebody_changed_is_refused_by_name(
    box: tuple[Path, TrainingBox], card: Path, tmp_path: Path
) -> None:
    name = closed(box[1])[-1]
    raw = (box[1].data / "outbox" / name / "manifest.jws").read_bytes()
    at = card.read_bytes().index(raw) + len(raw) - 40
    with card.open("r+b") as file:
        file.seek(at)
        file.write(b"A" if raw[-40:-39] != b"A" else b"B")
    code, report, _ = rescued(card, tmp_path / "out")
    assert code == 1
    assert report["damaged"] == {name: "bad-signature"}
    assert name not in report["whole"]


def test_bundles_that_the_box_numbered_and_the_card_lacks_are_named(
    box: tuple[Path, TrainingBox], card: Path, tmp_path: Path
) -> None:
    name = closed(box[1])[-1]
    for file in (box[1].data / "outbox" / name).iterdir():
        edit(card, f"rm /jemput/data/outbox/{name}/{file.name}")
    code, report, said = rescued(card, tmp_path / "out")
    assert code == 1
    assert report["damaged"] == {name: "unreadable"}
    assert name in said


def test_a_block_that_the_card_no_longer_reads_costs_one_bundle_and_no_other(
    box: tuple[Path, TrainingBox], card: Path, tmp_path: Path
) -> None:
    needs(*TOOLS, "fusermount3")
    name = closed(box[1])[-1]
    blob = max((box[1].data / "outbox" / name).glob("*.age"), key=lambda path: path.stat().st_size)
    raw = card.read_bytes()
    at = raw.index(blob.read_bytes()[:PAGE])
    (tmp_path / "bad").mkdir()
    with cards.liar(tmp_path / "bad", "unreadable", len(raw) >> 20, at) as device:
        with device.open("wb") as file:
            file.write(raw)
        code, report, said = rescued(device, tmp_path / "out")
    assert code == 1
    assert report["whole"] == closed(box[1])[:-1], said
    assert report["damaged"] == {name: "missing-blob"}
    assert 0 < report["unreadable_bytes"] <= 64 * 1024
    assert f"{report['unreadable_bytes']} bytes of the card could not be read" in said


def test_blocks_that_cannot_be_read_are_counted_within_the_partition() -> None:
    """As ddrescue's map file tells: position, size, and + where it was read."""
    told = "# Mapfile\n0x00200000 + 1\n0x0 0x00100000 ?\n0x00100000 0x00010000 -\n0x00110000 0x00200000 +\n"
    assert card_copy._unreadable(told, 0x00100000, 0x00310000) == 0x10000


def test_a_card_that_ends_before_its_partition_does_gives_what_it_has(
    box: tuple[Path, TrainingBox], card: Path, tmp_path: Path
) -> None:
    with card.open("r+b") as file:
        file.truncate(start_of(card) + rescue_card.DATA - (16 << 20))
    code, report, said = rescued(card, tmp_path / "out")
    assert report["whole"] == closed(box[1]), said
    assert (code, report["unreadable_bytes"]) == (1, 16 << 20)


def test_without_any_public_key_nothing_is_called_whole_and_everything_is_kept_where_asked(
    box: tuple[Path, TrainingBox], card: Path, tmp_path: Path
) -> None:
    for path in box[1].papers.iterdir():
        edit(card, f"rm /jemput/papers/{path.name}")
    code, report, said = rescued(card, tmp_path / "out", "--everything")
    assert (code, report) == (1, {})
    assert "no public key" in said
    assert list((tmp_path / "out/private").rglob("manifest.jws"))


def test_a_card_that_is_no_boxs_is_told_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "other.img").write_bytes(bytes(4 << 20))
    code, _, said = rescued(tmp_path / "other.img", tmp_path / "out")
    assert code == 1
    assert "no data partition" in said
    assert "Traceback" not in said


def test_a_folder_that_holds_another_rescue_is_left_alone(card: Path, tmp_path: Path) -> None:
    rescued(card, tmp_path / "out")
    before = (tmp_path / "out/report.json").stat().st_mtime_ns
    code, _, said = rescued(card, tmp_path / "out")
    assert code == 1
    assert "new folder" in said
    assert (tmp_path / "out/report.json").stat().st_mtime_ns == before
