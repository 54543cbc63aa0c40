"""The measures that guide a person while the sensor streams: the same numbers as the full ones, at camera rate."""

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.imaging import face as full_face
from kiosk.imaging import iris as full_iris
from kiosk.imaging import ridges
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.picture import Pixels, grey


def finger(pixels: Pixels, ppi: int) -> FingerMeasures:
    """Coverage and sharpness as in `ridges.measure`; NFIQ 2 is None and minutiae 0: neither is looked for."""
    picture = ridges.at_500_ppi(grey(pixels), ppi)
    if picture is None:
        return FingerMeasures(nfiq2=None, minutiae=0, coverage=0.0, sharpness=0.0)
    seen = ridges.measure(picture)
    return FingerMeasures(None, 0, seen.coverage, seen.sharpness)


def iris(pixels: Pixels) -> IrisMeasures:
    """As `iris.measure`, which is fast enough."""
    return full_iris.measure(pixels)


def face(finder: FaceFinder, pixels: Pixels) -> FaceMeasures:
    """As `face.measure`, which is fast enough."""
    return full_face.measure(finder, pixels)
