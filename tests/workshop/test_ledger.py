"""The ledger: what was told stays, what was cut is nobody's, what is doubtful is asked."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workshop import ledger
from workshop.ledger import Entry, LedgerError

ENTRY = Entry(
    at="2026-11-22T01:00:00Z",
    card="035344534332",
    model="SC32G",
    box="SINTANG-03",
    office="DISDUKCAPIL SINTANG",
    image="jemput-pi4 0.1.0",
    map="ab" * 32,
    papers="cd" * 32,
    kept_data=False,
    result=ledger.VERIFIED,
    why="",
)


def test_lines_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "cards.jsonl"
    assert ledger.entries(path) == ()
    told = [replace(ENTRY, box=f"SINTANG-{n:02d}", office="Übung\n„x“") for n in range(5)]
    for entry in told:
        ledger.append(path, entry)
    assert list(ledger.entries(path)) == told


@given(st.integers(1, 400))
def test_a_line_cut_by_the_power_is_nobodys_and_the_next_one_stands_alone(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "cards.jsonl"
    ledger.append(path, ENTRY)
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: min(cut, len(whole) - 1)])
    assert ledger.entries(path) == (ENTRY,)
    ledger.append(path, replace(ENTRY, box="SINTANG-04"))
    assert [entry.box for entry in ledger.entries(path)] == ["SINTANG-03", "SINTANG-04"]


@pytest.mark.parametrize("line", [b"", b"x", b"[]", b"{}", b'{"box": "A"}', b"\xff"])
def test_a_line_that_is_none_of_ours_is_named_by_its_number(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "cards.jsonl"
    ledger.append(path, ENTRY)
    path.write_bytes(path.read_bytes() + line + b"\n")
    with pytest.raises(LedgerError, match="line 2"):
        ledger.entries(path)


def test_only_a_verified_card_is_a_box_and_the_last_word_counts() -> None:
    failed = replace(ENTRY, card="other", result=ledger.FAILED, why="x")
    later = replace(ENTRY, box="SINTANG-04")
    assert ledger.standing((ENTRY, failed)) == {ENTRY.card: "SINTANG-03"}
    assert ledger.standing((ENTRY, later)) == {ENTRY.card: "SINTANG-04"}


@pytest.mark.parametrize(
    ("card", "box", "says", "doubted"),
    [
        (ENTRY.card, "SINTANG-03", None, False),
        (ENTRY.card, "SINTANG-04", None, True),
        (ENTRY.card, "SINTANG-04", "SINTANG-04", True),  # the card's own word does not overrule the ledger's
        ("new", "SINTANG-04", None, False),
        ("new", "SINTANG-04", "SINTANG-04", False),
        ("new", "SINTANG-04", "MALINAU-01", True),
        ("new", "SINTANG-03", None, True),
    ],
)
def test_when_a_card_wants_to_be_told_again(card: str, box: str, says: str | None, doubted: bool) -> None:
    assert bool(ledger.doubt((ENTRY,), card, box, says)) is doubted
