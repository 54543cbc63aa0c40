"""Opens, captures and closes again and again on the twins of libfprint and of device services, and counts what stays.

`python -m bench.cycles_services 1000` prints descriptors, threads, children and resident memory before and after.
"""

import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from hal import Ask, CaptureDevice, Position, Presence, Stop
from tests.twins import twin_of
from tests.twins.shape import CaptureTwin

WANTED = {"fingerprint": Position.RIGHT_INDEX, "iris": Position.EYE_LEFT}
DRIVEN = (("fingerprint", "sbi"), ("iris", "sbi"), ("fingerprint", "libfprint"))
WARM = 10  # cycles after which everything is imported and every pool filled


def held() -> tuple[int, int, int, int]:
    """Descriptors, threads, children, resident KiB."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count(), len(children), pages * 4


def cycle(device: CaptureDevice, ask: Ask) -> None:
    """One open, one picture, one close."""
    with device:
        for item in device.look(ask, Stop()):
            if not isinstance(item, Presence):
                break


def main(count: int) -> None:
    """One line a driver."""
    for port, driver in DRIVEN:
        with tempfile.TemporaryDirectory() as folder, twin_of(port, driver, Path(folder)) as twin:
            assert isinstance(twin, CaptureTwin)
            device = twin.make()
            assert isinstance(device, CaptureDevice)
            ask = Ask((WANTED[port],))
            for _ in range(WARM):
                cycle(device, ask)
            before, began = held(), time.monotonic()
            for _ in range(count):
                cycle(device, ask)
            took_ms = (time.monotonic() - began) * 1000 / count
            after = held()
        names = ("descriptors", "threads", "children", "KiB")
        changes = ", ".join(f"{name} {a} -> {b}" for name, a, b in zip(names, before, after, strict=True))
        print(f"{port} {driver}: {count} cycles, {took_ms:.0f} ms each: {changes}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
