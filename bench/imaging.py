"""Imaging: a full verdict of a finger, an eye and a face, against NBIS alone on the same picture, and against the time
a person takes."""

from collections.abc import Callable, Iterator

import numpy as np

from bench.rows import Row, interleaved, median_ms
from hal.world import eyes, faces, fingers
from kiosk.imaging import face, fingerprint, iris
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.minutiae import Extractor

RUNS = 15
PEOPLE = 5
PATIENCE_MS = 1_000.0  # a person who sees nothing happen for a second lifts the finger


def rows(say: Callable[[str], object]) -> Iterator[Row]:
    """The rows of this part."""
    say("imaging: verdicts of finger, eye and face")
    rng = np.random.default_rng(1)
    extractor, finder = Extractor(), FaceFinder()
    prints = [fingers.impression(fingers.master(n), rng) for n in range(PEOPLE)]
    irises = [eyes.picture(eyes.iris(n), rng, side="left") for n in range(PEOPLE)]
    portraits = [faces.picture(faces.face(n), rng) for n in range(PEOPLE)]
    verdict, nbis = interleaved(
        lambda: [fingerprint.measure(extractor, p, 500) for p in prints],
        lambda: [extractor.extract(p) for p in prints],
        RUNS,
    )
    yield Row("imaging", "finger verdict", verdict / PEOPLE, "ms", "NBIS minutiae + NFIQ 2", nbis / PEOPLE, 1.2)
    eye = median_ms(lambda: [iris.measure(p) for p in irises], RUNS) / PEOPLE
    portrait = median_ms(lambda: [face.measure(finder, p) for p in portraits], RUNS) / PEOPLE
    yield Row("imaging", "eye verdict", eye, "ms", "finger verdict", verdict / PEOPLE, 0.5)
    yield Row("imaging", "face verdict", portrait, "ms", "finger verdict", verdict / PEOPLE, 0.5)
    yield Row("imaging", "finger verdict", verdict / PEOPLE, "ms", "patience of a person", PATIENCE_MS, 1.0)
