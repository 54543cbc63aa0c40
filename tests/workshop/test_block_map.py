"""Block maps as bmaptool writes them, and as they arrive broken."""

import hashlib
from pathlib import Path

import pytest
import small_image
from hypothesis import given
from hypothesis import strategies as st
from workshop.block_map import ImageError, read_map


def test_what_bmaptool_writes_is_read_to_the_last_byte(image: Path) -> None:
    read, content = read_map(image.with_name(image.name + ".bmap").read_bytes()), image.read_bytes()
    assert read.size == len(content) == small_image.SIZE
    for piece in read.pieces:
        assert hashlib.sha256(content[piece.offset : piece.end]).hexdigest() == piece.sha256
    told = set().union(*(range(piece.offset // 4096, -(-piece.end // 4096)) for piece in read.pieces))
    blank = [block for block in range(len(content) // 4096) if block not in told]
    assert blank
    assert not any(any(content[block * 4096 : block * 4096 + 4096]) for block in blank)


@given(st.data())
def test_a_map_altered_in_any_byte_is_refused_or_says_the_same(image: Path, data: st.DataObject) -> None:
    raw = image.with_name(image.name + ".bmap").read_bytes()
    at, value = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 255))
    altered = raw[:at] + bytes([value]) + raw[at + 1 :]
    if altered != raw:
        with pytest.raises(ImageError):
            read_map(altered)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.99])
def test_a_cut_map_is_refused(image: Path, share: float) -> None:
    raw = image.with_name(image.name + ".bmap").read_bytes()
    with pytest.raises(ImageError, match="copy"):
        read_map(raw[: int(len(raw) * share)])


def _resealed(raw: bytes) -> bytes:
    """As somebody who knows the format would alter it."""
    own = read_own(raw)
    zeroed = raw.replace(own, b"0" * 64)
    return zeroed.replace(b"0" * 64, hashlib.sha256(zeroed).hexdigest().encode())


def read_own(raw: bytes) -> bytes:
    return raw.split(b"<BmapFileChecksum> ")[1][:64]


def test_ranges_that_overlap_or_leave_the_image_are_refused_though_the_checksum_holds(image: Path) -> None:
    raw = image.with_name(image.name + ".bmap").read_bytes()
    assert read_map(_resealed(raw)) == read_map(raw)
    for found, instead in ((b"> 256-271 <", b"> 3-271 <"), (b"> 256-271 <", b"> 99999-99999 <")):
        assert found in raw
        with pytest.raises(ImageError):
            read_map(_resealed(raw.replace(found, instead)))
