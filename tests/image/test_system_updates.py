"""An update from a stick: installed beside the running system, tried once, kept or given up; and cut at any write."""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.image import training_card
from tests.image.emulator import cut, firmware, partitions, stick, write_log
from tests.image.emulator.fat import Fat
from tests.image.emulator.machine import Ending, Machine

READY = r"Started jemput-kiosk\.service"
PROVEN = r"Finished jemput-good\.service"
BOOT_S, PROVEN_S, WORK_S, END_S = 900, 900, 1800, 300
CUTS, BOOTED_CUTS = 50, 2
SEED = 17
STICK_SOCKET, UPDATER_SOCKET = "/run/jemput/stick.sock", "/run/jemput/updater.sock"
ASK = (
    "import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]);"
    " s.sendall(sys.argv[2].encode() + b'\\n'); print(s.makefile().readline().strip())"
)
RUNNING = "sed -n 's/^IMAGE_VERSION=//p' /etc/os-release"
SLOTS = {"boot_a": "system_a", "boot_b": "system_b"}
SYSTEM_AT = 4096  # bytes into a system that one byte is spoilt


def asked(machine: Machine, service: str, verb: str) -> dict[str, Any]:
    """What a service of the box answers to a verb."""
    said = machine.shell.run(f'/opt/jemput/bin/python -IBc "{ASK}" {service} {verb}', WORK_S)
    assert said.status == 0, said.text
    return json.loads(said.text)


def restart(machine: Machine) -> None:
    """Into the new system; the shell that asks for it must not wait for an answer, it ends with the system."""
    said = machine.shell.run(
        f'(sleep 2; /opt/jemput/bin/python -IBc "{ASK}" {UPDATER_SOCKET} restart) >/dev/null 2>&1 &'
    )
    assert said.status == 0, said.text


def until(machine: Machine, stage: str) -> dict[str, Any]:
    """The updater's status once it has come so far. Each question takes the emulated processor seconds."""
    for _ in range(WORK_S):
        status = asked(machine, UPDATER_SOCKET, "status")
        if status["stage"] in (stage, "refused"):
            return status
        machine.shell.run("sleep 3")
    raise TimeoutError(f"the updater never came to {stage}")


def install(machine: Machine, image: Path) -> dict[str, Any]:
    """From plugging the stick to the installed system; the updater's last status."""
    machine.console.wait(READY, BOOT_S)
    machine.plug("update", image)
    machine.shell.run("udevadm settle; sleep 5")
    assert "path" in asked(machine, STICK_SOCKET, "mount")
    offer = asked(machine, UPDATER_SOCKET, "look")["offer"]
    if offer is None or offer["refusal"]:
        return {"stage": "refused", "refusal": offer and offer["refusal"]}
    asked(machine, UPDATER_SOCKET, "fetch")
    copied = until(machine, "copied")
    if copied["stage"] == "refused":
        return copied
    asked(machine, UPDATER_SOCKET, "install")
    return until(machine, "installed")


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
        status = install(machine, plugged)
        machine.pull("update")
        machine.shell.run("sync")
        installed = cut.copy(card, work / "installed.img")
        story = Update(before, installed, work / "armed.img", [(before, log)], status)
        story.versions.append(machine.shell.run(RUNNING).text)
        restart(machine)
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


def test_a_card_that_was_cut_while_it_was_updated_starts_again(updated: Update, work: Path) -> None:
    before, log = updated.noted[0]
    entries, chance = write_log.read(log), Random(SEED)
    for number in range(BOOTED_CUTS):
        at = chance.randint(0, len(entries))
        card = cut.cut(before, log, entries, at, work / "cut.img", Random(f"{SEED}-{number}"))
        with Machine(card, work / f"after-cut-{number}") as machine:
            machine.console.wait(READY, BOOT_S)


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
        assert asked(machine, UPDATER_SOCKET, "status")["rolled_back"] == updated.status["version"]


def test_an_altered_update_is_refused_and_nothing_of_a_system_is_written(
    updated: Update, update: Path, work: Path
) -> None:
    altered = bytearray(update.read_bytes())
    altered[len(altered) // 2] ^= 1
    (work / update.name).write_bytes(altered)
    plugged = stick.make(work / "altered.img", {f"JEMPUT/UPDATE/{update.name}": work / update.name})
    card = cut.copy(updated.before, work / "refusing.img")
    with Machine(card, work / "refusing") as machine:
        status = install(machine, plugged)
    assert (status["stage"], status["refusal"]) == ("refused", "altered")
    assert system(card, "b") == system(updated.before, "b")
    assert Fat(card, partitions.read(card)["bootconfig"].start).read("autoboot.txt") == Fat(
        updated.before, partitions.read(updated.before)["bootconfig"].start
    ).read("autoboot.txt")
