"""How the skin from brow to chin is lit and how sharp it is; hair, ears, headscarf, eyes and lips are left out."""

from dataclasses import dataclass

import cv2
import numpy as np

from kiosk.imaging.face_view import FaceView
from kiosk.imaging.picture import Pixels

# Points of the mesh, in the order of an outline; left and right are the picture's.
BROWS = ((70, 63, 105, 66, 107), (336, 296, 334, 293, 300))
LEFT_JAW = (148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127)  # from the chin up to the temple
RIGHT_JAW = (356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377)  # from the temple down to the chin
CHIN = (152,)
MIDDLE = (9, 8, 168, 6, 197, 195, 5, 4, 1, 2, 164, 0, 17, 200, 152)  # from between the brows to the chin
LEFT_EYE = (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7)
RIGHT_EYE = (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249)
LIPS = (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146)
RIM = 0.07  # of the face's width, taken off its outline, where hair, scarf or surroundings may reach in
GLARE, BLACK = 250, 8  # grey levels: the ends of the scale, less a camera's rounding


# Detail finer and coarser than this, in pixels, is compared: a blur of 2 % of the eye distance takes the finer one.
FINE, COARSE = 1.0, 4.0
SECOND_DIFFERENCE = np.array([[1, -2, 1]], dtype=np.float32)
FEWEST = 100  # pixels of skin, of some 10,000 in a face that is all in the picture


@dataclass(frozen=True)
class Skin:
    """`brightness` 0..255 mean luma; `evenness` 0..1, the darker half's mean through the lighter's; `clipped` 0..1 at
    the ends of the scale; `eye_white` 0..255, the luma that one in twenty pixels between the lids exceeds.
    `sharpness` in per cent: squared second differences after a blur of 1 pixel through those after 4, each times the
    fourth power of its blur, the lesser of across and down, in a face of at most 160 pixels' width. As a ratio it does
    not depend on the light, the skin or a beard."""

    brightness: float
    evenness: float
    clipped: float
    sharpness: float
    eye_white: float


def measure(seen: FaceView) -> Skin | None:
    """What brow to chin shows; None where hardly any of it lies in the picture."""
    whole = seen.polygon(BROWS[0] + BROWS[1] + RIGHT_JAW + CHIN + LEFT_JAW)
    rim = max(round(RIM * float(np.ptp(seen.points[[234, 454], 0]))), 1)
    inner: Pixels = np.asarray(cv2.erode(whole, np.ones((2 * rim + 1, 2 * rim + 1)), borderValue=0), np.uint8)
    skin = inner.copy()
    for part in (LEFT_EYE, RIGHT_EYE, LIPS):
        skin[cv2.dilate(seen.polygon(part), np.ones((5, 5))) > 0] = 0
    luma = seen.plane[skin > 0]
    if luma.size < FEWEST:
        return None
    return Skin(
        brightness=float(luma.mean()),
        evenness=_evenness(seen, skin),
        clipped=float(np.mean((luma >= GLARE) | (luma <= BLACK))),
        sharpness=_sharpness(seen.plane, inner),
        eye_white=_eye_white(seen),
    )


def _evenness(seen: FaceView, skin: Pixels) -> float:
    left = cv2.bitwise_and(skin, seen.polygon(BROWS[0] + MIDDLE + LEFT_JAW))
    right = cv2.bitwise_and(skin, seen.polygon(BROWS[1] + RIGHT_JAW + MIDDLE[::-1]))
    darker, lighter = sorted(cv2.mean(seen.plane, half)[0] for half in (left, right))
    return darker / max(lighter, 1.0)


def _eye_white(seen: FaceView) -> float:
    between = cv2.bitwise_or(seen.polygon(LEFT_EYE), seen.polygon(RIGHT_EYE))
    return float(np.percentile(seen.plane[between > 0], 95)) if between.any() else 0.0


def _sharpness(plane: Pixels, area: Pixels) -> float:
    fine, coarse = (cv2.GaussianBlur(plane.astype(np.float32), (0, 0), sigma) for sigma in (FINE, COARSE))
    ratios = [
        float(np.mean(cv2.filter2D(fine, -1, kernel)[area > 0] ** 2))
        / max(float(np.mean(cv2.filter2D(coarse, -1, kernel)[area > 0] ** 2)) * (COARSE / FINE) ** 4, 1e-6)
        for kernel in (SECOND_DIFFERENCE, SECOND_DIFFERENCE.T)
    ]
    return 100 * min(ratios)
