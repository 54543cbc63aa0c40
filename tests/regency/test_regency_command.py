"""`kiosk regency` as somebody types it."""

from functools import partial
from pathlib import Path

import pytest
from regency_boxes import Box
from regency_people import RECORD_ID
from typer.testing import CliRunner

from kiosk.commands.regency import app
from kiosk.exchange import stick as sticks
from kiosk.exchange import stick_layout
from kiosk.exchange.certificate import open_certificate
from kiosk.exchange.config import open_config
from kiosk.exchange.roster import open_roster
from kiosk.regency import second_disk
from kiosk.regency.certify import code_of
from kiosk.regency.office import Office, init, open_office
from kiosk.regency.roster import write_csv
from kiosk.regency.training import residents


class Desk:
    """An office, a stick and a terminal."""

    def __init__(self, root: Path) -> None:
        self.root, self.office, self.stick = root, root / "office", root / "stick"
        self.stick.mkdir()
        self.said = ""

    def run(self, *words: str | Path, answer: str | None = None) -> int:
        result = CliRunner().invoke(app, [str(word) for word in words], input=answer)
        self.said = result.output
        return result.exit_code

    def ask(self, office: Office, **about: object) -> Box:
        box = Box(office, **about)  # type: ignore[arg-type]
        sticks.write_file(self.stick, stick_layout.request(box.name, box.incarnation), box.request())
        return box


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    assert made.run("init", made.office, "--recovery", tmp_path / "safe", "--name", "DISDUKCAPIL SINTANG") == 0
    return made


def certified(desk: Desk) -> Box:
    with open_office(desk.office) as office:
        box = desk.ask(office)
    code = code_of(box.request())
    about = ("--box", box.name, "--place", "SERAWAI", "--training", "--code", code)
    assert desk.run("certify", desk.stick, "--office", desk.office, *about) == 0
    return box


def second_disk_for(desk: Desk) -> None:
    """A folder that stands for a disk."""
    second = desk.root / "second"
    second.mkdir()
    with open_office(desk.office) as office:
        second_disk.mark(office, second, practice=True)


def test_a_box_is_certified_filled_and_taken_in_by_commands_alone(desk: Desk) -> None:
    card = desk.root / "card.txt"
    about = ("--office", desk.office, "--card", card, "--pin", "246810")
    assert desk.run("officer", "petugas-1", *about) == 0
    box = certified(desk)
    keys = box.office.keys.keys
    config = open_config(sticks.read_file(desk.stick, stick_layout.config(box.name)) or b"", keys.config)
    raw = sticks.read_file(desk.stick, stick_layout.certificate(box.name, box.incarnation)) or b""
    certificate = open_certificate(raw, keys.config)
    assert (config.training, certificate.training, config.officers[0].id) == (True, True, "petugas-1")
    assert (certificate.key, sticks.requests(desk.stick)) == (box.key.public, ())

    table = desk.root / "list.csv"
    table.write_text(write_csv(residents(1, 20)))
    assert desk.run("roster", table, "--office", desk.office, "--box", box.name, "--out", desk.stick) == 0
    roster = open_roster(box.intake, sticks.read_file(desk.stick, stick_layout.roster(box.name)) or b"", keys.roster)
    assert [listed.resident for listed in roster.residents] == residents(1, 20)

    for bundle in (box.commission(), box.person()):
        bundle.put(desk.stick)
    where = ("take-in", desk.stick, "--office", desk.office)
    assert desk.run(*where) == 1
    assert "kiosk regency second-disk" in desk.said
    second_disk_for(desk)
    assert desk.run(*where) == 0
    assert "2 taken in" in desk.said
    assert desk.run("afis", "--office", desk.office, "--out", desk.root / "afis") == 0
    assert desk.run("iso", "--office", desk.office, "--out", desk.root / "iso") == 0
    assert "2 files" in desk.said
    files = [*(desk.root / "afis").iterdir(), *(desk.root / "iso").iterdir()]
    assert sorted("".join(path.suffixes) for path in files) == [".an2", ".training.fac", ".training.fir"]
    assert desk.run("check", *files) == 0
    assert desk.said.count(": nothing is missing.") == 3


def test_who_took_a_record_back_is_destroyed_by_a_clerk_alone(desk: Desk) -> None:
    box = certified(desk)
    first, person = box.commission(), box.person(record_id=RECORD_ID)
    for bundle in (first, person, box.withdraw(person)):
        bundle.put(desk.stick)
    second_disk_for(desk)
    assert desk.run("take-in", desk.stick, "--office", desk.office) == 0
    assert f"{RECORD_ID}: was taken back" in desk.said
    kept = [root / "bundles" / person.name for root in (desk.office, desk.root / "second")]
    where = ("withdraw", RECORD_ID, "--office", desk.office)
    assert desk.run(*where, answer="no\n") == 1
    assert [len(list(directory.iterdir())) for directory in kept] == [len(person.files)] * 2
    assert desk.run(*where, answer=f"{RECORD_ID[-6:]}\n") == 0
    assert [len(list(directory.iterdir())) for directory in kept] == [1, 1]
    assert desk.run(*where, "--confirm", RECORD_ID[-6:]) == 0


def test_a_box_that_asks_is_named_without_its_code_and_its_bundles_wait(desk: Desk) -> None:
    with open_office(desk.office) as office:
        box = desk.ask(office)
        box.commission().put(desk.stick)
    assert desk.run("second-disk", "--none", "--office", desk.office) == 0
    assert desk.run("take-in", desk.stick, "--office", desk.office) == 0
    assert f"Box {box.name} asks for a certificate" in desk.said
    assert "kept aside (unknown-incarnation)" in desk.said
    code = code_of(box.request())
    assert [part for part in (code, code.replace("-", ""), *code.split("-")) if part in desk.said] == []
    about = ("--box", box.name, "--place", "SERAWAI", "--training", "--code", code)
    assert desk.run("certify", desk.stick, "--office", desk.office, *about) == 0
    assert desk.run("take-in", desk.stick, "--office", desk.office) == 0
    assert "1 taken in" in desk.said


def test_the_second_disk_is_named_once_or_done_without(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    where = ("--office", desk.office)
    second = desk.root / "second"
    second.mkdir()
    assert desk.run("second-disk", second, *where) == 1
    assert "own disk" in desk.said
    monkeypatch.setattr(second_disk, "_devices", lambda directory: {directory.name})
    monkeypatch.setattr(second_disk, "mark", partial(second_disk.mark, practice=True))
    assert desk.run("second-disk", second, *where) == 0
    assert "compares or writes 0 of them" in " ".join(desk.said.split())
    assert desk.run("take-in", desk.stick, *where) == 0
    second.rename(desk.root / "pulled")
    assert desk.run("take-in", desk.stick, *where) == 1
    assert "mount it there and run again" in " ".join(desk.said.split())
    assert desk.run("second-disk", "--none", *where) == 0
    assert desk.run("take-in", desk.stick, *where) == 0
    assert desk.run("second-disk", *where) == desk.run("second-disk", second, "--none", *where) == 2


def test_what_was_not_taken_in_is_told_and_ends_with_1(desk: Desk) -> None:
    box = certified(desk)
    (box.commission().put(desk.stick) / "manifest.jws").write_bytes(b"x")
    assert desk.run("second-disk", "--none", "--office", desk.office) == 0
    assert desk.run("take-in", desk.stick, "--office", desk.office) == 1
    assert f"{box.name}_{box.incarnation}_00000001: not taken in (bad-format)" in desk.said


def test_a_file_that_lacks_something_is_told_in_one_line_and_ends_with_1(desk: Desk) -> None:
    bad, empty = desk.root / "bad.an2", desk.root / "empty.fir"
    bad.write_bytes(b"1.001:27\x1d1.003:1\x1f1\x1e2\x1f00\x1c2.001:9\x1d\x1c")
    empty.write_bytes(b"FIR\x00020\x00")
    assert desk.run("check", bad, empty) == 1
    assert len(desk.said.splitlines()) == 2
    assert "bad.an2: not a readable" in desk.said
    assert "empty.fir: not a readable ISO/IEC 19794 FIR: the record ends too early." in desk.said


def test_a_wrong_code_certifies_nobody(desk: Desk) -> None:
    with open_office(desk.office) as office:
        box = desk.ask(office)
    about = ("--box", box.name, "--place", "SERAWAI", "--code", "AAAA-AAAA")
    assert desk.run("certify", desk.stick, "--office", desk.office, *about) == 1
    assert "screen" in desk.said
    with open_office(desk.office) as office:
        assert office.register.incarnations() == []


def test_bad_lines_of_a_list_are_named_by_number_and_never_repeated(desk: Desk) -> None:
    box = certified(desk)
    table = desk.root / "list.csv"
    good = write_csv(residents(1, 1))
    nik = residents(1, 1)[0].nik
    table.write_text(
        good + f"123,SECRET,1990-01-01,L,X,\n{nik},SECRET,1990-01-01,L,X,\n6105085404900009,SECRET,x,L,X,\n"
    )
    assert desk.run("roster", table, "--office", desk.office, "--box", box.name, "--out", desk.stick) == 1
    assert [f"Line {n}" in desk.said for n in (2, 3, 4, 5)] == [False, True, True, True]
    assert "SECRET" not in desk.said
    assert "123" not in desk.said


def test_a_list_for_a_box_that_nobody_certified_is_not_written(desk: Desk) -> None:
    table = desk.root / "list.csv"
    table.write_text(write_csv(residents(1, 1)))
    assert desk.run("roster", table, "--office", desk.office, "--box", "SINTANG-09", "--out", desk.stick) == 1
    assert "SINTANG-09 is not certified" in desk.said


@pytest.mark.parametrize("inside", ["office/safe", ".", "office"])
def test_the_recovery_key_never_lies_with_the_office(tmp_path: Path, inside: str) -> None:
    status = CliRunner().invoke(app, ["init", str(tmp_path / "office"), "--recovery", str(tmp_path / inside)])
    assert status.exit_code == 1
    assert "another medium" in status.output
    assert not (tmp_path / "office").exists()


def test_an_office_is_never_made_over_another(desk: Desk) -> None:
    assert desk.run("init", desk.office, "--recovery", desk.root / "safe2") == 1
    assert desk.run("init", desk.root / "office2", "--recovery", desk.root / "safe") == 1


def test_keys_are_readable_by_their_owner_only(desk: Desk) -> None:
    secrets = [*(desk.office / "keys").iterdir(), *(desk.root / "safe").iterdir()]
    assert len(secrets) == 6
    assert {path.stat().st_mode & 0o777 for path in secrets} == {0o600}


def test_the_recovery_key_and_root_are_nowhere_in_the_office(desk: Desk) -> None:
    everything = b"".join(path.read_bytes() for path in desk.office.rglob("*") if path.is_file())
    for secret in (desk.root / "safe").iterdir():
        assert secret.read_bytes().strip() not in everything


def test_only_one_program_has_an_office_open(desk: Desk) -> None:
    with open_office(desk.office):
        assert desk.run("afis", "--office", desk.office, "--out", desk.root / "afis") == 1
    assert "Another program" in desk.said


@pytest.mark.parametrize(
    "command", ["init", "officer", "certify", "second-disk", "take-in", "afis", "iso", "check", "withdraw", "roster"]
)
def test_every_command_has_help_with_an_example(desk: Desk, command: str) -> None:
    assert desk.run(command, "--help") == 0
    assert "Example: kiosk regency" in " ".join(desk.said.split())
    assert desk.run(command, "--nonsense") == 2


def test_a_directory_without_an_office_is_said_plainly(tmp_path: Path) -> None:
    init(tmp_path / "office", tmp_path / "safe", "X")
    result = CliRunner().invoke(app, ["afis", "--office", str(tmp_path), "--out", str(tmp_path / "afis")])
    assert (result.exit_code, "kiosk regency init" in result.output) == (1, True)
