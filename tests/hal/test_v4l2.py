"""Video4Linux: bytes of a camera become pictures or nothing, whatever they are. The kernel is met in the lab."""

from collections.abc import Callable
from ctypes import sizeof
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hal import (
    Ask,
    DeviceUnavailable,
    FakeClock,
    NotSupported,
    Position,
    Stage,
    Stop,
    UnavailableReason,
    Wiring,
)
from hal.camera.v4l2 import V4l2Camera
from hal.iris.v4l2 import V4l2Iris
from hal.transport import v4l2_abi as abi
from hal.transport.v4l2 import Camera4Linux, nodes
from hal.transport.v4l2_pixels import COLOUR_FORMATS, DECODERS, GREY_FORMATS, decoded

SAMPLES = {"GREY": 1, "Y10 ": 2, "Y12 ": 2, "Y16 ": 2, "YUYV": 2, "UYVY": 2, "RGB3": 3}


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)


def padded(rows: np.ndarray, stride: int) -> bytes:
    """Lines of bytes with something else after each."""
    whole = np.full((rows.shape[0], stride), 0xAB, np.uint8)
    whole[:, : rows.shape[1]] = rows
    return whole.tobytes()


def jpeg(picture: np.ndarray) -> bytes:
    file = BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=95)
    return file.getvalue()


@pytest.mark.parametrize("stride", [6, 6 + 10])
def test_grey_bytes_are_the_picture(stride: int) -> None:
    seen = noise(4, 6)
    got = decoded("GREY", padded(seen, stride), 6, 4, stride)
    assert got is not None
    assert np.array_equal(got, seen)


@pytest.mark.parametrize(("code", "bits"), [("Y10 ", 10), ("Y12 ", 12), ("Y16 ", 16)])
def test_deeper_grey_keeps_its_upper_bits_and_never_wraps(code: str, bits: int) -> None:
    words = np.array([[0, (1 << bits) - 1, 1 << (bits - 1), 0xFFFF]], "<u2")
    got = decoded(code, words.tobytes(), 4, 1, 8)
    assert got is not None
    assert got.tolist() == [[0, 255, 128, 255]]


def test_rgb_is_not_turned_round() -> None:
    seen = noise(3, 5, 3)
    got = decoded("RGB3", padded(seen.reshape(3, 15), 20), 5, 3, 20)
    assert got is not None
    assert np.array_equal(got, seen)


@pytest.mark.parametrize("code", ["YUYV", "UYVY"])
def test_the_colours_of_yuv_are_those_of_the_standard(code: str) -> None:
    """Red, green and blue in studio range (ITU-R BT.601): Y, U, V."""
    for (y, u, v), rgb in {(81, 90, 240): (255, 0, 0), (145, 54, 34): (0, 255, 0), (41, 240, 110): (0, 0, 255)}.items():
        pair = bytes((y, u, y, v)) if code == "YUYV" else bytes((u, y, v, y))
        got = decoded(code, pair * 4, 4, 2, 8)
        assert got is not None
        assert np.abs(got.astype(int) - rgb).max() <= 2


def test_a_jpeg_is_unpacked_in_colour() -> None:
    seen = np.full((16, 24, 3), (200, 40, 90), np.uint8)
    got = decoded("MJPG", jpeg(seen), 24, 16, 0)
    assert got is not None
    assert np.abs(got.astype(int) - seen).max() < 6


def test_a_jpeg_of_another_size_is_left_out_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image.Image, "convert", lambda *a, **k: pytest.fail("unpacked"))
    assert decoded("MJPG", jpeg(noise(16, 24, 3)), 24, 17, 0) is None


def test_other_files_in_a_jpeg_stream_are_left_out() -> None:
    file = BytesIO()
    Image.fromarray(noise(16, 24, 3)).save(file, "PNG")
    assert decoded("MJPG", file.getvalue(), 24, 16, 0) is None


@pytest.mark.parametrize("code", SAMPLES)
def test_a_frame_that_is_cut_by_one_byte_is_left_out(code: str) -> None:
    whole = noise(6 * SAMPLES[code] * 4).tobytes()
    assert decoded(code, whole, 6, 4, 0) is not None
    assert decoded(code, whole[:-1], 6, 4, 0) is None


@pytest.mark.parametrize("keep", [0, 1, 2, 20, 0.5, 0.95])
def test_a_jpeg_that_is_cut_is_left_out(keep: float) -> None:
    whole = jpeg(noise(32, 48, 3))
    assert decoded("MJPG", whole[: int(keep * len(whole)) if keep < 1 else int(keep)], 48, 32, 0) is None


def test_the_last_line_needs_no_padding() -> None:
    seen = noise(4, 6)
    assert decoded("GREY", padded(seen, 16)[:-10], 6, 4, 16) is not None
    assert decoded("GREY", padded(seen, 16)[:-11], 6, 4, 16) is None


@given(
    code=st.sampled_from(sorted(DECODERS)),
    data=st.binary(max_size=600),
    width=st.integers(1, 16),
    height=st.integers(1, 16),
    stride=st.integers(0, 64),
)
def test_any_bytes_are_a_picture_of_the_agreed_size_or_nothing(
    code: str, data: bytes, width: int, height: int, stride: int
) -> None:
    width += width % 2 if code in ("YUYV", "UYVY") else 0
    got = decoded(code, data, width, height, stride)
    if got is not None:
        assert got.dtype == np.uint8
        assert got.shape == ((height, width) if code in GREY_FORMATS else (height, width, 3))


def test_every_format_that_a_driver_wants_can_be_read() -> None:
    assert set(GREY_FORMATS) | set(COLOUR_FORMATS) == set(DECODERS)


def test_the_structures_have_the_kernels_sizes() -> None:
    """As linux/videodev2.h gives them for 64-bit machines; the request numbers carry them."""
    sizes = {abi.Capability: 104, abi.FormatDescription: 64, abi.Format: 208, abi.RequestBuffers: 20, abi.Buffer: 88}
    assert {made: sizeof(made) for made in sizes} == sizes
    assert (abi.QUERYCAP, abi.S_FMT, abi.DQBUF, abi.STREAMON) == (0x80685600, 0xC0D05605, 0xC0585611, 0x40045612)


Make = Callable[[Path], V4l2Camera | V4l2Iris]
DRIVERS: dict[str, tuple[Make, Position]] = {
    "camera": (lambda node: V4l2Camera(FakeClock(), Stage(wiring=Wiring(face_camera=node))), Position.PORTRAIT),
    "iris": (lambda node: V4l2Iris(FakeClock(), Stage(wiring=Wiring(iris_camera=node))), Position.EYE_LEFT),
}


@pytest.mark.parametrize("port", DRIVERS)
def test_a_node_that_is_not_there_is_absent(port: str, tmp_path: Path) -> None:
    make, position = DRIVERS[port]
    device = make(tmp_path / "video0")
    with pytest.raises(DeviceUnavailable) as refusal:
        device.open()
    assert refusal.value.reason is UnavailableReason.ABSENT
    with pytest.raises(DeviceUnavailable) as refusal:
        device.look(Ask((position,)), Stop())
    assert refusal.value.reason is UnavailableReason.CLOSED


@pytest.mark.parametrize("port", DRIVERS)
def test_a_file_that_is_no_camera_is_one_known_error(port: str, tmp_path: Path) -> None:
    (tmp_path / "video0").write_bytes(b"no camera")
    with pytest.raises((DeviceUnavailable, NotSupported)):
        DRIVERS[port][0](tmp_path / "video0").open()


def test_a_node_that_does_not_open_leaves_nothing_open() -> None:
    with pytest.raises(DeviceUnavailable):
        Camera4Linux(Path("/dev/null"), COLOUR_FORMATS, (640, 480))


def test_nodes_are_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    for number in (10, 2, 0):
        (tmp_path / f"video{number}").touch()
    (tmp_path / "video-codec").touch()
    assert [node.name for node in nodes(tmp_path)] == ["video0", "video2", "video10"]
