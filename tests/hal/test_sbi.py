"""The client of device services against a separate process that speaks the published protocol, honestly and not."""

import threading
from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hal import (
    Ask,
    CaptureCancelled,
    CaptureRetry,
    CaptureTimeout,
    DeviceFault,
    DeviceUnavailable,
    Frame,
    HalError,
    NotSupported,
    Position,
    Presence,
    Source,
    Stage,
    Stop,
    SystemClock,
    UnavailableReason,
    Use,
)
from hal.fingerprint.sbi import SbiFingerprint
from hal.iris.sbi import SbiIris
from hal.transport import sbi
from hal.transport.sbi import PORTS
from hal.transport.sbi_errors import CODES
from hal.transport.sbi_positions import NAMES
from hal.wiring import Wiring
from tests.twins.sbi import ServiceProcess

INDEX = Ask((Position.RIGHT_INDEX,), timeout_s=8.0)
LEFT_FOUR = (Position.LEFT_INDEX, Position.LEFT_MIDDLE, Position.LEFT_RING, Position.LEFT_LITTLE)
HONEST = {
    "kind": "Finger",
    "sub_type": "Single",
    "certification": "L1",
    "env": "Production",
    "make": "Acme",
    "model": "A1",
    "status": "Ready",
    "purpose": "Registration",
    "versions": ["0.9.5"],
    "ppi": 500,
    "coding": "raw",
}
PUBLISHED = [*range(100, 123), *range(500, 508), 551, 601, *range(604, 611), *range(700, 711), 999]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    process = ServiceProcess(tmp_path_factory.mktemp("service"))
    process.start()
    yield process
    process.kill()


@pytest.fixture
def service(running: ServiceProcess) -> ServiceProcess:
    """Honest again, a finger reader again."""
    if not running.runs:
        running.kill()
        running.start()
    running.tell({}, HONEST)
    return running


def reader(service: ServiceProcess, *trust: Path) -> SbiFingerprint:
    device = SbiFingerprint(SystemClock(), Stage(wiring=Wiring(trust=trust or (service.root,))))
    device.service.ports = (service.port,)
    return device


@pytest.fixture
def device(service: ServiceProcess) -> Iterator[SbiFingerprint]:
    with reader(service) as device:
        yield device


def frames(look: Iterator[Presence | Frame]) -> list[Frame]:
    return [item for item in look if isinstance(item, Frame)]


def refused(service: ServiceProcess, device: SbiFingerprint, does: dict[str, Any], ask: Ask = INDEX) -> HalError:
    service.tell(does)
    with pytest.raises(HalError) as refusal:
        list(device.look(ask, Stop()))
    return refusal.value


def test_a_certified_trusted_device_enrols_and_its_frames_are_real(device: SbiFingerprint) -> None:
    (frame,) = frames(device.look(INDEX, Stop()))
    assert frame.source is Source.REAL
    assert frame.ppi == 500
    assert (frame.device.make, frame.device.model, frame.device.serial) == ("Acme", "A1", "S-1")
    assert (device.sensor.use, device.sensor.ppi, device.sensor.certification) == (Use.ENROL, 500, "MOSIP L1")


def test_a_frame_carries_the_statement_that_the_device_signed(device: SbiFingerprint) -> None:
    (frame,) = frames(device.look(INDEX, Stop()))
    assert frame.original is not None
    assert frame.original.count(b".") == 2
    assert len(frame.original) > frame.pixels.size  # the picture is in it


@pytest.mark.parametrize("coding", ["raw", "PNG", "JPEG2000"])
def test_every_lossless_coding_gives_the_picture_that_the_sensor_took(
    service: ServiceProcess, device: SbiFingerprint, coding: str
) -> None:
    service.tell({"coding": coding})
    (frame,) = frames(device.look(INDEX, Stop()))
    assert np.array_equal(frame.pixels, service.last())


@pytest.mark.parametrize("coding", ["WSQ", "JPEG", "JPEG2000 lossy"])
def test_a_coding_that_loses_detail_is_refused(service: ServiceProcess, device: SbiFingerprint, coding: str) -> None:
    does = {"coding": coding} if coding != "WSQ" else {"coding": coding, "image": "ffa0"}
    assert "compression" in str(refused(service, device, does))


@pytest.mark.parametrize("position", tuple(Position)[:10])
def test_every_finger_is_asked_for_and_given_by_its_name(device: SbiFingerprint, position: Position) -> None:
    (frame,) = frames(device.look(Ask((position,)), Stop()))
    assert frame.positions == (position,)


def test_left_and_right_are_never_swapped(service: ServiceProcess, device: SbiFingerprint) -> None:
    right = Ask((Position.RIGHT_INDEX,))
    mirrored = {"Right IndexFinger": "Left IndexFinger"}
    honest = {"Right IndexFinger": "Right IndexFinger"}
    lies = ({"shows": mirrored}, {"states": mirrored}, {"shows": mirrored, "states": honest})
    for does in lies:  # in record and statement, in the statement alone, in the record alone
        assert isinstance(refused(service, device, does, right), DeviceFault)


def test_the_right_eye_is_the_right_eye(service: ServiceProcess) -> None:
    service.tell({}, {"kind": "Iris", "sub_type": "Double"})
    scanner = SbiIris(SystemClock(), Stage(wiring=Wiring(trust=(service.root,))))
    scanner.service.ports = (service.port,)
    with scanner:
        for eye in (Position.EYE_RIGHT, Position.EYE_LEFT):
            frame = next(scanner.look(Ask((eye,)), Stop()))
            assert frame.positions == (eye,)
            assert np.array_equal(frame.pixels, service.last())  # the twin draws another picture for each side
        both = scanner.look(Ask((Position.EYE_RIGHT, Position.EYE_LEFT)), Stop())
        assert [next(both).positions[0] for _ in range(4)] == [Position.EYE_RIGHT, Position.EYE_LEFT] * 2
        service.tell({"states": {"Right": "Left", "Left": "Right"}})
        with pytest.raises(DeviceFault):
            next(scanner.look(Ask((Position.EYE_RIGHT,)), Stop()))


def test_a_slap_is_one_capture_of_the_fingers_that_are_there(service: ServiceProcess) -> None:
    service.tell({}, {"sub_type": "Slap"})
    with reader(service) as scanner:
        assert scanner.sensor.slaps
        ask = Ask(LEFT_FOUR, missing=(Position.LEFT_RING,))
        seen = list(scanner.look(ask, Stop()))
        assert (seen[0], *seen[-2:]) == (Presence.ON, Presence.TAKEN, Presence.OFF)
        shown = [item.positions for item in seen if isinstance(item, Frame)]
        assert shown == [(Position.LEFT_INDEX,), (Position.LEFT_MIDDLE,), (Position.LEFT_LITTLE,)]


@pytest.mark.parametrize("fault", ["swapped", "one_too_few", "one_too_many", "broken_hash"])
def test_a_slap_that_is_not_whole_and_in_order_is_refused(service: ServiceProcess, fault: str) -> None:
    service.tell({}, {"sub_type": "Slap"})
    with reader(service) as scanner:
        assert isinstance(refused(service, scanner, {fault: True}, Ask(LEFT_FOUR)), DeviceFault)


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ({"bad_signature": True}, "signature"),
        ({"foreign_ca": True}, "somebody else"),
        ({"alg": "HS256"}, "RS256"),
        ({"alg": "none"}, "RS256"),
        ({"replayed": True}, "transactionId"),
        ({"late_s": 301}, "made now"),
        ({"late_s": -400}, "made now"),
        ({"says": {"timestamp": "2026-11-22T04:00:00"}}, "made now"),
        ({"says": {"timestamp": 5}}, "made now"),
        ({"says": {"env": "Developer"}}, "env"),
        ({"says": {"purpose": "Auth"}}, "purpose"),
        ({"says": {"bioType": "Iris"}}, "bioType"),
        ({"says": {"deviceCode": "C-2"}}, "deviceCode"),
        ({"says": {"domainUri": "https://example.org"}}, "domainUri"),
        ({"says": {"qualityScore": "101"}}, "score"),
        ({"says": {"qualityScore": "9" * 5000}}, "score"),
        ({"says": {"bioSubType": "UNKNOWN"}}, "another finger"),
        ({"says": {"bioValue": "a+b/"}}, "base64url"),
        ({"says": {"digitalId": "x.y.z"}}, "RS256"),
        ({"specVersion": "0.9.2"}, "0.9.5"),
        ({"other_serial": "S-2"}, "another device"),
        ({"broken_hash": True}, "chain"),
        ({"cut_record": True}, "length"),
        ({"coding": "PNG", "image": "89504e470d0a1a0a"}, "decoded"),
        ({"coding": "JPEG2000", "image": "ff4fff51"}, "decoded"),
        ({"coding": "raw", "image": "00" * 100}, "size"),
        ({"capture": ["raw", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{]"]}, "JSON"),
        ({"capture": ["raw", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull"]}, "no list"),
        ({"capture": ["raw", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nNaN"]}, "JSON"),
        ({"capture": ["text", '{"biometrics": [5]}']}, "no biometrics"),
        ({"capture": ["text", "[" * 100_000]}, "JSON"),
        ({"capture": ["text", "9" * 100_000]}, "JSON"),
        ({"capture": ["text", '{"biometrics": [{"error": {"errorCode": 1e999}}]}']}, "no number"),
        ({"capture": ["text", '{"biometrics": [{"error": {"errorCode": "' + "7" * 50 + '"}}]}']}, "no number"),
        ({"capture": ["raw", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"]}, "more than"),
        ({"capture": ["raw", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"]}, "more than"),
        ({"capture": ["raw", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"]}, "chunk"),
        ({"capture": ["raw", "HTTP/1.1 200 OK\r\n" + "X: y" * 20_000]}, "no HTTP"),
        ({"capture": ["raw", "SSH-2.0-OpenSSH_9.2\r\n\r\n"]}, "no HTTP"),
        ({"capture": ["status", 302]}, "HTTP 302"),
        ({"capture": ["status", 500]}, "HTTP 500"),
        ({"capture": ["endless", "length"]}, "more than"),
        ({"capture": ["endless", "chunked"]}, "more than"),
    ],
)
def test_an_answer_that_is_not_right_in_everything_is_one_fault(
    service: ServiceProcess, device: SbiFingerprint, does: dict[str, Any], says: str
) -> None:
    error = refused(service, device, does)
    assert isinstance(error, DeviceFault)
    assert says in str(error)
    service.tell()
    assert frames(device.look(INDEX, Stop()))  # and the next look works


@pytest.mark.parametrize("shape", ["code", "refusal"])  # in an answer with HTTP 200, and in one with 405
@pytest.mark.parametrize("code", PUBLISHED)
def test_every_published_error_code_is_one_known_error_with_a_sentence(
    service: ServiceProcess, device: SbiFingerprint, code: int, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sbi, "BUSY_S", inf)  # who is busy is not asked again
    error = refused(service, device, {"capture": [shape, code]})
    kind, sentence = CODES[code]
    lost = isinstance(kind(""), DeviceUnavailable) and kind("").reason is UnavailableReason.ABSENT  # type: ignore[attr-defined]
    if lost:  # it was there when it was opened
        assert isinstance(error, DeviceUnavailable)
        assert error.reason is UnavailableReason.LOST
        assert sentence in str(error.__cause__)
    else:
        assert sentence in str(error)
        assert type(error) is type(kind(""))
    assert "nobody should see" not in f"{error}{error.__cause__}"


def test_the_sentences_are_sentences_for_engineers() -> None:
    for code, (_, sentence) in CODES.items():
        assert sentence[0].isupper(), code
        assert len(sentence.split()) >= 4, code
        assert sentence.isascii(), code


def test_a_makers_own_error_is_a_fault_with_its_number(service: ServiceProcess, device: SbiFingerprint) -> None:
    assert "(SBI error 547)" in str(refused(service, device, {"capture": ["code", 547]}))


@pytest.mark.parametrize(("code", "kind"), [(105, CaptureRetry), (701, CaptureTimeout), (109, NotSupported)])
def test_who_acts_on_an_error_is_right(
    service: ServiceProcess, device: SbiFingerprint, code: int, kind: type[HalError]
) -> None:
    assert isinstance(refused(service, device, {"capture": ["code", code]}), kind)


def test_an_answer_that_is_cut_short_is_a_lost_device(service: ServiceProcess, device: SbiFingerprint) -> None:
    cut = {"capture": ["raw", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"]}
    error = refused(service, device, cut)
    assert isinstance(error, DeviceUnavailable)
    assert error.reason is UnavailableReason.LOST


@pytest.mark.parametrize("how", [["slow", 0.05], ["silent", 3.0]])
def test_a_service_that_takes_its_time_costs_no_more_than_the_ask(
    service: ServiceProcess, device: SbiFingerprint, how: list[Any]
) -> None:
    clock = SystemClock()
    began = clock.monotonic()
    error = refused(service, device, {"capture": how}, Ask(INDEX.positions, timeout_s=0.4))
    assert isinstance(error, CaptureTimeout)
    assert clock.monotonic() - began < 0.4 + 1.5  # for a busy machine


@pytest.mark.parametrize("how", [["slow", 0.05], ["silent", 5.0], None])
def test_the_stop_is_obeyed_in_half_a_second_whatever_the_service_does(
    service: ServiceProcess, device: SbiFingerprint, how: list[Any] | None
) -> None:
    clock, stop = SystemClock(), Stop()
    service.tell({"capture": how} if how else {"nobody": True})
    threading.Timer(0.1, stop.set).start()
    began = clock.monotonic()
    with pytest.raises(CaptureCancelled):
        list(device.look(INDEX, stop))
    assert clock.monotonic() - began < 0.1 + 0.5 + 1.5  # the last is for a busy machine


def test_a_device_that_is_still_busy_after_a_cancel_is_waited_for(
    service: ServiceProcess, device: SbiFingerprint
) -> None:
    service.tell({"nobody": True, "stubborn_s": 0.6})
    stop = Stop()
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(CaptureCancelled):
        list(device.look(INDEX, stop))
    service.tell()
    assert frames(device.look(INDEX, Stop()))


def test_a_device_that_stays_busy_is_said_to_be(service: ServiceProcess, device: SbiFingerprint) -> None:
    error = refused(service, device, {"capture": ["code", 111]}, Ask(INDEX.positions, timeout_s=0.5))
    assert isinstance(error, DeviceUnavailable)
    assert error.reason is UnavailableReason.BUSY


@pytest.mark.parametrize(
    ("device_is", "trusted", "source", "use"),
    [
        ({}, True, Source.REAL, Use.ENROL),
        ({}, False, Source.SIMULATED, Use.CHECK_ONLY),
        ({"certification": "L0"}, True, Source.REAL, Use.ENROL),
        ({"certification": ""}, True, Source.REAL, Use.CHECK_ONLY),
        ({"env": "Developer"}, True, Source.SIMULATED, Use.ENROL),
        ({"env": "Staging"}, True, Source.SIMULATED, Use.ENROL),
        ({"make": "MOCK"}, True, Source.SIMULATED, Use.ENROL),
        ({"ppi": 381}, True, Source.REAL, Use.CHECK_ONLY),
    ],
)
def test_what_a_device_is_good_for_follows_from_who_vouches_for_it(
    service: ServiceProcess, device_is: dict[str, Any], trusted: bool, source: Source, use: Use
) -> None:
    service.tell({}, device_is)
    with reader(service, service.root if trusted else service.foreign_root) as device:
        (frame,) = frames(device.look(INDEX, Stop()))
        assert frame.source is source
        assert device.sensor.use is use
        assert frame.ppi == device.sensor.ppi == {**HONEST, **device_is}["ppi"]


def opening(service: ServiceProcess, does: dict[str, Any], device_is: dict[str, Any] | None = None) -> HalError:
    service.tell(does, device_is)
    device = reader(service)
    with pytest.raises(HalError) as refusal:
        device.open()
    return refusal.value


@pytest.mark.parametrize(
    ("does", "device_is", "kind"),
    [
        ({"disc": ["code", 106]}, {}, DeviceUnavailable),
        ({"info": ["code", 100]}, {}, DeviceUnavailable),
        ({"info": ["refusal", 503]}, {}, DeviceUnavailable),
        ({"disc": ["refusal", 502]}, {}, DeviceFault),
        ({}, {"status": "Not Ready"}, DeviceUnavailable),
        ({}, {"status": "Not Registered"}, DeviceUnavailable),
        ({}, {"status": "?"}, DeviceFault),
        ({}, {"purpose": "Auth"}, DeviceUnavailable),
        ({}, {"versions": ["0.9.2"]}, DeviceFault),
        ({}, {"versions": "0.9.5"}, DeviceFault),
        ({}, {"make": "x" * 500}, DeviceFault),
        ({}, {"kind": "Iris"}, DeviceFault),
        ({"bad_signature": True}, {}, DeviceFault),
        ({"payload": "5"}, {}, DeviceFault),
        ({"info": ["text", "[]"]}, {}, DeviceUnavailable),
        ({"info": ["text", "[5]"]}, {}, DeviceFault),
        ({"info": ["text", str([{}] * 40)]}, {}, DeviceFault),
        ({"disc": ["endless", "length"]}, {}, DeviceFault),
        ({"disc": ["silent", 2.0]}, {}, DeviceUnavailable),
        ({"disc": ["raw", "220 ftp ready\r\n"]}, {}, DeviceUnavailable),
    ],
)
def test_a_service_that_cannot_be_used_says_why_at_open(
    service: ServiceProcess, does: dict[str, Any], device_is: dict[str, Any], kind: type[HalError]
) -> None:
    assert isinstance(opening(service, does, device_is), kind)


def test_a_trust_file_that_holds_no_certificate_is_named(service: ServiceProcess, tmp_path: Path) -> None:
    (tmp_path / "broken.pem").write_text("nothing")
    with pytest.raises(DeviceFault, match=r"broken\.pem"):
        reader(service, tmp_path / "broken.pem").open()


def test_the_service_is_found_among_the_ports_of_the_interface(service: ServiceProcess) -> None:
    device = SbiFingerprint(SystemClock(), Stage(wiring=Wiring(trust=(service.root,))))
    with device:
        assert device.service.found().port in PORTS


def test_live_pictures_come_as_they_are_and_end(service: ServiceProcess, device: SbiFingerprint) -> None:
    service.tell({"pictures": 5})
    pictures = list(device.service.stream(0, 5.0, Stop()))
    assert len(pictures) == 5
    assert all(picture.startswith(b"\xff\xd8") and picture.endswith(b"\xff\xd9") for picture in pictures)


@pytest.mark.parametrize(
    ("does", "kind"),
    [
        ({"stream": ["code", 607]}, DeviceUnavailable),
        ({"stream": ["refusal", 601]}, NotSupported),
        ({"stream": ["status", 404]}, DeviceFault),
        ({"stream": ["code", 609]}, CaptureTimeout),
        ({"part_length": 10}, DeviceFault),
        ({"part_length": 5 << 20}, DeviceFault),
        ({"part_length": "x"}, DeviceFault),
        ({"cut_stream": True}, DeviceUnavailable),
        ({"stream": ["silent", 2.0]}, CaptureTimeout),
        ({"stream": ["endless", "length"]}, DeviceFault),
    ],
)
def test_a_live_picture_that_goes_wrong_is_one_known_error(
    service: ServiceProcess, device: SbiFingerprint, does: dict[str, Any], kind: type[HalError]
) -> None:
    service.tell(does)
    with pytest.raises(kind):
        list(device.service.stream(0, 0.5, Stop()))


def test_live_pictures_without_a_pause_end_at_the_deadline(service: ServiceProcess, device: SbiFingerprint) -> None:
    service.tell({"pictures": 1_000_000_000})
    began = SystemClock().monotonic()
    with pytest.raises(CaptureTimeout):
        for _ in device.service.stream(0, 0.3, Stop()):
            pass
    assert SystemClock().monotonic() - began < 2.0


def test_little_text_that_would_be_much_memory_is_refused(service: ServiceProcess, device: SbiFingerprint) -> None:
    error = refused(service, device, {"capture": ["many", 5_000_000]})
    assert isinstance(error, DeviceFault)
    assert "no JSON" in str(error)


def test_names_are_the_ones_published() -> None:
    names = ("IndexFinger", "MiddleFinger", "RingFinger", "LittleFinger", "Thumb")
    fingers = {f"{hand} {name}" for hand in ("Left", "Right") for name in names}
    assert set(NAMES.values()) == fingers | {"Left", "Right"}
    for position, name in NAMES.items():
        assert ("LEFT" in position) == name.startswith("Left")
