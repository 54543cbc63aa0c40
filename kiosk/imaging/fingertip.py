"""What a picture of one finger shows, at camera rate: ridges, contact, spacing, darkness; no minutiae and no score."""

from dataclasses import replace

import cv2
import numpy as np

from kiosk.core.measures import FingerMeasures
from kiosk.imaging import body, contact, ridges, spacing
from kiosk.imaging.contact import Contact
from kiosk.imaging.picture import Pixels, Plane
from kiosk.imaging.ridges import Mask, Ridges
from kiosk.imaging.spacing import Spacing

ENDS = (6.0, 249.0)  # grey levels: the mean of a block beyond them is a clipped one
STRIP, LEAST_STRIP = (5, 9), 12  # blocks: twice how far from the contact the strip beside it begins and ends; of it
STEEPEST = 99.8  # percentile: an outline is enough, a few specks of dust are not
FEW_MM2 = 60.0  # of ridges: below it grains are looked for


def measure(picture: Pixels) -> FingerMeasures:
    """A grey picture at 500 ppi; `nfiq2`, `minutiae` and `reliability` are None: they are not looked for.

    Where there are no ridges, what is measured of their contact is None as well.
    """
    plane = picture.astype(np.float32)
    seen = ridges.find(plane)
    slope = _slope(plane)
    span = _range(plane)
    shown = FingerMeasures(
        nfiq2=None,
        minutiae=None,
        coverage=float(seen.ridged.mean()),
        sharpness=float(ridges.blocks(slope)[seen.ridged].mean()) if seen.ridged.any() else 0.0,
        faint=float(seen.faint.mean()),
        edge=float(np.percentile(slope[::2, ::2], STEEPEST)) / span,
        blot_mm2=body.blot(plane),
    )
    patch = contact.largest(seen.ridged)
    found = spacing.measure(plane, seen.ridged if patch else seen.faint)
    if patch and found:
        shown = _of_contact(shown, plane, seen, patch, found, span)
    elif found:
        shown = replace(shown, period_px=found.period)
    if patch is None or patch.area_mm2 < FEW_MM2:
        return replace(shown, grain_mm2=body.grain(plane, seen.grain))
    return shown


def _of_contact(
    shown: FingerMeasures, plane: Plane, seen: Ridges, patch: Contact, found: Spacing, span: float
) -> FingerMeasures:
    return replace(
        shown,
        area_mm2=patch.area_mm2,
        width_mm=patch.width_mm,
        height_mm=patch.height_mm,
        centre_x=patch.centre_x,
        centre_y=patch.centre_y,
        cut=patch.cut,
        period_px=found.period,
        spread_px=found.spread,
        coherence=float(np.median(seen.smooth[patch.hull])),
        straightness=float(np.hypot(*(part[seen.ridged].mean() for part in seen.across))),
        darkness=_darkness(plane, patch.hull),
        ground=_ground(plane, patch.hull),
        clipped=_clipped(plane, patch.hull),
        acuity=shown.sharpness / span,
        detail=_detail(plane, seen, found.period),
    )


def _slope(plane: Plane) -> Plane:
    """Grey levels a pixel, without smoothing."""
    x, y = (cv2.Sobel(plane, cv2.CV_32F, *way, ksize=1, scale=0.5) for way in ((1, 0), (0, 1)))
    return np.asarray(cv2.magnitude(x, y), np.float32)


def _range(plane: Plane) -> float:
    darkest, lightest = np.percentile(plane[::3, ::3], (1, 99))
    return max(float(lightest - darkest), 1.0)


def _detail(plane: Plane, seen: Ridges, period: float) -> float:
    """How steep the ridges are at a scale of 1 px against how steep they are at their own, across the ridges only
    (noise is as steep along them and cancels), as a multiple of what mere waves of that period have."""
    straight, diagonal, _ = ridges.tensor(spacing.fine(plane), aperture=1)
    across = straight * seen.across[0] + diagonal * seen.across[1]
    share = float(np.median(across[seen.ridged] / seen.energy[seen.ridged]))
    return float(np.sqrt(max(share, 0.0)) / spacing.pure_wave(period))


def _darkness(plane: Plane, inside: Mask) -> float:
    some = plane[::2, ::2]
    levels = some[_shown(some, inside)]
    darkest, lightest = np.percentile(levels, (3, 97))
    return float((levels < (darkest + lightest) / 2).mean())


def _ground(plane: Plane, inside: Mask) -> float | None:
    """Where the strip beside the contact lies between its darkest and its lightest; None where the picture ends."""
    near, far = (cv2.dilate(inside.astype(np.uint8), np.ones((size, size), np.uint8)) for size in STRIP)
    beside = (far > near).nonzero()
    if len(beside[0]) < LEAST_STRIP:
        return None
    means = ridges.blocks(plane)
    darkest, lightest = np.percentile(plane[::3, ::3][_shown(plane[::3, ::3], inside)], (3, 97))
    return float((np.median(means[beside]) - darkest) / max(float(lightest - darkest), 1.0))


def _shown(plane: Plane, inside: Mask) -> Mask:
    size = (plane.shape[1], plane.shape[0])
    return np.asarray(cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0)


def _clipped(plane: Plane, inside: Mask) -> float:
    means = ridges.blocks(plane)[inside]
    return float(((means <= ENDS[0]) | (means >= ENDS[1])).mean())
