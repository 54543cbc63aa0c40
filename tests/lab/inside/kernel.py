"""What tests inside ask the kernel, and how they wait for it."""

import grp
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from hal import Stop, SystemClock

PATIENCE_S = 30.0
TREE = Path(__file__).parents[3]


def until(reached: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
    """Whether it came to be, within this time."""
    clock, stop = SystemClock(), Stop()
    end = clock.monotonic() + seconds
    while not reached():
        if clock.monotonic() > end:
            return False
        clock.wait(0.05, stop)
    return True


def rights(node: Path) -> tuple[str, int]:
    """Group and mode of a device node."""
    told = node.stat()
    return grp.getgrgid(told.st_gid).gr_name, stat.S_IMODE(told.st_mode)


def as_user(user: str, group: str, *command: object) -> subprocess.CompletedProcess[str]:
    """Run something as somebody who is in no other group."""
    words = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *map(str, command)]
    return subprocess.run(words, capture_output=True, text=True, errors="replace", check=False, cwd=TREE)


def reason_for(user: str, group: str, make: str) -> str:
    """What opening a device says to this user: "open", or the reason of its refusal."""
    source = f"""
from pathlib import Path
from hal import DeviceUnavailable, Stage, SystemClock, Wiring
{make}
try:
    device.open()
    print("open")
    device.close()
except DeviceUnavailable as refusal:
    print(refusal.reason.value)
"""
    told = as_user(user, group, sys.executable, "-B", "-c", source)
    return told.stdout.strip() or told.stderr


def held() -> tuple[int, int]:
    """Descriptors of this process and its children now."""
    children = sum(len((task / "children").read_text().split()) for task in Path("/proc/self/task").iterdir())
    return len(list(Path("/proc/self/fd").iterdir())), children
