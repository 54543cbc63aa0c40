"""The twin of `updater rauc`: the updater service itself on files that stand for partitions, with a RAUC of software
at the end of it, and the firmware that chooses a slot."""

import os
import re
import select
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Self

from hal import Refusal, Stage, Updater, UpdateStage, UpdateStatus, Wiring
from hal.transport.verbs import serve
from hal.updater import helper, slots
from hal.updater.programs import Programs
from hal.updater.updates import FOLDER, RUNNING, Places, Updates
from tests.twins import bundles
from tests.twins.shape import Moment, UpdaterTwin

HERE = Path(__file__).parent
DEADLINE_S = 20.0
SLOT_BYTES = 4096
CONF = """[system]
compatible=jemput-virt
[keyring]
trusts=office
[handlers]
bootloader-custom-backend={0}/slot-handler
[test]
broken={0}/broken
[slot.rootfs.0]
device={0}/system_a
bootname=A
[slot.boot.0]
device={0}/boot_a
parent=rootfs.0
[slot.rootfs.1]
device={0}/system_b
bootname=B
[slot.boot.1]
device={0}/boot_b
parent=rootfs.1
"""
SYSTEMCTL = """#!/bin/sh
case "$1" in
show) echo ActiveState=active; echo "StatusText=The screens are there."; echo ActiveEnterTimestampMonotonic=0 ;;
reboot) touch {0}/went-down ;;
esac
"""


class ToldUpdates(Updates):
    """Says so whenever its status changed, and waits in the middle of a copy where the twin wants it to."""

    def __init__(self, programs: Programs, places: Places) -> None:
        self.changed, self.hold, self.go_on = os.eventfd(0, os.EFD_NONBLOCK), False, threading.Event()
        self.held = threading.Event()
        self.fractions: list[float] = []
        super().__init__(programs, places)

    def _tell(self, stage: UpdateStage, refusal: Refusal | None = None) -> None:
        super()._tell(stage, refusal)
        os.eventfd_write(self.changed, 1)

    def _progress(self, fraction: float) -> None:
        super()._progress(fraction)
        self.fractions.append(fraction)
        if self.hold and fraction > 0:
            self.held.set()
            self.go_on.wait(DEADLINE_S)


class RaucTwin(UpdaterTwin):
    """Slot A runs. UPDATES is the work behind the socket."""

    UPDATES: ClassVar[type[ToldUpdates]] = ToldUpdates

    REFUSALS = (
        Refusal.ALTERED,
        Refusal.UNSIGNED,
        Refusal.OTHER_KEY,
        Refusal.OTHER_BOARD,
        Refusal.TOO_OLD,
        Refusal.SAME,
        Refusal.CUT_SHORT,
        Refusal.TOO_LARGE,
        Refusal.UNSUITABLE,
    )

    def __enter__(self) -> Self:
        here, self.root, self.stick = self.folder, self.folder / "root", self.folder / "stick"
        for name in ("system_a", "system_b", "boot_a", "boot_b"):
            (here / name).write_bytes(bytes(SLOT_BYTES))
        for name in ("boot/config", "proc", "data/system"):
            (self.root / name).mkdir(parents=True)
        (self.root / "boot/config/autoboot.txt").write_text(slots.AUTOBOOT.format(2, 3))
        (here / "system.conf").write_text(CONF.format(here))
        (here / "bin").mkdir()
        self._script("bin/systemctl", SYSTEMCTL.format(here))
        run = f"{sys.executable} -IS"
        self._script(
            "slot-handler",
            f'#!/bin/sh\nPATH={here}/bin:$PATH exec {run} {slots.__file__} --root {self.root} "$@"\n',
        )
        self._script("rauc", f'#!/bin/sh\nexec {run} {HERE}/fake_rauc.py "$@"\n')
        self.stage = Stage(wiring=Wiring(updater_helper=here / "sock"))
        self._boots = 0
        self._boot("A", self.RUNNING)
        return self

    def __exit__(self, *exc: object) -> None:
        self._down()

    def vanish(self, moment: Moment = Moment.IDLE) -> None:
        self._down()

    def replug(self) -> None:
        self._up()

    def lay(self, version: str, refusal: Refusal | None = None) -> None:
        raw = bundles.bundle(version)
        altered = raw.replace(f"'{version}'".encode(), b"'9.9.9'")
        made: dict[Refusal | None, Callable[[], bytes]] = {
            None: lambda: raw,
            Refusal.ALTERED: lambda: altered,
            Refusal.UNSIGNED: bundles.payload,
            Refusal.OTHER_KEY: lambda: bundles.bundle(version, key="somebody"),
            Refusal.OTHER_BOARD: lambda: bundles.bundle(version, compatible="jemput-pi5"),
            Refusal.TOO_OLD: lambda: bundles.bundle("0.0.9"),
            Refusal.SAME: lambda: bundles.bundle(self.RUNNING),
            Refusal.CUT_SHORT: lambda: raw[:-5000],
            Refusal.TOO_LARGE: lambda: bundles.bundle(version, rootfs=SLOT_BYTES + 1),
            Refusal.UNSUITABLE: lambda: bundles.bundle(version, form="plain"),
        }
        bundles.write(self.stick / FOLDER / "a.raucb", made[refusal]())

    def lay_damaged(self, version: str) -> None:
        raw = bytearray(bundles.bundle(version))
        raw[5 << 20] ^= 1
        bundles.write(self.stick / FOLDER / "a.raucb", bytes(raw))

    def pull_while_copying(self, begin: Callable[[], None]) -> None:
        self.updates.hold = True
        begin()
        assert self.updates.held.wait(DEADLINE_S)
        os.truncate(self.stick / FOLDER / "a.raucb", 0)
        self.updates.hold = False
        self.updates.go_on.set()

    def put_back(self, version: str) -> None:
        self.lay(version)

    def ended(self, device: Updater) -> UpdateStatus:
        while (status := device.status()).stage in RUNNING:
            assert select.select([self.updates.changed], [], [], DEADLINE_S)[0], f"nothing after {status}"
            os.eventfd_read(self.updates.changed)
        return status

    def touched(self) -> bool:
        return any((self.folder / name).read_bytes() != bytes(SLOT_BYTES) for name in ("system_b", "boot_b"))

    def start_again(self, comes_up: bool = True) -> None:
        """The firmware: the usual partition, or once the other one; who does not come up is reset."""
        self._down()
        config = self.root / "boot/config"
        usual, trial = re.findall(r"boot_partition=(\d)", (config / "autoboot.txt").read_text())
        armed = (config / "tryboot").exists()
        (config / "tryboot").unlink(missing_ok=True)
        tries = armed and comes_up
        slot = {"2": "A", "3": "B"}[trial if tries else usual]
        self._boot(slot, self._version_in[slot])
        if tries:
            stands = f"ActiveState=active\nStatusText={slots.STANDS}\nActiveEnterTimestampMonotonic=0"
            made = slots.Slots(self.root, lambda _: stands, _mounted)
            made.mark_good()

    def break_installing(self) -> None:
        """From now on RAUC stops in the middle of an image."""
        (self.folder / "broken").touch()

    def _boot(self, slot: str, version: str) -> None:
        self._boots += 1
        if self._boots == 1:
            self._version_in = {"A": version, "B": "0.2.0"}
        (self.root / "proc/cmdline").write_text(f"quiet root=PARTLABEL=system_{slot.lower()} ro\n")
        (self.folder / "os-release").write_text(f'IMAGE_ID="jemput-virt"\nIMAGE_VERSION={version}\n')
        (self.folder / "boot_id").write_text(f"boot-{self._boots}\n")
        self._up()

    def _up(self) -> None:
        here = self.folder
        self.updates = self.UPDATES(
            Programs(here / "rauc", here / "system.conf", here / "slot-handler"),
            Places(self.stick, self.root / "data/system/updates", here / "os-release", here / "boot_id"),
        )
        (here / "sock").unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(here / "sock"))
        self._listener.listen(16)
        verbs, may_ask = helper.verbs(self.updates), frozenset({os.getuid()})
        self._server = threading.Thread(target=serve, args=(self._listener, verbs, may_ask), name="updater")
        self._server.start()

    def _down(self) -> None:
        if self._server.is_alive():
            self._listener.shutdown(socket.SHUT_RDWR)
            self._server.join()
            self._listener.close()
            self.updates.close()
            os.close(self.updates.changed)

    def _script(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)


def _mounted(path: Path) -> bool:
    return path.name == "data"
