"""Where a bundle stands among those already held of its incarnation: pure, for any order of arrival.

`held` maps each number to every link ever seen for it, both sides of a fork included; so what conflicts with what does
not depend on the order in which it came.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Link:
    """A manifest in its chain: number, manifest hash, and the hash it names as the one before."""

    seq: int
    manifest: str
    prev: str | None


Held = Mapping[int, Collection[Link]]


@dataclass(frozen=True)
class Known:
    """This very manifest is held: answer with its receipt again."""


@dataclass(frozen=True)
class Next:
    """It fits, and the number before it is held or closed."""


@dataclass(frozen=True)
class Gap:
    """It fits, and `before` it numbers are missing: taken in, and the gap named."""

    before: range


@dataclass(frozen=True)
class Fork:
    """It contradicts these manifests: all sides are kept and named to a person."""

    against: frozenset[str]


Place = Known | Next | Gap | Fork


def place(held: Held, new: Link, closed: Collection[int] = ()) -> Place:
    """Where `new` stands; `closed` are numbers that the office has declared never to come."""
    if new in held.get(new.seq, ()):
        return Known()
    against = _conflicts(held, new)
    if against:
        return Fork(against)
    if new.seq == 1 or new.seq - 1 in closed or new.seq - 1 in held:
        return Next()
    below = max((seq for seq in (*held, *closed) if seq < new.seq), default=0)
    return Gap(range(below + 1, new.seq))


def gaps(held: Held, closed: Collection[int] = ()) -> tuple[range, ...]:
    """The missing numbers below the highest held or closed, as runs: a hostile number cannot make the answer long."""
    present = sorted({0, *held, *closed})
    return tuple(range(low + 1, high) for low, high in pairwise(present) if high - low > 1)


def _conflicts(held: Held, new: Link) -> frozenset[str]:
    same = {other.manifest for other in held.get(new.seq, ())}
    before = {other.manifest for other in held.get(new.seq - 1, ()) if other.manifest != new.prev}
    after = {other.manifest for other in held.get(new.seq + 1, ()) if other.prev != new.manifest}
    return frozenset(same | before | after)
