"""`kiosk run` under a service manager: ready when drawn, alive while it turns, an end that says so."""

import signal
from pathlib import Path

import pytest
from kiosk_process import KioskProcess

from kiosk.commands.training import prepare
from kiosk.ui import window

NOTING = """
import kiosk.ui.kivy_config
from kivy.core.window import Window
from kiosk.flow.service import Service
flip, tell = type(Window).flip, Service.tell
def flipped(self):
    flip(self)
    print('flipped', flush=True)
def told(self, *lines):
    print(lines[0], flush=True)
    tell(self, *lines)
type(Window).flip, Service.tell = flipped, told
"""
TOO_EARLY = """
from kiosk.ui import window
window._when_shown = lambda made, drawn: made.bind(on_flip=lambda *_: drawn())
"""
ONE_FLIP = """
from kiosk.ui import window
window.FLIPS = 1
"""
HANGS = """
import signal, time
signal.signal(signal.SIGUSR1, lambda *_: time.sleep(1000))
"""
WATCHDOG_S = 0.9


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("service") / "out"
    out.mkdir()
    prepare(out, 1)
    return out / "box" / "box.toml"


def flips_before_ready(tmp_path: Path, box: Path, prelude: str) -> int:
    with KioskProcess(tmp_path, box, prelude=prelude) as kiosk:
        kiosk.until("READY=1")
        code, out, _ = kiosk.stop()
    told = out.split()
    assert (code, told[-1]) == (0, "STOPPING=1")
    return told.index("READY=1")


def test_ready_is_told_after_a_picture_stands_on_any_screen(tmp_path: Path, box: Path) -> None:
    assert flips_before_ready(tmp_path, box, NOTING) == window.FLIPS


@pytest.mark.parametrize(("build", "flips"), [(TOO_EARLY, 0), (ONE_FLIP, 1)])
def test_a_build_that_is_ready_before_it_has_drawn_is_caught(tmp_path: Path, box: Path, build: str, flips: int) -> None:
    assert flips_before_ready(tmp_path, box, NOTING + build) == flips < window.FLIPS


def test_it_is_fed_while_it_turns_and_starves_when_the_loop_hangs(tmp_path: Path, box: Path) -> None:
    with KioskProcess(tmp_path, box, prelude=HANGS, watchdog_s=WATCHDOG_S) as kiosk:
        assert kiosk.until("READY=1") == "READY=1\nSTATUS=The screens are there."
        assert [kiosk.until("WATCHDOG=1") for _ in range(3)] == ["WATCHDOG=1"] * 3
        kiosk.process.send_signal(signal.SIGUSR1)
        late = [kiosk.hears(WATCHDOG_S) for _ in range(3)]
        assert late[1:] == ["", ""]  # one answer may have been given before


def test_a_box_that_cannot_start_says_why_on_its_screen_and_waits_to_be_switched_off(tmp_path: Path) -> None:
    prepare(tmp_path, 1)
    box = tmp_path / "box" / "box.toml"
    (tmp_path / "trouble").write_text("data-repaired\ndata-damaged\n")
    with KioskProcess(tmp_path, box, watchdog_s=WATCHDOG_S) as kiosk:
        assert kiosk.until("READY=1") == "READY=1\nSTATUS=The box does not start: data-damaged"
        kiosk.until("WATCHDOG=1")
        code, _, said = kiosk.stop()
    assert code == 0
    assert "The data partition was repaired." in said
    assert "could be neither repaired nor mounted" in said
    assert not (box.parent / "data").exists()


def test_without_a_service_manager_it_says_one_sentence_and_ends_with_1(tmp_path: Path) -> None:
    with KioskProcess(tmp_path, tmp_path / "none.toml", service=False) as kiosk:
        code, _, said = kiosk.ended()
    assert code == 1
    assert said.count("\n") == 1
    assert "none.toml cannot be read" in said
