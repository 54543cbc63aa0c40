"""The full measure of a print, and the comparison of two. A large picture of lines takes seconds: use a deadline."""

from collections.abc import Sequence
from dataclasses import replace

from kiosk.core.measures import FingerMeasures
from kiosk.imaging import fingertip, ridges
from kiosk.imaging.minutiae import NOTHING, Extractor
from kiosk.imaging.picture import Pixels, grey

LEAST_PPI = 490  # below, there is no 500 ppi picture for NFIQ 2 to judge: enlarging adds none
LEAST_COVERAGE = 0.01  # below there is no print, yet MINDTCT would find 150 minutiae in noise and NFIQ 2 a score of 36
REACH = (1000, 800)  # rows and columns of print that NFIQ 2 takes (measured: 804 columns make it give up)
EDGE = 1.05  # pictures up to this much larger, such as pieces of a scanned card, are measured without their edges


def measure(extractor: Extractor, pixels: Pixels, ppi: int) -> tuple[FingerMeasures, bytes | None]:
    """What one finger's picture (uint8, dark ridges on light, at `ppi`) is worth, and its ISO/IEC 19794-2 template.

    All but minutiae and scores: `fingertip.measure`; all measures are 0 for a picture larger than any platen. NFIQ 2 is
    None where it gives up, below 490 ppi, and where there are no ridges. The template is None where no minutia was
    found. Raises ValueError only for what is not a picture, and for a ppi that is not positive.
    """
    picture = ridges.at_500_ppi(grey(pixels), ppi)
    if picture is None:
        return FingerMeasures(nfiq2=None, minutiae=0, coverage=0.0, sharpness=0.0), None
    seen = fingertip.measure(picture)
    found = extractor.extract(_within_reach(picture)) if seen.coverage >= LEAST_COVERAGE else NOTHING
    nfiq2 = found.nfiq2 if ppi >= LEAST_PPI else None
    return replace(seen, nfiq2=nfiq2, minutiae=found.minutiae, reliability=found.reliability), found.template


def compare(extractor: Extractor, probe: bytes, references: Sequence[bytes]) -> list[int]:
    """Bozorth3 scores of one template with others, in their order; 0 where it cannot be computed.

    On FVC2004 (40 fingers) no two different fingers reached 40; one finger's two prints usually do.
    """
    return extractor.scores(probe, references)


def _within_reach(picture: Pixels) -> Pixels:
    height, width = picture.shape
    if height > REACH[0] * EDGE or width > REACH[1] * EDGE:
        return picture
    top, left = max(height - REACH[0], 0) // 2, max(width - REACH[1], 0) // 2
    return picture[top : top + REACH[0], left : left + REACH[1]]
