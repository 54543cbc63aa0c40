"""A flashed card is put into a box and switched on for the first time."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.image import training_card
from tests.image.emulator import card_data, cut, partitions, write_log
from tests.image.emulator.drawing import ALIKE, apart, draw
from tests.image.emulator.machine import Ending, Machine

READY = r"Started jemput-kiosk\.service"
BOOT_S, SETTLE_S, END_S = 900, 600, 300  # an emulated processor on a busy computer; a Pi takes seconds
MEMORY_MB = 500
WRONG_CLOCK = "2000-01-01T00:00:00"  # a real-time clock whose battery is flat
ASKED = {
    "failed units": "systemctl list-units --failed --plain --no-legend",
    "listening": "ss -Hltun",
    "memory": "grep -E '^(MemTotal|MemAvailable):' /proc/meminfo",
    "status": "systemctl show -P StatusText jemput-kiosk.service",
    "root": "touch /system-file && rm /system-file; findmnt -no FSTYPE /; findmnt -rno FSTYPE,OPTIONS /system || true",
    "config": "findmnt -no OPTIONS /boot/config",
    "data": "df --output=size -B1 /data | tail -1",
    "clock": "echo $(( $(date +%s) - $(stat -c %Y /usr/lib/clock-epoch) ))",
    "exposure": "systemd-analyze security jemput-kiosk.service --no-pager | tail -1",
    "swap": "cat /proc/swaps | tail -n +2",
    "time": "systemd-analyze time",
    "slowest": "systemd-analyze blame --no-pager | head -15",
}


@dataclass
class Boot:
    """What was seen of it. `told` holds what a root shell said to each question of ASKED."""

    before: Path
    card: Path
    log: Path
    screen: NDArray[np.uint8]
    ending: Ending
    told: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def boot(image: Path, work: Path) -> Boot:
    before, card, log = work / "flashed.img", work / "card.img", work / "writes.log"
    training_card.flash(image, before, work / "office")
    cut.copy(before, card)
    with Machine(card, work / "machine", log, clock=WRONG_CLOCK) as machine:
        machine.console.wait(READY, BOOT_S)
        machine.shell.run("systemctl is-system-running --wait", SETTLE_S)
        told = {name: machine.shell.run(question, SETTLE_S).text.strip() for name, question in ASKED.items()}
        screen = machine.screen()
        machine.press_power()
        ending = machine.wait_end(END_S)
    return Boot(before, card, log, screen, ending, told)


def test_the_kiosk_is_ready_and_has_nothing_to_complain_of(boot: Boot) -> None:
    assert boot.told["status"]
    assert "does not start" not in boot.told["status"]


def test_the_panel_shows_the_locked_page_as_it_is_drawn_elsewhere(boot: Boot, work: Path) -> None:
    drawn = draw({name: {"kind": name} for name in ("locked", "attract")}, work / "drawn")
    assert apart(boot.screen, drawn["locked"]) < ALIKE
    assert apart(boot.screen, drawn["attract"]) > ALIKE, "any page would do"


def test_no_unit_failed(boot: Boot) -> None:
    assert boot.told["failed units"] == ""


def test_nothing_listens_on_any_network_port(boot: Boot) -> None:
    assert boot.told["listening"] == ""


def test_the_whole_system_takes_no_more_memory_than_was_promised(boot: Boot) -> None:
    total, available = (int(line.split()[1]) for line in boot.told["memory"].splitlines())
    assert (total - available) / 1024 <= MEMORY_MB


def test_the_configuration_is_mounted_read_only(boot: Boot) -> None:
    assert "ro" in boot.told["config"].split(",")


def test_the_data_partition_grew_to_the_end_of_the_card(boot: Boot) -> None:
    left = training_card.CARD_BYTES - partitions.read(boot.card)["persistent"].start
    assert int(boot.told["data"]) > 0.9 * left


def test_a_clock_that_lost_its_battery_is_not_believed(boot: Boot) -> None:
    assert int(boot.told["clock"]) >= 0


def test_there_is_no_swap(boot: Boot) -> None:
    assert boot.told["swap"] == ""


def test_the_kiosk_can_reach_little_of_the_system(boot: Boot) -> None:
    exposure = next(float(word) for word in boot.told["exposure"].split() if word[0].isdigit())
    assert exposure <= 2.0


def test_the_power_button_switches_it_off(boot: Boot) -> None:
    assert boot.ending is Ending.POWERED_OFF


@pytest.mark.parametrize("label", ["bootconfig", "boot_a", "boot_b", "system_a", "system_b"])
def test_a_start_writes_nothing_but_data(boot: Boot, label: str) -> None:
    assert cut.same_part(boot.before, boot.card, partitions.read(boot.before)[label])


def test_what_is_on_the_card_is_what_was_logged(boot: Boot, work: Path) -> None:
    entries = write_log.read(boot.log)
    again = cut.cut(boot.before, boot.log, entries, len(entries), work / "replayed.img")
    assert cut.same(again, boot.card)
    assert not cut.same(boot.before, boot.card)


def test_the_data_partition_is_left_clean(boot: Boot, work: Path) -> None:
    place = partitions.read(boot.card)["persistent"]
    assert card_data.repair(cut.part(boot.card, place, work / "data.part")) is False
