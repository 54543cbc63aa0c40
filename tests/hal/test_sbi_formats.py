"""What device services send, one format at a time: records that the regency's writer wrote, statements with keys and
chains that do not fit, and any bytes at all."""

import base64
import contextlib
import io
import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from hal import DeviceFault, Position, WallTime
from hal.transport import iso19794, json_text, multipart, sbi_answers, sbi_trust
from hal.transport.iso19794 import read_finger, read_iris
from hal.transport.sbi_positions import NAMES
from kiosk.regency import iso_finger, iso_iris
from kiosk.regency.iso_finger import Compression, FingerImage
from kiosk.regency.iso_iris import IrisImage
from tests.twins import sbi_paper
from tests.twins.sbi_paper import EYES, FINGERS, Grey, coded, finger_record, iris_record, maker, url64

TAKEN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
SMALL = Grey(4, 3, bytes(range(12)))
NOW = WallTime(datetime.now(UTC), "test", confident=True)
UNSURE = replace(NOW, confident=False)
ROOT = (maker().root,)


@pytest.mark.parametrize("name", FINGERS)
@pytest.mark.parametrize("coding", ["raw", "PNG", "JPEG2000"])
def test_a_finger_that_another_program_wrote_is_read_as_it_was_meant(name: str, coding: str) -> None:
    picture = sbi_paper.picture(name, 1, "Finger")
    packed = {"raw": Compression.NONE, "PNG": Compression.PNG, "JPEG2000": Compression.JPEG2000_LOSSLESS}[coding]
    image = FingerImage(FINGERS[name], 0, 500, picture.width, picture.height, packed, coded(picture, coding), TAKEN)
    record = read_finger(iso_finger.write([image]))
    assert NAMES[record.position] == name
    assert (record.ppi, record.scan_ppi) == (500, 500)
    assert record.pixels().tobytes() == picture.pixels
    assert record.pixels().shape == (picture.height, picture.width)


@pytest.mark.parametrize("name", EYES)
@pytest.mark.parametrize("coding", ["raw", "PNG", "JPEG2000"])
def test_an_eye_is_read_as_it_was_meant(name: str, coding: str) -> None:
    picture = sbi_paper.picture(name, 1, "Iris")
    record = read_iris(iris_record(name, picture, coding))
    assert NAMES[record.position] == name
    assert record.pixels().tobytes() == picture.pixels
    (checked,) = iso_iris.read(iris_record(name, picture, coding))  # the twin's record, to a reader that is not ours
    assert isinstance(checked, IrisImage)


def test_pixels_a_centimetre_are_told_in_pixels_an_inch() -> None:
    image = FingerImage(7, 0, 500, 4, 3, Compression.NONE, SMALL.pixels, TAKEN)
    record = bytearray(iso_finger.write([image]))
    at = record.index(bytes([7, 0, 1]) + (500).to_bytes(2, "big") * 4)
    record[at + 2 : at + 11] = bytes([2]) + (197).to_bytes(2, "big") * 4
    assert read_finger(bytes(record)).ppi == 500


@pytest.mark.parametrize(
    ("at", "byte", "says"),
    [
        (0, 0x58, "format"),
        (5, 0x31, "format"),
        (11, 0xFF, "add up"),
        (13, 2, "one picture"),
        (14, 7, "certification"),
        (19, 9, "add up"),
    ],
)
def test_a_record_that_is_not_right_says_what_is_wrong(at: int, byte: int, says: str) -> None:
    record = bytearray(finger_record("Left Thumb", SMALL))
    record[at] = byte
    with pytest.raises(DeviceFault, match=says):
        read_finger(bytes(record))


def test_a_record_cut_anywhere_or_grown_is_refused() -> None:
    for read, whole in ((read_finger, finger_record("Left Thumb", SMALL)), (read_iris, iris_record("Left", SMALL))):
        assert read(whole).pixels().tobytes() == SMALL.pixels
        for wrong in (*(whole[:end] for end in range(len(whole))), whole + b"\0"):
            with pytest.raises(DeviceFault):
                read(wrong)


def test_a_picture_that_states_another_size_than_its_record_is_refused() -> None:
    picture = sbi_paper.picture("Left Thumb", 1, "Finger")
    for coding in ("PNG", "JPEG2000"):
        record = finger_record("Left Thumb", SMALL, coding, data=coded(picture, coding))
        with pytest.raises(DeviceFault, match="stated size"):
            read_finger(record).pixels()


def test_a_picture_of_impossible_size_is_refused_before_anything_is_decoded() -> None:
    for width, height in ((0, 5), (60_000, 1), (8000, 8000)):
        with pytest.raises(DeviceFault, match="size"):
            read_finger(finger_record("Left Thumb", Grey(width, height, b"x")))


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_a_record_or_one_known_error(tail: bytes, finger: bool) -> None:
    magic = b"FIR\x00020\0" if finger else b"IIR\x00020\0"
    data = magic + (len(tail) + 12).to_bytes(4, "big") + tail
    with contextlib.suppress(DeviceFault):
        (read_finger if finger else read_iris)(data)


@given(st.integers(0, 10**9))
def test_a_record_with_wrong_bytes_is_a_record_or_one_known_error(seed: int) -> None:
    rng = random.Random(seed)
    for read, whole in ((read_finger, finger_record("Left Thumb", SMALL)), (read_iris, iris_record("Left", SMALL))):
        record = bytearray(whole)
        for _ in range(rng.randrange(1, 4)):
            record[rng.randrange(len(record))] = rng.randrange(256)
        try:
            picture = read(bytes(record)).pixels()
            assert picture.dtype == np.uint8
        except DeviceFault:
            pass


def test_a_statement_is_opened_and_keeps_its_chain() -> None:
    said = sbi_trust.opened(maker().signed({"a": "b"}), "it")
    assert said.payload == {"a": "b"}
    assert said.chain == maker().chain


def test_a_statement_with_one_wrong_letter_is_refused() -> None:
    token = maker().signed({"number": 5})
    head, body, signature = token.split(".")
    rng = random.Random(1)
    for part in range(3):
        for _ in range(30):
            letters = [list(head), list(body), list(signature[:-1])]
            at = rng.randrange(len(letters[part]))
            letters[part][at] = "A" if letters[part][at] != "A" else "B"
            wrong = ".".join("".join(part) for part in letters) + signature[-1]
            with pytest.raises(DeviceFault):
                sbi_trust.opened(wrong, "it")


@pytest.mark.parametrize("text", [b"[]", b"5", b"{", b'{"a": NaN}', b"\xff", b"[" * 50_000, b"9" * 5000])
def test_a_signed_payload_that_is_no_object_is_refused(text: bytes) -> None:
    with pytest.raises(DeviceFault, match="no signed statement"):
        sbi_trust.opened(maker().signed(None, text=text), "it")


@pytest.mark.parametrize(
    ("after", "byte", "says"),
    [
        ("0282010100", 0x7F, "unfit key"),  # the length of the modulus, which cryptography reads late
        ("a003020102", 0x5F, "certificates"),  # a version that there is not, for which it has an error of its own
    ],
)
def test_a_certificate_that_is_broken_inside_is_refused(after: str, byte: int, says: str) -> None:
    der = maker().chain[0].public_bytes(Encoding.DER)
    at = der.index(bytes.fromhex(after)) + (3 if byte == 0x7F else 4)
    broken = der[:at] + bytes([byte]) + der[at + 1 :]
    header = json.dumps({"alg": "RS256", "x5c": [base64.b64encode(broken).decode()]}).encode()
    with pytest.raises(DeviceFault, match=says):
        sbi_trust.opened(f"{url64(header)}.e30.{url64(bytes(256))}", "it")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(DeviceFault, match="unfit key"):
        sbi_trust.opened(maker("Short", bits=1024).signed({}), "it")


@given(st.text(max_size=60) | st.none() | st.integers())
def test_any_text_is_a_statement_or_one_known_error(text: object) -> None:
    for token in (text, f"{text}.{text}.{text}"):
        with pytest.raises(DeviceFault):
            sbi_trust.opened(token, "it")


def test_a_chain_leads_to_the_root_that_it_was_signed_under_and_to_no_other() -> None:
    chain = maker().chain
    assert sbi_trust.descends(chain, ROOT, NOW)
    assert sbi_trust.descends((*chain, maker().root), ROOT, NOW)  # services may send the root as well
    assert sbi_trust.descends(chain, (maker("Foreign").root, *ROOT), NOW)
    assert sbi_trust.descends(chain, chain[1:], NOW)  # the box may trust what stands in between
    assert not sbi_trust.descends(chain, (), NOW)
    assert not sbi_trust.descends(chain, (maker("Foreign").root,), NOW)
    assert not sbi_trust.descends(chain[:1], ROOT, NOW)  # a step is missing
    assert not sbi_trust.descends(chain[::-1], ROOT, NOW)
    assert not sbi_trust.descends((maker("Foreign").chain[0], chain[1]), ROOT, NOW)
    assert not sbi_trust.descends((*maker("Foreign").chain, maker().root), ROOT, NOW)  # a root glued to another's chain


def test_who_may_not_issue_certificates_issues_none() -> None:
    cheat = maker("Cheat", middle_is_ca=False)
    assert not sbi_trust.descends(cheat.chain, (cheat.root,), NOW)


def test_an_expired_certificate_counts_only_while_somebody_vouches_for_the_clock() -> None:
    old = maker("Old", expired=True)
    assert not sbi_trust.descends(old.chain, (old.root,), NOW)
    assert sbi_trust.descends(old.chain, (old.root,), UNSURE)


def test_roots_are_read_from_files_and_a_bad_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "two.pem").write_bytes(maker().root_pem() + maker("Foreign").root_pem())
    assert sbi_trust.roots_of([tmp_path / "two.pem"]) == (maker().root, maker("Foreign").root)
    with pytest.raises(DeviceFault, match="none"):
        sbi_trust.roots_of([tmp_path / "none.pem"])


class Canned:
    """A stream of bytes that is already here."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def line(self, most: int) -> bytes:
        end = self._data.find(b"\r\n", self._at, self._at + most + 2)
        if end < 0:
            raise DeviceFault("no line")
        begin, self._at = self._at, end + 2
        return self._data[begin:end]

    def take(self, count: int) -> bytes:
        if self._at + count > len(self._data):
            raise DeviceFault("cut")
        self._at += count
        return self._data[self._at - count : self._at]


@pytest.mark.parametrize("value", ["--BoundaryString", '"--BoundaryString"', "BoundaryString", "----BoundaryString"])
def test_pictures_are_found_whatever_number_of_dashes_a_service_counts(value: str) -> None:
    boundary = multipart.boundary_of(f"multipart/x-mixed-replace; boundary={value}")
    part = b"--BoundaryString\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\na\r\n\r\n"
    stream = part + b"\r\n" + part + b"--BoundaryString--\r\n"
    assert list(multipart.parts(Canned(stream), boundary)) == [b"a\r\n", b"a\r\n"]


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_any_bytes_are_pictures_or_one_known_error(head: bytes, tail: bytes) -> None:
    for stream in (head, b"--B\r\nContent-Length: 2\r\n" + head + b"\r\n\r\n" + tail):
        with contextlib.suppress(DeviceFault):
            list(multipart.parts(Canned(stream), b"B"))


@given(st.text(max_size=60))
def test_any_content_type_is_a_boundary_or_one_known_error(text: str) -> None:
    for kind in (text, f"multipart/x-mixed-replace;{text}", f"multipart/x-mixed-replace; boundary={text}"):
        with contextlib.suppress(DeviceFault):
            assert multipart.boundary_of(kind)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["error", "errorCode"]), inner),
        max_leaves=10,
    )
)
def test_any_answer_is_a_refusal(answer: object) -> None:
    assert isinstance(sbi_answers.refusal_of(answer), Exception)


@pytest.mark.parametrize("value", [True, 1.0, "1.0", "-1", "٣", "9" * 13, None, [], "101", 101])
def test_a_number_is_a_whole_number_in_its_range(value: object) -> None:
    assert json_text.number_of(value, 0, 100) is None
    assert json_text.number_of("100", 0, 100) == json_text.number_of(100, 0, 100) == 100


def test_every_finger_and_eye_of_the_standard_is_known_once() -> None:
    assert sorted(iso19794._FINGERS) == list(range(1, 11))
    assert {*iso19794._FINGERS.values(), *iso19794._EYES.values()} == set(tuple(Position)[:12])


def test_json_of_more_values_than_any_answer_has_is_refused_unread() -> None:
    few, many = (b"[" + b"[]," * count + b"0]" for count in (1_000, json_text.MOST_VALUES))
    assert len(json_text.read(few)) == 1_001
    with pytest.raises(ValueError, match="too many"):
        json_text.read(many)


def test_a_jpeg_2000_that_is_larger_inside_than_its_head_says_is_refused() -> None:
    made = io.BytesIO()
    Image.fromarray(np.zeros((3_000, 3_000), np.uint8)).save(made, "JPEG2000")
    data = bytearray(made.getvalue())
    at = data.index(b"ihdr") + 4
    data[at : at + 8] = (100).to_bytes(4, "big") * 2
    with pytest.raises(DeviceFault):
        iso19794._decoded(bytes(data), "JPEG2000", 100, 100)
