"""Measures one eye in a near-infrared picture; `eye_search` finds it."""

from dataclasses import replace
from math import ceil

import cv2
import numpy as np

from kiosk.core.measures import IrisMeasures
from kiosk.imaging.eye_search import ANGLES, LATERAL, Eye, Floats, Mask, find
from kiosk.imaging.picture import Pixels, grey, laplacian_of_gaussian

LEAST_CONTRAST = 10.0  # grey levels between iris and pupil: below, what was found is no eye
LEAST_BORDER = 0.7  # of the directions in which an even pupil must end; half-closed eyes reach 0.67, prints 0.2
LID_DISTANCE = 3.0  # robust deviations from the iris at its sides: further off is lid, lash or glare
LEAST_DEVIATION = 4.0  # grey levels, for an iris without texture
INNER, OUTER = 1.1, 0.95  # of pupil and iris radius: between them lies what is measured
NONE = IrisMeasures(diameter_px=0.0, pupil_ratio=0.0, contrast=0.0, sharpness=0.0, open_share=0.0)


def measure(pixels: Pixels) -> IrisMeasures:
    """Iris diameter, pupil ratio, contrast, sharpness and usable share of one eye's picture; all 0 where there is none.

    Sharpness is the mean square of the Laplacian of Gaussian (sigma 1.4 pixels, as in ISO/IEC 29794-6) over the visible
    iris in the picture's own resolution. `open_share` is the part of the iris that does not differ from its sides as
    lids, lashes and glare do. Raises ValueError only for what is not a picture.
    """
    picture = grey(pixels)
    eye = find(picture)
    return NONE if eye is None else describe(picture, eye)


def describe(picture: Pixels, eye: Eye) -> IrisMeasures:
    """The measures of an eye that was found; all 0 where no even pupil ends within a brighter iris."""
    picture, eye = _cropped(picture, eye)
    polar, detail = _unrolled(picture, eye), _unrolled(laplacian_of_gaussian(picture) ** 2, eye)
    core, ring = polar[:, : int(eye.pupil * 0.8)], polar[:, ceil(eye.pupil * INNER) :]
    if not core.size or not ring.size:
        return NONE
    contrast = float(np.median(ring[LATERAL]) - np.median(core))
    if contrast < LEAST_CONTRAST or _border(picture, eye, contrast) < LEAST_BORDER:
        return NONE
    area = np.arange(polar.shape[1] - ring.shape[1], polar.shape[1]) + 0.5  # of each polar pixel, in any unit
    visible = _visible(ring) * area
    return IrisMeasures(
        diameter_px=2 * eye.iris,
        pupil_ratio=eye.pupil / eye.iris,
        contrast=contrast,
        sharpness=float((detail[:, -ring.shape[1] :] * visible).sum() / max(visible.sum(), 1.0)),
        open_share=float(visible.sum() / (area.sum() * ANGLES)),
    )


def _cropped(picture: Pixels, eye: Eye) -> tuple[Pixels, Eye]:
    """The part of the picture that holds the eye, and the eye there."""
    reach = ceil(eye.iris) + 8
    top, left = max(int(eye.y) - reach, 0), max(int(eye.x) - reach, 0)
    crop = picture[top : int(eye.y) + reach, left : int(eye.x) + reach]
    return np.ascontiguousarray(crop), replace(eye, x=eye.x - left, y=eye.y - top)


def _unrolled(plane: Pixels | Floats, eye: Eye) -> Floats:
    """Angles x pixels of radius, up to the iris's rim; 0 outside the picture."""
    reach = max(int(eye.iris * OUTER), 1)
    flags = cv2.INTER_LINEAR | cv2.WARP_FILL_OUTLIERS
    return np.asarray(cv2.warpPolar(plane, (reach, ANGLES), (eye.x, eye.y), reach, flags), dtype=np.float32)


def _visible(ring: Floats) -> Mask:
    """Which polar pixels look, smoothed, as the sides do at the same radius: iris, not lid, lash or glare."""
    smooth = cv2.GaussianBlur(np.pad(ring, ((4, 4), (0, 0)), mode="wrap"), (0, 0), sigmaX=4, sigmaY=1.5)[4:-4]
    away = np.abs(smooth - np.median(smooth[LATERAL], axis=0))
    deviation = 1.4826 * float(np.median(away[LATERAL]))
    return np.asarray(away <= LID_DISTANCE * max(deviation, LEAST_DEVIATION))


def _border(picture: Pixels, eye: Eye, contrast: float) -> float:
    """Share of the directions in which brightness rises across the pupil's border by half the contrast."""
    size = max(round(eye.pupil), 4)  # columns of the polar picture for one radius; it reaches to one and a half
    flags = cv2.INTER_LINEAR | cv2.WARP_FILL_OUTLIERS
    around = cv2.warpPolar(picture, (size * 3 // 2, ANGLES), (eye.x, eye.y), 1.5 * eye.pupil, flags)
    polar = np.asarray(around, dtype=np.float32)
    inside, outside = polar[:, size // 2 : size * 9 // 10], polar[:, ceil(size * 1.1) : ceil(size * 1.3)]
    even = np.abs(inside - np.median(inside)).max(axis=1) <= contrast / 2
    rises = outside.mean(axis=1) - inside.mean(axis=1) >= contrast / 2
    return float((even & rises).mean())
