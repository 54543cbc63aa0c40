"""GPIO lines on the real rpi-lgpio over a chip in memory: polarity, wiring, losses, and machines without a chip."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hal import (
    DeviceUnavailable,
    FakeClock,
    Lamp,
    NotSupported,
    PanelEvent,
    Stage,
    Stop,
    UnavailableReason,
    Wiring,
)
from hal.panel.rpi_gpio import LONGEST_BUZZ_S, RpiGpioPanel
from hal.transport.gpio import DEBOUNCE_MS
from tests.twins.gpio import WIRING, GpioPanelTwin
from tests.twins.shape import NoTwin

CYCLES = 1_000


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[GpioPanelTwin]:
    try:
        with GpioPanelTwin("panel", "rpi_gpio", tmp_path) as entered:
            yield entered
    except NoTwin as lacking:
        pytest.skip(str(lacking))


def panel(wiring: Wiring, clock: FakeClock | None = None) -> RpiGpioPanel:
    return RpiGpioPanel(clock or FakeClock(), Stage(wiring=wiring))


def test_lamps_follow_their_polarity_from_the_moment_they_are_taken(twin: GpioPanelTwin) -> None:
    level = twin.board.level
    with panel(WIRING) as opened:
        assert (level[22], level[23]) == (0, 1)  # both off; the second means yes at 0 V
        opened.lamp(Lamp.READY)
        assert (level[22], level[23]) == (1, 1)
        opened.lamp(Lamp.ALERT)
        assert (level[22], level[23]) == (0, 0)
        opened.lamp(Lamp.WORKING)
        assert twin.board.pulse == {22: 1.0}
        opened.lamp(Lamp.OFF)
        assert not twin.board.pulse
        opened.lamp(Lamp.ALERT)
    assert (level[22], level[23], level[24]) == (0, 1, 0)  # dark after close
    assert twin.board.mode == {}


def test_switches_are_pulled_to_no_and_debounced(twin: GpioPanelTwin) -> None:
    with panel(WIRING):
        assert twin.board.mode[17] & 0x20
        assert twin.board.mode[27] & 0x40
        assert twin.board.debounce_us == {17: DEBOUNCE_MS * 1000, 27: DEBOUNCE_MS * 1000}


def test_only_the_edge_that_says_yes_is_an_event(twin: GpioPanelTwin) -> None:
    with panel(WIRING) as opened:
        watch = opened.watch(Stop())
        twin.press()
        twin.press()
        twin.tamper()
        assert [next(watch) for _ in range(3)] == [PanelEvent.BUTTON, PanelEvent.BUTTON, PanelEvent.TAMPER]
        assert not opened._events


def test_a_box_that_was_opened_while_nobody_watched_says_so(twin: GpioPanelTwin) -> None:
    twin.board.level[27] = 1
    with panel(WIRING) as opened:
        assert next(opened.watch(Stop())) is PanelEvent.TAMPER


def test_the_buzzer_ends_by_itself_and_never_sounds_long(twin: GpioPanelTwin) -> None:
    clock = FakeClock()
    with panel(WIRING, clock) as opened:
        opened.buzz(1e9)
        assert twin.board.level[24] == 1
        clock.wait(LONGEST_BUZZ_S + 0.1, Stop())
        assert twin.board.level[24] == 0


def test_what_is_not_wired_is_left_out_and_nothing_at_all_is_refused(twin: GpioPanelTwin) -> None:
    with panel(Wiring(lamp_ready=22)) as opened:
        opened.lamp(Lamp.ALERT)
        opened.buzz(1.0)
        assert set(twin.board.mode) == {22}
    with pytest.raises(NotSupported):
        panel(Wiring()).open()


def test_line_zero_is_a_line(twin: GpioPanelTwin) -> None:
    with panel(Wiring(button=0)) as opened:
        twin.board.drive(0, 1)
        assert next(opened.watch(Stop())) is PanelEvent.BUTTON


def test_a_line_that_is_none_gives_everything_back(twin: GpioPanelTwin) -> None:
    with pytest.raises(DeviceUnavailable):
        panel(replace(WIRING, tamper=99)).open()
    assert twin.board.mode == {}
    assert not twin.board.listeners


@pytest.mark.parametrize("lamp", [Lamp.OFF, Lamp.READY, Lamp.ALERT])
def test_a_chip_that_goes_is_lost_whatever_the_lamp_shows(twin: GpioPanelTwin, lamp: Lamp) -> None:
    opened = panel(WIRING)
    opened.open()
    opened.lamp(lamp)
    twin.vanish()
    for use in (lambda: opened.lamp(lamp), lambda: opened.buzz(1.0), lambda: next(opened.watch(Stop())), opened.open):
        with pytest.raises(DeviceUnavailable) as refusal:
            use()
        assert refusal.value.reason is UnavailableReason.LOST
    opened.close()
    twin.replug()


def test_a_thousand_cycles_leave_no_line_listener_or_thread(twin: GpioPanelTwin) -> None:
    threads = threading.active_count()
    opened = panel(WIRING)
    for _ in range(CYCLES):
        with opened:
            opened.lamp(Lamp.READY)
    assert (twin.board.mode, twin.board.listeners, threading.active_count()) == ({}, [], threads)


PROBE = """
from hal import Stage, SystemClock, Wiring, DeviceUnavailable
from hal.panel.rpi_gpio import RpiGpioPanel
try:
    RpiGpioPanel(SystemClock(), Stage(wiring=Wiring(button=17))).open()
except DeviceUnavailable as refusal:
    print(refusal.reason.value)
"""


def reason_in_a_fresh_process(before: str) -> str:
    command = [sys.executable, "-c", before + PROBE]
    told = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2], timeout=60
    )
    return told.stdout.strip()


def test_a_machine_that_is_no_raspberry_pi_has_no_panel() -> None:
    assert reason_in_a_fresh_process("") == "absent"


def test_without_the_library_its_name_is_told() -> None:
    hidden = "import sys; sys.modules['RPi'] = None\n"  # in a process of its own
    assert reason_in_a_fresh_process(hidden) == "library-missing"
