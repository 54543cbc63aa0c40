"""The workshop's mode: a card with a file `readiness` on bootconfig tries every part of its box, once."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.commands.training import PORTS
from kiosk.core.readiness import Part
from tests.image import training_card
from tests.image.emulator import partitions
from tests.image.emulator.drawing import ALIKE, apart, draw
from tests.image.emulator.fat import Fat
from tests.image.emulator.machine import Ending, Machine

BOOT_S, TRY_S, END_S = 900, 900, 300
REPORT = "/data/jemput/readiness.json"
TRIED = f"while [ ! -s {REPORT} ]; do sleep 2; done; cat {REPORT}"
DRAW_S, DRAWINGS = 20, 15  # an emulated processor takes its time over a page
KIOSK = "systemctl show -P ActiveState jemput-kiosk; ls -A /data/jemput"
STATUS = "systemctl show -P StatusText jemput-readiness"


@dataclass(frozen=True)
class Inspection:
    """The report, the panel, and what systemd says of both programs."""

    report: dict[str, Any]
    screen: NDArray[np.uint8]
    kiosk: list[str]
    status: str
    ending: Ending


def settled(machine: Machine) -> NDArray[np.uint8]:
    """The panel once nothing on it changes any more."""
    screens = [machine.screen()]
    while len(screens) < DRAWINGS:
        machine.shell.run(f"sleep {DRAW_S}")
        screens.append(machine.screen())
        if (screens[-1] == screens[-2]).all():
            return screens[-1]
    raise TimeoutError("the panel goes on changing")


@pytest.fixture(scope="module")
def inspection(image: Path, work: Path) -> Inspection:
    card = work / "card.img"
    training_card.flash(image, card, work / "office")
    Fat(card, partitions.read(card)["bootconfig"].start).write("readiness", b"")
    with Machine(card, work / "machine") as machine:
        machine.console.wait(r"Started jemput-readiness\.service", BOOT_S)
        report = json.loads(machine.shell.run(TRIED, TRY_S).text)
        screen = settled(machine)
        kiosk, status = (machine.shell.run(ask).text.strip() for ask in (KIOSK, STATUS))
        machine.press_power()
        ending = machine.wait_end(END_S)
    return Inspection(report, screen, kiosk.split(), status, ending)


def test_every_part_and_every_port_of_the_box_is_tried(inspection: Inspection) -> None:
    assert [check["part"] for check in inspection.report["checks"]] == [*Part, *PORTS]


def test_a_training_box_whose_parts_are_all_there_is_ready(inspection: Inspection) -> None:
    bad = [check for check in inspection.report["checks"] if check["verdict"] != "good"]
    assert bad == []
    assert inspection.status == "report: ready"


def test_the_panel_shows_the_report(inspection: Inspection, work: Path) -> None:
    report = inspection.report
    about, kept = f"{report['version']} {report['slot']}", f"Report: {REPORT}"
    page = {"kind": "readiness", "language": "id", "about": about, "kept": kept}
    page |= {"checks": report["checks"], "ready": report["ready"]}
    drawn = draw({"it": page, "other": page | {"ready": not report["ready"]}}, work / "drawn")
    assert apart(inspection.screen, drawn["it"]) < ALIKE
    assert apart(inspection.screen, drawn["other"]) > ALIKE, "any page would do"


def test_no_kiosk_runs_and_no_store_is_made_meanwhile(inspection: Inspection) -> None:
    assert inspection.kiosk == ["inactive", "readiness.json"]


def test_the_power_button_switches_it_off(inspection: Inspection) -> None:
    assert inspection.ending is Ending.POWERED_OFF
