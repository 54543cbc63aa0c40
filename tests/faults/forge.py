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
from dataclasses import dataclass, field
from pathlib import Path

import person
import pytest
from flow_box import moved

from kiosk.commands.training import BOX, TrainingBox, prepare
from kiosk.exchange.bundle import verify_bundle
from kiosk.exchange.manifest import open_manifest
from kiosk.exchange.receipt import open_receipt
from kiosk.flow import papers
from kiosk.regency import survey
from kiosk.regency.office import open_office
from kiosk.store import BundleKind, BundleRow, BundleState, InMemoryKeyring, Store

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


class Forge:
    """Runs lives of the box, each in a child that was forked for it."""

    def __init__(self) -> None:
        paths = os.pathsep.join([str(HERE.parent / "flow"), str(HERE), str(HERE.parents[1])])
        environment = {**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"}
        program = [sys.executable, "-W", "ignore", str(HERE / "person.py")]
        self._process = subprocess.Popen(
            program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )

    def close(self) -> None:
        self._process.__exit__(None, None, None)  # closes the pipes and waits

    def live(self, place: Path, broken: str = "", dies: tuple[str, ...] | None = None, strace: tuple[str, ...] = ()):
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


@contextmanager
def traced(child: int, options: tuple[str, ...]) -> Iterator[None]:
    """strace on this one thread, attached before and gone after."""
    command = ["strace", "-e", "signal=none", *options, "-p", str(child)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr
        said = tracer.stderr.readline()
        assert "attached" in said, said
        yield
        tracer.stderr.read()


def may_trace() -> str | None:
    """Why not, where this machine lets nobody trace."""
    if not shutil.which("strace"):
        return "strace is not installed"
    tried = subprocess.run(["strace", "-o", "/dev/null", "-e", "trace=fsync", "true"], capture_output=True, check=False)
    return "this machine lets nobody trace" if tried.returncode else None


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


# What must stand, whatever was killed


@dataclass
class Told:
    """What a box's screens have said so far."""

    lines: list[list[str]] = field(default_factory=list)

    @classmethod
    def at(cls, place: Path) -> "Told":
        path = place / person.ACKS
        return cls([line.split() for line in path.read_text().splitlines()] if path.exists() else [])

    def of(self, what: str) -> list[list[str]]:
        return [words for word, *words in self.lines if word == what]


def assert_kept(place: Path) -> None:
    """Everything that was told is so, and nothing signed is gone without its receipt."""
    training, told = training_of(place), Told.at(place)
    with open_office(training.office) as office:
        receipt_public, root = office.keys.keys.receipt, office.bundles
    with Store(training.data, BOX, InMemoryKeyring()) as store:
        assert store.alarms == (), f"alarms: {store.alarms}"
        assert store._db.value("pragma integrity_check") == "ok"
        rows = {row.name: row for row in store.bundles.rows()}
        drafts = {(record, blob.sha256) for record, blob in store.drafts.captures()}
        receipts = {rid: raw for rid, raw in store._db.rows("select receipt_id, jws from receipts")}
    for row in rows.values():
        if row.state in (BundleState.PURGING, BundleState.PURGED):
            said = open_receipt(receipts[row.receipt or ""], receipt_public)
            assert row.manifest_hash in {head.manifest for head in said.accepted}, f"{row.name} went without a receipt"
            assert {p.stem for p in (root / row.name).glob("*.age")} == {b.sha256 for b in row.blobs}
        else:
            whole(training, training.data / "outbox" / row.name, row)
    assert_chained(training, list(rows.values()))
    closed = {row.record_id: {b.sha256 for b in row.blobs} for row in rows.values()}
    for record, sha256 in told.of("saved"):
        assert (record, sha256) in drafts or sha256 in closed.get(record, ()), "what was called saved is gone"
        assert any(_is(p, sha256) for p in place.rglob(f"{sha256}.age"))
    for name, manifest in (*told.of("closed"), *told.of("exported")):
        assert rows[name].manifest_hash == manifest
    for name, _ in told.of("exported"):
        on_stick = place / "stick" / "JEMPUT" / "bundles" / name
        whole(training, on_stick if on_stick.is_dir() else root / name, rows[name])


def training_of(place: Path) -> TrainingBox:
    training: TrainingBox = pickle.loads((place / person.TRAINING).read_bytes())
    return moved(training, place)


def whole(training: TrainingBox, folder: Path, row: BundleRow) -> None:
    """A bundle with every blob under the box's signature."""
    manifest = verify_bundle(folder, papers.public_key(training.papers, row.incarnation), row.name)
    assert {b.sha256 for b in manifest.blobs} == {b.sha256 for b in row.blobs}


def assert_chained(training: TrainingBox, rows: list[BundleRow]) -> None:
    """Numbers without a gap, each naming the one before."""
    before: str | None = None
    for number, row in enumerate(sorted(rows, key=lambda row: row.seq), start=1):
        assert row.seq == number
        folder = training.data / "outbox" / row.name
        place = folder if folder.is_dir() else training.office / "bundles" / row.name
        public = papers.public_key(training.papers, row.incarnation)
        assert open_manifest((place / "manifest.jws").read_bytes(), public).prev == before
        before = row.manifest_hash


def _is(path: Path, sha256: str) -> bool:
    from kiosk.exchange.disk import sha256 as of

    return of(path.read_bytes()) == sha256


def assert_ended(place: Path) -> None:
    """One person, complete, at the office; the box has forgotten what was receipted, and nothing else."""
    assert_kept(place)
    training, told = training_of(place), Told.at(place)
    assert told.of("end")
    with open_office(training.office) as office:
        people = office.register.people()
        held = office.register.held("kind = 'person'")
        assert survey.missing(office) == ()
        assert len(people) == len(held) == 1
        blobs = {p.stem for p in (office.bundles / held[0].name).glob("*.age")}
    saved = {sha256 for record, sha256 in told.of("saved") if record == people[0].record_id}
    assert saved <= blobs
    assert len({record for record, _ in told.of("saved")}) == 1
    with Store(training.data, BOX, InMemoryKeyring()) as store:
        kinds = [row.kind for row in store.bundles.rows() if row.state is BundleState.PURGED]
        assert kinds == [BundleKind.COMMISSIONING, BundleKind.PERSON]
        assert store.drafts.heads() == ()


# The order of calls


class Order:
    """Which files and names a power cut would still take, call by call."""

    def __init__(self, place: Path) -> None:
        self._roots = (str(place / "box"), str(place / "stick"))
        self._acks = str(place / person.ACKS)
        self._data: set[str] = set()
        self._names: dict[str, str] = {}  # what was made, moved or removed: the directory that has to know
        self.broken: list[str] = []
        self.acknowledged = 0

    def read(self, lines: list[str]) -> "Order":
        for line in lines:
            if (call := _CALL.fullmatch(line)) and not call["result"].startswith("-1"):
                self._one(call["name"], call["arguments"], call["result"])
        return self

    def _one(self, name: str, arguments: str, result: str) -> None:
        if name == "openat":
            if "O_CREAT" in arguments:
                self._name(_DESCRIPTOR.search(result))
        elif name in ("write", "pwrite64", "ftruncate", "fsync", "fdatasync"):
            found = _DESCRIPTOR.search(arguments)
            path = found["path"] if found else ""
            if path == self._acks:
                self._acknowledge()
            elif name in ("fsync", "fdatasync"):
                self._data.discard(path)
                self._names = {entry: parent for entry, parent in self._names.items() if parent != path}
            elif self._ours(path):
                self._data.add(path)
        elif name.startswith("rename"):
            old, new = _paths(arguments)
            if old in self._data:
                self._data.remove(old)
                self._data.add(new)
            self._touch(old)
            self._touch(new)
        else:
            for path in _paths(arguments):
                self._data.discard(path)
                self._touch(path)

    def _name(self, found: re.Match[str] | None) -> None:
        """Opened for making: whether it was there before is not told, so it counts as new."""
        if found:
            self._touch(found["path"])

    def _touch(self, path: str) -> None:
        if self._ours(path):
            self._names[path] = path.rpartition("/")[0]

    def _ours(self, path: str) -> bool:
        return path.startswith(self._roots) and not path.endswith("-shm")

    def _acknowledge(self) -> None:
        self.acknowledged += 1
        late = {*self._data, *self._names}
        if late:
            self.broken.append(f"acknowledgement {self.acknowledged}: {sorted(late)}")


_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>.*)")
_DESCRIPTOR = re.compile(r"\d+<(?P<path>[^>]*)>")
_NAMED = re.compile(r'(?:(?:\d+|AT_FDCWD)<(?P<at>[^>]*)>, )?"(?P<name>[^"]*)"')


def _paths(arguments: str) -> list[str]:
    found = _NAMED.finditer(arguments)
    return [m["name"] if m["name"].startswith("/") else f"{m['at']}/{m['name']}" for m in found]
