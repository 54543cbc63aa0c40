"""The measures that guide a person while the sensor streams: the same numbers as the full ones, at camera rate."""

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.imaging import face as full_face
from kiosk.imaging import fingertip, ridges
from kiosk.imaging import iris as full_iris
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.picture import Pixels, grey


def finger(pixels: Pixels, ppi: int) -> FingerMeasures:
    """As `fingertip.measure`; all measures are 0 for a picture larger than any platen."""
    picture = ridges.at_500_ppi(grey(pixels), ppi)
    if picture is None:
        return FingerMeasures(nfiq2=None, minutiae=None, coverage=0.0, sharpness=0.0)
    return fingertip.measure(picture)


def iris(pixels: Pixels) -> IrisMeasures:
    """As `iris.measure`, which is fast enough."""
    return full_iris.measure(pixels)


def face(finder: FaceFinder, pixels: Pixels) -> FaceMeasures:
    """As `face.measure`, but for `eyes_open`, which is None: the lids are not looked for."""
    return full_face.at_a_glance(finder, pixels)
