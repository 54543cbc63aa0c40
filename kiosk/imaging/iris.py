"""Measures one eye in a near-infrared picture; `eye_search` finds it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.core.measures import IrisMeasures
from kiosk.imaging.eye_search import ANGLES, Eye, find
from kiosk.imaging.picture import Pixels, grey, laplacian_of_gaussian

LEAST_CONTRAST = 10.0  # grey levels between iris and pupil: below, what was found is no eye
LEAST_BORDER = 0.5  # of the directions in which an even pupil must end: half of it may hide; prints stay below 0.3
LID_DISTANCE = 3.0  # robust deviations from the iris at its sides: further off is lid, lash or glare
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
    """The measures of an eye that was found; all 0 where its iris is not brighter than its pupil."""
    reach = int(eye.iris) + 2
    top, left = max(int(eye.y) - reach, 0), max(int(eye.x) - reach, 0)
    crop = picture[top : int(eye.y) + reach + 1, left : int(eye.x) + reach + 1]
    y, x = np.ogrid[: crop.shape[0], : crop.shape[1]]
    dy, dx = y - (eye.y - top), x - (eye.x - left)
    far = np.hypot(dy, dx)
    ring = (far > eye.pupil * INNER) & (far < eye.iris * OUTER)
    sides = ring & (np.abs(dy) <= 0.6 * far)
    core = far < eye.pupil * 0.8
    if not sides.any() or not core.any():
        return NONE
    iris = float(np.median(crop[sides]))
    contrast = iris - float(np.median(crop[core]))
    if contrast < LEAST_CONTRAST or _border(crop, eye.x - left, eye.y - top, eye.pupil, contrast) < LEAST_BORDER:
        return NONE
    visible = ring & _like_the_sides(crop, sides, iris, blur=max(eye.iris / 25, 1.0))
    whole = np.pi * ((OUTER * eye.iris) ** 2 - (INNER * eye.pupil) ** 2)  # also what lies outside the picture
    detail = laplacian_of_gaussian(crop)[visible]
    return IrisMeasures(
        diameter_px=2 * eye.iris,
        pupil_ratio=eye.pupil / eye.iris,
        contrast=contrast,
        sharpness=float(np.mean(detail**2)) if detail.size else 0.0,
        open_share=min(float(visible.sum() / whole), 1.0),
    )


def _border(crop: Pixels, x: float, y: float, pupil: float, contrast: float) -> float:
    """Share of the directions in which brightness rises across the pupil's border by half the contrast."""
    size = max(round(pupil), 4)  # of the polar picture's row; it reaches to 1.5 radii
    polar = cv2.warpPolar(crop, (size * 3, ANGLES), (x, y), 1.5 * pupil, cv2.INTER_LINEAR).astype(np.float32)
    inside, outside = polar[:, size : size * 9 // 5], polar[:, size * 11 // 5 : size * 13 // 5]
    even = np.abs(inside - np.median(inside)).max(axis=1) <= contrast / 2
    rises = outside.mean(axis=1) - inside.mean(axis=1) >= contrast / 2
    return float((even & rises).mean())


def _like_the_sides(crop: Pixels, sides: NDArray[np.bool_], iris: float, blur: float) -> NDArray[np.bool_]:
    smooth = cv2.GaussianBlur(crop, (0, 0), blur).astype(np.float32)
    deviation = 1.4826 * float(np.median(np.abs(smooth[sides] - iris)))
    return np.asarray(np.abs(smooth - iris) <= LID_DISTANCE * max(deviation, 6.0))
