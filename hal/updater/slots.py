"""The two systems of a box and which one starts: RAUC's custom boot backend, and the verbs of a trial. Standard library
alone, run as a file by /usr/lib/jemput/slot-handler.

What starts is said by one file, autoboot.txt, that the Pi's firmware reads: `[all]` is the usual partition, `[tryboot]`
the one of a start that was asked for once; any further reset takes the usual one again. Good and bad are notes for RAUC
alone, so they lie on the data partition and the FAT is written once an update, when a trial has proven itself.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

PARTITIONS = {"A": 2, "B": 3}  # boot_a and boot_b of the card
AUTOBOOT = "[all]\ntryboot_a_b=1\nboot_partition={}\n[tryboot]\nboot_partition={}\n"
SECTOR = 512
STATES = ("good", "bad")
KIOSK = "jemput-kiosk.service"
STANDS = "The screens are there."  # what the kiosk says of itself then; it is active, too, where it only says why not
SHOWN = ("ActiveState", "StatusText", "ActiveEnterTimestampMonotonic")
PROVEN_S = 60.0  # a kiosk that stands so long has opened its data, its devices and its screen
REBOOT = ("systemctl", "reboot")
ONCE = "--reboot-argument=0 tryboot"  # what a Pi's firmware is told: partition 0, the trial

Run = Callable[[Sequence[str]], str]


class CannotSay(Exception):
    """One sentence about what is wrong with the box's boot files."""


class Slots:
    """A box's slots below `root`. `run` carries out a command and gives its output; CannotSay where it fails."""

    def __init__(
        self,
        root: Path,
        run: Run,
        is_mount: Callable[[Path], bool] = os.path.ismount,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._data = root / "boot/config", root / "data"
        self._states = self._data / "system/slots"
        self._cmdline, self._tree = root / "proc/cmdline", root / "proc/device-tree/compatible"
        self._run, self._is_mount, self._now_s = run, is_mount, now_s

    def current(self) -> str:
        """The slot that runs."""
        for word in self._cmdline.read_text().split():
            if word.startswith("root=PARTLABEL=system_") and (slot := word[-1].upper()) in PARTITIONS:
                return slot
        raise CannotSay("the kernel's command line names no system partition")

    def primary(self) -> str:
        """The slot of a usual start."""
        section = ""
        for line in self._autoboot().read_text().splitlines():
            name, _, value = line.strip().partition("=")
            section = name if name.startswith("[") else section
            if section == "[all]" and name == "boot_partition":
                for slot, number in PARTITIONS.items():
                    if value == str(number):
                        return slot
        raise CannotSay("autoboot.txt names no usual partition that holds a system")

    def set_primary(self, slot: str) -> None:
        """Let usual starts take this slot.

        Written in place, at constant length, within the file's only sector: the FAT and the directory keep naming it
        whatever happens, and a sector is old or new. A new file and a rename would leave moments without any
        autoboot.txt, in which a Pi finds no system at all.
        """
        usual, other = PARTITIONS[slot], sum(PARTITIONS.values()) - PARTITIONS[slot]
        self._write(AUTOBOOT.format(usual, other).encode())

    def state(self, slot: str) -> str:
        """good or bad; what nobody noted is good where it is the usual one."""
        try:
            noted = (self._states / slot).read_text().strip()
        except OSError:
            noted = ""
        return noted if noted in STATES else STATES[slot != self.primary()]

    def set_state(self, slot: str, state: str) -> None:
        """Note it durably."""
        self._states.mkdir(parents=True, exist_ok=True)
        new = self._states / f"{slot}.new"
        with new.open("w") as file:
            file.write(state)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._states / slot)
        _sync(self._states)

    def arm_trial(self) -> None:
        """Restart, once, into the slot that is not the usual one."""
        if self._tree.exists() and b"raspberrypi" in self._tree.read_bytes():
            self._run((*REBOOT, ONCE))
            return
        with _Writable(self._config, self._run, self._is_mount):  # the emulated firmware takes a file for the argument
            (self._config / "tryboot").touch()
            _sync(self._config)
        self._run(REBOOT)

    def mark_good(self) -> None:
        """Make the running slot the usual one, if it has proven itself. CannotSay where it has not."""
        current = self.current()
        if not self._is_mount(self._data):
            raise CannotSay("the data partition is not mounted; this start proves nothing")
        stood = self._stood_s()
        if stood < PROVEN_S:
            raise CannotSay(f"the kiosk has stood for {stood:.0f} s of {PROVEN_S:.0f}; wait")
        if self.primary() != current:
            self.set_primary(current)
        if self.state(current) != STATES[0]:
            self.set_state(current, STATES[0])

    def trial_over(self) -> None:
        """Give up a trial that has not proven itself: the restart takes the usual slot. Nothing where there is none."""
        if self.current() != self.primary():
            self._run(REBOOT)

    def _stood_s(self) -> float:
        told = self._run(("systemctl", "show", f"--property={','.join(SHOWN)}", KIOSK))
        found = {name: value for name, _, value in (line.partition("=") for line in told.splitlines())}
        active, text, since = (found.get(name, "") for name in SHOWN)
        if active != "active" or text != STANDS or not since.isdecimal():
            return 0.0
        return self._now_s() - int(since) / 1e6

    def _autoboot(self) -> Path:
        return self._config / "autoboot.txt"

    def _write(self, text: bytes) -> None:
        path = self._autoboot()
        with _Writable(self._config, self._run, self._is_mount):
            size = path.stat().st_size if path.exists() else 0
            if len(text) <= size <= SECTOR:
                _overwrite(path, text.ljust(size, b"\n"))
            else:  # nothing that could be overwritten: somebody's own file, or none
                _replace(path, text)
            if path.read_bytes().rstrip() != text.rstrip():
                raise CannotSay("autoboot.txt does not hold what was written; the card is worn out")


class _Writable:
    """A mounted FAT that is read-only is writable for as long as this lasts."""

    def __init__(self, folder: Path, run: Run, is_mount: Callable[[Path], bool]) -> None:
        self._folder, self._run = folder, run
        self._remounts = is_mount(folder) and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)

    def __enter__(self) -> None:
        if self._remounts:
            self._run(("mount", "-o", "remount,rw", str(self._folder)))

    def __exit__(self, *exc: object) -> None:
        if self._remounts:
            self._run(("mount", "-o", "remount,ro", str(self._folder)))


def _overwrite(path: Path, text: bytes) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        os.pwrite(descriptor, text, 0)
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)  # so that it is read from the medium
    finally:
        os.close(descriptor)


def _replace(path: Path, text: bytes) -> None:
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _carried_out(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise CannotSay(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def main(argv: Sequence[str]) -> int:
    """Carry out one verb; RAUC reads the answer from standard output."""
    parser = argparse.ArgumentParser(
        description="Which system of the box starts. Example: slot-handler get-primary", prog="slot-handler"
    )
    parser.add_argument("--root", type=Path, default=Path("/"), help="where the box's files lie")
    commands = parser.add_subparsers(dest="verb", required=True)
    for verb in ("get-primary", "get-current", "arm-trial", "mark-good", "trial-over"):
        commands.add_parser(verb)
    for verb in ("set-primary", "get-state", "set-state"):
        commands.add_parser(verb).add_argument("slot", choices=PARTITIONS)
    commands.choices["set-state"].add_argument("state", choices=STATES)
    told = parser.parse_args(argv)
    slots = Slots(told.root, _carried_out)
    verbs: dict[str, Callable[[], str | None]] = {
        "get-primary": slots.primary,
        "get-current": slots.current,
        "arm-trial": slots.arm_trial,
        "mark-good": slots.mark_good,
        "trial-over": slots.trial_over,
        "set-primary": lambda: slots.set_primary(told.slot),
        "get-state": lambda: slots.state(told.slot),
        "set-state": lambda: slots.set_state(told.slot, told.state),
    }
    try:
        answer = verbs[told.verb]()
    except (CannotSay, OSError) as error:
        print(f"slot-handler: {error}", file=sys.stderr)
        return 1
    if answer is not None:
        print(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
