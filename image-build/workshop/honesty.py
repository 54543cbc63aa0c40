"""Whether a card has the bytes it states and keeps what it is told, before an image is trusted to it.

Marks are written over the whole card and read back after all of them are: a card that wraps around shows one mark where
another was, one that ends early or is worn shows none. After the image was written they are read once more: by then
they have left whatever memory the card buffers with.
"""

import hashlib
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from workshop.block_map import Piece
from workshop.faults import MIB, CardFault, Fault, fault_of
from workshop.medium import BLOCK, Medium, buffer

GRANULE = MIB  # bytes: flash ends at whole erase blocks, which are 1 MiB or more on cards of 1 GB and above


def places(size: int) -> tuple[int, ...]:
    """Where marks stand on a card of this size, in ascending order.

    Close together at both ends, far apart in between: every multiple of GRANULE below the size is the distance of two
    of them, so that whatever a card wraps around at, two marks meet. 64 GB take 750 marks.
    """
    granules = size // GRANULE
    near = math.isqrt(granules) + 1
    close = {step * GRANULE for step in range(near)}
    far = {step * near * GRANULE for step in range(granules // near + 1)}
    back = {(granules - 1 - step) * GRANULE for step in range(min(near, granules))}
    last = size // BLOCK * BLOCK - BLOCK
    return tuple(sorted({place for place in close | far | back if place + BLOCK <= size} | {last}))


@dataclass(frozen=True)
class Marks:
    """What was written where; `nonce` tells this run's marks from an earlier one's."""

    nonce: bytes
    at: tuple[int, ...]

    def content(self, place: int) -> bytes:
        """The block of this place."""
        return hashlib.sha256(self.nonce + place.to_bytes(8, "big")).digest() * (BLOCK // 32)


def mark(medium: Medium, nonce: bytes) -> Marks:
    """Write the marks. CardFault where the card takes one not."""
    marks, block = Marks(nonce, places(medium.size)), buffer(BLOCK)
    for place in marks.at:
        block[:] = marks.content(place)
        try:
            medium.write(place, block)
        except OSError as error:
            raise _refused(medium, marks, place, error) from error
    try:
        medium.sync()
    except OSError as error:
        raise fault_of(error) from error
    return marks


def _refused(medium: Medium, marks: Marks, place: int, error: OSError) -> CardFault:
    """One bad block, or the end of a card that states more: then its last block fails too."""
    fault, last = fault_of(error, place), marks.at[-1]
    if fault.fault is not Fault.BAD_BLOCK or place == last:
        return fault
    block = buffer(BLOCK)
    block[:] = marks.content(last)
    try:
        medium.write(last, block)
        medium.sync()
    except OSError:
        return _short(medium, place)
    return fault


def check(medium: Medium, marks: Marks, written: Collection[Piece] = ()) -> None:
    """Read back the marks that no piece was written over. CardFault names what the card did instead of keeping."""
    block, lost, apart = buffer(BLOCK), [], []
    held = [place for place in marks.at if not _covered(place, written)]
    for place in held:
        try:
            medium.read(place, block)
        except OSError as error:
            raise fault_of(error, place) from error
        if block != marks.content(place):
            lost.append(place)
            apart += [abs(other - place) for other in marks.at if marks.content(other) == block]
    if apart:
        raise _short(medium, min(apart))
    if lost:
        raise _verdict(medium, held, lost)


def _covered(place: int, written: Iterable[Piece]) -> bool:
    return any(piece.offset < place + BLOCK and place < piece.end for piece in written)


def _verdict(medium: Medium, held: list[int], lost: list[int]) -> CardFault:
    """All lost from somewhere on, with good ones before: it ends there. Otherwise it forgets."""
    if lost == held[-len(lost) :] and len(lost) < len(held):
        return _short(medium, lost[0])
    return CardFault(Fault.DROPS_WRITES, f"It did not keep {len(lost)} of {len(held)} marks, though it took them")


def _short(medium: Medium, real: int) -> CardFault:
    stated = medium.size // MIB
    return CardFault(Fault.SHORT, f"It states {stated} MiB and has about {real // MIB} MiB or less")
