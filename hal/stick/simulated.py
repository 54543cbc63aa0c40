"""A stick port whose sticks are directories: what was written stays there when the stick is pulled."""

from dataclasses import dataclass, field
from pathlib import Path

from hal.clock import Clock, Stop
from hal.errors import DeviceFault, DeviceUnavailable, UnavailableReason
from hal.standin import Stage, StandIn
from hal.stick import StickPort
from hal.values import Mounted, StickState, StickStatus

MOUNT_S = 0.3
SETTLE_S = 1.0
USUAL_CAPACITY = 8 << 30

Stamp = tuple[int, int]  # modified ns, bytes


@dataclass
class _Stick:
    directory: Path
    capacity_bytes: int
    read_only: bool
    lose_after_bytes: int | None
    mounted: bool = False
    settled: dict[Path, Stamp] = field(default_factory=dict)  # what is on the medium itself


class SimulatedStick(StandIn, StickPort):
    """One directory at a time stands for the stick's files; a path that is no directory is an unusable stick."""

    MODEL = "simulated stick port"
    PORT = "stick"
    DRIVER = "simulated"

    def __init__(self, clock: Clock, stage: Stage) -> None:
        super().__init__(clock, stage)
        self._stick: _Stick | None = None

    def plug(
        self,
        directory: Path,
        *,
        capacity_bytes: int = USUAL_CAPACITY,
        read_only: bool = False,
        lose_after_bytes: int | None = None,
    ) -> None:
        """Put a stick in. With `lose_after_bytes` it is pulled while it settles: of what was written since mount only
        so many bytes, oldest file first, have reached the medium, and settle raises LOST."""
        self._stick = _Stick(directory, capacity_bytes, read_only, lose_after_bytes)

    def pull(self) -> None:
        """Take the stick out; its directory stays as it is."""
        self._stick = None

    def status(self) -> StickStatus:
        self._begin("status")
        if (stick := self._stick) is None:
            return StickStatus(StickState.ABSENT)
        if not stick.directory.is_dir():
            return StickStatus(StickState.UNUSABLE)
        used = sum(size for _, size in _files(stick.directory).values())
        free = max(stick.capacity_bytes - used, 0)
        return StickStatus(StickState.READY, stick.directory.name, "directory", free, not stick.read_only)

    def mount(self) -> Mounted:
        self._begin("mount")
        self._clock.wait(MOUNT_S, Stop())
        if (stick := self._stick) is None:
            raise DeviceUnavailable(UnavailableReason.ABSENT, "stick")
        if not stick.directory.is_dir():
            raise DeviceFault("stick: no filesystem")
        stick.mounted, stick.settled = True, _files(stick.directory)
        return Mounted(stick.directory, not stick.read_only)

    def settle(self) -> Mounted:
        self._begin("settle")
        self._clock.wait(SETTLE_S, Stop())
        if (stick := self._stick) is None or not stick.mounted:
            raise DeviceUnavailable(UnavailableReason.LOST, "stick")
        if stick.lose_after_bytes is not None:
            _forget(stick.directory, stick.settled, stick.lose_after_bytes)
            self.pull()
            raise DeviceUnavailable(UnavailableReason.LOST, "stick")
        stick.settled = _files(stick.directory)
        return Mounted(stick.directory, writable=False)

    def release(self) -> None:
        self._begin("release")
        if self._stick is not None:
            self._stick.mounted = False


def _files(directory: Path) -> dict[Path, Stamp]:
    found = ((path, path.lstat()) for path in directory.rglob("*") if path.is_file() and not path.is_symlink())
    return {path: (status.st_mtime_ns, status.st_size) for path, status in found}


def _forget(directory: Path, settled: dict[Path, Stamp], kept_bytes: int) -> None:
    """Cut short what was written since; names stay, as on FAT, where the directory reaches the medium first."""
    written = [(stamp, path) for path, stamp in _files(directory).items() if settled.get(path) != stamp]
    for (_, size), path in sorted(written):
        kept = min(size, kept_bytes)
        kept_bytes -= kept
        if kept < size:
            with path.open("r+b") as file:
                file.truncate(kept)
