"""The few things about sticks that need privileges: mount, flush, unmount, power off. Fixed options, one at a time."""

import ctypes
import errno
import fcntl
import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from hal.clock import Stop, SystemClock
from hal.errors import DeviceFault, DeviceUnavailable, UnavailableReason
from hal.stick.block import Disk, Volume, disks, volume
from hal.values import Mounted, StickState, StickStatus

MOUNT_S = 60.0  # a large, slow FAT; usual is below 1 s
ARRIVAL_S = 3.0  # from a disk's first sign to the last of its partitions; usual is below 0.2
LOOK_S = 0.2  # between two looks at a disk that is arriving
BUSY_S = 1.5  # for which the kernel may hold on to what was unmounted a moment ago
GUARD = "nosuid,nodev,noexec,nosymfollow,noatime"
BLKFLSBUF = 0x1261  # linux/fs.h: write out and forget what is cached of a block device
OWNED = {"vfat": "uid={0},gid={1},fmask=0177,dmask=0077,utf8", "exfat": "uid={0},gid={1},fmask=0177,dmask=0077"}
ON_ERROR = {"vfat": "errors=remount-ro", "exfat": "errors=remount-ro", "ext4": "errors=remount-ro"}


@dataclass
class _Held:
    """The stick in use: `files` is an open directory of it, so that the kernel tells of every failed write since."""

    disk: Disk
    volume: Volume
    status: StickStatus
    files: int = -1


@dataclass
class _Off:
    """Powered off, not yet pulled. `number` is the kernel's count of devices on the bus: what is plugged in there
    afterwards has another one."""

    interface: Path  # .../usbN/N-M/N-M:1.0
    number: str
    status: StickStatus

    def there(self) -> bool:
        return _number(self.interface) == self.number


class Sticks:
    """One mount point for one stick; files on it belong to `owner` (user, group). `under` tells where in sysfs sticks
    stand. The stick that came first is the one in use; others wait until it is gone.
    """

    def __init__(self, at: Path, owner: tuple[int, int], under: str = "/usb") -> None:
        self._at, self._owner, self._under = at, owner, under
        self._clock = SystemClock()
        self._held: _Held | None = None
        self._off: _Off | None = None
        self._unusable = 0  # the sequence of a disk that was looked at and holds nothing to mount

    def status(self) -> StickStatus:
        """What is plugged in now."""
        self._forget_the_gone()
        if self._off:
            return self._off.status
        if self._held is None and not self._take_the_first():
            return StickStatus(StickState.UNUSABLE if self._present() else StickState.ABSENT)
        held = self._held
        if held is None:
            return StickStatus(StickState.ABSENT)
        if held.files >= 0:
            held.status = self._described(held)
        return replace(held.status, writable=not held.disk.read_only)

    def mount(self) -> Mounted:
        """Its files, writable where it allows. DeviceUnavailable(ABSENT); DeviceFault where it holds no file system."""
        self._wake()
        state = self.status().state
        if state is StickState.ABSENT:
            raise DeviceUnavailable(UnavailableReason.ABSENT, "stick")
        held = self._held
        if state is StickState.UNUSABLE or held is None:
            raise DeviceFault("stick: no file system that a box mounts")
        self._unmount()
        writable = not held.disk.read_only and self._mounted(held, "rw")
        if not writable and not self._mounted(held, "ro"):
            raise self._why("its file system cannot be mounted")
        return Mounted(self._at, writable and os.access(self._at, os.W_OK))

    def settle(self) -> Mounted:
        """What was written is on the medium, or DeviceFault; what is read from now on comes from there."""
        held = self._in_use()
        refused = ctypes.CDLL(None, use_errno=True).syncfs(held.files) != 0
        self._unmount()
        if refused or not self._flushed(held.volume.node):
            raise self._why("it refuses what was written")
        if not self._mounted(held, "ro"):
            raise self._why("it cannot be mounted again")
        return Mounted(self._at, writable=False)

    def release(self) -> None:
        """Unmount and power off; from now on it may be pulled."""
        self._forget_the_gone()
        held = self._held
        if held is None:
            return
        status = self.status()
        if held.files >= 0:
            self._unmount()
            self._flushed(held.volume.node)
        switch = held.disk.place / "../../delete"
        if switch.is_file():
            interface = held.disk.place.parents[4]  # above hostH/targetH:0:0/H:0:0:0/block/sdX
            self._off = _Off(interface, _number(interface), status)
            with suppress(OSError):  # it was pulled this very moment
                switch.write_text("1")
            self._held = None

    def close(self) -> None:
        """Leave nothing mounted."""
        self._unmount()

    def _take_the_first(self) -> bool:
        for disk in disks(self._under):
            if disk.sequence == self._unusable:
                continue
            found = self._arrived(disk)
            if found is None:
                self._unusable = disk.sequence
                continue
            status = StickStatus(StickState.READY, found.uuid, found.filesystem, 0, not disk.read_only)
            self._held = _Held(disk, found, status)
            if not self._try_to_mount(self._held, "ro"):  # its room is known from the first look on
                self._held, self._unusable = None, disk.sequence
                continue
            self._held.status = self._described(self._held)
            self._unmount()
            return True
        return False

    def _arrived(self, disk: Disk) -> Volume | None:
        """What lies on a disk, whose partitions may come a moment after itself."""
        end = self._clock.monotonic() + ARRIVAL_S
        while (found := volume(disk)) is None and self._there(disk) and self._clock.monotonic() < end:
            self._clock.wait(LOOK_S, Stop())
        return found

    def _present(self) -> bool:
        return bool(disks(self._under))

    def _forget_the_gone(self) -> None:
        if self._off and not self._off.there():
            self._off = None
        if self._held and not self._there(self._held.disk):
            self._unmount()
            self._held = None

    def _there(self, disk: Disk) -> bool:
        return any(one.sequence == disk.sequence for one in disks(self._under))

    def _in_use(self) -> _Held:
        self._forget_the_gone()
        if self._held is None or self._held.files < 0:
            raise DeviceUnavailable(UnavailableReason.LOST, "stick")
        return self._held

    def _described(self, held: _Held) -> StickStatus:
        with suppress(OSError):
            room = os.fstatvfs(held.files)
            free = room.f_bavail * room.f_frsize
            return StickStatus(
                StickState.READY, held.volume.uuid, held.volume.filesystem, free, not held.disk.read_only
            )
        return held.status

    def _mounted(self, held: _Held, mode: str) -> bool:
        end = self._clock.monotonic() + BUSY_S
        while not self._try_to_mount(held, mode):
            if self._clock.monotonic() > end or not self._there(held.disk):
                return False
            self._clock.wait(LOOK_S, Stop())
        return True

    def _try_to_mount(self, held: _Held, mode: str) -> bool:
        kind = held.volume.filesystem
        named = OWNED.get(kind, "").format(*self._owner)
        options = ",".join(part for part in (mode, GUARD, named, ON_ERROR[kind]) if part)
        self._at.mkdir(mode=0o755, parents=True, exist_ok=True)
        command = ["mount", "--types", kind, "--options", options, str(held.volume.node), str(self._at)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=MOUNT_S, check=False)
            if done.returncode != 0:
                return False
            held.files = os.open(self._at, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            if mode == "rw" and kind == "ext4":
                os.fchown(held.files, *self._owner)  # FAT has no owners, ext4 keeps those of another computer
        except (OSError, subprocess.TimeoutExpired):
            self._unmount()
            return False
        return True

    def _unmount(self) -> None:
        if self._held and self._held.files >= 0:
            os.close(self._held.files)
            self._held.files = -1
        if not os.path.ismount(self._at):
            return
        done = subprocess.run(["umount", str(self._at)], capture_output=True, check=False)
        if done.returncode != 0:  # somebody reads it, or it is gone: nobody comes near it any more
            subprocess.run(["umount", "--lazy", str(self._at)], capture_output=True, check=False)

    def _flushed(self, node: Path) -> bool:
        try:
            descriptor = os.open(node, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
                fcntl.ioctl(descriptor, BLKFLSBUF)
            finally:
                os.close(descriptor)
        except OSError as error:
            return error.errno == errno.EROFS
        return True

    def _why(self, what: str) -> DeviceFault | DeviceUnavailable:
        """A stick that has gone meanwhile is lost, whatever it seemed to say."""
        held = self._held
        if held and self._there(held.disk):
            return DeviceFault(f"stick: {what}")
        self._forget_the_gone()
        return DeviceUnavailable(UnavailableReason.LOST, "stick")

    def _wake(self) -> None:
        """Power on what was powered off and never pulled."""
        self._forget_the_gone()
        if self._off:
            interface, self._off = self._off.interface, None
            for host in interface.glob("host*/scsi_host/host*/scan"):
                with suppress(OSError):
                    host.write_text("- - -")
            end = self._clock.monotonic() + ARRIVAL_S
            while not self._present() and self._clock.monotonic() < end:
                self._clock.wait(LOOK_S, Stop())


def _number(interface: Path) -> str:
    try:
        return (interface.parent / "devnum").read_text()
    except OSError:
        return ""
