"""Pages as they are drawn off-screen on the host, to tell what a panel shows: `python -m tests.image.emulator.drawing`
reads which ones as JSON and writes a PNG file each."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ROOT = Path(__file__).parents[3]
ALIKE = 0.01  # of the panel: edges of round corners come out a pixel row apart; measured 0.4 %


def draw(pages: Mapping[str, Mapping[str, Any]], out: Path) -> dict[str, Path]:
    """Of each page what is needed to draw it, by a name of ours: see `_draw`."""
    out.mkdir(exist_ok=True)
    command = [sys.executable, "-m", __name__, str(out)]
    subprocess.run(command, input=json.dumps(pages), text=True, check=True, cwd=ROOT)
    return {name: out / f"{name}.png" for name in pages}


def apart(screen: NDArray[np.uint8], picture: Path) -> float:
    """How much of the panel looks different from a picture of it."""
    with Image.open(picture) as opened:
        drawn = np.asarray(opened.convert("RGB")).astype(int)
    assert screen.shape == drawn.shape
    return float((np.abs(screen.astype(int) - drawn).max(axis=2) > 32).mean())


def _draw(kind: str, out: Path, **told: Any) -> None:
    from kiosk.core.desk import Desk
    from kiosk.core.readiness import Check, Verdict
    from kiosk.ui import shots
    from kiosk.ui.inspection import Inspection
    from kiosk.ui.obstacle import Obstacle
    from kiosk.ui.obstacle import told as obstacle
    from kiosk.ui.readiness import told as readiness
    from kiosk.ui.samples import desk
    from kiosk.ui.standstill import Standstill

    match kind:
        case "locked" | "attract":
            shown = desk() if kind == "attract" else Desk(training=True)
            shots.draw([(kind, shown)], out.parent)[0].rename(out)
        case "standstill":
            model = obstacle(Obstacle(told["obstacle"]), told["detail"], told["language"])
            shots.draw_alone(Standstill(lambda: 0.0, model).pane, out)
        case "readiness":
            checks = [Check(one["part"], Verdict(one["verdict"]), one["detail"]) for one in told["checks"]]
            model = readiness(told["language"], checks, told["ready"], told["about"], told["kept"])
            shots.draw_alone(Inspection(lambda: 0.0, model).pane, out)
        case _:
            raise ValueError(kind)


if __name__ == "__main__":
    for name, page in json.load(sys.stdin).items():
        _draw(out=Path(sys.argv[1]) / f"{name}.png", **page)
