"""Imaging: full verdicts against NBIS alone and against each other, guidance against a camera's rate, and the memory of
the measuring process over thousands of pictures. Times are those of one core, whoever else keeps the machine busy."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np

from bench import worker_memory
from bench.rows import Row, interleaved, median_ms
from hal.world import eyes, faces, fingers
from kiosk.imaging import face, fingerprint, glance, iris
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.minutiae import Extractor
from kiosk.imaging.picture import Pixels, scaled

RUNS = 15
PEOPLE = 5
PATIENCE_MS = 1_000.0  # a person who sees nothing happen for a second lifts the finger
FRAME_MS = 1_000.0 / 30  # of a camera
STREAM = (640, 480)  # width and height of a guiding frame


@dataclass(frozen=True)
class Shown:
    """Pictures of each kind, all of the same people."""

    prints: list[Pixels]
    irises: list[Pixels]
    portraits: list[Pixels]


def rows(say: Callable[[object], object]) -> Iterator[Row]:
    """The rows of this part."""
    say("imaging: verdicts and guidance")
    with _one_thread():
        shown, extractor, finder = _drawn(), Extractor(), FaceFinder()
        yield from _verdicts(shown, extractor, finder)
        yield from _guidance(shown, finder)
    say(f"imaging: memory over {worker_memory.IMAGES:,} pictures (about five minutes)")
    yield from worker_memory.rows()


@contextmanager
def _one_thread() -> Iterator[None]:
    """As in the measuring process."""
    usual = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(usual)


def _drawn() -> Shown:
    rng = np.random.default_rng(1)
    return Shown(
        [fingers.impression(fingers.master(n), rng) for n in range(PEOPLE)],
        [eyes.picture(eyes.iris(n), rng, side="left") for n in range(PEOPLE)],
        [faces.picture(faces.face(n), rng) for n in range(PEOPLE)],
    )


def _verdicts(shown: Shown, extractor: Extractor, finder: FaceFinder) -> Iterator[Row]:
    verdict, nbis = interleaved(
        lambda: [fingerprint.measure(extractor, p, 500) for p in shown.prints],
        lambda: [extractor.extract(p) for p in shown.prints],
        RUNS,
        clock=time.process_time,
    )
    yield Row("imaging", "finger verdict", verdict / PEOPLE, "ms", "NBIS minutiae + NFIQ 2", nbis / PEOPLE, 1.2)
    eye = median_ms(lambda: [iris.measure(p) for p in shown.irises], RUNS, time.process_time) / PEOPLE
    portrait = median_ms(lambda: [face.measure(finder, p) for p in shown.portraits], RUNS, time.process_time) / PEOPLE
    yield Row("imaging", "eye verdict", eye, "ms", "finger verdict", verdict / PEOPLE, 0.5)
    yield Row("imaging", "face verdict", portrait, "ms", "finger verdict", verdict / PEOPLE, 0.5)
    yield Row("imaging", "finger verdict", verdict / PEOPLE, "ms", "patience of a person", PATIENCE_MS, 1.0)


def _guidance(shown: Shown, finder: FaceFinder) -> Iterator[Row]:
    """What a stream's frame of 640 x 480 costs."""
    prints, irises = [_on_paper(p) for p in shown.prints], [_on_paper(p) for p in shown.irises]
    portraits = [scaled(p, STREAM[0] / p.shape[1]) for p in shown.portraits]
    jobs: dict[str, Callable[[], object]] = {
        "finger": lambda: [glance.finger(p, 500) for p in prints],
        "eye": lambda: [glance.iris(p) for p in irises],
        "face": lambda: [glance.face(finder, p) for p in portraits],
    }
    for name, job in jobs.items():
        took = median_ms(job, RUNS, time.process_time) / PEOPLE
        yield Row("imaging", f"{name} guidance at 640 x 480", took, "ms", "30 frames a second", FRAME_MS, 1.0)


def _on_paper(picture: Pixels) -> Pixels:
    """In the middle of a frame that continues its edges."""
    across, down = STREAM[0] - picture.shape[1], STREAM[1] - picture.shape[0]
    return np.pad(picture, ((down // 2, down - down // 2), (across // 2, across - across // 2)), "edge")
