"""One power-on of a box in an emulator: from the firmware's choice to power-off, reset or a cut.

A reset ends the machine too: the next `Machine` on the same card goes through the firmware again, as a Pi does.
"""

import json
import os
import socket
import subprocess
from contextlib import ExitStack
from enum import Enum
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.image.emulator import firmware
from tests.image.emulator.lines import Lines
from tests.image.emulator.monitor import Monitor
from tests.image.emulator.shell import Shell

QEMU = ("setpriv", "--pdeathsig", "KILL", "qemu-system-aarch64")  # ends with whoever tests
PROCESSOR = "cortex-a72"  # a Pi 4's. Measured: an A53 takes as long, "max" 4 times (it signs its pointers)
# Measured on two cores: three machines of two processors each spend half of all time waiting for one another, two with
# one each hardly any. JEMPUT_PROCESSORS=1 is for a machine on every core.
PROCESSORS = os.environ.get("JEMPUT_PROCESSORS", "2")
MEMORY_MB = 1536  # of the smallest Pi 4's 2 GB what its graphics leave
PANEL = (800, 480)  # the official panel of a Pi, for which the screens are drawn
TOUCH_RANGE = 0x7FFF  # virtio-tablet's coordinates
UNPLUG_S = 60
GONE_S = 60


class Ending(Enum):
    """How a power-on ended."""

    POWERED_OFF = "guest-shutdown"
    RESET = "guest-reset"
    CUT = "host-qmp-quit"


class Machine:
    """A box that is switched on. `log` is where every write to the card is noted (see write_log)."""

    def __init__(
        self,
        card: Path,
        work: Path,
        log: Path | None = None,
        clock: str = "utc",
        watchdog: bool = False,
        stick: Path | None = None,
    ) -> None:
        """`clock` is the real-time clock at the start, as QEMU has it. A `watchdog` resets a system that hangs, but
        on a busy computer also one that is only slow. A `stick` is plugged in before the box is switched on."""
        self._card, self._work, self._log, self._clock, self._watchdog = card, work, log, clock, watchdog
        self._stick = stick
        self._open = ExitStack()
        self._plugged: set[str] = set()
        self._shots = 0

    def __enter__(self) -> Self:
        """Raises WillNotStart."""
        self._work.mkdir(parents=True, exist_ok=True)
        self.start = firmware.start(self._card)
        for name, content in (("kernel", self.start.kernel), ("initrd", self.start.initrd)):
            (self._work / name).write_bytes(content)
        if self._log is not None:
            self._log.write_bytes(b"")
        with ExitStack() as theirs:
            pairs = [socket.socketpair() for _ in range(3)]
            for _, end in pairs:
                theirs.enter_context(end)
            numbers = [end.fileno() for _, end in pairs]
            self._process = subprocess.Popen(
                self._command(*numbers), pass_fds=numbers, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        monitor, console, shell = (end for end, _ in pairs)
        self._open.callback(self._end)
        self.console = Lines(console, self._work / "console.log", self.written)
        self._open.callback(self.console.close)
        typed = Lines(shell, self._work / "shell.log")
        self._open.callback(typed.close)
        self.shell = Shell(typed)
        try:
            self._monitor = Monitor(monitor)
        except EOFError as error:
            said = self._complaint()
            self._open.close()
            raise RuntimeError(f"QEMU ended: {said}") from error
        self._open.callback(self._monitor.close)
        self._open.callback(self._process.kill)
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()

    def written(self) -> int:
        """Bytes of the log of writes so far."""
        return self._log.stat().st_size if self._log is not None else 0

    def wait_end(self, within_s: float) -> Ending:
        """How it ends. Raises TimeoutError, and RuntimeError where the emulator itself fails."""
        try:
            code = self._process.wait(within_s)
        except subprocess.TimeoutExpired as late:
            raise TimeoutError(f"the machine was still on after {within_s:.0f} s") from late
        shutdowns = self._monitor.wait("SHUTDOWN", GONE_S) if code == 0 else None
        if shutdowns is None:
            raise RuntimeError(f"QEMU ended with {code}: {self._complaint()}")
        return Ending(shutdowns["reason"])

    def cut(self) -> None:
        """Take its power away. What it had written is in the card's file; what a real card would have lost of it is
        for write_log to say."""
        self._monitor.run("quit")
        self.wait_end(GONE_S)

    def press_power(self) -> None:
        """The short press of a power button."""
        self._monitor.run("system_powerdown")

    def screen(self) -> NDArray[np.uint8]:
        """The panel now, height x width x RGB."""
        self._shots += 1
        path = self._work / f"screen-{self._shots}.png"
        self._monitor.run("screendump", filename=str(path), format="png")
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"))

    def touch(self, x: float, y: float) -> None:
        """A tap; x and y from 0 to 1 across the panel. It comes from elsewhere: a kernel tells nobody of an axis that
        has not moved, not even a program that has just begun to listen."""
        elsewhere, place = ([_axis("x", at_x), _axis("y", at_y)] for at_x, at_y in ((x / 2, y / 2), (x, y)))
        for events in (elsewhere, place, [_button(True)], [_button(False)]):
            self._monitor.run("input-send-event", events=events)

    def plug(self, name: str, image: Path) -> None:
        """A USB stick of this content, under a name of ours."""
        file = {"driver": "file", "filename": str(image)}
        self._monitor.run("blockdev-add", driver="raw", file=file, **{"node-name": name})
        self._monitor.run(
            "device_add", driver="usb-storage", bus="xhci.0", drive=name, id=name, serial=name, removable=True
        )
        self._plugged.add(name)

    def pull(self, name: str) -> None:
        """Pull a stick out, whatever it is doing."""
        self._monitor.run("device_del", id=name)
        self._monitor.wait("DEVICE_DELETED", UNPLUG_S, device=name)
        self._monitor.run("blockdev-del", **{"node-name": name})
        self._plugged.discard(name)

    def _command(self, monitor: int, console: int, shell: int) -> list[str]:
        return [
            *(*QEMU, "-machine", "virt", "-accel", "tcg,thread=multi", "-cpu", PROCESSOR, "-smp", PROCESSORS),
            *("-m", str(MEMORY_MB), "-nodefaults", "-display", "none", "-nic", "none", "-no-reboot"),
            *(
                "-kernel",
                str(self._work / "kernel"),
                "-initrd",
                str(self._work / "initrd"),
                "-append",
                self.start.command_line,
            ),
            *("-rtc", f"base={self._clock},clock=vm"),
            *("-blockdev", json.dumps(self._disk())),
            # Merged requests may have as many pieces as QEMU allows, and the log of writes adds two: they would fail.
            *("-device", "virtio-blk-pci,drive=card,discard=off,write-zeroes=off,request-merging=off"),
            *("-device", f"virtio-gpu-pci,xres={PANEL[0]},yres={PANEL[1]}", "-device", "virtio-tablet-pci"),
            *("-device", "virtio-rng-pci", "-device", "qemu-xhci,id=xhci"),
            *(("-device", "i6300esb", "-action", "watchdog=reset") if self._watchdog else ()),
            *self._plugged_before(),
            *("-chardev", f"socket,id=console,fd={console}", "-serial", "chardev:console"),
            *("-chardev", f"socket,id=shell,fd={shell}", "-device", "virtio-serial-pci"),
            *("-device", "virtconsole,chardev=shell"),
            *("-chardev", f"socket,id=monitor,fd={monitor}", "-mon", "chardev=monitor,mode=control"),
        ]

    def _disk(self) -> dict[str, Any]:
        """The card. The host need not be patient with it: the machine's own end is what is tried."""
        patient = {"cache": {"no-flush": True}}
        card = {"driver": "raw", "file": {"driver": "file", "filename": str(self._card)}} | patient
        if self._log is None:
            return card | {"node-name": "card"}
        log = {"driver": "raw", "file": {"driver": "file", "filename": str(self._log)}} | patient
        return {"driver": "blklogwrites", "node-name": "card", "file": card, "log": log}

    def _plugged_before(self) -> tuple[str, ...]:
        if self._stick is None:
            return ()
        stick = {"driver": "raw", "node-name": "stick", "file": {"driver": "file", "filename": str(self._stick)}}
        return ("-blockdev", json.dumps(stick), "-device", "usb-storage,bus=xhci.0,drive=stick,removable=on")

    def _complaint(self) -> str:
        return self._process.stderr.read().decode(errors="replace") if self._process.stderr else ""

    def _end(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()


def _axis(name: str, share: float) -> dict[str, Any]:
    return {"type": "abs", "data": {"axis": name, "value": round(share * TOUCH_RANGE)}}


def _button(down: bool) -> dict[str, Any]:
    return {"type": "btn", "data": {"button": "left", "down": down}}
