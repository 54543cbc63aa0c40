"""Readiness: what is wrong with a box is said by its part; nothing on the card changes, and no key is needed."""

import errno
import hashlib
import json
import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from flow_box import FlowBox, made
from typer.testing import CliRunner

from hal import selftest
from kiosk import config
from kiosk.commands import readiness as command
from kiosk.commands.training import TrainingBox, prepare
from kiosk.config import BoxFile, read
from kiosk.core.readiness import Check, Part, Verdict
from kiosk.core.state import Step
from kiosk.exchange.config import open_config, sign_config
from kiosk.flow.readiness import examine_box
from kiosk.regency.office import open_office
from kiosk.store import StoreDamaged
from kiosk.store.glimpse import glimpse
from kiosk.ui.readiness import TOLD, told
from kiosk.words import LANGUAGES


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TrainingBox]:
    """One person recorded, one under way."""
    out = tmp_path_factory.mktemp("box")
    training = made(out)
    with FlowBox(out, training) as flow:
        flow.open_day()
        flow.record(0)
        person = flow.person(1)
        flow.start()
        flow.serve(person, lambda session: session.step is Step.FINGERS)
    return out, training


@pytest.fixture
def file(box: tuple[Path, TrainingBox], tmp_path: Path) -> BoxFile:
    shutil.copytree(box[0] / "box", tmp_path / "box")
    return read(tmp_path / "box" / "box.toml")


def machine(root: Path, **files: str) -> Path:
    """A /sys and /proc with these files; __ stands for / and _ in a name stays."""
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def found(file: BoxFile, part: Part, tmp_path: Path, where: Path | None = None, trouble: str = "") -> Check:
    (tmp_path / "trouble").write_text(trouble)
    checks = examine_box(file, tmp_path / "trouble", where or machine(tmp_path / "machine"))
    return next(check for check in checks if check.part == part)


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_box_with_people_on_it_is_counted_without_a_key_and_without_a_change(file: BoxFile, tmp_path: Path) -> None:
    before = digests(file.data)
    check = found(file, Part.STORE, tmp_path)
    assert (check.verdict, check.detail) == (Verdict.GOOD, "1 bundles wait for a receipt, 1 people under way")
    assert digests(file.data) == before


def test_a_file_that_is_gone_is_counted(file: BoxFile, tmp_path: Path) -> None:
    next((file.data / "outbox").glob("*/*.age")).unlink()
    check = found(file, Part.STORE, tmp_path)
    assert check.verdict is Verdict.BROKEN
    assert check.detail.startswith("1 files are missing")


@pytest.mark.parametrize("damage", ["smashed", "gone"])
def test_a_broken_database_is_said_and_nothing_is_deleted(damage: str, file: BoxFile, tmp_path: Path) -> None:
    path = file.data / "jemput.db"
    path.with_name("jemput.db-wal").unlink(missing_ok=True)
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:100] + os.urandom(8192))
    before = digests(file.data)
    assert found(file, Part.STORE, tmp_path).verdict is Verdict.BROKEN
    assert digests(file.data) == before


def test_commits_that_only_the_log_holds_are_seen(file: BoxFile) -> None:
    """The database of a box that lost its power: rows stand in the log alone."""
    db = sqlite3.connect(file.data / "jemput.db")
    db.execute("pragma wal_autocheckpoint = 0")
    db.execute("insert into drafts values ('0123456789abcdef0123456789abcdef', 'nik', x'00', x'00')")
    db.commit()
    seen = glimpse(file.data)
    db.close()
    assert seen is not None
    assert "0123456789abcdef0123456789abcdef" in seen.under_way


def test_a_new_box_is_in_order(file: BoxFile, tmp_path: Path) -> None:
    fresh = replace(file, data=tmp_path / "nothing" / "data")
    assert found(fresh, Part.STORE, tmp_path).verdict is Verdict.GOOD
    assert glimpse(tmp_path / "nothing") is None


def test_a_card_that_cannot_be_read_is_broken_and_stops_no_report(
    file: BoxFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = Path.stat

    def stat(self: Path, **kwargs: bool) -> os.stat_result:
        if self.is_relative_to(file.data):
            raise OSError(errno.EIO, "Input/output error")
        return honest(self, **kwargs)

    monkeypatch.setattr(Path, "stat", stat)
    (tmp_path / "trouble").write_text("")
    checks = {check.part: check for check in examine_box(file, tmp_path / "trouble", machine(tmp_path / "machine"))}
    assert checks[Part.DATA].verdict is checks[Part.STORE].verdict is Verdict.BROKEN
    assert checks[Part.PAPERS].verdict is Verdict.GOOD


def test_a_training_table_that_would_stop_the_start_is_not_ready(
    box: tuple[Path, TrainingBox], file: BoxFile, tmp_path: Path
) -> None:
    with open_office(box[1].office) as office:
        path = file.papers / "config.jws"
        said = open_config(path.read_bytes(), office.config_key.public)
        path.write_bytes(sign_config(replace(said, training=False), office.config_key))
    check = found(file, Part.PAPERS, tmp_path)
    assert check.verdict is Verdict.NOT_READY
    assert "[training]" in check.detail


def test_rows_that_no_program_of_ours_writes_are_damage(file: BoxFile) -> None:
    db = sqlite3.connect(file.data / "jemput.db")
    db.execute("pragma ignore_check_constraints = on")
    db.execute("update bundles set state = 'nowhere' where state = 'sealed'")
    db.commit()
    db.close()
    with pytest.raises(StoreDamaged):
        glimpse(file.data)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("data-missing", Verdict.MISSING), ("data-damaged", Verdict.BROKEN), ("data-repaired", Verdict.GOOD)],
)
def test_what_the_boot_found_is_said(code: str, verdict: Verdict, file: BoxFile, tmp_path: Path) -> None:
    assert found(file, Part.DATA, tmp_path, trouble=f"{code}\n").verdict is verdict


def test_data_that_would_lie_in_memory_is_no_data_partition(file: BoxFile, tmp_path: Path) -> None:
    real = replace(file, training=None, data=Path("/nowhere-at-all/data"))
    assert found(real, Part.DATA, tmp_path).verdict is Verdict.MISSING


def test_papers_of_another_root_are_not_ready(file: BoxFile, tmp_path: Path) -> None:
    assert "not certified" not in found(file, Part.PAPERS, tmp_path).detail
    assert "TRAINING" in found(file, Part.PAPERS, tmp_path).detail
    (file.papers / "root.pub").write_text("A" * 43)
    assert found(file, Part.PAPERS, tmp_path).verdict is Verdict.NOT_READY


def test_a_clock_before_the_images_own_date_is_not_ready(file: BoxFile, tmp_path: Path) -> None:
    where = machine(tmp_path / "machine", **{"usr__lib__clock-epoch": ""})
    assert found(file, Part.CLOCK, tmp_path, where).verdict is Verdict.GOOD
    os.utime(where / "usr/lib/clock-epoch", (2**33, 2**33))
    assert found(file, Part.CLOCK, tmp_path, where).verdict is Verdict.NOT_READY


@pytest.mark.parametrize("kept", ["946684800", "", "soon"])
def test_a_clock_chip_that_was_never_set_is_not_ready(file: BoxFile, tmp_path: Path, kept: str) -> None:
    where = machine(tmp_path / "machine", **{"usr__lib__clock-epoch": "", "sys__class__rtc__rtc0__since_epoch": kept})
    assert found(file, Part.CLOCK, tmp_path, where).verdict is Verdict.NOT_READY


def test_a_clock_chip_that_is_right_is_told(file: BoxFile, tmp_path: Path) -> None:
    where = machine(
        tmp_path / "machine", **{"usr__lib__clock-epoch": "", "sys__class__rtc__rtc0__since_epoch": f"{2**33}"}
    )
    check = found(file, Part.CLOCK, tmp_path, where)
    assert check.verdict is Verdict.GOOD
    assert "the clock chip says 2242-" in check.detail


def test_the_running_system_is_named(file: BoxFile, tmp_path: Path) -> None:
    where = machine(
        tmp_path / "machine",
        proc__cmdline="quiet root=PARTLABEL=system_b ro\n",
        **{"etc__os-release": 'NAME=x\nIMAGE_VERSION="0.2.0"\n'},
    )
    check = found(file, Part.SYSTEM, tmp_path, where)
    assert check.detail.startswith("system b runs, version 0.2.0")


@pytest.mark.parametrize(
    ("files", "verdict"),
    [
        ({"sys__class__thermal__thermal_zone0__temp": "55000\n"}, Verdict.GOOD),
        ({"sys__class__thermal__thermal_zone0__temp": "85000\n"}, Verdict.NOT_READY),
        (
            {"sys__class__hwmon__hwmon1__name": "rpi_volt\n", "sys__class__hwmon__hwmon1__in0_lcrit_alarm": "1\n"},
            Verdict.BROKEN,
        ),
    ],
)
def test_heat_and_under_voltage_are_said(
    files: dict[str, str], verdict: Verdict, file: BoxFile, tmp_path: Path
) -> None:
    assert found(file, Part.POWER, tmp_path, machine(tmp_path / "machine", **files)).verdict is verdict


def test_the_command_ends_with_0_and_leaves_a_report_without_anybody(tmp_path: Path) -> None:
    prepare(tmp_path, 1)
    done = CliRunner().invoke(command.app, ["--box", str(tmp_path / "box" / "box.toml")])
    assert done.exit_code == 0, done.output
    assert "READY" in done.output
    text = (tmp_path / "box" / "readiness.json").read_text()
    report = json.loads(text)
    assert report["ready"] is True
    assert {check["verdict"] for check in report["checks"]} == {"good"}
    for line in (tmp_path / "residents.csv").read_text().splitlines()[1:]:
        assert line.split(",")[0] not in text


def test_the_command_ends_with_1_where_a_part_is_missing_or_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path, 1)
    box = tmp_path / "box" / "box.toml"
    for name in ("data", "papers"):
        monkeypatch.setattr(config, name.upper(), box.parent / name)
    lines = box.read_text().partition("[training]")[0].splitlines(keepends=True)
    real = "".join(line for line in lines if not line.startswith(("data =", "papers =")))
    box.write_text(real.replace("[box]", '[box]\nregion = "61"') + "[end]\n")
    done = CliRunner().invoke(command.app, ["--box", str(box)])
    assert done.exit_code == 1
    assert "NOT READY" in done.output
    assert "stand-in" in done.output


def test_a_bad_box_file_is_the_only_thing_said(tmp_path: Path) -> None:
    (tmp_path / "box.toml").write_text("[box\n")
    done = CliRunner().invoke(command.app, ["--box", str(tmp_path / "box.toml"), "--out", str(tmp_path / "r.json")])
    assert done.exit_code == 1
    report = json.loads((tmp_path / "r.json").read_text())
    assert [(check["part"], check["verdict"]) for check in report["checks"]] == [("box-file", "broken")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("verdict", Verdict)
def test_every_part_and_verdict_has_words(language: str, verdict: Verdict) -> None:
    parts = [*Part, *command.CATALOG]
    model = told(language, [Check(part, verdict, "") for part in parts], ready=verdict is Verdict.GOOD)
    assert len(model.lines) == len(parts)
    assert len(model.todo) == (0 if verdict is Verdict.GOOD else TOLD)
    assert model.title


def test_verdicts_are_spelled_as_the_bench_tool_spells_them() -> None:
    assert [verdict.value for verdict in Verdict] == [verdict.value for verdict in selftest.Verdict]
