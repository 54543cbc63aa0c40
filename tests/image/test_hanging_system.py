"""A kernel that has died without a word: the watchdog starts the box anew."""

from pathlib import Path

from tests.image import training_card
from tests.image.emulator.machine import Ending, Machine

READY = r"Started jemput-kiosk\.service"
BOOT_S = 900
RESET_S = 300  # the watchdog's 14 s, twice for its second stage, on an emulated clock
FED = "cat /sys/class/watchdog/watchdog0/state /sys/class/watchdog/watchdog0/timeout"
# Without `panic` a dead kernel stays as it is.
DIE = "sysctl -qw kernel.panic=0 kernel.sysrq=1; (sleep 2; echo c >/proc/sysrq-trigger) >/dev/null 2>&1 &"


def test_a_dead_system_is_reset_by_the_watchdog_and_starts_again(image: Path, work: Path) -> None:
    card = work / "card.img"
    training_card.flash(image, card, work / "office")
    with Machine(card, work / "dies", watchdog=True) as machine:
        machine.console.wait(READY, BOOT_S)
        assert machine.shell.run(FED).text.split() == ["active", "14"]
        machine.shell.run(DIE)
        assert machine.wait_end(RESET_S) is Ending.RESET
    with Machine(card, work / "again") as machine:
        machine.console.wait(READY, BOOT_S)


def test_without_the_watchdog_it_stays_dead(image: Path, work: Path) -> None:
    """The broken build: the same death in a box without the chip."""
    card = work / "without.img"
    training_card.flash(image, card, work / "office-without")
    with Machine(card, work / "stays-dead") as machine:
        machine.console.wait(READY, BOOT_S)
        machine.shell.run(DIE)
        machine.console.wait("Kernel panic", RESET_S)
        try:
            machine.wait_end(60)
        except TimeoutError:
            return
        raise AssertionError("something else started it again")
