"""The clock's word as a manifest states it."""

from hal import Clock
from kiosk.core.recording import Moment


def moment(clock: Clock, boot: int, boot_s: float) -> Moment:
    """Now; `boot_s` is the clock's monotonic reading at the start of this boot."""
    wall = clock.wall()
    elapsed_ms = round((clock.monotonic() - boot_s) * 1000)
    return Moment(wall.utc.strftime("%Y-%m-%dT%H:%M:%SZ"), wall.source, wall.confident, boot, elapsed_ms)
