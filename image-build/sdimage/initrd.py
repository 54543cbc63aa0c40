"""The initrd: a static busybox, the few drivers that reach the system partition, and one script."""

import io
import subprocess
from pathlib import Path

from sdimage.lock import names
from sdimage.shell import BuildError, run

HERE = Path(__file__).parents[1] / "initrd"
FOLDERS = ("bin", "dev", "memory", "modules", "new", "proc", "sys", "system")
APPLETS = ("cat", "echo", "grep", "insmod", "mkdir", "mount", "reboot", "sed", "sh", "sleep", "switch_root")


def make(root: Path, board: str, to: Path) -> None:
    """From the tree's own busybox and kernel; the same tree gives the same bytes. BuildError."""
    drivers = _drivers(root, board)
    archive = io.BytesIO()
    for folder in FOLDERS:
        _entry(archive, folder, 0o040755, b"")
    _entry(archive, "bin/busybox", 0o100755, (root / "usr/bin/busybox").read_bytes())
    for applet in APPLETS:
        _entry(archive, f"bin/{applet}", 0o120777, b"busybox")
    for path in drivers:
        _entry(archive, f"modules/{path.name}", 0o100644, _plain(path))
    order = "".join(f"{path.name}\n" for path in drivers)
    _entry(archive, "modules/order", 0o100644, order.encode())
    _entry(archive, "init", 0o100755, (HERE / "init").read_bytes())
    _entry(archive, "TRAILER!!!", 0, b"")
    done = subprocess.run(["zstd", "-19", "-q", "-c", "-"], input=archive.getvalue(), capture_output=True, check=True)
    to.write_bytes(done.stdout)


def kernel(root: Path) -> str:
    """The release of the one kernel of a tree. BuildError."""
    found = sorted(path.name for path in (root / "usr/lib/modules").iterdir() if (path / "kernel").is_dir())
    if len(found) != 1:
        raise BuildError(f"The tree holds {len(found)} kernels; one is wanted.")
    return found[0]


def _drivers(root: Path, board: str) -> list[Path]:
    """With what they need, in the order of loading; what is built into the kernel needs no file."""
    release, found = kernel(root), dict[Path, None]()
    for name in names(HERE / f"modules-{board}.list", HERE / "modules.list"):
        told = run(["modprobe", "--dirname", root, "--set-version", release, "--show-depends", name])
        for line in told.splitlines():
            words = line.split()
            if words[0] == "insmod":
                found[root / str(Path(words[1]).resolve()).removeprefix(str(root.resolve())).lstrip("/")] = None
    return list(found)


def _plain(path: Path) -> bytes:
    """A module as the kernel takes it."""
    if path.suffix == ".xz":
        return subprocess.run(["xz", "-dc", path], capture_output=True, check=True).stdout
    return path.read_bytes()


def _entry(archive: io.BytesIO, name: str, mode: int, data: bytes) -> None:
    """One file of a newc archive: thirteen hexadecimal fields, name and data each padded to four bytes."""
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    named = header + name.encode() + b"\0"
    archive.write(named + b"\0" * (-len(named) % 4) + data + b"\0" * (-len(data) % 4))
