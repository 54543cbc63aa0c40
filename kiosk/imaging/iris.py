"""Measures one eye in a near-infrared picture; `eye_search` finds it, `eye_signs` reads what surrounds it."""

from dataclasses import replace
from math import ceil

import numpy as np

from kiosk.core.measures import IrisMeasures, RestMeasures
from kiosk.imaging import eye_signs
from kiosk.imaging.eye_outline import Eye, Floats
from kiosk.imaging.eye_polar import BELOW, DIRECTIONS, IRIS_DEPTHS, LATERAL, Unrolled, around, sheet, unrolled, visible
from kiosk.imaging.eye_search import BURNT, FINE_SIDE, find, reflections
from kiosk.imaging.picture import Pixels, grey, laplacian_of_gaussian, scaled

LEAST_CONTRAST = 6.0  # grey levels between iris and pupil: below, what was found is no eye,
GLARE_HIDES = 0.08  # unless so much of iris and pupil lies under reflections
DISC_DEPTHS = np.linspace(0.03, 0.97, 24, dtype=np.float32)  # of the iris's radius, pupil and all
NONE = IrisMeasures(diameter_px=0.0, pupil_ratio=0.0, contrast=0.0, sharpness=0.0, open_share=0.0)


def measure(pixels: Pixels) -> IrisMeasures:
    """Iris diameter, pupil ratio, contrasts, sharpness, usable share, gaze, motion, glare and the signs of glasses and
    lenses of one eye's picture; the first five 0, the rest not measured where there is no eye.

    Sharpness is the mean square of the Laplacian of Gaussian (sigma 1.4 pixels, as in ISO/IEC 29794-6) over the visible
    iris in the picture's own resolution. `open_share` is the part of the iris that lies in the picture and does not
    differ from its sides as lids, lashes and glare do. Raises ValueError only for what is not a picture.
    """
    picture = grey(pixels)
    eye = find(picture)
    return NONE if eye is None else describe(picture, eye)


def at_rest(pixels: Pixels) -> RestMeasures:
    """What the camera sees while its lamps are off: `level` is the mean grey. Raises ValueError for no picture."""
    return RestMeasures(level=float(grey(pixels).mean()), residue=0.0)


def describe(picture: Pixels, eye: Eye) -> IrisMeasures:
    """The measures of an eye that was found."""
    seen = unrolled(picture, eye)
    iris_level, pupil_level = _median(seen.iris[BELOW]), _median(seen.pupil)
    contrast, glare = iris_level - pupil_level, _glare(picture, eye)
    if contrast < LEAST_CONTRAST and glare < GLARE_HIDES:
        return NONE
    free = visible(seen.iris) * seen.area
    height, width = picture.shape
    return IrisMeasures(
        diameter_px=2 * eye.iris,
        pupil_ratio=eye.pupil / eye.iris,
        contrast=contrast,
        sharpness=_sharpness(picture, eye, free),
        open_share=float(free.sum() / (seen.area.sum() * DIRECTIONS)),
        centre_x=eye.x / width,
        centre_y=eye.y / height,
        scleral_contrast=_scleral_contrast(seen),
        gaze=eye_signs.balance(picture, eye),
        roundness=eye_signs.roundness(eye),
        motion=eye_signs.motion(picture, eye),
        glare=glare,
        glasses=eye_signs.glasses(picture, eye, pupil_level, iris_level),
        lens=eye_signs.lens(picture, eye),
        brightness=iris_level,
        outline=_outline(picture, eye, contrast),
        limbus=eye.limbus,
        span=2 * eye.iris / min(height, width),
        margin=_margin(picture, eye),
    )


def _sharpness(picture: Pixels, eye: Eye, visible: Floats) -> float:
    reach = ceil(eye.iris) + 8
    top, left = max(int(eye.iris_y) - reach, 0), max(int(eye.iris_x) - reach, 0)
    crop = np.ascontiguousarray(picture[top : int(eye.iris_y) + reach, left : int(eye.iris_x) + reach])
    inside = replace(eye, x=eye.x - left, y=eye.y - top, iris_x=eye.iris_x - left, iris_y=eye.iris_y - top)
    detail = np.nan_to_num(sheet(laplacian_of_gaussian(crop) ** 2, inside, IRIS_DEPTHS), nan=0.0)
    return float((detail * visible).sum() / max(float(visible.sum()), 1.0))


def _median(levels: Floats) -> float:
    """The middle grey level of what is seen and not burnt; 0 where nothing is."""
    seen = levels[levels < BURNT]
    return float(np.median(seen)) if seen.size else 0.0


def _scleral_contrast(seen: Unrolled) -> float | None:
    """The lesser of the steps from iris to sclera at its two sides; None where the picture ends there."""
    steps = []
    rows = np.arange(DIRECTIONS)
    right = LATERAL & ((rows < DIRECTIONS // 4) | (rows >= 3 * DIRECTIONS // 4))
    for half in (right, LATERAL & ~right):
        beyond = seen.sclera[half]
        if np.isnan(beyond).mean() > 0.5:
            return None
        steps.append(float(np.nanmedian(beyond) - np.nanmedian(seen.iris[half][:, -24:])))
    return min(steps)


def _glare(picture: Pixels, eye: Eye) -> float:
    """Share of iris and pupil that lies under reflections, small lamps included."""
    factor = min(FINE_SIDE / max(picture.shape), 1.0)
    spots = reflections(scaled(picture, factor)).astype(np.float32)
    place = eye.scaled(factor)
    disc = np.nan_to_num(around(spots, place.iris_x, place.iris_y, DISC_DEPTHS * place.iris), nan=0.0)
    return float((disc * DISC_DEPTHS).sum() / (DISC_DEPTHS.sum() * DIRECTIONS))


def _outline(picture: Pixels, eye: Eye, contrast: float) -> float:
    """Share of the directions in which an even pupil ends and brightness rises by half the contrast."""
    plane = picture.astype(np.float32)
    plane[picture >= BURNT] = np.nan
    inside = around(plane, eye.x, eye.y, np.linspace(0.5, 0.88, 8, dtype=np.float32) * eye.pupil)
    outside = around(plane, eye.x, eye.y, np.linspace(1.1, 1.28, 5, dtype=np.float32) * eye.pupil)
    seen = ~np.isnan(inside)
    levels = np.where(seen, inside, _median(inside))
    away = np.sort(np.abs(levels - _median(inside)), axis=1)[:, -2]  # one of eight places may shine beside a lamp
    even = (away <= contrast / 2) & (seen.mean(axis=1) >= 0.5)
    with np.errstate(invalid="ignore"):
        rises = outside.mean(axis=1) - levels.mean(axis=1) >= contrast / 2
    return float((even & rises).mean())


def _margin(picture: Pixels, eye: Eye) -> float:
    """Least distance from the iris to the picture's edge in its own diameters, negative where it is cut."""
    height, width = picture.shape
    least = min(eye.iris_x, width - 1 - eye.iris_x, eye.iris_y, height - 1 - eye.iris_y) - eye.iris
    return float(least / (2 * eye.iris))
