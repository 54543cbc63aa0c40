"""One row of the table, and how its numbers are taken: medians of interleaved runs, so that a busy moment of the
machine falls on both sides alike."""

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """`ratio` is value over peer_value; it holds where it is at most `goal`."""

    bench: str
    figure: str
    value: float
    unit: str
    peer: str
    peer_value: float
    goal: float

    @property
    def ratio(self) -> float:
        """Value over peer."""
        return self.value / self.peer_value

    @property
    def holds(self) -> bool:
        """Whether the promise is kept."""
        return self.ratio <= self.goal

    def as_json(self) -> dict[str, object]:
        """As out/bench.json has it."""
        rounded = {"value": round(self.value, 3), "peer_value": round(self.peer_value, 3)}
        return asdict(self) | rounded | {"ratio": round(self.ratio, 3), "holds": self.holds}


def seconds(job: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """How long one run takes by this clock; `time.process_time` counts what it costs, whoever else is busy."""
    began = clock()
    job()
    return clock() - began


def _nothing() -> None:
    pass


def interleaved(
    value: Callable[[], object],
    peer: Callable[[], object],
    runs: int,
    prepare: Callable[[], object] = _nothing,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float]:
    """Medians in milliseconds of both, taken in turns; `prepare` runs before each turn and is not counted."""
    pairs = []
    for _ in range(runs):
        prepare()
        pairs.append((seconds(value, clock), seconds(peer, clock)))
    return statistics.median(p[0] for p in pairs) * 1e3, statistics.median(p[1] for p in pairs) * 1e3


def median_ms(job: Callable[[], object], runs: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """The median in milliseconds."""
    return statistics.median(seconds(job, clock) for _ in range(runs)) * 1e3
