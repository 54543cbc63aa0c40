"""MINDTCT, NFIQ 2 and Bozorth3 behind one door, whichever of the two `nbis` packages is installed.

nbis-py 0.1.3 (glibc < 2.38) writes ISO/IEC 19794-2:2005, nbis-python 0.1.21 (glibc >= 2.38) the 2011 edition and reads
both. Both install a module named `nbis`: what it can do is looked up when it is loaded, its version is not asked.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

import cv2

from kiosk.imaging.picture import Pixels

INSTALL = "pip install nbis-py==0.1.3 (glibc < 2.38, x86_64) or nbis-python==0.1.21 (glibc >= 2.38), never both"
MINUTIA_BYTES = 6  # ISO/IEC 19794-2:2005; nbis-py 0.1.3 puts nothing behind them
MOST_RELIABLE = 63  # as which it writes MINDTCT's 1.0 (compared on 117 minutiae)
SMALLEST_SIDE = 16  # MINDTCT works in blocks of 8 pixels and refuses less than one


@dataclass(frozen=True)
class Extract:
    """What was found in one print: NFIQ 2 score, number of minutiae (at most 150), ISO/IEC 19794-2 template, and the
    median of MINDTCT's reliability 0..1."""

    nfiq2: int | None
    minutiae: int
    template: bytes | None
    reliability: float | None = None


NOTHING = Extract(nfiq2=None, minutiae=0, template=None)


class Extractor:
    """Keeps the loaded models; made once (0.3 to 0.9 s). Not for use by two threads at once.

    Raises ImportError with the install hint where no `nbis` package can be loaded.
    """

    def __init__(self) -> None:
        self._nbis = _load()
        self._scoring = self._make(with_nfiq2=True)
        self._errors = _errors(self._nbis)
        self._edition = "2011" if hasattr(self._nbis.Minutiae, "to_iso_19794_2_2011") else "2005"

    def extract(self, pixels: Pixels) -> Extract:
        """Minutiae and quality of a grey print at 500 ppi; what cannot be computed is None or 0, never an error."""
        if min(pixels.shape) < SMALLEST_SIDE:
            return NOTHING
        image = cv2.imencode(".png", pixels, [cv2.IMWRITE_PNG_COMPRESSION, 0])[1].tobytes()
        try:
            found = self._scoring.extract_minutiae(image)
            return self._extract(found, nfiq2=int(found.quality().score))
        except self._errors:  # NFIQ 2 gives up where it sees no ridges; the minutiae may still be there
            pass
        try:
            return self._extract(self._plain.extract_minutiae(image), nfiq2=None)
        except self._errors:
            return NOTHING

    def scores(self, probe: bytes, references: Sequence[bytes]) -> list[int]:
        """Bozorth3 score of the probe with each reference, 0 where a template cannot be read."""
        try:
            loaded = self._read(probe)
        except self._errors:
            return [0] * len(references)
        return [self._score(loaded, reference) for reference in references]

    def _score(self, probe: Any, reference: bytes) -> int:
        try:
            return max(int(probe.compare(self._read(reference))), 0)
        except self._errors:
            return 0

    def _extract(self, found: Any, nfiq2: int | None) -> Extract:
        # `list` gives plain values; `get` of the older package gives handles, of which only the number is safe to use.
        listed = found.list() if hasattr(found, "list") else None
        count = len(found.get() if listed is None else listed)
        if not count:
            return NOTHING  # one package scores 0, one gives up
        template = self._write(found)
        if listed is None:
            return Extract(nfiq2, count, template, _written(template, count))
        return Extract(nfiq2, count, template, float(median(minutia.reliability for minutia in listed)))

    def _write(self, found: Any) -> bytes | None:
        try:
            return bytes(getattr(found, f"to_iso_19794_2_{self._edition}")())
        except self._errors:
            return None

    def _read(self, template: bytes) -> Any:
        return getattr(self._scoring, f"load_iso_19794_2_{self._edition}")(template)

    @cached_property
    def _plain(self) -> Any:
        return self._make(with_nfiq2=False)

    def _make(self, with_nfiq2: bool) -> Any:
        settings = self._nbis.NbisExtractorSettings(
            min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=with_nfiq2, ppi=500.0
        )
        return self._nbis.new_nbis_extractor(settings)


def _written(template: bytes | None, count: int) -> float | None:
    """Median reliability from the older package's template: the last of six bytes of a minutia, 63 at the most."""
    if template is None or len(template) < MINUTIA_BYTES * count:
        return None
    last = template[len(template) - MINUTIA_BYTES * count :][MINUTIA_BYTES - 1 :: MINUTIA_BYTES]
    return float(median(last)) / MOST_RELIABLE


def _load() -> Any:
    try:
        return importlib.import_module("nbis")
    except (ImportError, OSError) as error:  # OSError: the wheel's tag promises an older glibc than its library needs
        raise ImportError(f"no fingerprint library could be loaded: {INSTALL}") from error


def _errors(nbis: Any) -> tuple[type[Exception], ...]:
    """The package's own error, and that of a panic inside its native part, which it does not export."""
    return nbis.NbisError, importlib.import_module(nbis.Minutiae.__module__).InternalError
