"""What would be lost with a card: bundles that no receipt has accepted, people who had not finished."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.exchange import jws
from kiosk.exchange.errors import BundleError
from kiosk.store import StoreError
from kiosk.store.glimpse import glimpse
from workshop.wipe import Area

FIXED = 2  # e2fsck's exit codes up to here: the file system is in order


@dataclass(frozen=True)
class Held:
    """`bundles` without a receipt and people `under_way`; None where the card does not let itself be read. `box` and
    `office` as its papers say, None without any."""

    bundles: int | None
    under_way: int | None
    box: str | None = None
    office: str | None = None


def held(card: Path, area: Area) -> Held:
    """Look into the data partition. Its journal catches up first, as at any start of the box; no more is written."""
    with _partition(card, area) as device, tempfile.TemporaryDirectory(prefix="jemput-") as folder:
        if _run("e2fsck", "-p", device) > FIXED:
            return Held(None, None)
        root = Path(folder)
        wanted = {"data/jemput.db": "jemput.db", "data/jemput.db-wal": "jemput.db-wal", "papers/config.jws": "config"}
        for source, target in wanted.items():
            _run("debugfs", "-R", f"dump /jemput/{source} {target}", device, at=root)
        box, office = _identity(root / "config")
        try:
            found = glimpse(root)
        except StoreError:
            return Held(None, None, box, office)
        if found is None:
            return Held(None, None, box, office) if _names(device, "/jemput/data/outbox") else Held(0, 0, box, office)
        return Held(len(found.unsettled), len(found.under_way), box, office)


def _identity(path: Path) -> tuple[str | None, str | None]:
    """As the card says: nobody checks it here."""
    try:
        told = json.loads(jws.payload_bytes(path.read_bytes()))
        return str(told["box"]), str(told["office"])
    except (OSError, BundleError, ValueError, KeyError, TypeError):
        return None, None


@contextmanager
def _partition(card: Path, area: Area) -> Iterator[str]:
    """The partition as a device of its own, whether the kernel knows the card's table or not."""
    command = ["losetup", "--find", "--show", f"--offset={area.start}", f"--sizelimit={area.size}", str(card)]
    device = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    try:
        yield device
    finally:
        subprocess.run(["losetup", "--detach", device], check=False)


def _names(device: str, folder: str) -> set[str]:
    command = ["debugfs", "-R", f"ls -p {folder}", device]
    listed = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).stdout.decode(
        errors="replace"
    )
    return {line.split("/")[5] for line in listed.splitlines() if line.count("/") >= 6} - {".", ".."}


def _run(*command: str, at: Path | None = None) -> int:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, cwd=at, check=False).returncode
