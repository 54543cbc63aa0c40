"""What else a picture of an eye tells: where it looks, whether it moved, whether glass or a printed lens lies before
it. Likenesses, not proofs: what is made of them stands in `core.iris_quality`."""

from math import ceil

import cv2
import numpy as np

from kiosk.imaging.eye_outline import Eye, Floats
from kiosk.imaging.eye_polar import TURN, around
from kiosk.imaging.eye_search import BURNT
from kiosk.imaging.picture import Pixels, scaled

LEAST_RIM = 40  # of 64 directions: fewer leave the shape of the pupil open
SCLERA_REACH = 3.2  # radii of the iris to which the white of the eye is followed; corners lie at 2.2 of it
SCLERA_STEP = 0.04  # radii from one place on a ray to the next
SCLERA_FALL = 0.25  # of the step from iris to sclera: where it has changed by that much, the white ends
WHITE_STEP = 12.0  # grey levels from iris to sclera that this needs
FRAME_SIDE = 64  # pixels of the long side in which rims of glasses are sought
FRAME_SPAN = 0.75  # of the picture's width that a rim crosses; brows and lashes cross 0.3 as one dark piece
LENS_SIDE = 64  # pixels of the patch in which a print is sought
LENS_PERIODS = (3.0, 13.0)  # pixels between the dots of a printed lens, in an iris of 240 pixels


def roundness(eye: Eye) -> float | None:
    """The pupil's shorter axis by its longer, None where too little of its border is seen."""
    if len(eye.rim) < LEAST_RIM:
        return None
    _, axes, _ = cv2.fitEllipse(eye.rim.astype(np.float32))
    return float(min(axes) / max(*axes, 1e-6))


def balance(picture: Pixels, eye: Eye) -> float | None:
    """The white on the narrower side of the iris by that on the wider, None where a side is not to be seen whole."""
    plane = picture.astype(np.float32)
    reach = np.arange(1.06, SCLERA_REACH, SCLERA_STEP, dtype=np.float32)
    rays = around(plane, eye.iris_x, eye.iris_y, reach * eye.iris)
    rim = around(plane, eye.iris_x, eye.iris_y, np.linspace(0.8, 0.9, 3, dtype=np.float32) * eye.iris)
    widths = [_white(rays[side], float(np.nanmedian(rim[side]))) for side in _sides() if not np.isnan(rim[side]).all()]
    known = sorted(width for width in widths if width is not None)
    return known[0] / max(known[1], SCLERA_STEP) if len(known) == 2 else None


def _sides() -> tuple[np.ndarray, np.ndarray]:
    """Rows of the directions within 25 degrees of the picture's right and left."""
    level = np.abs(np.sin(TURN[:, 0])) <= 0.42
    return np.flatnonzero(level & (np.cos(TURN[:, 0]) > 0)), np.flatnonzero(level & (np.cos(TURN[:, 0]) < 0))


def _white(rays: Floats, rim: float) -> float | None:
    """How far the white reaches beyond the iris, in radii, by its longest rays; None where the picture ends first."""
    outside = np.isnan(rays)
    smooth = cv2.blur(np.nan_to_num(rays, nan=0.0), (5, 3))
    near = float(np.median(smooth[:, 1:6]))
    if near - rim < WHITE_STEP or near >= BURNT:
        return None
    away = np.abs(smooth - near) > max(SCLERA_FALL * (near - rim), WHITE_STEP)
    away[:, :4] = False  # where the iris fades into the white
    ends = np.where(away.any(axis=1), away.argmax(axis=1), rays.shape[1])
    cut = np.where(outside.any(axis=1), outside.argmax(axis=1) - 3, rays.shape[1])
    seen = ends < cut
    return float(np.percentile(ends[seen], 80)) * SCLERA_STEP if seen.mean() > 0.5 else None


def motion(picture: Pixels, eye: Eye) -> float | None:
    """0 where the pupil's border is as steep in every direction, towards 1 where it is smeared in one."""
    plane = picture.astype(np.float32)
    plane[picture >= BURNT] = np.nan
    reach = np.arange(0.7 * eye.pupil, 1.3 * eye.pupil, 1.0, dtype=np.float32)
    if reach.size < 5:
        return None
    sectors = around(plane, eye.x, eye.y, reach).reshape(16, -1, reach.size)
    slopes = np.nan_to_num(np.diff(cv2.blur(sectors.mean(axis=1), (3, 1)), axis=1), nan=0.0)
    pairs = slopes.max(axis=1).reshape(2, 8).max(axis=0)  # opposite ones are smeared alike; lids hide but one of them
    _, low, *_, high, _ = np.sort(pairs)  # a lash may spoil one either way
    return float(1 - low / max(high, 1e-6))


def glasses(picture: Pixels, eye: Eye, pupil_level: float, iris_level: float) -> float:
    """0..1: how much of the picture one dark piece outside the eye crosses, as the rim of glasses does."""
    factor = FRAME_SIDE / max(picture.shape)
    small = scaled(picture, factor)
    rows, columns = np.mgrid[: small.shape[0], : small.shape[1]]
    place = eye.scaled(factor)
    outside = np.hypot(rows - place.iris_y, columns - place.iris_x) > 1.15 * place.iris
    dark = (small < pupil_level + 0.45 * (iris_level - pupil_level)) & outside
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    pieces = stats[1:]
    long = (pieces[:, cv2.CC_STAT_WIDTH] / small.shape[1]).max(initial=0.0)
    return float(min(long / FRAME_SPAN, 1.0))


def lens(picture: Pixels, eye: Eye) -> float | None:
    """0..1: how far one period stands out of the iris's texture, as the dots of a printed lens do."""
    factor = 120 / eye.iris
    side, strength = LENS_SIDE, []
    window = np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)
    for direction in (-1, 1):
        at_x = eye.iris_x + direction * 0.5 * (eye.pupil + eye.iris)
        reach = ceil(side / 2 / factor)
        top, left = round(eye.iris_y) - reach, round(at_x) - reach
        if top < 0 or left < 0:
            continue
        patch = picture[top : top + 2 * reach, left : left + 2 * reach]
        if patch.shape != (2 * reach, 2 * reach):
            continue
        even = cv2.resize(patch, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
        strength.append(_peak((even - cv2.GaussianBlur(even, (0, 0), 6)) * window))
    return float(np.clip((min(strength) - 6) / 24, 0, 1)) if strength else None


def _peak(patch: Floats) -> float:
    """The strongest period of a patch by the median of those about as fine."""
    power = np.abs(np.fft.rfft2(patch))
    rows, columns = np.fft.fftfreq(patch.shape[0])[:, None], np.fft.rfftfreq(patch.shape[1])[None, :]
    aslant = (np.abs(rows) > 1.5 / patch.shape[0]) & (np.abs(columns) > 1.5 / patch.shape[1])
    power = power * aslant  # what lies along rows or columns comes from the camera or from compression
    fineness = np.hypot(rows, columns)
    rings = np.rint(fineness * patch.shape[0]).astype(np.int64)
    best = 0.0
    for ring in range(round(patch.shape[0] / LENS_PERIODS[1]), round(patch.shape[0] / LENS_PERIODS[0]) + 1):
        of_ring = power[(rings == ring) & aslant]
        best = max(best, float(of_ring.max() / max(np.median(of_ring), 1e-6)))
    return best
