"""Files of a FAT partition inside an image, read and written in place with mtools: nothing is mounted."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

# What another system wrote need not agree with the cylinders that mtools would like to see.
ENVIRONMENT = {"PATH": os.environ.get("PATH", "/usr/bin"), "MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Fat:
    """The file system that begins `start` bytes into an image."""

    image: Path
    start: int

    def read(self, name: str) -> bytes | None:
        """A file's content, or None where there is none of that name. OSError where the file system is unreadable."""
        done = self._run("mtype", self._path(name))
        if done.returncode == 0:
            return done.stdout
        if b"not found" in done.stderr or b"No such file" in done.stderr:
            return None
        raise OSError(f"{self.image.name}: {done.stderr.decode(errors='replace').strip()}")

    def write(self, name: str, content: bytes) -> None:
        """Put a file in, over an older one; its folder has to be there."""
        self._must(self._run("mcopy", "-o", "-", self._path(name), content=content))

    def folder(self, name: str) -> None:
        """Make a folder where there is none."""
        if self._run("mdir", self._path(name)).returncode:
            self._must(self._run("mmd", self._path(name)))

    def remove(self, name: str) -> None:
        """Delete a file."""
        self._must(self._run("mdel", self._path(name)))

    def _path(self, name: str) -> str:
        return f"::/{name}"

    def _must(self, done: "subprocess.CompletedProcess[bytes]") -> None:
        if done.returncode:
            raise OSError(f"{self.image.name}: {done.stderr.decode(errors='replace').strip()}")

    def _run(self, tool: str, *arguments: str, content: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        where = ["-i", f"{self.image}@@{self.start}"]
        return subprocess.run([tool, *where, *arguments], input=content, capture_output=True, env=ENVIRONMENT)
