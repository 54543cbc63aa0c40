"""The same finger offered twice in one session: how often it is missed, how often another one is taken for it.

Synthetic fingers of a population with dry and worn skin, touched as the simulated people touch; every usable touch
counts, not the best of three as in a session, so that a session fares a little better. Beside them the shared prints.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from rich.table import Table

from bench import same_finger_pool
from bench.inputs import shared
from bench.intervals import rate
from bench.rows import Row
from bench.same_finger_pool import Pair, Pool
from kiosk.core.quality import SAME_FINGER_FLAG, SAME_FINGER_SCORE
from kiosk.imaging import encode, fingerprint
from kiosk.imaging.minutiae import Extractor

THRESHOLDS = (20, 25, 30, 35, 40, 45, 50)
SHOWN = (25, 30, 35, 40)  # of them, by skin
SESSIONS = 1_000
FINGERS = 10  # of a session
MOST_MISSED = 1.0  # percent of the sessions in which a finger was offered twice


@dataclass(frozen=True)
class Sessions:
    """The deciding score of each simulated session: of the repeated finger, and the highest where none was repeated."""

    repeated: tuple[int, ...]
    good: tuple[int, ...]


def rows(say: Callable[[object], object]) -> Iterator[Row]:
    """The rows of this part."""
    say("same-finger: growing fingers, touching, comparing (about five minutes)")
    pool = same_finger_pool.measured()
    sessions = simulated(pool, np.random.default_rng(3))
    say(_by_threshold(pool, sessions))
    say(_by_skin(pool))
    say(_independence(pool))
    if shared.FOLDER.is_dir():
        say(_real(Extractor()))
    missed = 100 * sum(score < SAME_FINGER_FLAG for score in sessions.repeated) / SESSIONS
    alarms = sum(score >= SAME_FINGER_SCORE for score in sessions.good)
    repeat = f"repeated finger not flagged (from {SAME_FINGER_FLAG}), of sessions with one"
    alarm = f"person asked again (from {SAME_FINGER_SCORE}), in {SESSIONS:,} good sessions"
    yield Row("same-finger", repeat, missed, "%", "limit", MOST_MISSED, 1.0)
    yield Row("same-finger", alarm, alarms, "sessions", "one session", 1.0, 0.0)


def simulated(pool: Pool, rng: np.random.Generator) -> Sessions:
    """Sessions of ten different fingers out of the pool: with one offered twice, and with none."""
    twice = sorted({pair.fingers[0] for pair in pool.same})
    own = {finger: [pair.score for pair in pool.same if pair.fingers[0] == finger] for finger in twice}
    repeated = tuple(int(rng.choice(own[int(rng.choice(twice))])) for _ in range(SESSIONS))
    cross = {pair.fingers: pair.score for pair in pool.cross}
    everybody = sorted({finger for pair in pool.cross for finger in pair.fingers})
    good = tuple(_highest(cross, rng.choice(everybody, FINGERS, replace=False)) for _ in range(SESSIONS))
    return Sessions(repeated, good)


def _highest(cross: dict[tuple[int, int], int], session: np.ndarray) -> int:
    return max(cross[pair] for pair in itertools.combinations(sorted(int(finger) for finger in session), 2))


def _by_threshold(pool: Pool, sessions: Sessions) -> Table:
    fingers = {pair.fingers[0] for pair in pool.same}
    table = Table("score", "pairs of one finger missed", "fingers ever missed", "pairs of two fingers taken for one",
                  "sessions: repeat missed", "sessions: alarm", title="95 % intervals (Clopper-Pearson)")  # fmt: skip
    for least in THRESHOLDS:
        low = [pair for pair in pool.same if pair.score < least]
        table.add_row(
            str(least),
            rate(len(low), len(pool.same)),
            rate(len({pair.fingers[0] for pair in low}), len(fingers)),
            rate(sum(pair.score >= least for pair in pool.cross), len(pool.cross)),
            rate(sum(score < least for score in sessions.repeated), len(sessions.repeated)),
            rate(sum(score >= least for score in sessions.good), len(sessions.good)),
        )
    return table


def _by_skin(pool: Pool) -> Table:
    table = Table("pairs of", "skin", "pairs", "least", "median", "most", *(f"from {least}" for least in SHOWN))
    for whose, pairs in (("one finger", pool.same), ("two fingers", pool.cross)):
        for skin in sorted({pair.skin for pair in pairs}):
            scores = np.array([pair.score for pair in pairs if pair.skin == skin])
            spread = (f"{figure:.0f}" for figure in (scores.min(), np.median(scores), scores.max()))
            above = (f"{100 * np.mean(scores >= least):.2f} %" for least in SHOWN)
            table.add_row(whose, skin, str(len(scores)), *spread, *above)
    return table


def _independence(pool: Pool) -> str:
    uses = SESSIONS * FINGERS * (FINGERS - 1) / 2 / len(pool.cross)
    fingers = {finger for pair in pool.cross for finger in pair.fingers}
    return (
        f"{len(fingers)} fingers, {pool.useless} of {pool.touches} touches useless; the touches of one finger are not "
        f"independent, nor are pairs that share a finger: a good session's pair is used {uses:.2f} times in the mean, "
        f"a finger in {SESSIONS * FINGERS / len(fingers):.0f} sessions."
    )


def _real(extractor: Extractor) -> Table:
    """The shared prints: two people's ten-print card and single prints, most of them one impression a finger."""
    prints: list[tuple[str, bytes]] = []
    for path in sorted(shared.FOLDER.glob("person-?/*-*.[0-9].png")):
        if not path.name.startswith(("iris", "plain")):
            template = fingerprint.measure(extractor, encode.decode(path.read_bytes()), 500)[1]
            prints += [(f"{path.parent.name}/{path.name.split('.')[0]}", template)] if template else []
    same: list[Pair] = []
    cross: list[Pair] = []
    for (i, (one, probe)), (j, (other, reference)) in itertools.combinations(enumerate(prints), 2):
        score = fingerprint.compare(extractor, probe, [reference])[0]
        (same if one == other else cross).append(Pair((i, j), one, score))
    table = Table("real finger", "scores of its pairs", title="the shared prints")
    for name in sorted({pair.skin for pair in same}):
        table.add_row(name, ", ".join(str(pair.score) for pair in same if pair.skin == name))
    for least in (25, 30, 40):
        table.add_row(f"two fingers, {least} or more", rate(sum(p.score >= least for p in cross), len(cross)))
    table.add_row("two fingers, highest", str(max(pair.score for pair in cross)))
    return table
