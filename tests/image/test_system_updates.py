"""An update from a stick: installed beside the running system, tried once, kept or given up; and cut at any write."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.image import training_card
from tests.image.emulator import cut, firmware, partitions, stick, updater, write_log
from tests.image.emulator.fat import Fat
from tests.image.emulator.machine import Ending, Machine
from tests.image.emulator.updater import READY

PROVEN = r"Finished jemput-good\.service"
BOOT_S, PROVEN_S, END_S = 900, 900, 300
CUTS = 50
SEED = 17
RUNNING = "sed -n 's/^IMAGE_VERSION=//p' /etc/os-release"
SLOTS = {"boot_a": "system_a", "boot_b": "system_b"}
SYSTEM_AT = 4096  # bytes into a system that one byte is spoilt


def system(card: Path, letter: str) -> tuple[str, ...]:
    """The fingerprints of a boot partition and its system, to the last byte."""
    places = partitions.read(card)
    return tuple(_hashed(card, places[f"{kind}_{letter}"]) for kind in ("boot", "system"))


def _hashed(card: Path, place: partitions.Partition) -> str:
    done, left = hashlib.sha256(), place.size
    with card.open("rb") as file:
        file.seek(place.start)
        while left:
            piece = file.read(min(left, write_log.COPY_BYTES))
            done.update(piece)
            left -= len(piece)
    return done.hexdigest()


@dataclass
class Update:
    """Of one card: as it was, as the install left it, as it was restarted, and each later start. `noted` are the noted
    writes of the install and of the trial, each with the card as it was before them."""

    before: Path
    installed: Path
    armed: Path
    noted: list[tuple[Path, Path]]
    status: dict[str, Any]
    endings: list[Ending] = field(default_factory=list)
    starts: list[tuple[str, bool]] = field(default_factory=list)  # which boot partition, and whether on trial
    versions: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def updated(image: Path, update: Path, work: Path) -> Update:
    card, before, log = work / "card.img", work / "before.img", work / "writes.log"
    training_card.flash(image, card, work / "office")
    plugged = stick.make(work / "stick.img", {f"JEMPUT/UPDATE/{update.name}": update})
    with Machine(card, work / "first") as machine:  # its own first start: the data partition grows
        machine.console.wait(PROVEN, BOOT_S + PROVEN_S)
        machine.press_power()
        machine.wait_end(END_S)
    cut.copy(card, before)
    with Machine(card, work / "install", log) as machine:
        status = updater.install(machine, plugged)
        machine.pull("update")
        machine.shell.run("sync")
        installed = cut.copy(card, work / "installed.img")
        story = Update(before, installed, work / "armed.img", [(before, log)], status)
        story.versions.append(machine.shell.run(RUNNING).text)
        updater.restart(machine)
        story.endings.append(machine.wait_end(END_S))
    tried = cut.copy(cut.copy(card, story.armed), work / "tried.img")
    firmware.start(tried)  # uses the trial up, before the first write of the system
    story.noted.append((tried, work / "trial.log"))
    for name in ("trial", "kept"):
        with Machine(card, work / name, work / f"{name}.log") as machine:
            story.starts.append((machine.start.partition, machine.start.trial))
            machine.console.wait(PROVEN, BOOT_S + PROVEN_S)
            story.versions.append(machine.shell.run(RUNNING).text)
            machine.press_power()
            story.endings.append(machine.wait_end(END_S))
    return story


def test_the_update_is_installed_beside_the_running_system(updated: Update) -> None:
    assert updated.status["stage"] == "installed"
    assert system(updated.installed, "a") == system(updated.before, "a")
    assert system(updated.installed, "b") != system(updated.before, "b")


def test_the_new_system_is_tried_once_and_then_kept(updated: Update) -> None:
    assert updated.endings[0] is Ending.RESET
    assert updated.starts == [("boot_b", True), ("boot_b", False)]
    old, *new = updated.versions
    assert new == [updated.status["version"]] * 2
    assert new[0] != old


@pytest.mark.parametrize("during", [0, 1], ids=["install", "trial"])
def test_a_cut_at_any_write_leaves_a_whole_system_to_start(updated: Update, work: Path, during: int) -> None:
    """The slot that the firmware takes is the old one or the new one, byte for byte."""
    before, log = updated.noted[during]
    entries, chance = write_log.read(log), Random(SEED)
    whole = {system(updated.before, "a"), system(updated.installed, "b")}
    for number in range(CUTS):
        at = chance.randint(0, len(entries))
        card = cut.cut(before, log, entries, at, work / "cut.img", Random(f"{SEED}-{number}"))
        chosen = firmware.start(card).partition
        assert system(card, chosen[-1]) in whole, f"cut {number} behind write {at}"


def test_a_new_system_that_does_not_come_up_is_left_for_the_old_one(updated: Update, work: Path) -> None:
    """Its system is spoilt after it was installed, as by a bad card: the trial ends in a reset, the next start is the
    old system's, and it says what happened."""
    card = cut.copy(updated.armed, work / "spoilt.img")
    place = partitions.read(card)["system_b"]
    with card.open("r+b") as file:
        file.seek(place.start)
        file.write(bytes(SYSTEM_AT))
    with Machine(card, work / "spoilt-trial") as machine:
        assert (machine.start.partition, machine.start.trial) == ("boot_b", True)
        assert machine.wait_end(BOOT_S) is Ending.RESET
    with Machine(card, work / "back") as machine:
        assert machine.start.partition == "boot_a"
        machine.console.wait(READY, BOOT_S)
        assert updater.asked(machine, updater.UPDATER, "status")["rolled_back"] == updated.status["version"]


def test_a_new_system_that_only_says_why_it_does_not_start_is_not_kept(updated: Update, work: Path) -> None:
    """Its page stands, and is no proof: here for want of settings."""
    card = cut.copy(updated.armed, work / "still.img")
    Fat(card, partitions.read(card)["bootconfig"].start).remove("box.toml")
    with Machine(card, work / "still") as machine:
        assert (machine.start.partition, machine.start.trial) == ("boot_b", True)
        machine.console.wait(READY, BOOT_S)
        machine.console.wait(r"Failed to start jemput-good\.service", PROVEN_S)
        machine.cut()
    assert firmware.start(card).partition == "boot_a"


@pytest.mark.parametrize("number", range(CUTS))
def test_a_card_that_was_cut_while_it_was_updated_starts_again(updated: Update, work: Path, number: int) -> None:
    """To the first page of the kiosk, every one of them: cuts of the install and of the trial, in turns."""
    before, log = updated.noted[number % 2]
    entries, luck = write_log.read(log), Random(f"{SEED}-{number}")
    card = cut.cut(before, log, entries, luck.randint(0, len(entries)), work / "cut.img", luck)
    with Machine(card, work / f"after-cut-{number}") as machine:
        machine.console.wait(READY, BOOT_S)
        assert machine.shell.run("systemctl show -P StatusText jemput-kiosk").text == "The screens are there."
