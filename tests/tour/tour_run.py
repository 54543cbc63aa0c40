"""A tour as a program of its own, and what it left."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 900.0  # whatever else this machine does


@dataclass(frozen=True)
class Ended:
    """A tour that is over; `seconds` as the wall clock saw it."""

    out: Path
    code: int
    said: str
    seconds: float

    @property
    def report(self) -> dict[str, Any]:
        return json.loads((self.out / "tour.json").read_text(encoding="utf-8"))


class Tour:
    """One that runs until `end` is asked."""

    def __init__(self, out: Path, *options: str) -> None:
        self.out = out
        command = [sys.executable, "-m", "kiosk", "tour", "--out", str(out), *options]
        self._began = time.monotonic()
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)

    def end(self) -> Ended:
        _, said = self._process.communicate(timeout=PATIENCE_S)
        return Ended(self.out, self._process.returncode, said, time.monotonic() - self._began)
