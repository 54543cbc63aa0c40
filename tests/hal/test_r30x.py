"""The serial fingerprint module: its twin against a client that is not ours, its driver against a wire gone bad."""

import os
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal import (
    Ask,
    CaptureRetry,
    DeviceFault,
    DeviceUnavailable,
    FakeClock,
    Frame,
    HalError,
    Position,
    RetryReason,
    Source,
    Stage,
    Stop,
    SystemClock,
    UnavailableReason,
    Wiring,
)
from hal.fingerprint import r30x_module
from hal.fingerprint.r30x import R30xFingerprint
from hal.fingerprint.r30x_packets import MOST_WAITING, Kind, Packet, Parser, encoded
from tests.twins.r30x import RATE, SPEED, drawn_finger
from tests.twins.r30x_module import R30xModule, packed, packet

ASK = Ask((Position.RIGHT_INDEX,), timeout_s=10)
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "random bytes": lambda data: np.random.default_rng(len(data)).bytes(len(data)),
    "wrong checksums": lambda data: data[:-1] + bytes((data[-1] ^ 1,)),
    "cut packets": lambda data: data[: len(data) // 2],
    "endless data": lambda data: data.replace(b"\xff\xff\x08", b"\xff\xff\x02") * 40,
    "packets that nobody asked for": lambda data: packet(2, b"unasked") * 4000,
    "noise without end": lambda data: os.urandom(20_000),
    "silence": lambda data: b"",
    "a packet that claims to be huge": lambda data: data[:7] + b"\xff\xff" + data[9:],
}


@pytest.fixture
def shape() -> tuple[int, int]:
    return 288, 256


@pytest.fixture
def module(tmp_path: Path, shape: tuple[int, int]) -> Iterator[R30xModule]:
    module = R30xModule(tmp_path / "tty", lambda: drawn_finger(1, shape), SPEED, RATE)
    yield module
    module.pull()


@pytest.fixture
def reader(module: R30xModule, tmp_path: Path) -> Iterator[R30xFingerprint]:
    with reader_at(tmp_path / "tty") as reader:
        yield reader


def reader_at(path: Path, keep: Path | None = None) -> R30xFingerprint:
    return R30xFingerprint(SystemClock(), Stage(wiring=Wiring(serial=(path,)), keep=keep))


def held() -> tuple[int, int]:
    return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()


def frame_of(reader: R30xFingerprint) -> Frame:
    return next(item for item in reader.look(ASK, Stop()) if isinstance(item, Frame))


def test_a_client_that_is_not_ours_takes_the_twin_for_a_module(module: R30xModule, tmp_path: Path) -> None:
    client = pytest.importorskip("pyfingerprint.pyfingerprint", reason="needs pyfingerprint: pip install -e .[peers]")
    from PIL import Image

    module.rate, module.can_be_fast = 57_600, False
    sensor = client.PyFingerprint(str(tmp_path / "tty"), 57600, 0xFFFFFFFF, 0)
    try:
        assert sensor.verifyPassword()
        assert sensor.getSystemParameters()[5:] == (2, 6)
        assert [sensor.readImage() for _ in range(2)] == [False, True]
        sensor.downloadImage(str(tmp_path / "finger.bmp"))
    finally:
        sensor._PyFingerprint__serial.close()
    with Image.open(tmp_path / "finger.bmp") as picture:
        theirs = np.asarray(picture.convert("L"))
    assert module.touched is not None
    assert np.abs(theirs.astype(int) - module.touched).max() <= 15


def test_a_picture_is_the_sensor_s_own_in_sixteen_levels(reader: R30xFingerprint, module: R30xModule) -> None:
    frame = frame_of(reader)
    assert module.touched is not None
    assert np.array_equal(frame.pixels, (module.touched >> 4) * 17)
    assert (frame.ppi, frame.source) == (500, Source.SIMULATED)


@pytest.mark.parametrize("shape", [(192, 192)])
def test_the_smaller_sensor_of_the_family_is_told_by_its_picture(reader: R30xFingerprint) -> None:
    assert frame_of(reader).pixels.shape == (192, 192)
    assert reader.sensor.ppi == 508


@pytest.mark.parametrize("shape", [(100, 100)])
def test_a_picture_of_a_size_that_no_sensor_has_is_a_fault(reader: R30xFingerprint) -> None:
    with pytest.raises(DeviceFault):
        frame_of(reader)


@pytest.mark.parametrize("rate", [9_600, 57_600, 115_200])
def test_a_module_is_found_at_any_rate_and_raised(module: R30xModule, tmp_path: Path, rate: int) -> None:
    module.rate = rate
    with reader_at(tmp_path / "tty"):
        assert module.rate == 115_200


def test_a_module_that_cannot_be_faster_works_as_it_is(module: R30xModule, tmp_path: Path) -> None:
    module.rate, module.can_be_fast = 57_600, False
    with reader_at(tmp_path / "tty") as reader:
        assert module.rate == 57_600
        assert frame_of(reader).pixels.shape == (288, 256)


def test_a_port_with_something_else_behind_it_is_left(tmp_path: Path) -> None:
    module = R30xModule(tmp_path / "tty", lambda: None, 0)
    module.spoil = lambda data: b"OK\r\n"
    with pytest.raises(DeviceUnavailable) as refusal:
        reader_at(tmp_path / "tty").open()
    module.pull()
    assert refusal.value.reason is UnavailableReason.ABSENT


def test_a_port_that_somebody_else_holds_is_busy(module: R30xModule, tmp_path: Path) -> None:
    with reader_at(tmp_path / "tty"), pytest.raises(DeviceUnavailable) as refusal:
        reader_at(tmp_path / "tty").open()
    assert refusal.value.reason is UnavailableReason.BUSY


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("when", ["always", "in the picture"])
def test_damage_on_the_wire_is_one_known_error_in_bounded_time(
    reader: R30xFingerprint, module: R30xModule, damage: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if damage != "silence":  # which is waited for as long as on a real wire
        monkeypatch.setattr(r30x_module, "ANSWER_S", 0.2)

    def spoil(data: bytes) -> bytes:
        return DAMAGE[damage](data) if when == "always" or len(data) > 40 else data

    module.spoil = spoil
    began = SystemClock().monotonic()
    with pytest.raises(DeviceFault):
        frame_of(reader)
    assert SystemClock().monotonic() - began < 2.5


def test_a_wire_ten_times_too_slow_is_one_known_error_in_bounded_time(tmp_path: Path) -> None:
    module = R30xModule(tmp_path / "tty", lambda: drawn_finger(1), 0.1, RATE)
    with reader_at(tmp_path / "tty") as reader, pytest.raises(HalError):
        for _ in reader.look(Ask(ASK.positions, timeout_s=1.5), Stop()):
            pass
    module.pull()


def test_after_damage_the_next_touch_works(reader: R30xFingerprint, module: R30xModule) -> None:
    module.spoil = DAMAGE["wrong checksums"]
    with pytest.raises(DeviceFault):
        frame_of(reader)
    module.spoil = lambda data: data
    assert frame_of(reader).pixels.shape == (288, 256)


def test_noise_between_packets_is_passed_over(reader: R30xFingerprint, module: R30xModule) -> None:
    module.spoil = lambda data: b"\x55\xef\x01\xef" + data if len(data) < 40 else data
    assert frame_of(reader).pixels.shape == (288, 256)


def test_a_finger_lifted_at_once_is_asked_for_again(tmp_path: Path) -> None:
    module = R30xModule(tmp_path / "tty", lambda: drawn_finger(1), SPEED, RATE)
    with reader_at(tmp_path / "tty") as reader:
        look = reader.look(ASK, Stop())
        next(look)
        module._lies, module._finger = 0, lambda: None
        with pytest.raises(CaptureRetry) as retry:
            next(look)
    module.pull()
    assert retry.value.reason is RetryReason.LIFTED_EARLY


def test_the_same_touch_is_not_taken_twice(reader: R30xFingerprint, module: R30xModule) -> None:
    frame_of(reader)  # left before the finger was lifted
    touches = []
    module._finger = lambda: touches.append(1) or drawn_finger(2)
    frame_of(reader)
    assert touches


def test_a_kept_wire_replays_the_same_picture_and_is_never_more_than_recorded(
    module: R30xModule, tmp_path: Path
) -> None:
    kept = tmp_path / "touch.wire"
    with reader_at(tmp_path / "tty", kept) as reader:
        taken = list(reader.look(ASK, Stop()))
    kept.write_text(kept.read_text().replace("wire simulated", "wire real", 1))
    with R30xFingerprint(FakeClock(), Stage(wiring=Wiring(serial=(kept,)))) as replay:
        again = list(replay.look(ASK, Stop()))
    (frame,), (twice,) = ([item for item in items if isinstance(item, Frame)] for items in (taken, again))
    assert np.array_equal(frame.pixels, twice.pixels)
    assert (frame.source, twice.source) == (Source.SIMULATED, Source.RECORDED)


@pytest.mark.parametrize("text", ["", "wire real", "wire real 57600\n1.0 > zz", "wire dream 57600\n", "\xff"])
def test_what_is_no_kept_wire_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "kept").write_text(text, encoding="latin-1")
    with pytest.raises(HalError):
        reader_at(tmp_path / "kept").open()


def test_nothing_grows_over_many_captures(module: R30xModule, tmp_path: Path) -> None:
    def cycle() -> None:
        with reader_at(tmp_path / "tty") as reader:
            assert len(list(reader.look(ASK, Stop()))) == 4

    cycle()
    before = held()
    for _ in range(3):
        cycle()
    assert held() <= before


@given(st.binary(max_size=2000), st.integers(1, 300))
def test_any_bytes_leave_at_most_one_packet_waiting(data: bytes, step: int) -> None:
    parser = Parser()
    for at in range(0, len(data), step):
        parser.feed(data[at : at + step])
        assert len(parser._waiting) <= MOST_WAITING


@given(st.lists(st.tuples(st.sampled_from(Kind), st.binary(min_size=1, max_size=256))), st.integers(1, 300), st.data())
def test_packets_are_found_in_noise_in_any_pieces(
    packets: list[tuple[Kind, bytes]], step: int, data: st.DataObject
) -> None:
    noise = st.binary(max_size=20).filter(lambda made: b"\xef" not in made)
    stream = b"".join(data.draw(noise) + encoded(*packet) for packet in packets)
    parser, found = Parser(), []
    for at in range(0, len(stream), step):
        found += parser.feed(stream[at : at + step])
    assert found == [Packet(*packet) for packet in packets]
    assert parser.noise == len(stream) - sum(len(encoded(*packet)) for packet in packets)


def test_two_pixels_a_byte_the_left_one_high() -> None:
    assert packed(np.array([[0x10, 0xF0]], np.uint8)) == b"\x1f"


def test_opening_again_notices_that_the_module_was_pulled_out(module: R30xModule, tmp_path: Path) -> None:
    """So that a box that is told of a departure says at once that nobody serves."""
    with R30xFingerprint(SystemClock(), Stage(wiring=Wiring(serial=(tmp_path / "tty",)))) as reader:
        module.pull()
        with pytest.raises(DeviceUnavailable) as refusal:
            reader.open()
        assert refusal.value.reason is UnavailableReason.LOST
        module.plug()
        reader.open()


def test_one_answer_lost_on_the_wire_is_asked_for_again(reader: R30xFingerprint, module: R30xModule) -> None:
    answers = iter([b""])
    module.spoil = lambda data: next(answers, data)
    assert frame_of(reader).pixels.shape == (288, 256)


def test_a_module_that_answers_at_its_new_rate_already_is_understood(module: R30xModule, tmp_path: Path) -> None:
    module.rate, told = 57_600, count()
    module.spoil = lambda data: b"" if next(told) == 1 else data  # after the password, the order to be faster
    with reader_at(tmp_path / "tty") as reader:
        assert module.rate == 115_200
        assert frame_of(reader).pixels.shape == (288, 256)


def test_what_is_kept_is_the_module_s_where_another_port_comes_first(
    module: R30xModule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(r30x_module, "PROBE_S", 0.1)
    other = R30xModule(tmp_path / "other", lambda: None, 0)
    other.spoil = lambda data: b""
    kept = tmp_path / "touch.wire"
    stage = Stage(wiring=Wiring(serial=(tmp_path / "other", tmp_path / "tty")), keep=kept)
    try:
        with R30xFingerprint(SystemClock(), stage) as reader:
            shown = frame_of(reader)
    finally:
        other.pull()
    with R30xFingerprint(FakeClock(), Stage(wiring=Wiring(serial=(kept,)))) as replay:
        assert np.array_equal(frame_of(replay).pixels, shown.pixels)


def test_a_second_look_while_one_runs_is_refused_by_name(reader: R30xFingerprint) -> None:
    first = reader.look(ASK, Stop())
    next(first)
    with pytest.raises(DeviceUnavailable) as refusal:
        frame_of(reader)
    assert refusal.value.reason is UnavailableReason.BUSY
