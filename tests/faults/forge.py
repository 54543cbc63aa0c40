"""The process that forks a box for every job, and strace beside it: who kills where, and in which order things went."""

import json
import os
import pickle
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import person
import pytest

from kiosk.commands.training import prepare

# Every call that changes what stands on a card or stick. Calls that only open, read or close change nothing.
CALLS = (
    "write", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "renameat", "renameat2", "mkdir", "mkdirat",
    "unlink", "unlinkat", "rmdir", "link", "linkat", "symlink", "symlinkat",
)  # fmt: skip
TRACED = (*CALLS, "openat")
HERE = Path(__file__).parent
MEMORY = Path("/dev/shm")  # a kill loses nothing that was written: it needs no card that waits


def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A directory for many short lives, in memory where there is some."""
    if os.access(MEMORY, os.W_OK):
        with tempfile.TemporaryDirectory(dir=MEMORY) as name:
            yield Path(name)
    else:
        yield tmp_path_factory.mktemp("lives")


def template(at: Path) -> Path:
    """An office and a box that has never been started."""
    at.mkdir()
    (at / person.TRAINING).write_bytes(pickle.dumps(prepare(at, 1)))
    return at


def _environment() -> dict[str, str]:
    paths = os.pathsep.join([str(HERE.parent / "flow"), str(HERE), str(HERE.parents[1])])
    return {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}


class Forge:
    """Runs lives of the box, each in a child that was forked for it."""

    def __init__(self) -> None:
        program = [sys.executable, "-W", "ignore", str(HERE / "person.py")]
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment(), text=True
        )

    def close(self) -> None:
        self._process.__exit__(None, None, None)  # closes the pipes and waits

    def live(
        self, place: Path, broken: str = "", dies: tuple[str, ...] | None = None, strace: tuple[str, ...] = ()
    ) -> bool:
        """One life; True where it came to its own end. `strace` are the options of a tracer that is there first."""
        child = int(self._say({"place": str(place), "broken": broken, "dies": dies}))
        with traced(child, strace) if strace else _untraced():
            status = int(self._say({}))
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0, f"a life at {place} failed"
            return True
        assert os.WTERMSIG(status) == 9
        return False

    def _say(self, line: object) -> str:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the forge is gone"
        return answer


@contextmanager
def _untraced() -> Iterator[None]:
    yield


class NotTraced(Exception):
    """strace could not attach."""


@contextmanager
def traced(child: int, options: tuple[str, ...]) -> Iterator[None]:
    """strace on this one thread, attached before and gone after."""
    command = ["strace", "-e", "signal=none", *options, "-p", str(child)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr
        said = tracer.stderr.readline()
        if "attached" not in said:
            raise NotTraced(said.strip())
        yield
        tracer.stderr.read()


def may_trace() -> str | None:
    """Why not, where this machine lets nobody trace."""
    if not shutil.which("strace"):
        return "strace is not installed"
    program = [sys.executable, "-c", "import person, sys; person.let_be_traced(); print(flush=True); sys.stdin.read()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(program, env=_environment(), text=True, **pipes) as child:
        assert child.stdin
        assert child.stdout
        child.stdout.readline()
        try:
            with traced(child.pid, ("-o", "/dev/null")):
                child.stdin.close()
        except NotTraced as error:
            return f"this machine lets nobody trace: {error}"
    return None


def trace(forge: Forge, place: Path, broken: str = "") -> list[str]:
    """The calls of a whole life, as strace writes them, with the paths of descriptors."""
    log = place / "strace"
    options = ("-y", "-s", "0", "-o", str(log), "-e", f"trace={','.join(TRACED)}")
    assert forge.live(place, broken, strace=options)
    return log.read_text().splitlines()


Point = tuple[str, int]  # the so-manieth call of this name


def killing(point: Point) -> tuple[str, ...]:
    """Options that kill at this call, before it happens. strace counts each name by itself."""
    name, number = point
    return ("-o", "/dev/null", "-e", f"trace={name}", "-e", f"inject={name}:signal=KILL:when={number}")


def kill_points(lines: list[str], every: bool = False) -> list[Point]:
    """Those calls that something may depend on: each one, but of a run of writes to one file the first only, since a
    file is not believed before its fsync. `every`: that run too."""
    chosen: list[Point] = []
    counts: Counter[str] = Counter()
    last = ""
    for line in lines:
        name, _, rest = line.partition("(")
        if name not in CALLS:
            continue
        counts[name] += 1
        what = f"{name} {rest.partition(',')[0]}" if name in ("write", "pwrite64") else ""
        if every or not what or what != last:
            chosen.append((name, counts[name]))
        last = what
    return chosen


def points_after(lines: list[str], mark: re.Pattern[str], name: str) -> list[Point]:
    """The first call of this name after each line that is so marked."""
    found: list[Point] = []
    count, marked = 0, False
    for line in lines:
        if line.startswith(f"{name}("):
            count += 1
            if marked:
                found.append((name, count))
                marked = False
        marked = marked or bool(mark.search(line))
    return found
