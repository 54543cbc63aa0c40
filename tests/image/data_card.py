"""A card for the boot step that repairs /data: real partitions and a real ext4 on a loop device."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "image-build/overlay/usr/lib/jemput/repair-data"
MIB = 1024 * 1024
TOOLS = ("sfdisk", "partx", "mke2fs", "e2fsck", "resize2fs", "e2undo", "blkid", "losetup", "debugfs")
NAMES = ("bootconfig", "boot_a", "boot_b", "system_a", "system_b")
CARD, PARTITION = 240 * MIB, 160 * MIB  # the file system has backup superblocks from 128 MiB on
CAP_SYS_RESOURCE = 24


def need_loop() -> None:
    """Skip where this machine cannot."""
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        pytest.skip(f"needs {', '.join(missing)}: setup.sh installs them")
    if os.geteuid() or not Path("/dev/loop-control").exists():
        pytest.skip("needs root and loop devices")


def may_grow() -> bool:
    """Whether the kernel lets this process grow a mounted ext4."""
    told = dict(line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    return bool(int(told["CapEff"], 16) >> CAP_SYS_RESOURCE & 1)


def run(*command: object, told: str | None = None, good: int | None = 0) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, input=told, check=False)
    assert good is None or done.returncode == good, done.stderr
    return done.stdout


def new_card(path: Path, size: int = CARD, partition: int = PARTITION) -> Path:
    """The six partitions of the image; the last one is blank."""
    with path.open("wb") as file:
        file.truncate(size)
    first = "\n".join(f"name={name}, size=2M" for name in NAMES)
    run("sfdisk", "--quiet", path, told=f"label: gpt\n{first}\nname=persistent, size={partition // MIB}M\n")
    return path


@contextmanager
def loop(path: Path, *options: object) -> Iterator[Path]:
    device = Path(run("losetup", "--find", "--show", *options, path).strip())
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


@dataclass
class Booted:
    """What one boot step left; `said` goes to the journal."""

    code: int
    said: str
    trouble: list[str]


@dataclass
class Slot:
    """The card in the box: its last partition, where it is mounted, and /run/jemput."""

    device: Path
    mount: Path
    run: Path

    def boot(self, program: Path = PROGRAM) -> Booted:
        done = subprocess.run(
            [sys.executable, str(program), str(self.device), str(self.mount), str(self.run)],
            capture_output=True,
            text=True,
            check=False,
        )
        note = self.run / "trouble"
        return Booted(done.returncode, done.stderr, note.read_text().split() if note.exists() else [])

    def off(self) -> None:
        if self.mount.is_mount():
            run("umount", self.mount)

    def digest(self) -> str:
        """Of every byte of the partition."""
        with self.device.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def slot(card: Path, folder: Path) -> Iterator[Slot]:
    """Put in a whole card."""
    (folder / "run").mkdir(exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    with loop(card) as disk:
        run("partx", "--add", disk)
        box = Slot(disk.parent / f"{disk.name}p6", folder / "data", folder / "run")
        try:
            yield box
        finally:
            box.off()
            run("partx", "--delete", disk)


@contextmanager
def plain_slot(image: Path, folder: Path, *options: object) -> Iterator[Slot]:
    """Put in the bare partition."""
    (folder / "run").mkdir(exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    with loop(image, *options) as device:
        box = Slot(device, folder / "data", folder / "run")
        try:
            yield box
        finally:
            box.off()


def new_data(path: Path, size: int = PARTITION) -> Path:
    """A partition that has been in use: the store's places, and files whose bytes are known."""
    with path.open("wb") as file:
        file.truncate(size)
    run("mke2fs", "-q", "-t", "ext4", "-b", "4096", "-J", "size=8", path)
    mount = path.parent / "filling"
    mount.mkdir(exist_ok=True)
    with loop(path) as device:
        run("mount", device, mount)
        fill(mount)
        run("umount", mount)
    return path


def fill(mount: Path) -> None:
    outbox = mount / "jemput/data/outbox"
    outbox.mkdir(parents=True)
    (mount / "jemput/data/jemput.db").write_bytes(b"database" * 4096)
    for number in range(40):
        put(outbox, number)


def put(folder: Path, number: int) -> None:
    """One bundle, durable."""
    bundle = folder / f"{number:08d}"
    bundle.mkdir()
    with (bundle / "blob").open("wb") as file:
        file.write(blob(number))
        os.fsync(file.fileno())
    handle = os.open(bundle, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def blob(number: int) -> bytes:
    return number.to_bytes(4, "big") * 5000


def bundles(mount: Path) -> list[int]:
    """Those that are whole."""
    outbox = mount / "jemput/data/outbox"
    return [
        int(path.name)
        for path in sorted(outbox.iterdir())
        if (path / "blob").is_file() and (path / "blob").read_bytes() == blob(int(path.name))
    ]
