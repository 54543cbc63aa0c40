"""Updates that a running box does not take: each is named, and no byte of a system is written."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.image import training_card
from tests.image.emulator import cut, partitions, stick, updater
from tests.image.emulator.machine import Machine
from tests.twins.signer import Signer, without_signature

PLACES = ("bootconfig", "boot_a", "boot_b", "system_a", "system_b")


@dataclass(frozen=True)
class Keys:
    """Of whom the box trusts, and of somebody else."""

    ours: Signer
    others: Signer


WRONG: dict[str, Callable[[Keys, str], bytes]] = {
    "altered": lambda keys, name: keys.ours.bundle(name, "9.0.0").read_bytes().replace(b"=9.0.0", b"=9.0.1"),
    "unsigned": lambda keys, name: without_signature(keys.ours.bundle(name, "9.0.0").read_bytes()),
    "other-key": lambda keys, name: keys.others.bundle(name, "9.0.0").read_bytes(),
    "other-board": lambda keys, name: keys.ours.bundle(name, "9.0.0", board="jemput-pi5").read_bytes(),
    "too-old": lambda keys, name: keys.ours.bundle(name, "0.0.1").read_bytes(),
    "cut-short": lambda keys, name: keys.ours.bundle(name, "9.0.0").read_bytes()[:-5000],
}


@dataclass(frozen=True)
class Refusals:
    """Of one box: its last status for each bundle, and its card before the first and after the last."""

    status: dict[str, dict[str, Any]]
    before: Path
    card: Path


def spoilt(update: Path, to: Path) -> Path:
    """The real update with one bit of its payload turned, which nobody sees who looks at its signature only."""
    raw = bytearray(update.read_bytes())
    raw[len(raw) // 2] ^= 1
    to.write_bytes(raw)
    return to


@pytest.fixture(scope="module")
def refusals(image: Path, update: Path, work: Path) -> Refusals:
    before, card, built = work / "flashed.img", work / "card.img", image.parent / "keys"
    training_card.flash(image, before, work / "office")
    cut.copy(before, card)
    keys = Keys(Signer(work, built / "update.key", built / "update.pem"), Signer.new(work, "somebody"))
    bundles = {name: work / f"{name}.bundle" for name in WRONG}
    for name, path in bundles.items():
        path.write_bytes(WRONG[name](keys, name))
    bundles["spoilt"] = spoilt(update, work / "spoilt.bundle")
    status = {}
    with Machine(card, work / "machine") as machine:
        for name, path in bundles.items():
            plugged = stick.make(work / f"{name}.img", {"JEMPUT/UPDATE/update.raucb": path})
            status[name] = updater.install(machine, plugged, name)
            updater.asked(machine, updater.STICK, "release")
            machine.pull(name)
        machine.cut()
    return Refusals(status, before, card)


@pytest.mark.parametrize("name", WRONG)
def test_it_is_refused_by_name_as_soon_as_it_is_looked_at(refusals: Refusals, name: str) -> None:
    assert refusals.status[name] == {"stage": "refused", "refusal": name}


def test_a_spoilt_payload_is_refused_before_it_is_installed(refusals: Refusals) -> None:
    status = refusals.status["spoilt"]
    assert (status["stage"], status["refusal"]) == ("refused", "altered")


@pytest.mark.parametrize("label", PLACES)
def test_nothing_but_data_was_written(refusals: Refusals, label: str) -> None:
    assert cut.same_part(refusals.before, refusals.card, partitions.read(refusals.before)[label])
