"""What the documents say of themselves and of the program: links, names of tests, commands and codes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main
from typer.core import TyperGroup

from kiosk.commands.regency import app
from kiosk.core.handover import Trouble
from kiosk.exchange.errors import Reason
from kiosk.regency.leaving import Wait

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path
    for place in (".", "docs", "docs/decisions", "hal", "kiosk", "bench", "image-build")
    for path in (ROOT / place).glob("*.md")
)
DRAWN = {"docs/screens.png", "docs/session.svg"}  # made by commands from the program itself
LINK = re.compile(r"(?<!`)\[[^\]]*\]\(([^)\s]+)\)")
MACHINE = re.compile(r"(?<![\w.])/(?:work|home|root|tmp|Users)/|\.\./shared|localhost")
README_LINES = 120  # two pages


def links(document: Path) -> Iterator[str]:
    """Where a document's relative links lead, from the project's root."""
    for target in LINK.findall(document.read_text("utf-8")):
        if not re.match(r"[a-z]+:|#", target):
            yield (document.parent / target.partition("#")[0]).resolve().relative_to(ROOT).as_posix()


def named(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_relative_link_leads_to_a_file(document: Path) -> None:
    assert [target for target in links(document) if not (ROOT / target).is_file()] == []


@pytest.mark.parametrize("picture", sorted(DRAWN))
def test_a_document_shows_every_drawn_picture(picture: str) -> None:
    assert any(picture in links(document) for document in DOCUMENTS)


def test_a_link_to_nowhere_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "page.md").write_text("[gone](docs/gone.md#part) and [out](https://example.org) and [here](#here)")
    assert list(links(tmp_path / "page.md")) == ["docs/gone.md"]


@pytest.mark.parametrize("readme", ["README.md", "hal/README.md", "kiosk/README.md"])
def test_a_readme_is_under_two_pages(readme: str) -> None:
    assert len((ROOT / readme).read_text("utf-8").splitlines()) < README_LINES


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_no_document_speaks_of_somebodys_machine(document: Path) -> None:
    assert MACHINE.findall(document.read_text("utf-8")) == []


def test_every_test_that_a_document_names_exists() -> None:
    written = {
        n for path in (ROOT / "tests").rglob("test_*.py") for n in re.findall(r"def (test_\w+)", path.read_text())
    }
    told = {name for path in DOCUMENTS for name in re.findall(r"`(test_\w+)`", path.read_text("utf-8"))}
    assert told
    assert told - written == set()


def test_every_promise_names_its_guard_or_says_not_yet() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\|(.*)\|$", (ROOT / "docs/architecture.md").read_text("utf-8"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 14))
    assert all("`test_" in guard or "not yet" in guard for _, guard in rows)


def test_every_decision_stands_in_the_index() -> None:
    folder = ROOT / "docs/decisions"
    index = (folder / "README.md").read_text("utf-8")
    assert [path.name for path in sorted(folder.glob("0*.md")) if f"({path.name})" not in index] == []


def test_the_picture_shows_the_rooms_of_its_source() -> None:
    source = (ROOT / "docs/architecture.dot").read_text("utf-8")
    drawn = (ROOT / "docs/architecture.svg").read_text("utf-8")
    arrows = re.findall(r"(\w+) -> (\w+);", source)
    assert [f"{a}->{b}" for a, b in arrows if f"<title>{a}&#45;&gt;{b}</title>" not in drawn] == []


def test_every_command_of_the_operations_exists_with_its_options() -> None:
    regency = typer.main.get_command(app)
    assert isinstance(regency, TyperGroup)
    lines = re.findall(r"^kiosk regency (\S+)(.*)$", (ROOT / "docs/operations.md").read_text("utf-8"), re.MULTILINE)
    assert {name for name, _ in lines} == set(regency.commands)
    for name, rest in lines:
        known = {option for parameter in regency.commands[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z]+", rest)) <= known


def test_the_operations_name_every_reason_to_wait_and_only_known_codes() -> None:
    rows = re.findall(r"^\| ((?:`[a-z-]+` ?)+)\|", (ROOT / "docs/operations.md").read_text("utf-8"), re.MULTILINE)
    codes = {code for row in rows for code in re.findall(r"`([a-z-]+)`", row)}
    assert codes <= {*Reason, *Wait}
    assert set(Wait) <= codes


def test_the_handover_has_a_line_for_every_trouble() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8").partition("| the box says |")[2]
    words = {Trouble.ABSENT: "no stick", Trouble.UNREADABLE: "not readable", Trouble.NOT_PROVEN: "not proven"}
    assert [trouble for trouble in Trouble if words.get(trouble, trouble.value) not in text] == []
