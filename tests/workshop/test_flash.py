"""Flashing, on loop devices: what a card holds afterwards, what is refused, what keeps its data."""

import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import cards
import pytest
import small_image
from small_image import MIB
from typer.testing import CliRunner, Result
from workshop import ledger
from workshop.block_map import read_map
from workshop.flash_command import app
from workshop.partitions import BOOTCONFIG, PERSISTENT, named, read_table

from bench.inputs.loops import loop
from kiosk.flow.papers import read_papers

CARD_MIB = 40


def flash(folder: Path, image: Path, pairs: list[tuple[Path, Path]], *words: str | Path) -> Result:
    """The command, told twice for every disk: no loop device is a card."""
    told = [word for disk, box in pairs for word in ("--box", box, "--not-removable", disk, "--really", disk)]
    said = [image, *(disk for disk, _ in pairs), *told, "--ledger", folder / "cards.jsonl", *words]
    return CliRunner().invoke(app, [str(word) for word in said])


def sha256(disk: Path, label: str) -> str:
    """Of one partition, as it stands on the card."""
    partition = named(read_table(disk), label)
    with open(disk, "rb") as file:
        return hashlib.sha256(os.pread(file.fileno(), partition.size, partition.start)).hexdigest()


def on_card(disk: Path, name: str) -> bytes:
    """A file of bootconfig."""
    at = f"{disk}@@{named(read_table(disk), BOOTCONFIG).start}"
    return subprocess.run(["mtype", "-i", at, f"::{name}"], check=True, capture_output=True).stdout


def assert_holds(disk: Path, image: Path, box: Path, folder: Path) -> None:
    """Every mapped byte outside bootconfig is the image's, bootconfig is whole and the box's."""
    content, card = image.read_bytes(), disk.read_bytes()
    own = named(read_table(image), BOOTCONFIG)
    for piece in read_map(image.with_name(image.name + ".bmap").read_bytes()).pieces:
        for at in range(piece.offset, piece.end, 4096):
            if not own.start <= at < own.end:
                assert card[at : at + 4096] == content[at : at + 4096], at
    papers = folder / "papers"
    papers.mkdir(exist_ok=True)
    for name in ("root.pub", "office.jws", "config.jws"):
        (papers / name).write_bytes(on_card(disk, f"papers/{name}"))
    assert read_papers(papers, "").config.box == box.name
    assert on_card(disk, "box.toml") == (box / "box.toml").read_bytes()
    assert b"tryboot_a_b=1" in on_card(disk, "autoboot.txt")
    (folder / "fat").write_bytes(card[own.start : own.end])
    subprocess.run(["fsck.vfat", "-n", folder / "fat"], check=True, capture_output=True)


def test_several_cards_at_once_each_become_their_box_and_stand_in_the_ledger(
    tmp_path: Path, image: Path, boxes: list[Path]
) -> None:
    with (
        cards.card(tmp_path, CARD_MIB, "a") as a,
        cards.card(tmp_path, CARD_MIB, "b") as b,
        cards.card(tmp_path, CARD_MIB + 9, "c") as c,
    ):
        pairs = list(zip((a, b, c), boxes, strict=False))
        done = flash(tmp_path, image, pairs)
        assert done.exit_code == 0, done.output
        for disk, box in pairs:
            assert_holds(disk, image, box, tmp_path)
    entries = ledger.entries(tmp_path / "cards.jsonl")
    assert {(entry.box, entry.result, entry.image) for entry in entries} == {
        (box.name, ledger.VERIFIED, f"{small_image.IMAGE_ID} {small_image.VERSION}") for _, box in pairs
    }
    assert len({entry.card for entry in entries}) == 3
    assert "NOT SIGNED" in done.output


def test_a_card_of_an_earlier_life_leaves_nothing_in_the_new_ones_file_systems(
    tmp_path: Path, image: Path, boxes: list[Path]
) -> None:
    """Above all no journal: a power cut would restore blocks from it."""
    (tmp_path / "card.card").write_bytes(b"\xc0\x3b\x39\x98" * (CARD_MIB * MIB // 4))  # the magic of JBD2
    with loop(tmp_path / "card.card") as disk:
        assert flash(tmp_path, image, [(disk, boxes[0])]).exit_code == 0
        assert_holds(disk, image, boxes[0], tmp_path)
        assert sha256(disk, PERSISTENT) == sha256(image, PERSISTENT)
        for label, check in ((PERSISTENT, ["e2fsck", "-fn"]), ("boot_a", ["fsck.vfat", "-n"])):
            partition = named(read_table(disk), label)
            (tmp_path / label).write_bytes(disk.read_bytes()[partition.start : partition.end])
            subprocess.run([*check, tmp_path / label], check=True, capture_output=True)


def test_a_packed_image_is_flashed_as_well(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    packed = tmp_path / f"{image.name}.zst"
    subprocess.run(["zstd", "--quiet", image, "-o", packed], check=True)
    shutil.copy(f"{image}.bmap", tmp_path)
    with cards.card(tmp_path, CARD_MIB) as disk:
        assert flash(tmp_path, packed, [(disk, boxes[0])]).exit_code == 0
        assert_holds(disk, image, boxes[0], tmp_path)


def test_one_card_that_fails_stops_no_other(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    (tmp_path / "bad").mkdir()
    with (
        cards.card(tmp_path, CARD_MIB, "a") as a,
        cards.liar(tmp_path / "bad", "bad", CARD_MIB, 7 * MIB + 5) as bad,
        cards.card(tmp_path, CARD_MIB, "c") as c,
    ):
        pairs = list(zip((a, bad, c), boxes, strict=False))
        done = flash(tmp_path, image, pairs, "--labels", tmp_path / "labels.pdf")
        assert done.exit_code == 1
        (line,) = [line for line in done.output.splitlines() if "FAILED" in line]
        assert re.search(rf"{bad}, box SINTANG-02: .* 7 MiB .*another reader", line)
        for disk, box in (pairs[0], pairs[2]):
            assert_holds(disk, image, box, tmp_path)
    told = {entry.box: entry.result for entry in ledger.entries(tmp_path / "cards.jsonl")}
    assert told == {"SINTANG-01": "verified", "SINTANG-02": "failed", "SINTANG-03": "verified"}
    assert (tmp_path / "labels.pdf").exists()


def test_a_disk_that_is_no_card_is_refused_unless_told_twice_about_that_very_disk(
    tmp_path: Path, image: Path, boxes: list[Path]
) -> None:
    with cards.card(tmp_path, CARD_MIB) as disk:
        about = [str(image), str(disk), "--box", str(boxes[0]), "--ledger", str(tmp_path / "cards.jsonl")]
        for more in ([], ["--not-removable", str(disk)], ["--not-removable", str(disk), "--really", "/dev/sda"]):
            done = CliRunner().invoke(app, about + more)
            assert done.exit_code == 1
            assert "is not a removable card" in done.output
        assert not any(disk.read_bytes())
    assert ledger.entries(tmp_path / "cards.jsonl") == ()


def test_a_card_of_another_box_and_a_second_card_for_a_box_want_to_be_told_again(
    tmp_path: Path, image: Path, boxes: list[Path]
) -> None:
    with cards.card(tmp_path, CARD_MIB, "a") as a, cards.card(tmp_path, CARD_MIB, "b") as b:
        assert flash(tmp_path, image, [(a, boxes[0])]).exit_code == 0
        assert flash(tmp_path, image, [(a, boxes[0])]).exit_code == 0  # the same once more is nothing to ask about
        for disk, box, said in (
            (a, boxes[1], "his card is box SINTANG-01"),
            (b, boxes[1], "SINTANG-02 has a card already"),
        ):
            done = flash(tmp_path, image, [(disk, box)])
            assert done.exit_code == 1
            assert said in done.output
            assert flash(tmp_path, image, [(disk, box)], "--again").exit_code == 0
        # Without a ledger the card itself says whose it is.
        (tmp_path / "cards.jsonl").unlink()
        assert "his card is box SINTANG-02" in flash(tmp_path, image, [(a, boxes[2])]).output


def test_a_new_system_leaves_every_byte_of_the_data_and_the_partition_table(
    tmp_path: Path, image: Path, boxes: list[Path]
) -> None:
    newer = small_image.make(tmp_path, "newer.img", seed=2)
    with cards.card(tmp_path, CARD_MIB) as disk:
        assert flash(tmp_path, image, [(disk, boxes[0])]).exit_code == 0
        _grow(disk)
        with open(disk, "r+b") as file:  # sealed captures, up to the card's end
            table = os.pread(file.fileno(), MIB, 0)
            os.pwrite(file.fileno(), b"sealed" * 1000, named(read_table(disk), PERSISTENT).end - 2 * MIB)
        data, system = sha256(disk, PERSISTENT), sha256(disk, "system_a")
        done = flash(tmp_path, newer, [(disk, boxes[0])], "--keep-data")
        assert done.exit_code == 0, done.output
        assert sha256(disk, PERSISTENT) == data
        assert sha256(disk, "system_a") != system
        assert disk.read_bytes()[:MIB] == table
        # The same without the word: what the test would see if the data were not kept.
        assert flash(tmp_path, newer, [(disk, boxes[0])]).exit_code == 0
        assert named(read_table(disk), PERSISTENT).size == small_image.SIZES[PERSISTENT] * MIB
    assert [entry.kept_data for entry in ledger.entries(tmp_path / "cards.jsonl")] == [False, True, False]


def _grow(disk: Path) -> None:
    """As the first boot does: the last partition to the card's end."""
    subprocess.run(["sfdisk", "--quiet", "--relocate", "gpt-bak-std", disk], check=True, capture_output=True)
    subprocess.run(
        ["sfdisk", "--quiet", "--no-reread", "-N6", disk], input=", +", text=True, check=True, capture_output=True
    )


def test_data_is_not_kept_where_the_partitions_are_not_the_images(
    tmp_path: Path, image: Path, boxes: list[Path]
) -> None:
    with cards.card(tmp_path, CARD_MIB) as disk:
        assert flash(tmp_path, image, [(disk, boxes[0])]).exit_code == 0
        subprocess.run(["sfdisk", "--quiet", "--part-label", disk, "5", "other"], check=True, capture_output=True)
        before = hashlib.sha256(disk.read_bytes()).hexdigest()
        done = flash(tmp_path, image, [(disk, boxes[0])], "--keep-data")
        assert done.exit_code == 1
        assert "partitions are not those of this image" in done.output
        assert hashlib.sha256(disk.read_bytes()).hexdigest() == before


def test_data_is_not_kept_for_another_box_nor_on_a_card_that_says_nothing(
    tmp_path: Path, image: Path, boxes: list[Path]
) -> None:
    with cards.card(tmp_path, CARD_MIB) as disk:
        assert "obody knows whose data" in flash(tmp_path, image, [(disk, boxes[0])], "--keep-data").output
        assert flash(tmp_path, image, [(disk, boxes[0])]).exit_code == 0
        done = flash(tmp_path, image, [(disk, boxes[1])], "--keep-data", "--again")
        assert done.exit_code == 1
        assert "ts data is box SINTANG-01" in done.output


def test_wrong_use_ends_with_two(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    for words in (
        [image, "/dev/sda", "/dev/sdb", "--box", boxes[0]],
        [image, "/dev/sda", "/dev/sda", "--box", boxes[0], "--box", boxes[1]],
        [image, "/dev/sda", "/dev/sdb", "--box", boxes[0], "--box", boxes[0]],
        [image],
    ):
        assert CliRunner().invoke(app, [str(word) for word in words]).exit_code == 2


def test_the_same_disk_by_another_name_is_wrong_use(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    """It would become the last of the two boxes, and both threads would write it."""
    with cards.card(tmp_path, CARD_MIB) as disk:
        (tmp_path / "by-id").symlink_to(disk)
        done = flash(tmp_path, image, [(disk, boxes[0]), (tmp_path / "by-id", boxes[1])])
        assert (done.exit_code, any(disk.read_bytes())) == (2, False)


def test_a_disk_that_is_not_there_is_named_as_it_was_given(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    done = flash(tmp_path, image, [(Path("nothing.img"), boxes[0])])
    assert (done.exit_code, "not begun. nothing.img is no disk; 'lsblk -d' lists them." in done.output) == (1, True)


def test_a_key_that_is_not_there_is_not_called_another_key(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    done = flash(tmp_path, image, [(Path("/dev/nothing"), boxes[0])], "--key", tmp_path / "none.pub")
    assert (done.exit_code, "does not exist" in done.output.replace("\n", " ")) == (2, True)


@pytest.mark.parametrize(
    "words",
    [("--ledger", "nowhere/cards.jsonl"), ("--labels", "nowhere/labels.pdf"), ("--ledger", "."), ("--labels", ".")],
)
def test_what_could_not_be_noted_down_afterwards_is_not_begun(
    tmp_path: Path, image: Path, boxes: list[Path], words: tuple[str, str]
) -> None:
    with cards.card(tmp_path, CARD_MIB) as disk:
        done = flash(tmp_path, image, [(disk, boxes[0])], words[0], tmp_path / words[1])
        assert (done.exit_code, "cannot be written" in done.output, any(disk.read_bytes())) == (1, True, False)


def test_a_directory_that_is_no_box_is_refused_before_any_card(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    parent = flash(tmp_path, image, [(tmp_path, boxes[0].parent)])
    assert (parent.exit_code, "has no box.toml; name the directory" in parent.output) == (1, True)
    broken = tmp_path / "box"
    shutil.copytree(boxes[0], broken)
    config = broken / "papers" / "config.jws"
    raw = config.read_bytes()
    for content in (raw[:-9], b"", (boxes[1] / "papers" / "office.jws").read_bytes()):
        config.write_bytes(content)
        with cards.card(tmp_path, CARD_MIB) as disk:
            done = flash(tmp_path, image, [(disk, broken)])
            assert (done.exit_code, any(disk.read_bytes())) == (1, False)
            assert "kiosk provision" in done.output
    config.write_bytes(raw)
    (broken / "box.toml").write_text("[box\n")
    assert "kiosk provision" in flash(tmp_path, image, [(tmp_path, broken)]).output


def test_no_file_of_a_box_or_card_holds_a_secret(tmp_path: Path, image: Path, boxes: list[Path]) -> None:
    with cards.card(tmp_path, CARD_MIB) as disk:
        assert flash(tmp_path, image, [(disk, boxes[0])]).exit_code == 0
        card = disk.read_bytes()
        stamp = json.loads(on_card(disk, "card.json"))
    assert set(stamp) == {"card", "box", "image"}
    keys = boxes[0].parent / "office" / "keys"
    for key in keys.iterdir():
        assert key.read_bytes().strip() not in card
    assert b"AGE-SECRET-KEY" not in card
