"""Whether the same person seems to stand there as a few minutes ago: a flag for the officer, never proof of anything.

Nothing here was learned from faces: it compares skin, hair or headscarf, clothes and the pattern of the face, which
serves within one session only. Somebody else in like clothes passes, somebody who changes clothes does not.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.face_finder import FaceFinder
from kiosk.imaging.face_view import FaceView, view
from kiosk.imaging.picture import Pixels, colour
from kiosk.imaging.pose import EYES

Floats = NDArray[np.float32]
Places = tuple[tuple[float, float], ...]

AROUND = 1.0  # of the face's box on each side: clothes lie within
# Places in eye distances right of and below the middle between the eyes.
SKIN: Places = ((-0.5, 0.5), (0.5, 0.5), (0.0, 0.35), (-0.45, 0.7), (0.45, 0.7))
ZONES: tuple[Places, ...] = (
    ((-0.3, -1.15), (0.0, -1.15), (0.3, -1.15)),  # hair, forehead or headscarf
    ((-1.2, 0.3), (1.2, 0.3)),  # ears, hair or headscarf
    ((-0.6, 2.6), (0.0, 2.7), (0.6, 2.6)),  # neck, collar or headscarf
    ((-1.2, 2.9), (1.2, 2.9)),  # shoulders
)
COLOURS = 2 + 3 * len(ZONES)  # numbers: the skin's hue, and hue and lightness of each zone
MOST_APART = 20.0  # CIELAB at the skin's lightness set to 50: beyond it one zone says no more
PATTERN = 10.0  # what an opposite pattern of the face counts, in the same unit
SIDE, EYES_APART, EYES_DOWN, MOUTH_DOWN = 64, 26, 20, 30  # pixels of the aligned face: brow to chin fills it
MOUTH = (61, 291)
HALF_ALIKE = 42.0  # apart: likeness 0.5, set on 100 drawn people; the rates on others stand in core.face_quality


def describe(finder: FaceFinder, pixels: Pixels) -> bytes | None:
    """A descriptor of whoever has the largest face, for `likeness` alone; None where there is no face.

    Raises ValueError for what is not a picture. It is personal data: keep it in RAM, for one session.
    """
    rgb = colour(pixels)
    faces = finder.find(rgb)
    seen = view(finder, rgb, faces[0], AROUND) if faces else None
    if seen is None:
        return None
    return np.concatenate([_colours(seen), _pattern(seen)]).astype(np.float16).tobytes()


def likeness(a: bytes, b: bytes) -> float:
    """0 unlike to 1 the same picture, 0.5 where it begins to look like somebody else; ValueError for other bytes."""
    first, second = _read(a), _read(b)
    zones = [slice(0, 2), *(slice(start, start + 3) for start in range(2, COLOURS, 3))]
    each = np.array([np.linalg.norm(first[zone] - second[zone]) for zone in zones])
    seen = np.minimum(each[np.isfinite(each)], MOST_APART)  # not a number: outside one of the pictures
    apart = float(seen.mean()) * len(zones) if len(seen) else len(zones) * MOST_APART
    apart += PATTERN * (1 - float(first[COLOURS:] @ second[COLOURS:]))
    return float(1 / (1 + (max(apart, 0.0) / HALF_ALIKE) ** 2))


def _read(descriptor: bytes) -> Floats:
    if len(descriptor) != _SIZE:
        raise ValueError("not the descriptor of a face")
    return np.frombuffer(descriptor, dtype=np.float16).astype(np.float32)


def _colours(seen: FaceView) -> Floats:
    """Relative to the skin's lightness, so that more or less light changes little; not a number outside the picture."""
    smooth = cv2.GaussianBlur(seen.rgb, (0, 0), 2.5).astype(np.float32) / 255
    lab = np.asarray(cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB), dtype=np.float32)
    left, right = (seen.points[list(corners), :2].mean(axis=0) for corners in EYES)
    skin = _median(lab, left, right, SKIN)
    unit = 50 / max(float(np.nan_to_num(skin[0])), 5.0)
    colours = [skin[1:] * unit]
    for zone in ZONES:
        light, red, yellow = _median(lab, left, right, zone)
        colours.append(np.array([(light - skin[0]) / 2, red, yellow]) * unit)
    return np.concatenate(colours).astype(np.float32)


def _median(lab: Floats, left: Floats, right: Floats, places: Places) -> Floats:
    """The median colour at those of the places that lie in the picture."""
    height, width = lab.shape[:2]
    across = right - left
    down = np.array([-across[1], across[0]])
    at = np.round([(left + right) / 2 + x * across + y * down for x, y in places]).astype(int)
    inside = at[((at >= 0) & (at < (width, height))).all(axis=1)]
    return np.median(lab[inside[:, 1], inside[:, 0]], axis=0) if len(inside) else np.full(3, np.nan, np.float32)


def _pattern(seen: FaceView) -> Floats:
    """Gradients of the face with eyes and mouth in fixed places: of length 1 about their mean."""
    found = [seen.points[list(corners), :2].mean(axis=0) for corners in (*EYES, MOUTH)]
    half = EYES_APART / 2
    wanted = [(SIDE / 2 - half, EYES_DOWN), (SIDE / 2 + half, EYES_DOWN), (SIDE / 2, EYES_DOWN + MOUTH_DOWN)]
    move, _ = cv2.estimateAffinePartial2D(np.array(found), np.array(wanted, dtype=np.float32))
    if move is None:  # eyes and mouth in one place: no pattern
        return np.zeros(_GRADIENTS, dtype=np.float32)
    face = np.asarray(cv2.warpAffine(seen.plane, move, (SIDE, SIDE), flags=cv2.INTER_AREA), dtype=np.uint8)
    gradients = np.asarray(_histograms().compute(face), dtype=np.float32).ravel()
    gradients -= gradients.mean()
    return gradients / max(float(np.linalg.norm(gradients)), 1e-6)


def _histograms() -> cv2.HOGDescriptor:
    return cv2.HOGDescriptor((SIDE, SIDE), (16, 16), (8, 8), (8, 8), 9)


_GRADIENTS = 7 * 7 * 4 * 9  # blocks down and across, cells of each, directions
_SIZE = 2 * (COLOURS + _GRADIENTS)  # bytes
