"""Somebody else between two steps of a session: how often it is not flagged, how often one person is flagged twice.

Drawn people only: what it does among real ones cannot be measured with the two in the shared data.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

import numpy as np
from rich.table import Table

from bench.intervals import rate
from bench.rows import Row
from hal.world import faces
from hal.world.faces import Scene
from kiosk.core.face_quality import OTHER_FACE_LIKENESS
from kiosk.imaging.face_finder import FaceFinder
from kiosk.imaging.likeness import describe, likeness

PEOPLE, PICTURES, FIRST = 120, 4, 5000
THRESHOLDS = (0.4, 0.45, 0.5, 0.55, 0.6)
MOST_FLAGGED, MOST_MISSED = 3.0, 5.0  # percent: a flag costs the officer a glance, a miss is seen by nobody else


def rows(say: Callable[[object], object]) -> Iterator[Row]:
    """The rows of this part."""
    say("other-face: drawing and describing people (about two minutes)")
    same, other = measured()
    table = Table("flagged below", "one person, flagged", "another person, not flagged", title="another face")
    for limit in THRESHOLDS:
        flagged, missed = sum(s < limit for s in same), sum(s >= limit for s in other)
        table.add_row(f"{limit:.2f}", rate(flagged, len(same)), rate(missed, len(other)))
    say(table)
    limit = OTHER_FACE_LIKENESS
    flagged = 100 * sum(s < limit for s in same) / len(same)
    missed = 100 * sum(s >= limit for s in other) / len(other)
    yield Row("other-face", f"one person flagged as another (below {limit})", flagged, "%", "limit", MOST_FLAGGED, 1.0)
    yield Row("other-face", f"another person not flagged (below {limit})", missed, "%", "limit", MOST_MISSED, 1.0)


def measured() -> tuple[list[float], list[float]]:
    """Likenesses of one person's pictures with each other, and of neighbours' first with each later one of the next
    three people: as many pairs as are nearly independent of one another."""
    finder = FaceFinder()
    people = [_described(finder, FIRST + number) for number in range(PEOPLE)]
    same = [likeness(a, b) for person in people for a, b in combinations(person, 2)]
    other = [
        likeness(people[number][0], people[(number + step) % PEOPLE][step])
        for number in range(PEOPLE)
        for step in range(1, PICTURES)
    ]
    return same, other


def _described(finder: FaceFinder, seed: int) -> list[bytes]:
    """One person as the camera takes them within minutes: moved, leaning, turned a little, in other light."""
    face = faces.face(seed)
    taken = []
    for number in range(PICTURES):
        rng = np.random.default_rng((seed, number))
        pixels = faces.picture(
            face,
            rng,
            roll_deg=float(rng.normal(0, 3)),
            look_away=float(rng.normal(0, 0.2)),
            nod=float(rng.normal(0, 0.2)),
            size=float(rng.uniform(0.85, 1.1)),
            light=float(rng.uniform(0.6, 1.2)),
            blur=float(rng.uniform(0, 1.5)),
            scene=Scene(shade=float(rng.uniform(-0.4, 0.4))),
        )
        if (one := describe(finder, pixels)) is not None:
            taken.append(one)
    return taken
