"""`kiosk provision`: what it makes starts a box of the office, and the certificate flow ends well for it."""

import re
import tomllib
from pathlib import Path

import pytest
from small_office import made_office
from typer.testing import CliRunner, Result

from kiosk import config
from kiosk.commands import provision as command
from kiosk.commands.regency import app as regency
from kiosk.exchange import stick as sticks
from kiosk.exchange import stick_layout
from kiosk.exchange.certificate import Request, open_certificate, sign_request
from kiosk.exchange.config import BoxConfig, open_config
from kiosk.exchange.jws import SigningKey
from kiosk.flow import papers
from kiosk.regency.box_toml import PROFILES
from kiosk.regency.certify import Decision, certify, code_of, find_request, write_issued
from kiosk.regency.office import init, open_office
from kiosk.regency.officers import registered_officers


@pytest.fixture
def office(tmp_path: Path) -> Path:
    return made_office(tmp_path / "office", tmp_path / "safe")


def provision(office: Path, *words: str | Path, **options: str) -> Result:
    about = {"office": str(office), "out": str(office.parent / "out"), "place": "SERAWAI", "region": "61", **options}
    said = [word for name, value in about.items() for word in (f"--{name}", value)]
    return CliRunner().invoke(command.app, [*map(str, words), *said])


def test_what_it_makes_is_read_by_the_box_as_it_stands(office: Path, tmp_path: Path) -> None:
    done = provision(office, "SINTANG-03", "SINTANG-04")
    assert done.exit_code == 0, done.output
    for box in ("SINTANG-03", "SINTANG-04"):
        folder = tmp_path / "out" / box
        file = config.read(folder / "box.toml")
        assert (file.brought, file.zone.value) == (Path("/boot/config/papers"), "WIB")
        assert (file.data, file.papers) == (config.DATA, config.PAPERS)
        found = papers.read_papers(folder / "papers", incarnation="")
        assert (found.config.box, found.config.place, found.training) == (box, "SERAWAI", False)
        assert [officer.id for officer in found.config.officers] == ["petugas-1"]
        assert papers.take_over(tmp_path / box, folder / "papers") is True


def test_box_toml_says_ports_hardware_and_region_only(office: Path, tmp_path: Path) -> None:
    assert provision(office, "SINTANG-03").exit_code == 0
    told = tomllib.loads((tmp_path / "out/SINTANG-03/box.toml").read_text("utf-8"))
    assert (set(told), set(told["box"])) == ({"box", "devices", "end"}, {"region", "brought"})


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_profile_names_drivers_that_there_are(office: Path, profile: str) -> None:
    assert provision(office, "SINTANG-03", devices=profile).exit_code == 0


def test_the_certificate_of_a_provisioned_box_comes_back_and_is_taken_up(office: Path, tmp_path: Path) -> None:
    """The box's part with its own functions: a key of its own, a request on a stick, papers that come back."""
    assert provision(office, "SINTANG-03").exit_code == 0
    folder, stick = tmp_path / "box", tmp_path / "stick"
    stick.mkdir()
    papers.take_over(folder, tmp_path / "out/SINTANG-03/papers")
    key, incarnation = SigningKey.new(), "9f3c01ab"
    with open_office(office) as opened:
        before = papers.read_papers(folder, incarnation)
        intake = opened.keys.recipients[0]
        request = sign_request(Request(before.config.box, incarnation, key.public, intake, "board-1", None), key)
        sticks.write_file(stick, stick_layout.request("SINTANG-03", incarnation), request)
        found = find_request(stick, "SINTANG-03")
        decision = Decision(False, "SERAWAI", registered_officers(opened))
        write_issued(stick, certify(opened, found, code_of(found), decision))
        config_key = opened.keys.keys.config
    brought = {
        papers.OFFICE: sticks.read_file(stick, stick_layout.office("SINTANG-03")) or b"",
        papers.CONFIG: sticks.read_file(stick, stick_layout.config("SINTANG-03")) or b"",
        papers.CERTIFICATE: sticks.read_file(stick, stick_layout.certificate("SINTANG-03", incarnation)) or b"",
    }
    newer = papers.newer(folder, brought, before, incarnation, NoCounters())  # type: ignore[arg-type]
    assert newer.papers.certificate == open_certificate(brought[papers.CERTIFICATE], config_key)
    assert newer.papers.config.counter > before.config.counter


def certified_as(office: Path, tmp_path: Path, *options: str) -> tuple[Result, BoxConfig | None]:
    """A provisioned box asks, and a clerk answers by command; what its config says then."""
    stick, key = tmp_path / "stick", SigningKey.from_bytes(bytes(32))
    stick.mkdir(exist_ok=True)
    with open_office(office) as opened:
        config_key, intake = opened.keys.keys.config, opened.keys.recipients[0]
    request = sign_request(Request("SINTANG-03", "9f3c01ab", key.public, intake, "board-1", None), key)
    sticks.write_file(stick, stick_layout.request("SINTANG-03", "9f3c01ab"), request)
    about = ("--box", "SINTANG-03", "--office", str(office), "--code", code_of(request), *options)
    done = CliRunner().invoke(regency, ["certify", str(stick), *about])
    raw = sticks.read_file(stick, stick_layout.config("SINTANG-03"))
    return done, open_config(raw, config_key) if raw else None


def test_what_was_decided_with_the_papers_holds_for_the_certificate(office: Path, tmp_path: Path) -> None:
    assert provision(office, "SINTANG-03", "--training", "--below-grade").exit_code == 0
    done, config = certified_as(office, tmp_path)
    assert done.exit_code == 0, done.output
    assert config is not None
    assert (config.place, config.training, config.below_grade) == ("SERAWAI", True, True)
    _, config = certified_as(office, tmp_path, "--place", "AMBALAU")
    assert config is not None
    assert config.place == "AMBALAU"
    _, config = certified_as(office, tmp_path, "--no-below-grade")
    assert config is not None
    assert (config.place, config.training, config.below_grade) == ("AMBALAU", True, False)


def test_a_box_that_was_made_for_real_people_is_not_certified_for_training(office: Path, tmp_path: Path) -> None:
    assert provision(office, "SINTANG-03").exit_code == 0
    done, config = certified_as(office, tmp_path, "--training")
    assert (done.exit_code, "was made for real people" in done.output, config) == (1, True, None)


def test_a_box_that_was_never_provisioned_wants_a_place(office: Path, tmp_path: Path) -> None:
    done, config = certified_as(office, tmp_path)
    assert (done.exit_code, "say its place" in done.output, config) == (1, True, None)


@pytest.mark.parametrize("place", [" ", "A" * 61, "SERAWAI\nAMBALAU"])
def test_a_place_that_is_not_one_line_is_refused(office: Path, place: str) -> None:
    done = provision(office, "SINTANG-03", place=place)
    assert (done.exit_code, "one line of at most 60 letters" in done.output) == (1, True), done.output


class NoCounters:
    """A box that has taken up nothing yet."""

    def last(self, typ: str) -> int:
        return 0


def test_without_an_officer_nobody_could_open_the_box(tmp_path: Path) -> None:
    init(tmp_path / "office", tmp_path / "safe", "DISDUKCAPIL SINTANG")
    done = provision(tmp_path / "office", "SINTANG-03")
    assert (done.exit_code, "kiosk regency officer" in done.output) == (1, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("box", ["sintang", "S", "A" * 13, "AB-", "../AB", "AB-123456789", "AB CD"])
def test_an_id_that_no_box_can_have_is_refused(office: Path, box: str) -> None:
    done = provision(office, "SINTANG-03", box)
    assert (done.exit_code, "such as SINTANG-03" in done.output) == (1, True)
    assert not (office.parent / "out").exists()  # all or none


def test_papers_are_made_again_only_when_told_and_are_then_newer(office: Path, tmp_path: Path) -> None:
    assert provision(office, "SINTANG-03").exit_code == 0
    first = papers.read_papers(tmp_path / "out/SINTANG-03/papers", "").config.counter
    refused = provision(office, "SINTANG-03", out=str(tmp_path / "elsewhere"))
    assert refused.exit_code == 1
    assert re.search(r"got its papers on \d{4}-\d\d-\d\d; .*--again", refused.output)
    assert provision(office, "SINTANG-03", "--again").exit_code == 0
    assert papers.read_papers(tmp_path / "out/SINTANG-03/papers", "").config.counter > first


def test_a_directory_that_stands_there_is_not_written_over(office: Path, tmp_path: Path) -> None:
    (tmp_path / "out/SINTANG-03").mkdir(parents=True)
    done = provision(office, "SINTANG-03")
    assert (done.exit_code, "stands there already" in done.output) == (1, True)


def test_a_place_that_cannot_be_written_is_told_with_what_to_do(office: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    done = provision(office, "SINTANG-03")
    assert (done.exit_code, "Give --out a directory that you may write" in done.output) == (1, True)
    assert "--again" in done.output  # the register has noted the papers down
    assert provision(office, "SINTANG-03", "--again", out=str(tmp_path / "other")).exit_code == 0


def test_it_ends_with_the_command_that_comes_next(office: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = provision(office, "SINTANG-03", "SINTANG-04").output
    wanted = f"sudo image-build/flash IMAGE DISK DISK --box {out / 'SINTANG-03'} --box {out / 'SINTANG-04'}"
    assert wanted in said


def test_an_office_that_another_program_has_open_says_so(office: Path) -> None:
    with open_office(office):
        done = provision(office, "SINTANG-03")
    assert (done.exit_code, "has this office open" in done.output) == (1, True)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ('[devices]\nfingerprint = ["nothing"]\n', "no driver nothing; there are simulated"),
        ('[devices]\nfinger = ["sbi"]\n', "no such port"),
        ("[devices]\nfingerprint = 3\n", "line"),
        ("[devices\n", "mend that line"),
        ('[devices]\niris = ["simulated"]\n[training]\nseed = 1\n', "--training"),
        ('[devices]\niris = ["simulated"]\n', "simulated stands for hardware"),
    ],
)
def test_tables_that_the_box_would_refuse_are_refused_here(
    office: Path, tmp_path: Path, tables: str, said: str
) -> None:
    (tmp_path / "tables.toml").write_text(tables)
    done = provision(office, "SINTANG-03", devices=str(tmp_path / "tables.toml"))
    assert (done.exit_code, said in done.output) == (1, True), done.output
    with open_office(office) as opened:
        assert opened.register.setting("provisioned SINTANG-03") is None


def test_a_training_box_takes_a_simulated_world_of_its_own(office: Path, tmp_path: Path) -> None:
    (tmp_path / "tables.toml").write_text('[devices]\niris = ["simulated"]\n[training]\nseed = 1\n')
    done = provision(office, "LATIHAN-01", "--training", devices=str(tmp_path / "tables.toml"))
    assert done.exit_code == 0, done.output
    assert papers.read_papers(tmp_path / "out/LATIHAN-01/papers", "").training


def test_a_region_that_is_no_province_is_refused_by_name(office: Path) -> None:
    done = provision(office, "SINTANG-03", region="10")
    assert (done.exit_code, "'10' is no province" in done.output) == (1, True)
