"""The panel on a GPIO chip of the kernel's making, through the unmodified rpi-lgpio; a hand on each line by debugfs."""

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from hal import Lamp, PanelEvent, Stage, Stop, SystemClock
from hal.panel.rpi_gpio import RpiGpioPanel
from tests.lab.inside.kernel import TREE, reason_for, rights, until
from tests.twins.gpio import PI_4, REVISION, WIRING

CHIP = "RPI_LGPIO_CHIP"
DRIVER = Path("/sys/bus/platform/drivers/gpio-mockup")
PULLED_S = 2.0
WATCHER = """
import os
from hal import DeviceUnavailable, Stage, Stop, SystemClock
from hal.panel.rpi_gpio import RpiGpioPanel
from tests.twins.gpio import WIRING
panel = RpiGpioPanel(SystemClock(), Stage(wiring=WIRING))
panel.open()
watch = panel.watch(Stop())
print("watching", flush=True)
try:
    next(watch)
except DeviceUnavailable as refusal:
    print(refusal.reason.value, flush=True)
os._exit(0)
"""


@pytest.fixture(autouse=True)
def board(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The chip's lines in debugfs: what is written to one pulls it."""
    [lines] = [path for path in Path("/sys/kernel/debug/gpio-mockup").iterdir() if not path.is_symlink()]
    monkeypatch.setenv(REVISION, PI_4)
    monkeypatch.setenv(CHIP, lines.name.removeprefix("gpiochip"))
    (lines / "17").write_text("1")  # the button says yes at 0 V
    (lines / "27").write_text("0")
    return lines


@pytest.fixture
def panel() -> Iterator[RpiGpioPanel]:
    with RpiGpioPanel(SystemClock(), Stage(wiring=WIRING)) as opened:
        yield opened


def level(board: Path, line: int) -> int:
    return int((board / str(line)).read_text())


def test_a_finger_on_the_button_and_an_opened_box_are_told(panel: RpiGpioPanel, board: Path) -> None:
    clock, stop = SystemClock(), Stop()

    def touch(line: int, yes: str, no: str) -> None:
        (board / str(line)).write_text(yes)
        clock.wait(0.3, stop)
        (board / str(line)).write_text(no)
        clock.wait(0.3, stop)

    touch(17, "0", "1")
    touch(27, "1", "0")
    touch(17, "0", "1")
    told = list(islice(panel.watch(Stop()), 3))
    assert told == [PanelEvent.BUTTON, PanelEvent.TAMPER, PanelEvent.BUTTON]


def test_lamps_and_buzzer_drive_their_lines(panel: RpiGpioPanel, board: Path) -> None:
    panel.lamp(Lamp.READY)
    assert [level(board, line) for line in (22, 23, 24)] == [1, 1, 0]
    panel.lamp(Lamp.ALERT)
    assert [level(board, line) for line in (22, 23)] == [0, 0]
    panel.lamp(Lamp.WORKING)
    seen: set[int] = set()
    assert until(lambda: seen.add(level(board, 22)) or seen == {0, 1}, 5.0)
    panel.lamp(Lamp.OFF)
    assert [level(board, line) for line in (22, 23)] == [0, 1]
    panel.buzz(0.3)
    assert level(board, 24) == 1
    assert until(lambda: level(board, 24) == 0, 5.0)


def test_the_chip_belongs_to_the_kiosks_group_and_to_nobody_else(board: Path) -> None:
    assert rights(Path("/dev") / board.name) == ("jemput", 0o660)
    make = """
from hal.panel.rpi_gpio import RpiGpioPanel
device = RpiGpioPanel(SystemClock(), Stage(wiring=Wiring(button=17)))"""
    assert reason_for("jemput", "jemput", make) == "open"
    assert reason_for("nobody", "nogroup", make) == "permission"


def test_a_chip_that_goes_while_it_is_watched_is_lost() -> None:
    """In a process of its own: lgpio's threads never rest again once their chip is gone."""
    command = [sys.executable, "-B", "-c", WATCHER]
    with subprocess.Popen(
        command, cwd=TREE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as watcher:
        assert watcher.stdout
        assert watcher.stdout.readline() == "watching\n"
        clock = SystemClock()
        (DRIVER / "unbind").write_text("gpio-mockup.0")
        began = clock.monotonic()
        told = watcher.stdout.readline()
        took = clock.monotonic() - began
        watcher.kill()
    (DRIVER / "bind").write_text("gpio-mockup.0")
    assert told == "lost\n"
    assert took < PULLED_S
