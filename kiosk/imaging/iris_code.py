"""The phase of an iris's texture as bits, and how far two such codes lie apart: tells whether one session was offered
the same eye twice. Not for finding a person among others."""

import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.eye_outline import Eye, Floats
from kiosk.imaging.eye_polar import DIRECTIONS, sheet, visible
from kiosk.imaging.eye_search import find
from kiosk.imaging.picture import Pixels, grey

ROWS = 12  # bands of depth, from the pupil's border to near the sclera's
DEPTHS = np.linspace(0.08, 0.92, 4 * ROWS, dtype=np.float32)  # four are averaged to a band
WAVELENGTH = 12.0  # directions of 128: about 34 degrees, lashes and lamps are finer, shadows coarser
SPREAD = 0.5  # of the log-Gabor filter: about two octaves, as Masek (2003) found best
LEAST_OUTLINE, LEAST_LIMBUS = 0.6, 0.5  # a pupil or rim seen less well gives a sheet that is stretched otherwise
MOST_APART = 0.12  # of the iris's radius between both centres: further, glare was taken for part of a border
LEAST_FREE = 0.3  # of the iris: less is too little to tell eyes apart
LEAST_COMMON = 0.25  # of the places, seen in both
MOST_TURN = 8  # directions either way: heads lean 22 degrees at most from one picture to the next
_PLANES = 3  # real phase, imaginary phase, mask
_SIZE = _PLANES * ROWS * DIRECTIONS // 8

Bits = NDArray[np.bool_]


def encode(pixels: Pixels) -> bytes | None:
    """The code of the eye in a picture, 576 bytes: two planes of phase bits and one of which places count; None where
    no iris is free enough.

    Raises ValueError only for what is not a picture.
    """
    picture = grey(pixels)
    eye = find(picture)
    if eye is None or not _is_sure(eye):
        return None
    ring = sheet(picture.astype(np.float32), eye, DEPTHS)
    free = visible(ring)
    if free.mean() < LEAST_FREE:
        return None
    phase = _filtered(_banded(ring, free))
    counts = free.reshape(DIRECTIONS, ROWS, -1).mean(axis=2) > 0.7
    return np.packbits(np.stack([phase.real > 0, phase.imag > 0, counts])).tobytes()


def distance(a: bytes, b: bytes) -> float:
    """Share 0..1 of the bits that differ where both codes count, at the turn that fits best; 1.0 where too few count.

    Raises ValueError for what `encode` did not make.
    """
    one, two = _planes(a), _planes(b)
    best = 1.0
    for turn in range(-MOST_TURN, MOST_TURN + 1):
        turned = np.roll(two, turn, axis=1)
        common = one[2] & turned[2]
        if common.mean() >= LEAST_COMMON:
            best = min(best, float(((one[:2] ^ turned[:2]) & common).sum() / (2 * common.sum())))
    return best


def _is_sure(eye: Eye) -> bool:
    apart = np.hypot(eye.x - eye.iris_x, eye.y - eye.iris_y) / eye.iris
    return bool(eye.outline >= LEAST_OUTLINE and eye.limbus >= LEAST_LIMBUS and apart <= MOST_APART)


def _planes(code: bytes) -> Bits:
    if len(code) != _SIZE:
        raise ValueError(f"not an iris code: {len(code)} bytes")
    return np.unpackbits(np.frombuffer(code, np.uint8)).reshape(_PLANES, DIRECTIONS, ROWS).astype(np.bool_)


def _banded(ring: Floats, free: Bits) -> Floats:
    """Mean grey of every band and direction, less the band's own; what does not count is level."""
    filled = np.where(free, ring, 0.0).reshape(DIRECTIONS, ROWS, -1).sum(axis=2)
    count = free.reshape(DIRECTIONS, ROWS, -1).sum(axis=2)
    mean = filled / np.maximum(count, 1)
    level = mean.sum(axis=0, where=count > 0) / np.maximum((count > 0).sum(axis=0), 1)
    return np.where(count > 0, mean - level, 0.0).astype(np.float32)


def _filtered(bands: Floats) -> NDArray[np.complex64]:
    """Each band through a log-Gabor filter along the direction; one-sided, so that the answer has a phase."""
    frequency = np.fft.fftfreq(DIRECTIONS)
    with np.errstate(divide="ignore"):
        away = np.log(np.where(frequency > 0, frequency, np.nan) * WAVELENGTH)
    gain = np.nan_to_num(np.exp(-(away**2) / (2 * np.log(SPREAD) ** 2)))
    return np.fft.ifft(np.fft.fft(bands, axis=0) * gain[:, None], axis=0).astype(np.complex64)
