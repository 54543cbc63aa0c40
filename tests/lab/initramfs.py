"""What the virtual machine starts with: busybox, the modules that reach the host's files, and a way into them."""

import gzip
import io
import subprocess
from pathlib import Path

BUSYBOX = Path("/bin/busybox")
FIRST = ("virtio_pci", "9pnet_virtio", "9p", "overlay")
INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /host /top /root
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
for module in {modules}; do /bin/busybox insmod /modules/$module; done
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 hostroot /host
/bin/busybox mount -t tmpfs tmpfs /top
/bin/busybox mkdir -p /top/up /top/work
/bin/busybox mount -t overlay -o lowerdir=/host,upperdir=/top/up,workdir=/top/work overlay /root
for there in proc sys dev; do /bin/busybox mount -o move /$there /root/$there; done
/bin/busybox mount -t tmpfs run /root/run
exec /bin/busybox switch_root /root /bin/sh {entry}
"""


def write(to: Path, kernel: str, entry: Path) -> None:
    """A gzipped cpio archive (newc) at `to`, whose init hands over to the shell script `entry` of the host's files."""
    files = _modules(kernel)
    names = " ".join(path.name for path in files)
    archive = io.BytesIO()
    for folder in ("bin", "modules", "proc", "sys", "dev"):
        _entry(archive, folder, 0o040755, b"")
    _entry(archive, "bin/busybox", 0o100755, BUSYBOX.read_bytes())
    for path in files:
        _entry(archive, f"modules/{path.name}", 0o100644, path.read_bytes())
    _entry(archive, "init", 0o100755, INIT.format(modules=names, entry=entry).encode())
    _entry(archive, "TRAILER!!!", 0, b"")
    to.write_bytes(gzip.compress(archive.getvalue(), 1))


def _modules(kernel: str) -> list[Path]:
    """With what they need, in the order of loading."""
    found: dict[Path, None] = {}
    for name in FIRST:
        told = subprocess.run(
            ["modprobe", "-S", kernel, "--show-depends", name], capture_output=True, text=True, check=True
        )
        lines = (line.split() for line in told.stdout.splitlines())
        found.update({Path(words[1]): None for words in lines if words and words[0] == "insmod"})
    return list(found)


def _entry(archive: io.BytesIO, name: str, mode: int, data: bytes) -> None:
    """One file of a newc archive: thirteen hexadecimal fields, name and data each padded to four bytes."""
    fields = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0)
    header = b"070701" + b"".join(b"%08X" % field for field in fields)
    named = header + name.encode() + b"\0"
    archive.write(named + b"\0" * (-len(named) % 4) + data + b"\0" * (-len(data) % 4))
