"""Screens: start to first frame and memory, against an empty Kivy window drawn the same way."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator

from bench.rows import Row

RUNS = 5
EMPTY = """
import json, time
from pathlib import Path
began = time.perf_counter()
import kiosk.ui.kivy_config
from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish
from kivy.uix.widget import Widget
EventLoop.ensure_window()
Window.add_widget(Widget())
EventLoop.start()
for _ in range(3):
    EventLoop.idle()
glFinish()
took = time.perf_counter() - began
status = Path("/proc/self/status").read_text()
print(json.dumps([took, int(status.split("VmRSS:")[1].split()[0])]))
"""
KIOSK = """
import json, time
from pathlib import Path
began = time.perf_counter()
from kiosk.core.desk import Desk, Mode
from kiosk.ui.samples import Scene
from kiosk.ui.shots import Easel
Easel().put(Scene("attract", Desk(mode=Mode.IDLE, training=True)))
took = time.perf_counter() - began
status = Path("/proc/self/status").read_text()
print(json.dumps([took, int(status.split("VmRSS:")[1].split()[0])]))
"""


def rows(say: Callable[[str], object]) -> Iterator[Row]:
    """The rows of this part."""
    say("ui: start to first frame, memory")
    pairs = [(_run(KIOSK), _run(EMPTY)) for _ in range(RUNS)]
    ours, empty = ([statistics.median(p[i][k] for p in pairs) for k in (0, 1)] for i in (0, 1))
    yield Row("ui", "start to first frame", ours[0] * 1e3, "ms", "an empty Kivy window", empty[0] * 1e3, 3.0)
    yield Row("ui", "memory at the first frame", ours[1] / 1024, "MiB", "an empty Kivy window", empty[1] / 1024, 1.5)


def _run(program: str) -> tuple[float, float]:
    environment = {**os.environ, "SDL_VIDEODRIVER": "offscreen", "SDL_AUDIODRIVER": "dummy"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment, timeout=120
    )
    seconds, kib = json.loads(done.stdout.strip().splitlines()[-1])
    return seconds, kib
