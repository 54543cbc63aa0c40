"""A training box in the emulator records one person by itself and switches itself off."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from kiosk.exchange import jws
from kiosk.exchange.bundle import verify_bundle
from kiosk.exchange.manifest import Kind, Manifest
from kiosk.store.records import DATABASE
from tests.image import training_card
from tests.image.emulator import card_data, cut, partitions
from tests.image.emulator.machine import Ending, Machine
from tests.image.emulator.promises import Recording, there

DAY_S = 3600  # one person on an emulated processor; a visitor takes a quarter of an hour in the field
DATA = "/jemput/data"
CUTS, DEAF_CUTS = 100, 10
SEED = 5


@dataclass
class Day:
    """What was left: the card, its data partition, the store's files, and the noted writes."""

    work: Path
    ending: Ending
    recording: Recording
    part: Path
    store: Path

    @property
    def public(self) -> str:
        """The key that this box signs with."""
        with sqlite3.connect(f"file:{self.store / DATABASE}?mode=ro", uri=True) as database:
            (name,) = database.execute("select incarnation from incarnations order by number desc limit 1").fetchone()
        return jws.SigningKey.from_bytes((self.store / "keys" / f"box-{name}.key").read_bytes()).public

    def bundles(self) -> list[Manifest]:
        """Every bundle, verified from its signature to the last byte of its blobs."""
        return [verify_bundle(path, self.public, path.name) for path in sorted((self.store / "outbox").iterdir())]


@pytest.fixture(scope="module")
def day(image: Path, work: Path) -> Day:
    before, card, log = work / "flashed.img", work / "card.img", work / "writes.log"
    training_card.flash(image, before, work / "office", visitors=1)
    cut.copy(before, card)
    with Machine(card, work / "machine", log) as machine:
        ending = machine.wait_end(DAY_S)
    place = partitions.read(card)["persistent"]
    part = cut.part(card, place, work / "data.part")
    recording = Recording.of(before, place, log, machine.console.lines, work)
    return Day(work, ending, recording, part, card_data.take_out(part, work / "files") / "jemput" / "data")


def test_one_person_is_recorded_and_the_box_switches_itself_off(day: Day) -> None:
    assert day.ending is Ending.POWERED_OFF
    assert sum(bundle.kind is Kind.PERSON for bundle in day.bundles()) == 1


def test_every_bundle_on_the_card_is_whole_and_signed_by_the_box(day: Day) -> None:
    assert {bundle.name for bundle in day.bundles()} >= {promise.what for promise in day.recording.closed}
    assert day.recording.closed


def test_every_acknowledged_blob_is_on_the_card_and_named_by_a_manifest(day: Day) -> None:
    named = {blob.sha256 for bundle in day.bundles() for blob in bundle.blobs}
    assert len(day.recording.saved) > 10
    assert {promise.what for promise in day.recording.saved} <= named


def test_the_data_partition_needs_no_repair_after_a_clean_end(day: Day) -> None:
    assert card_data.repair(day.part) is False


def test_a_power_cut_anywhere_since_the_first_promise_loses_nothing_acknowledged(day: Day) -> None:
    chance = Random(SEED)
    for number in range(CUTS):
        at = chance.randint(day.recording.saved[0].entries, len(day.recording.entries))
        lost = day.recording.lost(at, Random(f"{SEED}-{number}"), day.work, DATA)
        assert not lost, f"cut {number} behind write {at}: {len(lost)} lost"


def test_a_box_whose_card_never_flushes_is_caught_by_the_same_cuts(day: Day) -> None:
    deaf, chance = day.recording.without_flushes(), Random(SEED)
    owing = deaf.saved[len(deaf.saved) // 2].entries
    caught = 0
    for number in range(DEAF_CUTS):
        at = chance.randint(owing, len(deaf.entries))
        try:
            caught += bool(deaf.lost(at, Random(f"{SEED}-{number}"), day.work, DATA))
        except (card_data.BeyondRepair, OSError):
            caught += 1
    assert caught == DEAF_CUTS


def test_without_a_cut_all_promises_are_found(day: Day) -> None:
    owed = {promise.what for promise in (*day.recording.saved, *day.recording.closed)}
    assert owed <= there(day.part, day.work / "after", DATA)
