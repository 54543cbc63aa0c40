"""The kernel's camera without a lens: every format it has, whose it is, how late a picture comes, and its loss."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from hal import Ask, CaptureDevice, DeviceUnavailable, Frame, Position, Source, Stop, SystemClock, UnavailableReason
from hal.transport.v4l2 import Camera4Linux, offered
from hal.transport.v4l2_pixels import COLOUR_FORMATS, DECODERS, Picture
from tests.lab.inside.kernel import held, reason_for, rights
from tests.twins.lab_camera import LabCamera

BARS = [(1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0), (0, 0, 1), (0, 0, 0)]  # the test card's
SMALL = (320, 180)
CYCLES = 30
FRAMES = 40
ASK = Ask((Position.PORTRAIT,), timeout_s=60.0)


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[LabCamera]:
    with LabCamera("camera", "v4l2", tmp_path) as entered:
        yield entered


def node(twin: LabCamera) -> Path:
    return (twin.folder / "camera").resolve()


def columns(picture: Picture) -> np.ndarray:
    """The middle of each of eight bars, in the lower third, where the camera writes no text."""
    width, height = picture.shape[1], picture.shape[0]
    return np.array([picture[height * 5 // 6, (2 * bar + 1) * width // 16] for bar in range(8)], int)


def test_every_format_shows_the_test_card_the_right_way_round(twin: LabCamera) -> None:
    known = [code for code in offered(node(twin)) if code in DECODERS]
    assert {"GREY", "YUYV", "UYVY", "RGB3"} <= set(known)
    for code in known:
        camera = Camera4Linux(node(twin), (code,), SMALL)
        camera.start()
        shown = columns(camera.frame(Stop()))
        camera.close()
        if code in COLOUR_FORMATS:
            assert ((shown > 100) == np.array(BARS, bool)).all(), code
        else:
            assert (np.diff(shown) < 0).all(), code  # from white to black


def test_the_node_belongs_to_the_kiosks_group_and_to_nobody_else(twin: LabCamera) -> None:
    assert rights(node(twin)) == ("jemput", 0o660)
    make = f"""
from hal.camera.v4l2 import V4l2Camera
device = V4l2Camera(SystemClock(), Stage(wiring=Wiring(face_camera=Path("{node(twin)}"))))"""
    assert reason_for("jemput", "jemput", make) == "open"
    assert reason_for("nobody", "nogroup", make) == "permission"


def test_a_camera_that_another_program_streams_from_is_busy(twin: LabCamera) -> None:
    other = Camera4Linux(node(twin), ("YUYV",), SMALL)
    other.start()
    with pytest.raises(DeviceUnavailable) as refusal:
        twin.make().open()
    other.close()
    assert refusal.value.reason is UnavailableReason.BUSY


def test_a_camera_without_a_lens_never_calls_itself_real(twin: LabCamera) -> None:
    with twin.make() as device:
        assert isinstance(device, CaptureDevice)
        [frame] = islice(device.look(ASK, Stop()), 1)
        assert isinstance(frame, Frame)
        assert frame.source is Source.SIMULATED
        assert frame.device.serial == "platform:vivid-000"


def test_pictures_come_as_fast_as_the_camera_gives_them(twin: LabCamera) -> None:
    """On an emulated processor, by the kernel's own time stamps, which this camera sets to the end of each interval."""
    clock, camera = SystemClock(), Camera4Linux(node(twin), ("YUYV",), SMALL)
    camera.start()
    got, taken = [], []
    for _ in range(FRAMES):
        camera.frame(Stop())
        got.append(clock.monotonic())
        taken.append(camera.taken_s)
    camera.close()
    interval, late = float(np.median(np.diff(taken))), np.subtract(got, taken)
    share = float(np.mean(np.diff(got))) / interval
    print(f"lab: interval {interval * 1e3:.1f} ms, {share:.3f} of it a picture, late {late.max() * 1e3:.0f} ms")
    assert share <= 1.1
    assert float(np.median(late)) <= 0.1 * interval


def test_opening_and_closing_again_and_again_leaves_nothing(twin: LabCamera) -> None:
    device = twin.make()
    assert isinstance(device, CaptureDevice)
    before = None
    for _ in range(CYCLES):
        with device:
            next(iter(device.look(ASK, Stop())))
        before = before or held()
        assert held() <= before
