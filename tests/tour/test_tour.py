"""`kiosk tour`: a whole day on a training box, told by what it leaves."""

import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nistitl
import pytest
from tour_run import Ended

from kiosk.commands.tour.day import Day
from kiosk.commands.tour.report import decisions
from kiosk.core.desk import Desk, Facts, Mode, Notice
from kiosk.core.state import Step
from kiosk.ui import samples

FINGERS = 10
LIMIT_S = 180.0  # on two cores; here two tours share them


def an2_of(out: Path) -> list[nistitl.Message]:
    found = []
    for path in sorted((out / "afis").glob("*.an2")):
        message = nistitl.Message()
        message.parse(path.read_bytes())
        found.append(message)
    return found


def count_of(message: nistitl.Message, kind: int) -> int:
    return sum(1 for record in message.iter(kind))


def test_it_ends_well_and_in_time(twice: tuple[Ended, Ended]) -> None:
    for ended in twice:
        assert ended.code == 0, ended.said
        assert ended.seconds < LIMIT_S


def test_it_shows_progress_and_says_at_last_what_it_did(toured: Ended) -> None:
    lines = toured.said.splitlines()
    assert sum("Person " in line for line in lines) > 20
    assert any("3 people recorded" in line for line in lines)


def test_three_people_are_told_with_their_captures_qualities_retries_names_and_times(toured: Ended) -> None:
    first, second, third = toured.report["people"]
    assert len(first["captures"]) == 14
    assert not first["exemptions"]
    again = {c["position"] for c in first["captures"] if c["attempts"] > 1}
    assert again == {"EYE_LEFT", "RIGHT_INDEX", "RIGHT_RING"}  # the last one is too dry at first
    assert first["acts"].count("person NikEntered") == 2  # mistyped once
    assert [x["reason"] for x in second["exemptions"]] == ["amputated"]
    assert any(c["worn"] for c in second["captures"])
    assert [c["position"] for c in third["captures"]] == ["PORTRAIT", "EYE_RIGHT", "EYE_LEFT", "HANDS"]
    assert len(third["exemptions"]) == FINGERS
    assert (third["endorsement"], third["check"]["result"]) == ("cannot", "impossible")
    for person in (first, second, third):
        assert person["bundle"]
        assert person["closed_s"] > person["started_s"]
        fingers = [c for c in person["captures"] if c["nfiq2"] is not None]
        assert all(0 <= c["nfiq2"] <= 100 for c in fingers)
        assert {c["provenance"] for c in person["captures"]} == {"simulated"}


def test_an_independent_reader_finds_what_was_recorded_in_each_afis_file(toured: Ended) -> None:
    names = {path.stem for path in (toured.out / "afis").glob("*.an2")}
    assert names == {person["record"] for person in toured.report["people"]}
    messages = an2_of(toured.out)
    # Each owed finger has its record, with AMP where there is none to print.
    assert [count_of(message, 14) for message in messages] == [FINGERS] * 3
    assert sum(count_of(message, 8) for message in messages) == 2
    for message in messages:
        assert count_of(message, 1) == 1
        assert count_of(message, 2) == 1
        assert count_of(message, 10) >= 1
        assert count_of(message, 17) == 2


def test_every_blob_is_gone_from_the_box_and_held_twice_by_the_office(toured: Ended) -> None:
    assert list((toured.out / "box" / "data" / "outbox").iterdir()) == []
    assert list((toured.out / "box" / "data" / "people").iterdir()) == []
    for person in toured.report["people"]:
        held = sorted(p.name for p in (toured.out / "office" / "bundles" / person["bundle"]).iterdir())
        assert held == sorted(p.name for p in (toured.out / "backup" / "bundles" / person["bundle"]).iterdir())
        assert len(held) == len(person["captures"]) + 2
    with sqlite3.connect(toured.out / "box" / "data" / "jemput.db") as db:
        states = {state for (state,) in db.execute("select state from bundles")}
    db.close()
    assert states == {"purged"}
    assert {person["bundle"] for person in toured.report["people"]} <= set(toured.report["purged"])


def test_tour_json_names_nobody(toured: Ended) -> None:
    text = (toured.out / "tour.json").read_text()
    residents = (toured.out / "residents.csv").read_text().splitlines()[1:4]
    for line in residents:
        nik, name, birth = line.split(",")[:3]
        assert nik not in text
        assert name not in text
        assert birth not in text


def test_the_same_seed_leads_to_the_same_decisions(twice: tuple[Ended, Ended]) -> None:
    first, second = (decisions(ended.report) for ended in twice)
    assert first == second
    records = [{person["record"] for person in ended.report["people"]} for ended in twice]
    assert not records[0] & records[1]  # what is random is random


def test_with_a_weak_battery_it_refuses_parks_and_goes_on_with_the_same_person(low: Ended) -> None:
    assert low.code == 0, low.said
    told = [row["what"] for row in low.report["happened"]]
    assert told.index("refused-to-start") < told.index("parked") < told.index("resumed")
    person = low.report["people"][-1]
    assert person["parked"] == 1
    positions = [c["position"] for c in person["captures"]]
    assert len(positions) == len(set(positions)) >= 9
    assert person["check"]["result"]
    for sentence in ("starts nobody, and says so", "parked, nothing is lost", "the same person goes on"):
        assert sentence in low.said.replace("\n", " ")


def test_a_fact_that_changes_while_somebody_is_parked_does_not_park_them_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    session = samples.session("id", Step.FINGERS)
    parked = Desk(mode=Mode.IDLE, notice=Notice.PARKED_FOR_POWER)
    again = replace(parked, facts=Facts(free_bytes=1))
    shown = iter([Desk(session=session), parked, again, Desk(session=session), Desk(mode=Mode.IDLE)])
    day, taken_up = object.__new__(Day), list[str]()
    monkeypatch.setattr(day, "_next", lambda: next(shown), raising=False)
    monkeypatch.setattr(day, "_take_up_again", taken_up.append, raising=False)
    monkeypatch.setattr(day, "_say_step", lambda *_: None, raising=False)
    screen = SimpleNamespace(answer=lambda _: None)
    assert day._session(screen, 1, power_fails=False) == (session, 1)
    assert taken_up == [session.record_id]


def test_on_picture_files_it_runs_the_same_way_and_says_where_they_come_from(on_images: Ended) -> None:
    assert on_images.code == 0, on_images.said
    assert on_images.report["source"] == "recorded"
    for person in on_images.report["people"]:
        pictures = {c["provenance"] for c in person["captures"] if c["position"] != "SIGNATURE"}
        assert pictures == {"recorded"}
        assert person["exemptions"]  # what the folder lacks
    assert len(an2_of(on_images.out)) == len(on_images.report["afis"]) == 2


def test_a_place_that_holds_another_tour_is_left_alone(toured: Ended) -> None:
    before = (toured.out / "tour.json").stat().st_mtime_ns
    done = run("--out", str(toured.out))
    assert done.returncode == 1
    assert len(done.stderr.replace("\n", " ").strip().split(". ")) == 2  # what is wrong, and what to do
    assert "Traceback" not in done.stderr
    assert (toured.out / "tour.json").stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--people", "-1"], 2), (["--battery", "empty"], 2), ([], 2), (["--people", "1", "--images", "nowhere"], 1)],
)
def test_wrong_use_is_told_in_one_sentence(options: list[str], code: int, tmp_path: Path) -> None:
    out = ["--out", str(tmp_path / "out")] if options else []
    done = run(*out, *options)
    assert done.returncode == code
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kiosk", "tour", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
