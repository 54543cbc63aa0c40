"""A pool of fingers touched three times each, and the Bozorth3 scores of its pairs, on as many cores as there are."""

import itertools
import multiprocessing
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from hal.world import stage
from hal.world.person import FINGERS, Condition, Person
from hal.world.population import population
from hal.world.stage import World
from kiosk.core.judgement import Grade
from kiosk.core.quality import judge
from kiosk.imaging import fingerprint
from kiosk.imaging.minutiae import Extractor

SEED = 7
CHOSEN = 3  # the first of a population are made for tours, not drawn
PEOPLE = 33  # about 325 fingers: a pair of them is used less than once in a thousand sessions of ten
TOUCHES = 3
PEOPLE_A_JOB = 3


@dataclass(frozen=True)
class Touch:
    """One usable touch of one finger of the pool; `skin` as hal.world.person.Condition spells it."""

    finger: int
    skin: str
    template: bytes


@dataclass(frozen=True)
class Pair:
    """Two touches, the fingers they are of (the lesser first), the skin of both, and their score."""

    fingers: tuple[int, int]
    skin: str
    score: int


@dataclass(frozen=True)
class Pool:
    """Every pair of touches of one finger, and of every two fingers one pair of touches."""

    same: tuple[Pair, ...]
    cross: tuple[Pair, ...]
    touches: int
    useless: int


def measured() -> Pool:
    """The pool, the same in every run."""
    with multiprocessing.get_context("spawn").Pool() as workers:
        jobs = [range(n, min(n + PEOPLE_A_JOB, PEOPLE)) for n in range(0, PEOPLE, PEOPLE_A_JOB)]
        answers = workers.map(_touches, jobs, chunksize=1)
        found = [touch for touches, _ in answers for touch in touches]
        pairs = _pairs(found)
        scores = workers.map(_scores, [pairs[n::64] for n in range(64)], chunksize=1)
    known = [pair for chunk in scores for pair in chunk]
    same = tuple(pair for pair in known if pair.fingers[0] == pair.fingers[1])
    cross = tuple(pair for pair in known if pair.fingers[0] != pair.fingers[1])
    made = sum(count for _, count in answers)
    return Pool(same, cross, made, made - len(found))


def _touches(people: Sequence[int]) -> tuple[list[Touch], int]:
    """The usable touches of these people of the pool, and how many touches there were."""
    cv2.setNumThreads(1)
    extractor, world = Extractor(), World(SEED)
    found: list[Touch] = []
    count = 0
    everybody = population(SEED, CHOSEN + PEOPLE)[CHOSEN:]
    for number, (place, position) in itertools.product(people, enumerate(FINGERS)):
        body = everybody[number].body
        if body.condition(position) is Condition.BANDAGED:  # no skin is laid down
            continue
        world.step_up(Person(body))  # without slips: the right finger, laid down properly
        for _ in range(TOUCHES):
            attempt = world.attempt(position)
            pixels = stage.finger(attempt) if attempt else None
            if pixels is None:
                continue
            count += 1
            measures, template = fingerprint.measure(extractor, pixels, 500)
            if template and judge(measures).grade is not Grade.USELESS:
                found.append(Touch(number * len(FINGERS) + place, body.condition(position).value, template))
    return found, count


def _pairs(touches: Sequence[Touch]) -> list[tuple[Touch, list[Touch]]]:
    """Each touch with those it is compared with: the later ones of its finger, and one of each later finger."""
    rng = np.random.default_rng(SEED)
    by_finger: dict[int, list[Touch]] = {}
    for touch in touches:
        by_finger.setdefault(touch.finger, []).append(touch)
    pairs = [
        (touch, own[place + 1 :]) for own in by_finger.values() for place, touch in enumerate(own) if own[place + 1 :]
    ]
    for one, other in itertools.combinations(by_finger.values(), 2):
        pairs.append((one[rng.integers(len(one))], [other[rng.integers(len(other))]]))
    return pairs


def _scores(pairs: Sequence[tuple[Touch, list[Touch]]]) -> list[Pair]:
    extractor = Extractor()
    return [
        Pair((probe.finger, other.finger), " + ".join(sorted((probe.skin, other.skin))), score)
        for probe, others in pairs
        for other, score in zip(
            others, fingerprint.compare(extractor, probe.template, [o.template for o in others]), strict=True
        )
    ]
