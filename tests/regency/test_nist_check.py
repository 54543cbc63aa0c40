"""The table of mandatory fields held against files of ours, of others, and of nobody: every fault is named by field."""

import re
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import nistitl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regency_people import EVERYTHING, capture, excuse, recording
from test_nist import BLOB, INK, write

from kiosk.core.record import EYES, FINGERS
from kiosk.imaging.encode import decode
from kiosk.imaging.wsq_codec import decode_wsq
from kiosk.regency import nist, nist_check
from kiosk.regency.check_file import check as check_file
from kiosk.regency.nist import Header, SignatureRecord, TaggedRecord
from kiosk.regency.nist import Record as Written
from kiosk.regency.nist_read import BinaryRecord, NistError, Record, read

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "an2"
HEADER = Header("ENROLL", "20261124", "DUKCAPIL", "DISDUKCAPIL SINTANG", "ab" * 16, "20261123180500Z")
SIZED = ((4, "OFFICE"), (5, "20261124"), (6, 320), (7, 400), (8, 1), (9, 500), (10, 500))
PRINT = TaggedRecord(14, ((3, 0), *SIZED, (11, "WSQ20"), (12, 8), (13, 2)), b"print")
NO_PRINT = TaggedRecord(14, ((3, 29), (4, "OFFICE"), (5, "20261124"), (13, 2), (18, ((2, "XX"),))))
PALM = TaggedRecord(15, ((3, 10), *SIZED, (11, "PNG"), (12, 8), (13, 21)), b"palm")
FACE = TaggedRecord(10, ((3, "FACE"), *SIZED, (11, "JPEGB"), (12, "SRGB"), (13, 30)), b"face")
EYE = TaggedRecord(17, ((3, 1), *SIZED, (11, "PNG"), (12, 8), (13, "GRAY")), b"eye")
NO_EYE = TaggedRecord(17, ((3, 1), (4, "OFFICE"), (5, "20261124"), (28, "MA")))
DATA = TaggedRecord(2, ((3, "text"),))
EVERY = {"print": PRINT, "no print": NO_PRINT, "palm": PALM, "face": FACE, "eye": EYE, "no eye": NO_EYE, "data": DATA}


class Type4:
    """A print of the older form."""

    type = 4

    def __init__(self, *values: int, fingers: bytes = b"\x0e" + b"\xff" * 5, picture: bytes = b"print") -> None:
        imp, isr, hll, vll, gca = values or (2, 0, 804, 752, 1)
        self.body = struct.pack("!B6sBHHB", imp, fingers, isr, hll, vll, gca) + picture

    def encode(self, idc: int) -> bytes:
        return struct.pack("!LB", len(self.body) + 5, idc) + self.body


def _listing(raw: bytes, records: int) -> bytes:
    """A file whose Type-1 names too many records."""
    first = b"1.003:1\x1f1" + b"\x1e2\x1f00" * records + b"\x1c"
    return b"1.001:%d\x1d" % (len(first) + 12) + first


def faults(*records: Written | Type4) -> list[str]:
    return [str(fault) for fault in nist_check.check(nist.encode(HEADER, records)).faults]  # type: ignore[arg-type]


def without(record: TaggedRecord, number: int) -> TaggedRecord:
    return TaggedRecord(record.type, tuple(f for f in record.fields if f[0] != number), record.data)


def changed(record: TaggedRecord, number: int, value: nist.Value) -> TaggedRecord:
    fields = tuple((at, value if at == number else old) for at, old in record.fields)
    return TaggedRecord(record.type, fields, record.data)


def test_files_of_ours_have_nothing_missing() -> None:
    whole = recording(capture(position, BLOB) for position in EVERYTHING)
    nothing = recording((), [excuse(position) for position in (*FINGERS, *EYES)])
    assert nist_check.check(write(whole)) == nist_check.Checked(16, ())
    assert nist_check.check(write(nothing, training=True)).faults == ()


@pytest.mark.parametrize("record", EVERY.values(), ids=EVERY)
def test_every_kind_of_record_is_accepted_whole(record: TaggedRecord) -> None:
    assert faults(record) == []
    assert faults(SignatureRecord(16, 2, INK.rows), record) == []


def test_every_mandatory_field_that_is_left_out_is_named() -> None:
    for record in EVERY.values():
        rules = nist_check.rules()[record.type]
        needed = rules.always | (rules.with_image if record.data else rules.without_image)
        for number in needed - {1, 2}:
            assert faults(without(record, number)) == [f"record 1: {record.type}.{number:03d} missing"]


def test_every_field_with_a_form_is_named_where_it_has_another() -> None:
    named = 0
    for record in EVERY.values():
        for number, _ in record.fields:
            if number in nist_check.rules()[record.type].form:
                expected = [f"record 1: {record.type}.{number:03d} ill-formed"]
                assert faults(changed(record, number, "")) == expected
                assert faults(changed(record, number, "x" * 600)) == expected
                named += 1
    assert named > 50


@pytest.mark.parametrize(
    ("number", "value", "holds"),
    [
        (5, "20261324", False),
        (5, "20260230", True),  # a form, not a calendar
        (3, 44, False),
        (13, 14, True),
        (13, 51, False),
        (11, "WSQ", False),
        (8, 3, False),
        (6, 0, False),
    ],
)
def test_codes_are_those_of_the_standard(number: int, value: str | int, holds: bool) -> None:
    assert (faults(changed(PRINT, number, value)) == []) == holds


def test_type_1_is_checked_too() -> None:
    whole = nist.encode(HEADER, [DATA])
    shorter = re.sub(rb"\x1d1\.00[89]:[^\x1d]*", b"", whole)
    shorter = re.sub(rb"^1\.001:\d+", b"1.001:%03d" % (shorter.index(b"\x1c") + 1), shorter)
    assert [str(f) for f in nist_check.check(shorter).faults] == [
        "record 0: 1.008 missing",
        "record 0: 1.009 missing",
    ]


def test_a_field_that_stands_there_twice_is_named() -> None:
    twice = TaggedRecord(14, (*PRINT.fields[:3], *PRINT.fields[2:]), PRINT.data)
    assert faults(twice) == ["record 1: 14.005 there twice"]


def test_an_idc_that_type_1_does_not_name_is_named() -> None:
    altered = nist.encode(HEADER, [DATA, PRINT]).replace(b"14.002:01", b"14.002:07")
    assert [str(f) for f in nist_check.check(altered).faults] == ["record 2: 14.002 not the IDC that 1.003 names"]


def test_a_wrong_count_of_records_is_named() -> None:
    altered = nist.encode(HEADER, [DATA, PRINT]).replace(b"1.003:1\x1f2", b"1.003:1\x1f5")
    assert [str(f) for f in nist_check.check(altered).faults] == ["record 0: 1.003 counts other records than it names"]


def test_an_empty_picture_is_named() -> None:
    assert faults(TaggedRecord(14, PRINT.fields, b"")) == ["record 1: 14.999 empty"]


def test_prints_and_ink_of_the_older_form_are_checked_by_field() -> None:
    resolutions = ["record 0: 1.011 none, though there is Type 4", "record 0: 1.012 none, though there is Type 4"]
    assert faults(Type4()) == resolutions
    assert faults(Type4(44, 2, 0, 752, 9))[2:] == [f"record 1: 4.00{n} ill-formed" for n in (3, 5, 6, 8)]
    assert faults(Type4(fingers=b"\x01\x63\xff\xff\xff\xff"))[2:] == ["record 1: 4.004 ill-formed"]
    assert faults(Type4(fingers=b"\x01\x02\x03\xff\xff\xff"))[2:] == []
    assert faults(Type4(picture=b""))[2:] == ["record 1: 4.009 ill-formed"]
    assert faults(SignatureRecord(16, 0, b"")) == ["record 1: 8.008 ill-formed"]


def test_a_picture_with_separators_inside_is_one_field() -> None:
    nasty = b"\x1d14.013:99\x1c\x1e\x1f"
    record = read(nist.encode(HEADER, [TaggedRecord(14, PRINT.fields, nasty)]))[1]
    assert record.fields[-1] == (999, nasty)


def test_types_that_the_table_does_not_know_are_read_and_left_alone() -> None:
    assert faults(TaggedRecord(9, ((4, "S"), (5, "x")))) == []


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda raw: b"", "begin with its length"),
        (lambda raw: raw[:-3], "longer than the file"),
        (lambda raw: raw + b"x", "goes on after the last record"),
        (lambda raw: raw.replace(b"1.003:1", b"1.003:7"), "which records follow"),
        (lambda raw: raw.replace(b"1.003:", b"1.033:"), "which records follow"),
        (lambda raw: _listing(raw, 2000), "which records follow"),
        (lambda raw: raw.replace(b"14.004:", b"15.004:"), "without a tag of its type"),
        (lambda raw: raw.replace(b"\x1e14\x1f00", b"\x1e04\x1f00"), "a length that the file does not have"),
        (lambda raw: raw.replace(b"14.001:", b"14.001:9"), "longer than the file"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(damage: Callable[[bytes], bytes], why: str) -> None:
    damaged = damage(nist.encode(HEADER, [PRINT]))
    with pytest.raises(NistError, match=why):
        nist_check.check(damaged)
    assert check_file(damaged).faults


def test_a_fault_never_repeats_a_value() -> None:
    secret = "6105085404900001"
    file = nist.encode(HEADER, [changed(PRINT, 5, secret), changed(EYE, 3, secret)]).replace(b"ENROLL", b"")
    told = check_file(file)
    assert told.faults
    assert secret not in f"{told}"


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_any_damage_is_faults_or_a_sentence(data: st.DataObject) -> None:
    damaged = bytearray(nist.encode(HEADER, [DATA, PRINT, INK, NO_EYE]))
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(damaged)))])
    with suppress(NistError):
        nist_check.check(cut)
    check_file(cut)


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_noise_is_never_taken_for_a_file(noise: bytes) -> None:
    assert check_file(noise).faults


@pytest.mark.skipif(not SHARED.is_dir(), reason="reference files are not part of the project")
def test_every_reference_file_is_read_as_a_stranger_reads_it_and_has_nothing_missing() -> None:
    paths = sorted(SHARED.glob("*.an2"))
    assert len(paths) >= 7
    seen: set[int] = set()
    for path in paths:
        data = path.read_bytes()
        assert nist_check.check(data).faults == (), path.name
        message = nistitl.Message()
        message.parse(data)
        for ours, theirs in zip(read(data), message, strict=True):
            seen.add(ours.type)
            assert ours.type == theirs.type
            if isinstance(ours, BinaryRecord):
                assert ours.body == theirs.value
            else:
                for number, value in ours.fields:
                    told = theirs[number].value if number == 999 else theirs[number].NIST.partition(b":")[2]
                    assert told == value or number == 2, (path.name, ours.type, number)  # it rewrites IDC as a number
    assert seen >= {1, 2, 4, 8, 10, 14, 17}


@pytest.mark.skipif(not SHARED.is_dir(), reason="reference files are not part of the project")
def test_every_picture_of_the_reference_files_is_unpacked_to_the_size_that_its_record_says() -> None:
    unpacked = []
    for path in sorted(SHARED.glob("*.an2")):
        for record in read(path.read_bytes()):
            if isinstance(record, BinaryRecord) and record.type == 4:
                _, _, _, width, height, packing = struct.unpack_from("!B6sBHHB", record.body)
                assert packing == 1  # WSQ
                assert decode_wsq(record.body[13:]).shape == (height, width)
                unpacked.append(b"4")
            elif isinstance(record, Record) and record.value(999) and record.value(11) != b"JPEGL":
                packing, data = record.value(11) or b"", record.value(999) or b""
                pixels = decode_wsq(data) if packing == b"WSQ20" else decode(data)
                assert pixels.shape[:2] == (int(record.value(7) or 0), int(record.value(6) or 0)), path.name
                unpacked.append(packing)
    # Two prints are lossless JPEG (JPEGL), which nothing here unpacks.
    assert {name: unpacked.count(name) for name in unpacked} == {b"JPEGB": 2, b"PNG": 2, b"WSQ20": 17, b"4": 4}


@pytest.mark.skipif(not SHARED.is_dir(), reason="reference files are not part of the project")
def test_a_reference_file_without_one_of_its_fields_is_faulted() -> None:
    whole = (SHARED / "type-17-iris.an2").read_bytes()
    broken = whole.replace(b"\x1d17.013:GRAY", b"\x1d17.021:GRAY")
    assert [str(f) for f in nist_check.check(broken).faults] == ["record 2: 17.013 missing"]
