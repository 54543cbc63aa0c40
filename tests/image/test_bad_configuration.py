"""A card whose settings are bad: the box says on its panel what is wrong and how to mend it, and starts no further."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from kiosk.commands.training import prepare
from kiosk.flow.papers import CONFIG
from tests.image import training_card
from tests.image.emulator import partitions
from tests.image.emulator.drawing import ALIKE, apart, draw
from tests.image.emulator.fat import Fat
from tests.image.emulator.machine import Ending, Machine

READY = r"Started jemput-kiosk\.service"
BOOT_S, START_S, END_S = 900, 600, 300
TURN_S = 10  # until a touch is drawn, on an emulated processor
LANGUAGE, OFF = (0.25, 0.92), (0.75, 0.92)  # where the page has its two buttons
STATUS = "systemctl show -P StatusText jemput-kiosk"
WHY = "journalctl -u jemput-kiosk -o cat _COMM=kiosk | tail -1"
# Killed, the kiosk is started again by systemd, as after any fault; a clean end would switch the box off, and five
# faults in ten minutes would restart it.
AGAIN = """
systemctl reset-failed jemput-kiosk
before=$(systemctl show -P MainPID jemput-kiosk); systemctl kill -s KILL jemput-kiosk
while sleep 1; do
  case "$(systemctl show -p ActiveState -p MainPID jemput-kiosk | tr '\\n' ' ')" in
  *"MainPID=$before "* | *"MainPID=0 "*) ;;
  *"ActiveState=active "*) break ;;
  esac
done
"""
KEPT = "ls -A /data/jemput"


@dataclass(frozen=True)
class Bad:
    """What is done to a good box.toml or to the office's papers, and what the box should say is wrong."""

    obstacle: str
    settings: Callable[[str], str] = str
    foreign: bool = False


KINDS = {
    "cut": Bad("box-file", lambda text: text[: len(text) // 2]),
    "wrong type": Bad("box-file", lambda text: text.replace("seed = 1", 'seed = "one"')),
    "unknown region": Bad("box-file", lambda text: text.replace("[box]", '[box]\nregion = "99"')),
    "foreign signature": Bad("papers-foreign", foreign=True),
}


@dataclass(frozen=True)
class Seen:
    """Of one start: what it said, what its panel showed, and what lay on /data then."""

    status: str
    why: str
    screen: NDArray[np.uint8]
    kept: str


@dataclass(frozen=True)
class Box:
    """What was seen of one box: by kind of fault, after a touch on the other language, and mended."""

    seen: dict[str, Seen]
    turned: NDArray[np.uint8]
    mended: Seen
    ending: Ending


def look(machine: Machine) -> Seen:
    status, why, kept = (machine.shell.run(ask).text.strip() for ask in (STATUS, WHY, KEPT))
    return Seen(status, why, machine.screen(), kept)


def put(machine: Machine, name: str, content: bytes) -> None:
    """A file of bootconfig, as if the card had been in a computer."""
    encoded, at = base64.b64encode(content).decode(), f"/boot/config/{name}"
    write = f"mount -o remount,rw /boot/config && echo {encoded} | base64 -d >{at}; mount -o remount,ro /boot/config"
    assert machine.shell.run(write).status == 0


@pytest.fixture(scope="module")
def box(image: Path, work: Path) -> Box:
    card = work / "card.img"
    training = training_card.flash(image, card, work / "office")
    stranger = prepare(work / "stranger", seed=2)
    config = Fat(card, partitions.read(card)["bootconfig"].start)
    good = (config.read("box.toml") or b"").decode()
    config.remove("box.toml")
    with Machine(card, work / "machine") as machine:
        machine.console.wait(READY, BOOT_S)
        seen = {"missing": look(machine)}
        machine.touch(*LANGUAGE)
        machine.shell.run(f"sleep {TURN_S}")
        turned = machine.screen()
        for name, bad in KINDS.items():
            put(machine, "box.toml", bad.settings(good).encode())
            papers = stranger if bad.foreign else training
            put(machine, f"papers/{CONFIG}", (papers.papers / CONFIG).read_bytes())
            machine.shell.run(AGAIN, START_S)
            seen[name] = look(machine)
        put(machine, f"papers/{CONFIG}", (training.papers / CONFIG).read_bytes())
        machine.shell.run(AGAIN, START_S)
        mended = look(machine)
        put(machine, "box.toml", b"")
        machine.shell.run(AGAIN, START_S)
        machine.shell.run(f"sleep {TURN_S}")  # a touch right after a page came was meant for the one before
        machine.touch(*OFF)
        ending = machine.wait_end(END_S)
    return Box(seen, turned, mended, ending)


@pytest.mark.parametrize("kind", ["missing", *KINDS])
def test_the_box_names_what_is_wrong(box: Box, kind: str) -> None:
    obstacle = KINDS[kind].obstacle if kind in KINDS else "box-file"
    assert box.seen[kind].status == f"The box does not start: {obstacle}"


@pytest.mark.parametrize("kind", ["missing", *KINDS])
def test_the_panel_says_what_is_wrong_and_how_to_mend_it(box: Box, work: Path, kind: str) -> None:
    seen = box.seen[kind]
    page = {"kind": "standstill", "obstacle": seen.status.split(": ")[1], "detail": seen.why, "language": "id"}
    other = page | {"obstacle": "keyring"}
    drawn = draw({"it": page, "other": other}, work / "drawn")
    assert apart(seen.screen, drawn["it"]) < ALIKE
    assert apart(seen.screen, drawn["other"]) > ALIKE, "any page would do"


@pytest.mark.parametrize("kind", ["missing", *KINDS])
def test_a_box_that_does_not_start_makes_no_store_and_no_keys(box: Box, kind: str) -> None:
    assert box.seen[kind].kept == ""


def test_a_touch_turns_the_page_into_the_other_language(box: Box, work: Path) -> None:
    seen = box.seen["missing"]
    page = {"kind": "standstill", "obstacle": "box-file", "detail": seen.why, "language": "en"}
    assert apart(box.turned, draw({"turned": page}, work / "drawn")["turned"]) < ALIKE


def test_mended_settings_start_the_box(box: Box) -> None:
    assert box.mended.status == "The screens are there."
    assert {"data", "papers"} <= set(box.mended.kept.split())


def test_a_touch_switches_off_a_box_that_does_not_start(box: Box) -> None:
    assert box.ending is Ending.POWERED_OFF
