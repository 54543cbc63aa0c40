"""Which system starts: RAUC's custom boot backend and a trial's verbs, on a directory that stands for the FAT."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hal.updater import slots
from hal.updater.slots import AUTOBOOT, PROVEN_S, CannotSay, Slots
from kiosk.flow import service

STANDS = f"ActiveState=active\nStatusText={slots.STANDS}\nActiveEnterTimestampMonotonic={{}}\n"
STANDS_STILL = STANDS.replace(slots.STANDS, "The box does not start: touch")


class Box:
    """A card's files, and what was run on it. The kiosk came up at second 100 and it is `now_s`."""

    def __init__(self, root: Path, running: str = "a") -> None:
        self.root, self.ran = root, list[tuple[str, ...]]()
        self.now_s, self.unit, self.mounted = 100 + PROVEN_S, STANDS.format(100_000_000), True
        for name in ("boot/config", "proc/device-tree", "data/system"):
            (root / name).mkdir(parents=True)
        self.autoboot = root / "boot/config/autoboot.txt"
        self.autoboot.write_text(AUTOBOOT.format(2, 3))
        self.starts(running)
        self.slots = self.made(Slots)

    def made(self, build: type[Slots]) -> Slots:
        return build(self.root, self.run, lambda path: self.mounted and path.name == "data", lambda: self.now_s)

    def run(self, command: Sequence[str]) -> str:
        self.ran.append(tuple(command))
        return self.unit if "show" in command else ""

    def starts(self, running: str) -> None:
        (self.root / "proc/cmdline").write_text(f"console=tty1 root=PARTLABEL=system_{running} rootwait ro\n")

    def usual(self) -> str:
        return firmware(self.autoboot.read_text())


def firmware(text: str) -> str:
    """The partition that a Pi starts, as its documentation reads the file."""
    section, found = "[all]", ""
    for line in text.split("\n"):
        section = line if line.startswith("[") else section
        if section == "[all]" and line.startswith("boot_partition="):
            found = line.removeprefix("boot_partition=")
    return found


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


def test_rauc_hears_which_slot_runs_and_which_is_the_usual_one(box: Box) -> None:
    assert (box.slots.current(), box.slots.primary()) == ("A", "A")
    box.starts("b")
    assert (box.slots.current(), box.slots.primary()) == ("B", "A")


def test_another_usual_slot_is_written_for_the_firmware_and_back(box: Box) -> None:
    box.slots.set_primary("B")
    assert (box.slots.primary(), box.usual()) == ("B", "3")
    assert box.autoboot.read_text() == AUTOBOOT.format(3, 2)
    box.slots.set_primary("A")
    assert (box.slots.primary(), box.usual()) == ("A", "2")


def test_the_file_keeps_its_inode_and_length_so_that_no_directory_or_fat_is_written(box: Box) -> None:
    box.autoboot.write_text(AUTOBOOT.format(2, 3) + "\n\n\n")
    before = box.autoboot.stat()
    box.slots.set_primary("B")
    after = box.autoboot.stat()
    assert (after.st_ino, after.st_size) == (before.st_ino, before.st_size)
    assert after.st_size <= slots.SECTOR
    assert box.usual() == "3"


def test_a_power_cut_before_any_sector_reaches_the_card_leaves_a_file_that_starts(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every sector is old or new; the file lies in one."""
    old = box.autoboot.read_bytes()
    written: list[bytes] = []
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda fd, data, at: written.append(data) or real(fd, data, at))
    box.slots.set_primary("B")
    assert len(written) == 1
    assert len(written[0]) == len(old) <= slots.SECTOR
    for medium in (old, written[0]):
        assert firmware(medium.decode()) in ("2", "3")


@pytest.mark.parametrize("lost", [None, b"", b"x" * 700])
def test_a_file_that_cannot_be_overwritten_is_replaced_whole(box: Box, lost: bytes | None) -> None:
    box.autoboot.unlink() if lost is None else box.autoboot.write_bytes(lost)
    box.slots.set_primary("B")
    assert box.usual() == "3"
    assert [path.name for path in box.autoboot.parent.iterdir()] == ["autoboot.txt"]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80))
def test_whatever_stands_in_the_file_a_slot_is_named_or_it_says_that_it_cannot(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    made = Box(tmp_path_factory.mktemp("box"))
    made.autoboot.write_text(text)
    try:
        assert made.slots.primary() in slots.PARTITIONS
    except (CannotSay, UnicodeDecodeError):
        return


def test_good_and_bad_are_notes_on_the_data_partition_and_never_on_the_fat(box: Box) -> None:
    assert (box.slots.state("A"), box.slots.state("B")) == ("good", "bad")
    before = box.autoboot.read_bytes()
    box.slots.set_state("B", "good")
    box.slots.set_state("A", "bad")
    assert (box.slots.state("A"), box.slots.state("B")) == ("bad", "good")
    assert box.autoboot.read_bytes() == before
    (box.root / "data/system/slots/A").write_text("rubbish")
    assert box.slots.state("A") == "good"


def test_a_pi_is_told_of_the_trial_by_the_restarts_argument(box: Box) -> None:
    (box.root / "proc/device-tree/compatible").write_bytes(b"raspberrypi,4-model-b\0brcm,bcm2711\0")
    box.slots.arm_trial()
    assert box.ran == [("systemctl", "reboot", "--reboot-argument=0 tryboot")]
    assert not (box.root / "boot/config/tryboot").exists()


def test_the_emulator_is_told_by_a_file_that_lasts_for_one_start(box: Box) -> None:
    (box.root / "proc/device-tree/compatible").write_bytes(b"linux,dummy-virt\0")
    box.slots.arm_trial()
    assert box.ran == [("systemctl", "reboot")]
    assert (box.root / "boot/config/tryboot").exists()
    assert box.usual() == "2"


# Proving itself


def too_early(box: Box) -> None:
    box.now_s -= 1


def not_up(box: Box) -> None:
    box.unit = box.unit.replace("active\n", "activating\n")


def restarted(box: Box) -> None:
    box.unit = STANDS.format(100_000_000 + 30_000_000)


def no_data(box: Box) -> None:
    box.mounted = False


def silent(box: Box) -> None:
    box.unit = ""


def stands_still(box: Box) -> None:
    """Active and ready: it says on its screen why it does not start."""
    box.unit = STANDS_STILL.format(100_000_000)


Wrong = Callable[[Box], None]
WRONG: list[Wrong] = [too_early, not_up, restarted, no_data, silent, stands_still]


def marks_good(build: type[Slots], box: Box) -> bool:
    with suppress(CannotSay):
        box.made(build).mark_good()
    return box.usual() == "3" or (box.root / "data/system/slots/B").exists()


def test_a_system_on_trial_is_the_usual_one_once_its_kiosk_stood_for_a_minute(box: Box) -> None:
    box.starts("b")
    box.slots.mark_good()
    assert (box.slots.primary(), box.slots.state("B"), box.usual()) == ("B", "good", "3")


@pytest.mark.parametrize("wrong", WRONG)
def test_a_system_that_has_not_proven_itself_stays_on_trial(tmp_path: Path, wrong: Wrong) -> None:
    made = Box(tmp_path, "b")
    wrong(made)
    assert not marks_good(Slots, made)


class Hasty(Slots):
    """Marks itself good as soon as it runs."""

    def mark_good(self) -> None:
        self.set_primary(self.current())


class Careless(Slots):
    """Does not look at how long the kiosk has stood."""

    def _stood_s(self) -> float:
        return PROVEN_S if "ActiveState=active" in self._run(("systemctl", "show")) else 0.0


class Trusting(Slots):
    """Takes any page that stands for a kiosk that works."""

    def _stood_s(self) -> float:
        told = self._run(("systemctl", "show"))
        since = told.partition("ActiveEnterTimestampMonotonic=")[2].strip()
        return self._now_s() - int(since) / 1e6 if since else 0.0


BUILDS = [(Hasty, WRONG), (Careless, [too_early, restarted]), (Trusting, [stands_still])]


@pytest.mark.parametrize(("build", "seen"), BUILDS)
def test_a_build_that_marks_itself_good_too_early_is_caught(
    tmp_path: Path, build: type[Slots], seen: list[Wrong]
) -> None:
    for wrong in seen:
        made = Box(tmp_path / wrong.__name__, "b")
        wrong(made)
        assert marks_good(build, made)


def test_what_the_kiosk_says_of_itself_is_what_is_waited_for() -> None:
    """They are two programs: one word apart, and no update would ever be kept."""
    assert slots.STANDS == service.STANDS


def test_a_usual_start_writes_nothing_when_it_stands(box: Box) -> None:
    before = box.autoboot.stat().st_mtime_ns
    box.slots.mark_good()
    assert box.autoboot.stat().st_mtime_ns == before


def test_a_trial_that_takes_too_long_restarts_and_a_usual_start_never_does(box: Box) -> None:
    box.slots.trial_over()
    assert box.ran == []
    box.starts("b")
    box.slots.trial_over()
    assert box.ran == [("systemctl", "reboot")]
    box.slots.set_primary("B")
    box.slots.trial_over()
    assert len(box.ran) == 1


# As RAUC calls it


def called(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-IS", slots.__file__, "--root", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_rauc_calls_it_as_a_file_and_reads_one_line(box: Box) -> None:
    assert called(box.root, "get-primary").stdout == "A\n"
    assert called(box.root, "get-current").stdout == "A\n"
    assert called(box.root, "set-state", "B", "bad").returncode == 0
    assert called(box.root, "get-state", "B").stdout == "bad\n"
    assert called(box.root, "set-primary", "B").returncode == 0
    assert called(box.root, "get-primary").stdout == "B\n"


@pytest.mark.parametrize("words", [("get-state", "C"), ("set-state", "A", "fine"), ("format",), (), ("set-primary",)])
def test_what_is_no_verb_is_wrong_use(box: Box, words: tuple[str, ...]) -> None:
    assert called(box.root, *words).returncode == 2


def test_a_card_without_its_boot_files_is_one_sentence(box: Box) -> None:
    box.autoboot.unlink()
    done = called(box.root, "get-primary")
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"slot-handler: .*autoboot.txt.*\n", done.stderr)
    assert called(box.root, "get-state", "B").returncode == 1
