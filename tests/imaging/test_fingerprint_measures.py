"""Prints: NIST's own figures, what blur, noise and emptiness do, and that no picture is too strange to measure."""

import sys
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from drawn import blurred, noise, ridges
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.imaging import fingerprint, glance
from kiosk.imaging.minutiae import Extractor
from kiosk.imaging.picture import Pixels, scaled

Picture = Callable[[str], Pixels]
NIST = {
    "right-thumb": (54, 72),
    "right-middle": (45, 82),
    "right-ring": (53, 78),
    "left-thumb": (52, 117),
    "left-middle": (57, 63),
}
EMPTY = {
    "white": np.full((480, 640), 255, np.uint8),
    "black": np.zeros((480, 640), np.uint8),
    "noise": noise(480, 640),
    "blur": blurred(ridges(), 8),
}
NO_PICTURES = [np.zeros((0, 5), np.uint8), np.zeros((5, 5), np.float32), np.zeros((5, 5, 4), np.uint8)]


@pytest.mark.parametrize("finger", NIST)
def test_nists_examples_score_exactly_as_nist_says(extractor: Extractor, picture: Picture, finger: str) -> None:
    measures, template = fingerprint.measure(extractor, picture(f"person-b/{finger}.1.png"), 500)
    assert (measures.nfiq2, measures.minutiae) == NIST[finger]
    assert template is not None
    assert template.startswith(b"FMR\0")
    assert 0.8 < measures.coverage < 0.95


def test_a_second_print_of_a_finger_matches_and_another_finger_does_not(extractor: Extractor, picture: Picture) -> None:
    names = ["right-index.1", "right-index.2", "right-index.3", "left-index.1", "left-index.2", "right-ring.1"]
    templates = [fingerprint.measure(extractor, picture(f"person-b/{name}.png"), 500)[1] for name in names]
    probe, *references = [template for template in templates if template]
    scores = fingerprint.compare(extractor, probe, references)
    assert len(scores) == 5
    assert min(scores[:2]) >= 40
    assert max(scores[2:]) < 40


def test_what_is_no_template_scores_nothing(extractor: Extractor, picture: Picture) -> None:
    _, template = fingerprint.measure(extractor, picture("person-b/right-index.1.png"), 500)
    assert template is not None
    own, *rest = fingerprint.compare(extractor, template, [template, b"", b"FMR\0", template[:40], bytes(500)])
    assert own > 0
    assert rest == [0, 0, 0, 0]
    assert fingerprint.compare(extractor, b"no template", [template]) == [0]


def test_sharpness_falls_with_blur_and_with_faint_contact(extractor: Extractor) -> None:
    print_ = ridges()
    sharpness = [glance.finger(blurred(print_, sigma), 500).sharpness for sigma in (0.5, 1.0, 1.5, 2.0, 3.0)]
    assert sharpness == sorted(sharpness, reverse=True)
    assert sharpness[-1] < sharpness[0] / 3
    assert glance.finger(ridges(contrast=30), 500).sharpness < glance.finger(print_, 500).sharpness / 2


def test_coverage_is_the_share_with_ridges() -> None:
    whole = glance.finger(ridges(), 500).coverage
    assert whole == pytest.approx(np.pi * 0.45 * 0.4, abs=0.1)  # a border of one block counts
    half = ridges()
    half[:200] = 255
    assert glance.finger(half, 500).coverage == pytest.approx(whole / 2, abs=0.06)


@pytest.mark.parametrize("name", EMPTY)
def test_what_shows_no_ridges_has_no_quality(extractor: Extractor, name: str) -> None:
    measures, template = fingerprint.measure(extractor, EMPTY[name], 500)
    assert (measures.nfiq2, measures.minutiae, template) == (None, 0, None)
    assert measures.coverage < 0.01


def test_a_print_at_1000_ppi_measures_as_it_does_at_500(extractor: Extractor, picture: Picture) -> None:
    print_ = picture("person-b/right-thumb.1.png")
    fine, _ = fingerprint.measure(extractor, scaled(print_, 2.0), 1000)
    assert fine.nfiq2 == pytest.approx(54, abs=4)
    assert fine.coverage == pytest.approx(glance.finger(print_, 500).coverage, abs=0.02)


def test_a_coarse_print_has_a_template_but_no_nfiq2(extractor: Extractor, picture: Picture) -> None:
    print_ = picture("person-b/right-thumb.1.png")
    measures, coarse = fingerprint.measure(extractor, scaled(print_, 0.7), 350)
    _, fine = fingerprint.measure(extractor, print_, 500)
    assert measures.nfiq2 is None
    assert coarse is not None
    assert fine is not None
    assert fingerprint.compare(extractor, coarse, [fine])[0] >= 40


def test_a_piece_of_a_card_four_pixels_too_wide_is_still_judged(extractor: Extractor, picture: Picture) -> None:
    measures, _ = fingerprint.measure(extractor, picture("person-a/left-index.1.png"), 500)
    assert measures.nfiq2 is not None


def test_the_glance_sees_what_the_full_measure_sees(extractor: Extractor, picture: Picture) -> None:
    print_ = picture("person-b/left-thumb.1.png")
    full, quick = fingerprint.measure(extractor, print_, 500)[0], glance.finger(print_, 500)
    assert (quick.coverage, quick.sharpness) == (full.coverage, full.sharpness)
    assert (quick.nfiq2, quick.minutiae) == (None, None)


@given(st.integers(1, 80), st.integers(1, 80), st.sampled_from((100, 250, 500, 508, 1000)))
@settings(max_examples=60, deadline=None)
def test_no_small_picture_is_too_strange(extractor: Extractor, height: int, width: int, ppi: int) -> None:
    choices = (noise(height, width), ridges(height, width), np.full((height, width), 200, np.uint8))
    for pixels in choices:
        measures, template = fingerprint.measure(extractor, pixels, ppi)
        assert (template is None) == (measures.minutiae == 0)
        assert 0 <= measures.coverage <= 1


@pytest.mark.parametrize("shape", [(1, 5000), (5000, 1), (6000, 7000), (3000, 2000, 3)])
def test_a_huge_picture_is_measured_or_measures_nothing(extractor: Extractor, shape: tuple[int, ...]) -> None:
    measures, template = fingerprint.measure(extractor, np.full(shape, 128, np.uint8), 500)
    assert (measures.nfiq2, measures.coverage, template) == (None, 0.0, None)


@pytest.mark.parametrize("pixels", NO_PICTURES)
def test_what_is_not_a_picture_is_refused(extractor: Extractor, pixels: Pixels) -> None:
    with pytest.raises(ValueError, match="not a picture"):
        fingerprint.measure(extractor, pixels, 500)


def test_a_resolution_must_be_positive(extractor: Extractor) -> None:
    with pytest.raises(ValueError, match="resolution"):
        fingerprint.measure(extractor, ridges(), 0)


def test_a_missing_library_is_named_with_its_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nbis", None)
    with pytest.raises(ImportError, match="nbis-py"):
        Extractor()


class _Newer:
    """Stands for the 2011 edition's package: what its documentation says that it has, and nothing else."""

    class Minutiae:
        """As in nbis-python 0.1.21."""

        def list(self) -> list[SimpleNamespace]:
            return [SimpleNamespace(reliability=share) for share in (0.1, 0.7, 0.9)]

        def quality(self) -> SimpleNamespace:
            return SimpleNamespace(score=61)

        def to_iso_19794_2_2011(self) -> bytes:
            return b"FMR\x00030\x00"

        def compare(self, other: object) -> int:
            return 77 if isinstance(other, _Newer.Minutiae) else 0

    class NbisError(Exception):
        """As there."""

    @staticmethod
    def new_nbis_extractor(settings: object) -> SimpleNamespace:
        def load(template: bytes) -> "_Newer.Minutiae":
            if not template.startswith(b"FMR"):
                raise _Newer.NbisError
            return _Newer.Minutiae()

        return SimpleNamespace(extract_minutiae=lambda image: _Newer.Minutiae(), load_iso_19794_2_2011=load)

    NbisExtractorSettings = SimpleNamespace
    InternalError = RuntimeError


def test_the_newer_package_is_used_by_what_it_can_do(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(**{name: getattr(_Newer, name) for name in vars(_Newer) if not name.startswith("__")})
    monkeypatch.setattr(_Newer.Minutiae, "__module__", "nbis")
    monkeypatch.setitem(sys.modules, "nbis", module)  # type: ignore[arg-type]
    extractor = Extractor()
    found = extractor.extract(ridges())
    assert (found.nfiq2, found.minutiae, found.template, found.reliability) == (61, 3, b"FMR\x00030\x00", 0.7)
    assert extractor.scores(b"FMR", [b"FMR", b"other"]) == [77, 0]
