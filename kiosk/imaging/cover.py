"""Whether a face is covered from brow to chin: by a mask or cloth, a hand, or dark lenses. Beards cover nothing."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kiosk.imaging.face_view import FaceView
from kiosk.imaging.landmarks import Points

# Points of the mesh: skin that a mask leaves free (between the brows, brow, cheekbones), and what it covers.
FREE = ((9, 8), (151, 108, 337), (118, 117), (347, 346))
NOSE = (4, 5, 1, 45, 275)
MOUTH = ((82, 13, 312), (37, 0, 267), (84, 17, 314), (87, 14, 317))  # opening, upper lip, lower lip, opening
AROUND_MOUTH = ((164, 167, 393), (57, 43), (287, 273), (18, 200))  # skin above, beside and below the lips
LENSES = ((27, 23, 28, 22, 24, 30), (257, 253, 258, 252, 254, 260))  # skin above and below the lids
SMOOTH = 2.0  # pixels at a face 160 wide: pores and noise go, lips stay
OTHER_COLOUR = (9.0, 22.0)  # CIELAB: nothing of the nose's skin differs, all does; bare noses 0 to 6, masks from 11
LIPS_SEEN = 7.0  # CIELAB between lips and the skin around; real 14 and 29, drawn 14 and more, covered 0 to 5
ALIKE_SIDES = (0.4, 0.75)  # correlation of the mirrored halves from nose to chin; bare 0.93 and more, a hand 0.3 to 0.8
DARK_LENS = (25.0, 45.0)  # CIELAB lightness around the lids below that of the brow; bare at most 20, dark lenses 48
SIDE, EYES_WIDE, NOSE_ROW = 64, 60, 24  # pixels: the aligned lower face, its eyes' outer corners, the nose's foot
LAB = NDArray[np.float32]


@dataclass(frozen=True)
class Cover:
    """`visible` 0..1: 1 where nose and mouth are seen, 0 where a mask, a cloth or a hand hides one; `dark_lenses`
    0..1: 1 where they hide the eyes."""

    visible: float
    dark_lenses: float


def measure(seen: FaceView) -> Cover:
    """What of the face is covered."""
    lab = _lab(seen)
    shown = _nose_seen(seen, lab) * _mouth_seen(seen, lab) * _share(_symmetry(seen), *ALIKE_SIDES)
    return Cover(shown, _dark_lenses(seen, lab))


def _dark_lenses(seen: FaceView, lab: LAB) -> float:
    brow = min(_colour(seen, lab, group)[0] for group in FREE[:2])
    lens = max(_colour(seen, lab, group)[0] for group in LENSES)  # both must be dark: one may lie in shadow
    return _share(brow - lens, *DARK_LENS)


def _nose_seen(seen: FaceView, lab: LAB) -> float:
    """Whether the nose has the colour of some skin that a mask leaves free; light and shade count little."""
    nose = _colour(seen, lab, NOSE)
    apart = min(float(np.linalg.norm((nose - _colour(seen, lab, group)) * (0.25, 1, 1))) for group in FREE)
    return 1 - _share(apart, *OTHER_COLOUR)


def _mouth_seen(seen: FaceView, lab: LAB) -> float:
    around = np.median([_colour(seen, lab, group) for group in AROUND_MOUTH], axis=0)
    return _share(max(float(np.linalg.norm(_colour(seen, lab, row) - around)) for row in MOUTH), 0.0, LIPS_SEEN)


def _symmetry(seen: FaceView) -> float:
    """Correlation of what is left and right of the nose's foot, the best of small shifts."""
    points = seen.points[:, :2]
    across = points[263] - points[33]
    turn = np.array([[across[0], -across[1]], [across[1], across[0]]]) / EYES_WIDE
    shift = points[2] - turn @ np.array([SIDE / 2, NOSE_ROW])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    lower = cv2.warpAffine(seen.plane, np.hstack([turn, shift[:, None]]), (SIDE, SIDE), flags=how).astype(np.float32)
    detail = cv2.GaussianBlur(lower, (0, 0), 1.5) - cv2.GaussianBlur(lower, (0, 0), 8)
    best = 0.0
    for aside in (-4, -2, 0, 2, 4):
        left = detail[:, 8 + aside : SIDE - 8 + aside]
        spread = max(float(left.std()) ** 2, 1e-6)
        best = max(best, float(np.mean((left - left.mean()) * (left[:, ::-1] - left.mean()))) / spread)
    return best


def _lab(seen: FaceView) -> LAB:
    smooth = cv2.GaussianBlur(seen.rgb, (0, 0), SMOOTH).astype(np.float32) / 255
    return np.asarray(cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB), dtype=np.float32)


def _colour(seen: FaceView, lab: LAB, group: tuple[int, ...]) -> Points:
    """The median colour at these points."""
    height, width = lab.shape[:2]
    places = np.round(seen.points[list(group), :2]).astype(int).clip(0, (width - 1, height - 1))
    return np.median(lab[places[:, 1], places[:, 0]], axis=0)


def _share(value: float, nothing: float, everything: float) -> float:
    return float(np.clip((value - nothing) / (everything - nothing), 0.0, 1.0))
