"""Cards for the workshop's tests: loop devices over files, or over files that lie."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from bench.inputs.loops import can_loop, loop

LIAR = Path(__file__).with_name("lying_card.py")


def needs(*programs: str) -> None:
    """Skip where loop devices or one of these programs cannot be had."""
    if not can_loop():
        pytest.skip("loop devices want root and /dev/loop-control")
    if missing := [program for program in programs if not shutil.which(program)]:
        pytest.skip(f"not installed: {', '.join(missing)}; image-build/packages.sh installs them")


@contextmanager
def card(folder: Path, mib: int, name: str = "card") -> Iterator[Path]:
    """An honest card, never used."""
    file = folder / f"{name}.card"
    with open(file, "wb") as made:
        made.truncate(mib << 20)
    with loop(file) as device:
        yield device


@contextmanager
def liar(folder: Path, kind: str, mib: int, at: int) -> Iterator[Path]:
    """A card of `mib` that lies as lying_card.py says."""
    if not Path("/dev/fuse").exists():
        pytest.skip("cards that lie want /dev/fuse")
    mount = folder / "fuse"
    mount.mkdir()
    command = [sys.executable, str(LIAR), str(mount), kind, str(mib << 20), str(at)]
    with ExitStack() as stack:
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        stack.callback(subprocess.run, ["umount", str(mount)], check=False)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield stack.enter_context(loop(mount / "card"))
