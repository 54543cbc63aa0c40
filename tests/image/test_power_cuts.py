"""One card, ten power cuts while people are recorded, each at a random moment; what the card loses of what it had not
flushed is random too. Every next start takes the card as the cut left it."""

from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from tests.image import training_card
from tests.image.emulator import card_data, cut, partitions, write_log
from tests.image.emulator.lines import Line
from tests.image.emulator.machine import Ending, Machine
from tests.image.emulator.promises import CLOSED, SAVED, dropped, given, there

CUTS, VISITORS = 10, 2
STEP_S, DAY_S = 1800, 3600  # from one acknowledgement to the next, with a start between them; to the end of the day
SEED = 11
DATA = "/jemput/data"
TROUBLE = ("data-damaged", "data-missing")


@dataclass
class Life:
    """Of one card. `owed` is all it ever acknowledged, `lost` what was missing right after a cut, `trouble` what the
    starts said of their data, `bundles` the blobs of each one at the end."""

    work: Path
    card: Path
    owed: set[str] = field(default_factory=set)
    lost: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    saved_in: list[set[str]] = field(default_factory=list)
    ending: Ending | None = None
    left: frozenset[str] = frozenset()
    bundles: list[set[str]] = field(default_factory=list)

    def next_cut(self, number: int, chance: Random) -> None:
        """Switch on, let some blobs be acknowledged, and cut anywhere behind the first of them."""
        log, before = self.work / "writes.log", cut.copy(self.card, self.work / "before.img")
        with Machine(self.card, self.work / f"start-{number}", log) as machine:
            at, wanted = 0, chance.randint(1, 2)
            while wanted:  # a start tells of what is there already, too
                number_of_line, said = machine.console.wait(SAVED.pattern, STEP_S, at)
                at, wanted = number_of_line + 1, wanted - (said[1] not in self.owed)
            machine.cut()
        self._note(machine.console.lines)
        entries = write_log.read(log)
        saved = given(machine.console.lines, entries)
        after = chance.randint(next(p.entries for p in saved if p.what not in self.owed), len(entries))
        kept = {promise.what for promise in saved if promise.entries <= after}
        closed = {p.what for p in given(machine.console.lines, entries, CLOSED) if p.entries <= after}
        self.saved_in.append(kept)
        self.owed = (self.owed | kept | closed) - dropped(machine.console.lines)
        cut.cut(before, log, entries, after, self.card, Random(f"{SEED}-{number}"))
        self.lost += sorted(self.owed - self._there())

    def last(self) -> None:
        """Switch on once more, and let the day come to its end."""
        with Machine(self.card, self.work / "start-last") as machine:
            self.ending = machine.wait_end(DAY_S)
        self._note(machine.console.lines)
        self.left = self._there()
        outbox = self.work / "files" / Path(DATA).name / "outbox"
        self.bundles = [{path.stem for path in bundle.glob("*.age")} for bundle in outbox.iterdir()]

    def _there(self) -> frozenset[str]:
        part = cut.part(self.card, partitions.read(self.card)["persistent"], self.work / "data.part")
        card_data.repair(part)
        return there(part, self.work / "files", DATA)

    def _note(self, lines: tuple[Line, ...]) -> None:
        self.trouble += [line.text for line in lines if any(word in line.text for word in TROUBLE)]


@pytest.fixture(scope="module")
def life(image: Path, work: Path) -> Life:
    card, chance = work / "card.img", Random(SEED)
    training_card.flash(image, card, work / "office", visitors=VISITORS)
    life = Life(work, card)
    for number in range(CUTS):
        life.next_cut(number, chance)
    life.last()
    return life


def test_right_after_each_cut_everything_acknowledged_is_on_the_card(life: Life) -> None:
    assert len(life.owed) >= CUTS
    assert life.lost == []


def test_no_start_finds_its_data_damaged(life: Life) -> None:
    assert life.trouble == []


def test_after_all_cuts_the_day_comes_to_its_end_and_has_lost_nothing(life: Life) -> None:
    assert life.ending is Ending.POWERED_OFF
    assert life.owed <= life.left


def test_the_same_person_goes_on_after_a_cut(life: Life) -> None:
    """What one person gave before a cut and after it lies in one bundle."""
    pairs = zip(life.saved_in, life.saved_in[1:], strict=False)
    joined = [any(bundle & before and bundle & after for bundle in life.bundles) for before, after in pairs]
    assert sum(joined) >= CUTS - 1 - VISITORS, "only where one person ended may another begin"
