"""How far a measured rate may lie from the true one: exact intervals, so that nought of a hundred is not nought."""

import math
from collections.abc import Callable

CONFIDENCE = 0.95
HALVINGS = 50  # of 0..1: far below any figure that is printed


def clopper_pearson(hits: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval of a rate (Clopper and Pearson 1934), both sides alike; trials are taken as independent."""
    if not 0 <= hits <= trials or trials < 1:
        raise ValueError(f"not a count of hits: {hits} of {trials}")
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _crossing(lambda p: 1 - _at_most(hits - 1, trials, p) > tail)
    high = 1.0 if hits == trials else _crossing(lambda p: _at_most(hits, trials, p) < tail)
    return low, high


def rate(hits: int, trials: int) -> str:
    """`3/200 = 1.50 % [0.31, 4.32]`, the interval in percent."""
    if trials == 0:
        return "none tried"
    low, high = clopper_pearson(hits, trials)
    return f"{hits}/{trials} = {100 * hits / trials:.2f} % [{100 * low:.2f}, {100 * high:.2f}]"


def _crossing(beyond: Callable[[float], bool]) -> float:
    """Where a rising condition becomes true on 0..1."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return (low + high) / 2


def _at_most(hits: int, trials: int, p: float) -> float:
    """The chance of at most so many hits, each of probability p, 0 < p < 1."""
    yes, no = math.log(p), math.log1p(-p)
    ways = math.lgamma(trials + 1)
    return math.fsum(
        math.exp(ways - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * yes + (trials - k) * no)
        for k in range(hits + 1)
    )
