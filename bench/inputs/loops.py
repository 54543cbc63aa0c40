"""Loop devices: block devices of the kernel over files. They want root."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONTROL = Path("/dev/loop-control")
GET_FREE = 0x4C82  # LOOP_CTL_GET_FREE of linux/loop.h
BLOCK_NODE, MAJOR = 0o060660, 7
TRIES = 20  # others take loop devices at the same time


def can_loop() -> bool:
    """Whether loop devices can be had here."""
    return os.geteuid() == 0 and CONTROL.exists()


@contextmanager
def loop(file: Path, *options: str) -> Iterator[Path]:
    """A loop device over a file; its node is made where nobody makes nodes. OSError."""
    device = _attach(file, options)
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)


def _attach(file: Path, options: tuple[str, ...]) -> Path:
    told = b""
    for _ in range(TRIES):
        with open(CONTROL) as control:
            number = fcntl.ioctl(control, GET_FREE)
        device = Path(f"/dev/loop{number}")
        if not device.exists():
            os.mknod(device, BLOCK_NODE, os.makedev(MAJOR, number))
        done = subprocess.run(["losetup", *options, device, file], capture_output=True, check=False)
        if done.returncode == 0:
            return device
        told = done.stderr
    raise OSError(told.decode(errors="replace"))
