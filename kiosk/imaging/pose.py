"""How a head is turned and bowed, from the points of its face."""

import numpy as np

from kiosk.imaging.landmarks import Points

EYES = ((33, 133), (362, 263))  # the corners of each eye
CHEEKS, NOSE_TIP, FOREHEAD, CHIN = (234, 454), 1, 10, 152
NOSE_DEPTH = 0.5  # face widths from the cheeks to the tip of the nose, as turned pictures of real faces behave
UPRIGHT_DEG = 5.0  # how far the line from forehead to chin leans back in a head that looks straight: real faces 2 to 6


def between_eyes(points: Points) -> tuple[float, float]:
    """From the middle of the eye on the picture's left to that of the other: right and down."""
    left, right = (points[list(corners), :2].mean(axis=0) for corners in EYES)
    return float(right[0] - left[0]), float(right[1] - left[1])


def yaw_deg(points: Points) -> float:
    """Degrees of turn, positive to the picture's right: the mean of what the cheeks' depths and the nose's place say.

    On two real faces turned by 10, 20 and 30 degrees: 8 to 15, 14 to 21, 25 to 27.
    """
    left, right = points[list(CHEEKS)]
    across = right - left
    wide = float(np.hypot(across[0], across[1]))
    by_depth = np.arctan2(-across[2], wide)
    aside = (points[NOSE_TIP, :2] - (left + right)[:2] / 2) @ across[:2] / max(wide, 1e-6) ** 2
    by_nose = np.arctan(aside / NOSE_DEPTH)
    return float(np.degrees(by_nose - by_depth)) / 2


def pitch_deg(points: Points) -> float:
    """Degrees of bow, positive downwards, from the depths of forehead and chin.

    On two real faces bowed by 15 and 25 degrees: 10 to 13, 21 to 24; raised by as much: 9 to 21, 19 to 32.
    """
    down = points[CHIN] - points[FOREHEAD]
    return float(np.degrees(np.arctan2(down[2], np.hypot(down[0], down[1])))) - UPRIGHT_DEG
