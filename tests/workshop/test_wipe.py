"""Wiping a card: nothing of before is left where it can be asked, the proof says what was done, a liar gets none."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import cards
import pytest
from cards import needs
from rescue_card import TOOLS, card_of, recorded, start_of
from workshop import wipe as under_test
from workshop.wipe import pattern

from kiosk.commands.training import TrainingBox

PROGRAM = Path(__file__).parents[2] / "image-build/wipe"
TELLING = (b"age-encryption.org/v1", b"SQLite format 3", b"eyJhbGciOi")


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingBox]:
    needs(*TOOLS)
    out = tmp_path_factory.mktemp("box")
    return out, recorded(out)


@pytest.fixture
def image(box: tuple[Path, TrainingBox], tmp_path: Path) -> Path:
    return card_of(box[0] / "box", tmp_path / "card.img")


@pytest.fixture
def card(image: Path) -> Iterator[Path]:
    with cards.loop(image) as device:
        yield device


def wiped(card: Path, proof: Path, *options: object) -> tuple[int, str]:
    told = ("--not-removable", card, "--really", card, *options)
    command = [str(word) for word in (PROGRAM, card, "--proof", proof, *told)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_card_with_bundles_that_have_no_receipt_is_refused_with_their_number(
    card: Path, image: Path, tmp_path: Path
) -> None:
    before = image.read_bytes()
    code, said = wiped(card, tmp_path / "proof.json")
    assert code == 1
    assert "2 bundles without a receipt" in said
    assert "1 people had not finished" in said
    assert not (tmp_path / "proof.json").exists()
    assert image.read_bytes().count(TELLING[0]) == before.count(TELLING[0]) > 0


def test_another_number_than_the_one_named_is_no_second_word(card: Path, tmp_path: Path) -> None:
    assert wiped(card, tmp_path / "proof.json", "--without-receipt", 3)[0] == 1


def test_told_twice_nothing_of_before_is_left_and_the_proof_says_what_was_done(
    card: Path, image: Path, tmp_path: Path
) -> None:
    size = image.stat().st_size
    code, said = wiped(card, tmp_path / "proof.json", "--without-receipt", 2)
    assert code == 0, said
    after = image.read_bytes()
    assert not any(word in after for word in TELLING)
    proof = json.loads((tmp_path / "proof.json").read_text())
    assert (proof["box"], proof["bundles_without_receipt"], proof["card"]["bytes"]) == ("LATIHAN-01", 2, size)
    assert [area["label"] for area in proof["areas"]] == ["bootconfig", "persistent"]
    assert proof["discard"] in ("secure", "plain", "none")
    assert proof["read_back"]["that_told_what_they_were"] > 10
    for area in proof["areas"]:
        start, end = area["start"], area["start"] + area["bytes"]
        assert after[start:end] == pattern(bytes.fromhex(proof["key"]), start, area["bytes"])


def test_the_proof_as_a_sheet_is_a_pdf_and_an_older_one_is_never_written_over(card: Path, tmp_path: Path) -> None:
    assert wiped(card, tmp_path / "proof.pdf", "--without-receipt", 2)[0] == 0
    raw = (tmp_path / "proof.pdf").read_bytes()
    assert raw.startswith(b"%PDF")
    assert wiped(card, tmp_path / "proof.pdf")[0] == 2
    assert (tmp_path / "proof.pdf").read_bytes() == raw


def test_a_proof_that_could_not_be_written_is_told_before_anything_is_destroyed(card: Path, image: Path) -> None:
    before = image.read_bytes()
    code, said = wiped(card, Path("/proc/proof.json"), "--without-receipt", 2)
    assert (code, "nothing was begun" in said) == (1, True)
    assert image.read_bytes() == before


def test_data_that_cannot_be_read_counts_as_unknown_and_wants_a_second_word(image: Path, tmp_path: Path) -> None:
    with image.open("r+b") as file:
        file.seek(start_of(image))
        file.write(bytes(4 << 20))
    with cards.loop(image) as card:
        code, said = wiped(card, tmp_path / "proof.json")
        assert code == 1
        assert "--without-receipt unknown" in said
        assert wiped(card, tmp_path / "proof.json", "--without-receipt", "unknown")[0] == 0
    assert json.loads((tmp_path / "proof.json").read_text())["bundles_without_receipt"] is None


def test_a_disk_that_is_no_card_is_refused_unless_told_twice(card: Path, image: Path, tmp_path: Path) -> None:
    before = image.read_bytes()
    done = subprocess.run(
        [str(PROGRAM), str(card), "--proof", str(tmp_path / "p.json")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "not a removable card" in done.stderr.replace("\n", " ")
    assert image.read_bytes() == before


@pytest.mark.parametrize("kind", ["deaf", "forgetting", "flipping"])
def test_a_card_that_keeps_nothing_or_not_all_gets_no_proof(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worn card that goes on showing what it had, one that ends early, one that flips a bit at the very block that
    told what it was."""
    needs("fusermount3")
    area = under_test.Area("persistent", 4 << 20, 16 << 20)
    places = range(area.start, area.start + area.size, 4096)  # all of them: here it is not about luck
    monkeypatch.setattr(under_test, "_samples", lambda _: iter(places))
    with cards.liar(tmp_path, kind, 24, 12 << 20) as card, under_test.Medium(card) as medium:  # noqa: SIM117
        with pytest.raises(under_test.CardFault, match="NOT wiped"):
            under_test.wipe(medium, [area], lambda *_: None)


def test_a_build_that_does_not_read_back_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "_read_back", lambda *_: None)
    with cards.liar(tmp_path, "deaf", 8, 0) as card, under_test.Medium(card) as medium:
        done = under_test.wipe(medium, [under_test.Area("persistent", 0, 4 << 20)], lambda *_: None)
        block = under_test.buffer(4096)
        medium.read(0, block)
        assert block != pattern(done.key, 0, 4096)  # it called this wiped


def test_the_look_before_finds_blocks_that_tell_what_they_are(card: Path) -> None:
    with under_test.Medium(card) as medium:
        data = under_test.areas(card)[1]
        found = list(under_test._signed_blocks(medium, data, lambda *_: None))
    assert data.start in found
    assert len(found) > 10
