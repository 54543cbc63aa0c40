"""USB sticks as files: one FAT partition with what was put on it."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

START = 1 << 20
SPARE_MB = 16  # for the file system itself


def make(path: Path, files: Mapping[str, Path]) -> Path:
    """A stick that holds these files, folders and all."""
    size_mb = SPARE_MB + sum(file.stat().st_size >> 20 for file in files.values()) + len(files)
    with path.open("wb") as stick:
        stick.truncate(START + (size_mb << 20))
    subprocess.run(
        ["sfdisk", "-q", str(path)], input=b"label: dos\nstart=2048, type=c\n", check=True, capture_output=True
    )
    place = ["--offset", str(START // 512), str(path), str(size_mb << 10)]
    subprocess.run(["mkfs.vfat", *place], check=True, capture_output=True)
    for name, file in files.items():
        _folders(path, Path(name).parent)
        _mtools("mcopy", path, str(file), f"::/{name}")
    return path


def _folders(path: Path, folder: Path) -> None:
    for above in [*reversed(folder.parents), folder]:
        if (
            above.name
            and subprocess.run(["mdir", "-i", f"{path}@@{START}", f"::/{above}"], capture_output=True).returncode
        ):
            _mtools("mmd", path, f"::/{above}")


def _mtools(tool: str, path: Path, *arguments: str) -> None:
    subprocess.run([tool, "-i", f"{path}@@{START}", *arguments], check=True, capture_output=True)
