"""How far eyes and mouth of a face are open."""

import numpy as np

from kiosk.imaging.face_finder import FaceFinder
from kiosk.imaging.face_view import FaceView
from kiosk.imaging.pose import EYES

LIPS, CORNERS = (13, 14), (78, 308)  # points of the mesh: the inner rims of the lips


def eyes_open(finder: FaceFinder, seen: FaceView) -> float:
    """Opening through width of the eye that is open less: 0.2 to 0.3 in an open one."""
    points = seen.points[:, :2]
    return min(finder.lids.openness(seen.rgb, points[left], points[right]) for left, right in EYES)


def mouth_open(seen: FaceView) -> float:
    """Opening through width, at most 1."""
    points = seen.points[:, :2]
    gap, wide = (float(np.hypot(*(points[b] - points[a]))) for a, b in (LIPS, CORNERS))
    return min(gap / max(wide, 1.0), 1.0)
