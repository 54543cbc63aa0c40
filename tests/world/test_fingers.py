"""Synthetic prints behave as matcher and NFIQ 2 expect of real ones; figures over more fingers stand in fingers.py."""

from itertools import combinations

import cv2
import nbis
import numpy as np
import pytest
from numpy.typing import NDArray

from hal.world import fingers

SEEDS = range(4)


@pytest.fixture(scope="module")
def extractor() -> nbis.NbisExtractor:
    settings = nbis.NbisExtractorSettings(
        min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=True, ppi=500.0
    )
    return nbis.new_nbis_extractor(settings)


@pytest.fixture(scope="module")
def masters() -> list[fingers.Finger]:
    return [fingers.master(seed) for seed in SEEDS]


def _minutiae(extractor: nbis.NbisExtractor, picture: NDArray[np.uint8]) -> nbis.Minutiae:
    return extractor.extract_minutiae(cv2.imencode(".png", picture)[1].tobytes())


def _nfiq2(extractor: nbis.NbisExtractor, picture: NDArray[np.uint8]) -> int:
    """The score, or -1 where there is nothing to score."""
    try:
        return _minutiae(extractor, picture).quality().score
    except nbis.NbisError:
        return -1


def _rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_one_seed_gives_the_same_bytes_again(masters: list[fingers.Finger]) -> None:
    again = fingers.master(0)
    assert again.ridges.tobytes() == masters[0].ridges.tobytes()
    one = fingers.impression(masters[0], _rng(5), worn=0.4, dryness=0.6)
    assert one.tobytes() == fingers.impression(again, _rng(5), worn=0.4, dryness=0.6).tobytes()
    assert one.tobytes() != fingers.impression(again, _rng(6), worn=0.4, dryness=0.6).tobytes()


def test_every_picture_has_the_size_of_the_platen(masters: list[fingers.Finger]) -> None:
    for picture in (fingers.impression(masters[0], _rng()), fingers.blank_platen(_rng()), fingers.bandaged(_rng())):
        assert picture.shape == (fingers.HEIGHT, fingers.WIDTH)
        assert picture.dtype == np.uint8


def test_a_frozen_finger_cannot_be_scratched(masters: list[fingers.Finger]) -> None:
    with pytest.raises(ValueError, match="read-only"):
        masters[0].ridges[0, 0] = 0


def test_ridges_are_dark_on_a_light_platen(masters: list[fingers.Finger]) -> None:
    picture = fingers.impression(masters[0], _rng())
    assert picture[:20, :20].mean() > 200
    assert np.percentile(picture[200:280, 160:240], 20) < 120


def test_a_good_print_is_accepted_at_once(extractor: nbis.NbisExtractor, masters: list[fingers.Finger]) -> None:
    assert all(_nfiq2(extractor, fingers.impression(finger, _rng(1))) >= 40 for finger in masters)


def test_the_same_finger_is_known_again_and_another_is_not(
    extractor: nbis.NbisExtractor, masters: list[fingers.Finger]
) -> None:
    first = [_minutiae(extractor, fingers.impression(finger, _rng(1))) for finger in masters]
    second = [
        _minutiae(extractor, fingers.impression(f, _rng(2), shift_px=(18, -17), turn_deg=15, dryness=0.3))
        for f in masters
    ]
    assert all(a.compare(b) >= 60 for a, b in zip(first, second, strict=True))
    assert all(first[a].compare(second[b]) <= 35 for a, b in combinations(SEEDS, 2))


def test_the_more_worn_a_finger_the_poorer_its_print(
    extractor: nbis.NbisExtractor, masters: list[fingers.Finger]
) -> None:
    half = [_nfiq2(extractor, fingers.impression(finger, _rng(3), worn=0.6)) for finger in masters]
    gone = [_nfiq2(extractor, fingers.impression(finger, _rng(3), worn=1.0)) for finger in masters]
    assert 20 <= np.median(half) < 40
    assert max(gone) < 20


def test_a_worn_finger_is_worn_at_the_same_places_each_time(masters: list[fingers.Finger]) -> None:
    def ridged(finger: fingers.Finger, seed: int) -> NDArray[np.float32]:
        """How much of the ridges is left, place by place."""
        print_ = fingers.impression(finger, _rng(seed), worn=0.6).astype(np.float32)[80:400, 80:320]
        band = cv2.GaussianBlur(print_, (0, 0), 2) - cv2.GaussianBlur(print_, (0, 0), 6)
        return cv2.GaussianBlur(band * band, (0, 0), 10)

    def likeness(one: NDArray[np.float32], two: NDArray[np.float32]) -> float:
        return float(np.corrcoef(one.ravel(), two.ravel())[0, 1])

    known = ridged(masters[1], 1)
    assert likeness(known, ridged(masters[1], 2)) > 0.6
    assert likeness(known, ridged(masters[2], 2)) < 0.4


def test_a_finger_lifted_early_touches_less(masters: list[fingers.Finger]) -> None:
    def inked(cover: float) -> float:
        return float((fingers.impression(masters[0], _rng(), cover=cover) < 150).mean())

    assert inked(0.25) < 0.4 * inked(1.0)


def test_neither_an_empty_platen_nor_a_bandage_has_ridges(extractor: nbis.NbisExtractor) -> None:
    assert _nfiq2(extractor, fingers.blank_platen(_rng())) == -1
    assert _nfiq2(extractor, fingers.bandaged(_rng())) == -1
