"""The measuring process as the box runs it: what it holds after hundreds of pictures and after thousands."""

import multiprocessing
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from bench.rows import Row
from hal.world import eyes, faces, fingers
from kiosk.imaging.measurer import Measurer
from kiosk.imaging.picture import scaled
from kiosk.imaging.requests import EncodePng, MeasureFace, MeasureFinger, MeasureIris, Prepare, Request

IMAGES = 5_000
EARLY = 500
MOST_MB = 300.0
MOST_GROWTH = 1.05
PEOPLE = 6


def rows() -> Iterator[Row]:
    """Resident memory late against a limit, and against early."""
    measurer = Measurer()
    before = set(multiprocessing.active_children())
    try:
        measurer.request(Prepare())
        (process,) = set(multiprocessing.active_children()) - before
        early = 0.0
        for number, request in enumerate(islice(cycle(_requests()), IMAGES), start=1):
            measurer.request(request)
            early = _resident_mb(process.pid) if number == EARLY else early
        late = _resident_mb(process.pid)
    finally:
        measurer.close()
    yield Row("imaging", f"worker memory after {IMAGES:,} pictures", late, "MB", "limit", MOST_MB, 1.0)
    yield Row("imaging", f"worker memory after {IMAGES:,} pictures", late, "MB", f"after {EARLY}", early, MOST_GROWTH)


def _requests() -> list[Request]:
    """Every kind in turn, at several sizes: for each full finger, guiding frames and full measures of eye and face, and
    a master encoded."""
    rng = np.random.default_rng(5)
    made: list[Request] = []
    for number in range(PEOPLE):
        print_ = fingers.impression(fingers.master(number), rng)
        large = np.pad(print_, 40 * (number % 3), "edge")
        eye = eyes.picture(eyes.iris(number), rng, side="left")
        portrait = faces.picture(faces.face(number), rng)
        still = scaled(portrait, 1 + number % 3 / 2)
        made += [MeasureFinger(large, 500), MeasureIris(eye, full=False), MeasureIris(eye)]
        made += [MeasureFace(portrait, full=False), MeasureFace(still)]
        made += [EncodePng(print_ if number % 2 else still, 500)]
    return made


def _resident_mb(pid: int | None) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
