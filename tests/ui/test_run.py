"""`kiosk run`: the pieces are put together, stop cleanly, and complain in one sentence."""

import re
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hal import Stage, SystemClock, open_box
from hal.stick.simulated import SimulatedStick
from kiosk.commands import run, starting
from kiosk.commands.practice import Practice, card_picture
from kiosk.commands.training import PIN, prepare
from kiosk.config import Training, read
from kiosk.core.desk import Desk, Mode
from kiosk.imaging import qr
from kiosk.store import KeyringRefused
from kiosk.ui import samples

PATIENCE_S = 60.0


class FakeScreens:
    """Waits in `run` as the window would: for each wanted mode acts, until the desk has stopped."""

    plan: Callable[["FakeScreens"], None]

    def __init__(self, now_s: Callable[[], float]) -> None:
        self.desk, self.changed = Desk(), threading.Condition()

    def show(self, desk: Desk) -> None:
        with self.changed:
            self.desk = desk
            self.changed.notify_all()

    def serve(self, doors: object, find_card: Callable[[], str | None], behind: Callable) -> None:
        self.doors, self.find_card, self.behind = doors, find_card, behind

    def until(self, mode: Mode) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.desk.mode is mode, PATIENCE_S)

    def run(self, drawn: Callable[[], None]) -> None:
        drawn()
        type(self).plan(self)


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(run, "Screens", FakeScreens)
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    prepare(tmp_path, 1)
    yield tmp_path / "box" / "box.toml"
    for number, handler in kept.items():
        signal.signal(number, handler)


def start(box: Path, plan: Callable[[FakeScreens], None]):
    FakeScreens.plan = staticmethod(lambda screens: plan(screens))
    return CliRunner().invoke(run.app, ["--box", str(box)])


def test_a_training_box_starts_finds_its_card_opens_and_stops_on_a_signal(box: Path) -> None:
    def plan(screens: FakeScreens) -> None:
        screens.doors.open_day(screens.find_card(), PIN)
        screens.until(Mode.IDLE)
        assert screens.desk.training
        signal.raise_signal(signal.SIGTERM)
        screens.until(Mode.STOPPING)

    result = start(box, plan)
    assert result.exit_code == 0, result.output
    assert "PIN is 1234" in result.stderr


def test_after_a_restart_of_the_program_the_day_is_still_open(box: Path) -> None:
    def first(screens: FakeScreens) -> None:
        screens.doors.open_day(screens.find_card(), PIN)
        screens.until(Mode.IDLE)

    assert start(box, first).exit_code == 0
    assert start(box, lambda screens: screens.until(Mode.IDLE)).exit_code == 0


def test_an_error_in_the_screens_ends_the_program_without_its_text(box: Path) -> None:
    def plan(screens: FakeScreens) -> None:
        raise ValueError(samples.NIK)

    result = start(box, plan)
    assert result.exit_code == 1
    assert "screens: ValueError" in result.stderr
    assert samples.NIK not in result.output + result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[devices]\n", "[box] is missing"),
        ('[box]\nregion="61"\n[devices]\ncamera=["none"]\n[end]\n', "papers cannot be used"),
    ],
)
def test_a_box_that_cannot_start_says_why_in_one_sentence(box: Path, tmp_path: Path, text: str, said: str) -> None:
    other = tmp_path / "other.toml"
    other.write_text(text)
    result = start(other, lambda screens: None)
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_driver_that_is_not_there_is_named(box: Path) -> None:
    box.write_text(box.read_text().replace('iris = ["simulated"]', 'iris = ["acme"]'))
    result = start(box, lambda screens: None)
    assert result.exit_code == 1
    assert "[devices] iris: no driver acme" in result.stderr


def test_a_simulated_world_is_refused_on_a_box_that_is_not_for_training(
    box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = starting.papers.read_papers

    def real(folder: Path, incarnation: str):
        found = honest(folder, incarnation)
        return replace(found, config=replace(found.config, training=False))

    monkeypatch.setattr(starting.papers, "read_papers", real)
    result = start(box, lambda screens: None)
    assert result.exit_code == 1
    assert "did not make this a training box" in result.stderr


def test_without_kernel_keys_a_training_box_says_so_and_a_real_one_does_not_start(
    box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(name: str) -> None:
        raise KeyringRefused("Operation not permitted")

    monkeypatch.setattr(starting, "KernelKeyring", refuse)
    result = start(box, lambda screens: None)
    assert result.exit_code == 0
    assert "keeps no keys here" in result.stderr
    file = replace(read(box), training=None)
    with pytest.raises(starting.CannotRun, match="switch keyrings on"):
        starting.ready(file, box, print)


def test_the_next_person_steps_up_at_each_start_and_a_parked_one_comes_back(tmp_path: Path) -> None:
    stage = Stage()
    practice = Practice(Training(seed=1, stick=tmp_path / "stick"), stage)
    with open_box({"stick": ["simulated"]}, clock=SystemClock(), stage=stage) as box:
        stood = []
        for record in ("a", "b", None, "a"):
            person = samples.session("id", samples.Step.FACE, record_id=record) if record else None
            practice.follow(samples.desk(session=person), box)
            stood.append(stage.world.person)
        port = box.lend("stick")
        assert isinstance(port, SimulatedStick)
        assert port.status().state.value == "absent"
        (tmp_path / "stick").mkdir()
        practice.follow(samples.desk(), box)
        assert port.status().state.value == "ready"
        (tmp_path / "stick").rmdir()
        practice.follow(samples.desk(), box)
        assert port.status().state.value == "absent"
    assert stood[0] is stood[3]
    assert stood[0] is not stood[1]
    assert stood[2] is None


def test_the_card_that_is_held_up_can_be_read() -> None:
    text = "JEMPUT1:petugas:ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    assert qr.read(card_picture(text)) == text


def test_every_command_has_help_with_an_example() -> None:
    shown = CliRunner().invoke(run.app, ["--help"])
    assert shown.exit_code == 0
    assert re.search(r"Example: kiosk run --box", shown.output)
