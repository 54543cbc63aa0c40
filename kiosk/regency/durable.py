"""Files that survive a power cut before anything says so: new names only, fsync of file and directory."""

import contextlib
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

PARTIAL = ".partial"


def sync_directory(directory: Path) -> None:
    """Make names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Put content under a name, durably: a reader sees the old file or the new one, never half."""
    partial = path.with_name(path.name + PARTIAL)
    with contextlib.suppress(FileNotFoundError):
        partial.unlink()
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_directory(path.parent)


def make_directory(directory: Path, mode: int = 0o755) -> None:
    """A directory and the ones above it, durably; no error where it stands already."""
    if directory.is_dir():
        return
    make_directory(directory.parent, mode)
    directory.mkdir(mode, exist_ok=True)
    sync_directory(directory.parent)


def write_directory(directory: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """A whole directory that appears at once or not at all. One that stands already under the name is replaced."""
    make_directory(directory.parent)
    partial = directory.with_name(directory.name + PARTIAL)
    remove_directory(partial)
    partial.mkdir()
    for name, content in files:
        with open(partial / name, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    sync_directory(partial)
    remove_directory(directory)
    partial.rename(directory)
    sync_directory(directory.parent)


def remove_directory(directory: Path) -> None:
    """A directory and its content away, durably; no error where there is none."""
    if directory.is_dir():
        shutil.rmtree(directory)
        sync_directory(directory.parent)
