"""The outer shape of a bundle and its whole payload: every altered byte is found before anything is installed."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hal.updater import Refusal, Refused, bundle
from hal.updater.bundle import BLOCK, Verity, check_payload, outline, tree_size
from hal.updater.programs import Signed
from hal.updater.verdict import numbers, verdict
from tests.twins import bundles

SMALL = bundles.payload(140 * BLOCK)
RAW = bundles.bundle("0.2.0", data=SMALL)
ROOT, TREE = bundles.tree(SMALL)
SOUND = Verity(ROOT, bundles.SALT, len(TREE))
SIGNED_AT = len(SMALL) + len(TREE)


def refusal_of(folder: Path, raw: bytes, verity: Verity = SOUND) -> Refusal | None:
    path = folder / "a"
    path.write_bytes(raw)
    with path.open("rb") as file:
        try:
            check_payload(file, outline(file), verity, lambda _: None)
        except Refused as no:
            return no.refusal
    return None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bundle")


def test_a_whole_bundle_is_found_whole(folder: Path) -> None:
    assert refusal_of(folder, RAW) is None


@settings(max_examples=40, deadline=None)
@given(st.integers(0, SIGNED_AT - 1), st.integers(1, 255))
@example(0, 1)
@example(len(SMALL) - 1, 1)
@example(len(SMALL), 1)
@example(SIGNED_AT - 1, 1)
def test_any_altered_byte_before_the_signature_is_refused(folder: Path, at: int, change: int) -> None:
    raw = bytearray(RAW)
    raw[at] ^= change
    assert refusal_of(folder, bytes(raw)) in (Refusal.ALTERED, Refusal.CUT_SHORT)


@settings(max_examples=80, deadline=None)
@given(st.integers(1, len(RAW)))
def test_any_cut_bundle_is_refused_by_name(folder: Path, cut: int) -> None:
    left = len(RAW) - cut
    unsigned = left in (len(SMALL), SIGNED_AT)
    assert refusal_of(folder, RAW[:left]) is (Refusal.UNSIGNED if unsigned else Refusal.CUT_SHORT)


@pytest.mark.parametrize("raw", [SMALL, SMALL + TREE], ids=["payload", "payload and tree"])
def test_what_nobody_signed_is_refused_by_name(folder: Path, raw: bytes) -> None:
    assert refusal_of(folder, raw) is Refusal.UNSIGNED


@pytest.mark.parametrize(
    "verity",
    [
        Verity(ROOT, bundles.SALT, 0),
        Verity(ROOT, bundles.SALT, -BLOCK),
        Verity(ROOT, bundles.SALT, SIGNED_AT),
        Verity(ROOT, bundles.SALT, len(TREE) + BLOCK),
        Verity(ROOT, b"", len(TREE)),
        Verity(ROOT[::-1], bundles.SALT, len(TREE)),
    ],
)
def test_another_tree_than_the_signed_one_is_refused(folder: Path, verity: Verity) -> None:
    assert refusal_of(folder, RAW, verity) is Refusal.ALTERED


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_other_file_is_refused_and_never_an_error(folder: Path, raw: bytes) -> None:
    assert refusal_of(folder, raw) is not None


def test_a_giant_file_is_not_read(folder: Path) -> None:
    path = folder / "giant"
    path.write_bytes(b"hsqs")
    os.truncate(path, bundle.LARGEST + 1)
    with path.open("rb") as file, pytest.raises(Refused) as no:
        outline(file)
    assert no.value.refusal is Refusal.TOO_LARGE


@pytest.mark.parametrize(
    ("blocks", "tree_blocks"), [(1, 0), (2, 1), (128, 1), (129, 3), (128 * 128, 129), (128 * 128 + 1, 132)]
)
def test_the_tree_is_as_large_as_dm_verity_makes_it(blocks: int, tree_blocks: int) -> None:
    assert tree_size(blocks * BLOCK) == tree_blocks * BLOCK


# What the signature vouches for

OURS = Signed("jemput-pi4", "0.2.0", SOUND, {"boot": 100, "rootfs": 200})
ROOM = {"boot": 100, "rootfs": 200}


@pytest.mark.parametrize(
    ("signed", "named"),
    [
        (OURS, None),
        (Signed("jemput-pi5", "0.2.0", SOUND, OURS.images), Refusal.OTHER_BOARD),
        (Signed("", "0.2.0", SOUND, OURS.images), Refusal.OTHER_BOARD),
        (Signed("jemput-pi4", "0.1.0", SOUND, OURS.images), Refusal.SAME),
        (Signed("jemput-pi4", "0.1", SOUND, OURS.images), Refusal.SAME),
        (Signed("jemput-pi4", "0.0.9", SOUND, OURS.images), Refusal.TOO_OLD),
        (Signed("jemput-pi4", "0.10.0", SOUND, OURS.images), None),
        (Signed("jemput-pi4", "new", SOUND, OURS.images), Refusal.UNSUITABLE),
        (Signed("jemput-pi4", "", SOUND, OURS.images), Refusal.UNSUITABLE),
        (Signed("jemput-pi4", "0.2.0", SOUND, {"rootfs": 200}), Refusal.UNSUITABLE),
        (Signed("jemput-pi4", "0.2.0", SOUND, {**OURS.images, "data": 1}), Refusal.UNSUITABLE),
        (Signed("jemput-pi4", "0.2.0", SOUND, {"boot": 101, "rootfs": 200}), Refusal.TOO_LARGE),
        (Signed("jemput-pi4", "0.2.0", SOUND, {"boot": 100, "rootfs": 201}), Refusal.TOO_LARGE),
    ],
)
def test_a_signed_bundle_is_taken_only_where_it_belongs(signed: Signed, named: Refusal | None) -> None:
    assert verdict(signed, "jemput-pi4", "0.1.0", ROOM) is named


versions = st.lists(st.integers(0, 999999), min_size=1, max_size=4)


@given(versions, versions)
def test_versions_compare_as_numbers(one: list[int], other: list[int]) -> None:
    padded = [[*parts, 0, 0, 0][:4] for parts in (one, other)]
    read = [numbers(".".join(map(str, parts))) for parts in (one, other)]
    assert (read[0] < read[1]) is (padded[0] < padded[1])


@pytest.mark.parametrize("text", ["", "1.", "v1", "1.2.3.4.5", "1 .2", "-1", "٣.1", "1.2-rc1", "1" * 7])
def test_what_is_no_dotted_version_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="dotted version"):
        numbers(text)
