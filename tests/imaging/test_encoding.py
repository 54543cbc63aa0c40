"""Files: what goes in comes out, unturned and unmirrored; what is damaged, foreign or too large is refused."""

import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import segno
from drawn import eye, letter, noise
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.imaging import encode, ink, qr, wsq_codec
from kiosk.imaging.picture import Pixels, colour

Picture = Callable[[str], Pixels]


def _saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@given(st.integers(1, 40), st.integers(1, 40), st.booleans(), st.integers(0, 2**32 - 1))
@settings(max_examples=50, deadline=None)
def test_a_png_gives_back_every_pixel(height: int, width: int, rgb: bool, seed: int) -> None:
    shape = (height, width, 3) if rgb else (height, width)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    assert np.array_equal(encode.decode(encode.png(pixels, None)), pixels)


def test_a_png_tells_its_resolution_where_it_is_known() -> None:
    with Image.open(BytesIO(encode.png(letter(), 500))) as image:
        assert image.info["dpi"] == pytest.approx((500, 500), abs=0.01)
    with Image.open(BytesIO(encode.png(letter(), None))) as image:
        assert "dpi" not in image.info


def test_nothing_is_mirrored_or_turned_on_any_way_out_and_in() -> None:
    drawn = letter()
    framed = np.pad(drawn, 100, constant_values=230)
    ways = {
        "png": encode.decode(encode.png(drawn, 500)),
        "jpeg": encode.decode(encode.jpeg(colour(drawn), 90))[:, :, 0],
        "jpeg 2000": encode.decode(encode.jpeg2000(drawn, None, 500)),
        "jpeg 2000, lossy": encode.decode(encode.jpeg2000(drawn, 4)),
        "wsq": wsq_codec.decode_wsq(wsq_codec.encode_wsq(framed, 500))[100:160, 100:140],
    }
    views = [drawn[:, ::-1], drawn[::-1], drawn[::-1, ::-1]]
    for way, result in ways.items():
        error = np.abs(result.astype(int) - drawn).mean()
        assert error < 6, way
        assert all(np.abs(result.astype(int) - view).mean() > 20 for view in views), way


def test_a_jpeg_is_close_to_its_picture() -> None:
    pixels = colour(eye())
    decoded = encode.decode(encode.jpeg(pixels, 90))
    assert decoded.shape == pixels.shape
    assert np.abs(decoded.astype(int) - pixels).mean() < 3


@given(st.integers(1, 70), st.integers(1, 70), st.booleans(), st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_a_lossless_jpeg_2000_gives_back_every_pixel(height: int, width: int, rgb: bool, seed: int) -> None:
    shape = (height, width, 3) if rgb else (height, width)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    packed = encode.jpeg2000(pixels, None, 500)
    assert np.array_equal(encode.decode(packed), pixels)
    assert packed == encode.jpeg2000(pixels, None, 500)


@pytest.mark.parametrize("ppi", [300, 500, 569, 1000, 1200])
def test_a_jpeg_2000_tells_its_resolution_where_it_is_known(ppi: int) -> None:
    with Image.open(BytesIO(encode.jpeg2000(letter(), None, ppi))) as image:
        assert image.info["dpi"] == pytest.approx((ppi, ppi), abs=1e-6)
    with Image.open(BytesIO(encode.jpeg2000(letter(), None))) as image:
        assert "dpi" not in image.info


def test_a_lossy_jpeg_2000_is_as_small_as_was_asked(picture: Picture) -> None:
    print_ = picture("person-b/right-thumb.1.png")
    before = len(encode.jpeg2000(print_, None))
    for ratio in (5.0, 10.0, 15.0):
        packed = encode.jpeg2000(print_, ratio)
        assert len(packed) < before
        assert len(packed) == pytest.approx(print_.size / ratio, rel=0.02)
        assert np.abs(encode.decode(packed).astype(int) - print_).mean() < 15
    with pytest.raises(ValueError, match=r"0\.5 times"):
        encode.jpeg2000(print_, 0.5)


def test_an_exif_orientation_is_not_followed() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert encode.decode(_saved(Image.fromarray(letter()), "JPEG", exif=exif)).shape == letter().shape


def test_transparency_lies_on_white() -> None:
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert (encode.decode(_saved(clear, "PNG")) == 255).all()


def test_black_and_white_becomes_grey() -> None:
    assert encode.decode(_saved(Image.new("1", (4, 4), 1), "PNG")).tolist() == [[255] * 4] * 4


def test_sixteen_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="mode"):
        encode.decode(_saved(Image.fromarray(np.zeros((4, 4), np.uint16)), "PNG"))


@pytest.mark.parametrize("form", ["GIF", "TIFF", "BMP", "PPM"])
def test_other_formats_are_refused(form: str) -> None:
    with pytest.raises(ValueError, match="not a readable"):
        encode.decode(_saved(Image.fromarray(letter()), form))


@pytest.mark.parametrize("side", [7000, 12_000, 30_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    small = bytearray(encode.png(np.zeros((8, 8), np.uint8), None))
    small[16:24] = side.to_bytes(4, "big") * 2
    small[29:33] = zlib.crc32(bytes(small[12:29])).to_bytes(4, "big")
    with pytest.raises(ValueError, match=r"pixels|readable"):
        encode.decode(bytes(small))


FILES = [
    encode.png(letter(), 500),
    encode.jpeg(colour(letter()), 80),
    encode.jpeg2000(letter(), None, 500),
]


@given(st.sampled_from(FILES), st.data())
@settings(max_examples=200, deadline=None)
def test_a_damaged_file_is_a_picture_or_a_value_error(file: bytes, data: st.DataObject) -> None:
    damaged = bytearray(file)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    with suppress(ValueError):
        encode.decode(cut)


def test_a_wsq_file_decodes_as_its_reference_says(shared: Path, picture: Picture) -> None:
    decoded = wsq_codec.decode_wsq((shared / "wsq/jnbis_sample.wsq").read_bytes())
    assert np.array_equal(decoded, picture("wsq/jnbis_sample.png")[:, :, 0])


def test_a_print_survives_wsq(picture: Picture) -> None:
    print_ = picture("person-b/right-thumb.1.png")
    packed = wsq_codec.encode_wsq(print_, 500)
    assert print_.size / 20 < len(packed) < print_.size / 6
    assert np.abs(wsq_codec.decode_wsq(packed).astype(int) - print_).mean() < 12


def test_wsq_is_written_at_500_ppi_alone() -> None:
    with pytest.raises(ValueError, match="500 ppi"):
        wsq_codec.encode_wsq(noise(64, 64), 1000)


@pytest.mark.parametrize("shape", [(0, 0), (1, 1), (27, 400), (400, 27), (3, 800)])
def test_what_is_too_small_for_wsq_is_refused_before_the_library_sees_it(shape: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="28 pixels"):
        wsq_codec.encode_wsq(np.full(shape, 128, np.uint8), 500)


@pytest.mark.parametrize("shape", [(28, 28), (28, 400), (400, 28)])
def test_the_smallest_prints_that_wsq_takes_come_back(shape: tuple[int, int]) -> None:
    drawn = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    assert wsq_codec.decode_wsq(wsq_codec.encode_wsq(drawn, 500)).shape == shape


def test_what_the_wsq_library_cannot_pack_is_a_value_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise Exception("WSQ Error: -87")

    monkeypatch.setattr(wsq_codec.Image.Image, "save", broken)
    with pytest.raises(ValueError, match="cannot pack"):
        wsq_codec.encode_wsq(noise(64, 64), 500)


@pytest.mark.parametrize("data", [b"", b"\xff\xa0", b"no wsq at all", encode.png(letter(), 500)])
def test_what_is_no_wsq_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="WSQ"):
        wsq_codec.decode_wsq(data)


F_STROKES = [[[10, 10, 0], [10, 50, 80]], [[10, 10, 200], [30, 10, 250]], [[10, 30, 300], [24, 30, 340]]]
F_INK = {"width": 40, "height": 60, "strokes": F_STROKES}


def test_ink_is_drawn_where_it_was_written_unmirrored() -> None:
    drawn = ink.draw(F_INK, 400, 600)
    assert drawn.shape == (600, 400)
    assert drawn[300, 100] == 0
    assert drawn[100, 250] == 0
    assert (drawn[:, 320:] == 255).all()
    assert (drawn[360:480, 120:] == 255).all()
    assert (drawn[520:] == 255).all()


def test_ink_keeps_its_proportions_in_the_middle() -> None:
    drawn = ink.draw(F_INK, 600, 600)
    dark = np.argwhere(drawn < 128)
    assert dark.min(axis=0) == pytest.approx((100, 200), abs=6)
    assert dark.max(axis=0) == pytest.approx((500, 400), abs=6)


def test_one_point_is_a_dot_and_no_stroke_is_white_paper() -> None:
    dot = ink.draw({"width": 10, "height": 10, "strokes": [[[5, 5, 0]], []]}, 200, 200)
    assert dot[100, 100] == 0
    assert (ink.draw({"width": 10, "height": 10, "strokes": []}, 20, 10) == 255).all()


BAD_INK = [
    {},
    {"width": 10, "height": 10},
    {"width": 0, "height": 10, "strokes": []},
    {"width": 10, "height": 10, "strokes": [[[1, 2]]]},
    {"width": 10, "height": 10, "strokes": [[[11, 2, 0]]]},
    {"width": 10, "height": 10, "strokes": [[[float("nan"), 2, 0]]]},
    {"width": 10, "height": 10, "strokes": [[["x", 2, 0]]]},
    {"width": 10, "height": 10, "strokes": 7},
]


@pytest.mark.parametrize("bad", BAD_INK)
def test_what_is_not_ink_is_refused(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="not ink"):
        ink.draw(bad, 100, 100)


@pytest.mark.parametrize("size", [(0, 10), (10, -1), (100_000, 10)])
def test_a_sheet_has_a_sensible_size(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="size"):
        ink.draw(F_INK, *size)


CARD = "JEMPUT1:petugas-1:ABCDEFGHIJKLMNOPQRSTUVWX23"


def _qr(text: str, module: int) -> Pixels:
    matrix = np.array([list(row) for row in segno.make_qr(text, error="m").matrix_iter(border=4)], dtype=np.uint8)
    return np.kron(255 - matrix * 255, np.ones((module, module), np.uint8))


def test_a_card_is_read_upright_turned_and_in_colour() -> None:
    code = _qr(CARD, 6)
    assert qr.read(code) == CARD
    assert qr.read(np.ascontiguousarray(np.rot90(code))) == CARD
    assert qr.read(colour(code)) == CARD


@pytest.mark.parametrize("pixels", [letter(), noise(200, 200), np.zeros((1, 1), np.uint8)])
def test_where_there_is_no_card_nothing_is_read(pixels: Pixels) -> None:
    assert qr.read(pixels) is None
