"""The AFIS file as an independent reader sees it."""

from dataclasses import replace
from pathlib import Path

import nistitl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from regency_people import EVERYTHING, RECORD_ID, RESIDENT, capture, excuse, recording

from kiosk.core.record import EYES, FINGERS, Blob, Impression, Position, Reason
from kiosk.core.recording import Purpose, Recording
from kiosk.regency import codes, nist
from kiosk.regency.mapping import MAPPING_FILE, read_mapping
from kiosk.regency.nist_check import rules
from kiosk.regency.transaction import Picture, Pictures, compose, lacking

BLOB = Blob("ab" * 32, 65_536)
NASTY = b"\x1c\x1d\x1e\x1f\xff\x00 1.001:5"
INK = nist.SignatureRecord(16, 2, b"\xf0\x0f\x00\xff")


def read(raw: bytes) -> nistitl.Message:
    message = nistitl.Message()
    message.parse(raw)
    return message


def fields_of(record: nistitl.AsciiRecord) -> set[int]:
    return {number for number in range(1, 1000) if record[number] is not None}


def assert_mandatory(message: nistitl.Message) -> None:
    """Every record has what fields.toml says of its type, in the form that it says."""
    for record in message:
        if isinstance(record, nistitl.BinaryRecord):
            continue
        table, present = rules()[record.type], fields_of(record)
        assert table.always <= present, record.type
        assert (table.with_image if 999 in present else table.without_image) <= present, record.type
        assert 999 not in present or not table.without_image & present  # ours excuse nothing that they show
        for number, form in table.form.items():
            if number in present:
                assert form.fullmatch(record[number].NIST.partition(b":")[2]), (record.type, number)


def shown(recorded: Recording) -> Pictures:
    return Pictures(
        {c.position: Picture(NASTY, 320, 400, "WSQ20") for c in recorded.captures if c.purpose is Purpose.RECORD}, INK
    )


def write(recorded: Recording, training: bool = False) -> bytes:
    return compose(recorded, shown(recorded), read_mapping(), "DISDUKCAPIL SINTANG", training)


@pytest.fixture
def whole() -> Recording:
    return recording(capture(position, BLOB) for position in EVERYTHING)


def test_a_whole_person_has_every_record_and_every_mandatory_field(whole: Recording) -> None:
    message = read(write(whole))
    assert [record.type for record in message] == [1, 2, 10, *[14] * 10, 17, 17, 8]
    assert_mandatory(message)


def test_type_1_names_every_record_once_in_order(whole: Recording) -> None:
    message = read(write(whole))
    first, *rest = [subfield.values for subfield in message[0][3]]
    assert first == ["1", str(len(message) - 1)]
    assert [(int(kind), int(idc)) for kind, idc in rest] == [(r.type, int(r.IDC)) for r in list(message)[1:]]
    assert [int(r.IDC) for r in list(message)[1:]] == list(range(len(message) - 1))


def test_the_control_number_is_the_record_id_and_the_bytes_never_change(whole: Recording) -> None:
    assert read(write(whole))[0].TCN == RECORD_ID
    assert write(whole) == write(whole)


def test_the_local_date_may_be_the_day_after_the_utc_date(whole: Recording) -> None:
    message = read(write(whole))
    assert (message[0].DAT, message[0][14].value) == ("20261124", "20261123180500Z")


def test_type_2_carries_the_biodata_in_utf_8(whole: Recording) -> None:
    raw = write(whole)
    assert f"2.004:{RESIDENT.nik}\x1d2.005:{RESIDENT.name}\x1d2.006:19900414".encode() in raw
    assert read(raw)[0][15].NIST == b"1.015:003\x1fUTF-8"


def test_pictures_with_separators_inside_come_back_whole(whole: Recording) -> None:
    message = read(write(whole))
    assert {r[999].value for r in message if r.type in (10, 14, 17)} == {NASTY}


def test_training_people_are_marked_in_the_type_of_transaction(whole: Recording) -> None:
    assert read(write(whole)).TOT == "ENROLL"
    assert read(write(whole, training=True)).TOT == "TRAINING"


@pytest.mark.parametrize(("impression", "code"), [*zip(Impression, (0, 1, 2, 3, 29), strict=True)])
def test_the_impression_is_carried_and_never_defaulted(whole: Recording, impression: Impression, code: int) -> None:
    captures = [replace(c, origin=replace(c.origin, impression=impression)) for c in whole.captures]
    message = read(write(replace(whole, captures=tuple(captures))))
    assert {r.IMP for r in message.iter(14)} == {str(code)}


def test_every_impression_finger_and_reason_has_a_code() -> None:
    assert codes.IMPRESSION_CODES.keys() == set(Impression)
    assert list(codes.FINGER_CODES.items()) == list(zip(FINGERS, range(1, 11), strict=True))
    assert codes.AMP_CODES.keys() == codes.DME_CODES.keys() == set(Reason)
    assert codes.EYE_CODES == {Position.EYE_RIGHT: 1, Position.EYE_LEFT: 2}


@pytest.mark.parametrize(
    ("reason", "amp", "dme"),
    [
        (Reason.MISSING_FROM_BIRTH, "XX", "MA"),
        (Reason.AMPUTATED, "XX", "MA"),
        (Reason.BANDAGED, "UP", "UC"),
        (Reason.WORN, "UP", "UC"),
        (Reason.EXTRA, "UP", "UC"),
        (Reason.CANNOT, "UP", "UC"),
        (Reason.REFUSES, "UP", "UC"),
    ],
)
def test_what_is_missing_has_a_record_without_a_picture(reason: Reason, amp: str, dme: str) -> None:
    nothing = recording((), [excuse(position, reason) for position in (*FINGERS, *EYES)])
    message = read(write(nothing))
    assert_mandatory(message)
    assert [r[18].NIST.decode() for r in message.iter(14)] == [f"14.018:{n}\x1f{amp}" for n in range(1, 11)]
    assert [(r[3].value, r[28].value) for r in message.iter(17)] == [("1", dme), ("2", dme)]
    assert not any(r[999] for r in message if r.type in (14, 17))


def test_a_finger_neither_shown_nor_excused_is_not_passed_over(whole: Recording) -> None:
    partial = replace(whole, captures=whole.captures[:5])
    assert len(lacking(partial)) == 8
    with pytest.raises(KeyError):
        write(partial)


def test_a_finger_of_another_resolution_says_so(whole: Recording) -> None:
    def at(ppi: int | None) -> nistitl.AsciiRecord:
        captures = [replace(c, origin=replace(c.origin, ppi=ppi)) for c in whole.captures]
        return next(read(write(replace(whole, captures=tuple(captures)))).iter(14))

    assert (at(569).SLC, at(569).THPS, at(569).TVPS) == ("1", "569", "569")
    assert "not 500 ppi" in at(569).COM
    assert (at(None).SLC, at(None).THPS) == ("0", "1")
    assert at(500)[20] is None


def test_quality_stands_with_the_algorithm_that_gave_it(whole: Recording) -> None:
    record = next(read(write(whole)).iter(14))
    assert record[24].NIST == b"14.024:1\x1f61\x1f0101\x1f57"


def test_second_prints_and_exception_photos_are_not_in_the_file(whole: Recording) -> None:
    more = [capture(Position.RIGHT_INDEX, BLOB, purpose=p) for p in (Purpose.CHECK, Purpose.ANCHOR)]
    hands = capture(Position.HANDS, BLOB, purpose=Purpose.EXCEPTION)
    assert write(replace(whole, captures=(*more, hands, *whole.captures))) == write(whole)


def test_ink_is_a_bitmap_of_one_bit_a_pixel(whole: Recording) -> None:
    record = next(read(write(whole)).iter(8))
    assert record.unpack("!BBBHH") == (0, 0, 0, 16, 2, INK.rows)


@given(st.text(max_size=40))
@settings(deadline=None)
def test_no_name_can_begin_a_field_of_its_own(name: str) -> None:
    person = replace(RESIDENT, name=f"A\x1d2.004:9{name}\x1c")
    nothing = recording((), [excuse(position) for position in (*FINGERS, *EYES)], resident=person)
    try:
        raw = write(nothing)
    except UnicodeEncodeError:  # a lone surrogate is not text; the sealed meta cannot hold one
        return
    record = next(read(raw).iter(2))
    assert record[4].value == RESIDENT.nik


@given(st.integers(0, 12_000))
@settings(deadline=None)
def test_the_length_counts_itself(size: int) -> None:
    record = nist.TaggedRecord(14, ((3, 0),), bytes(size)).encode(1)
    assert record.startswith(f"14.001:{len(record)}\x1d".encode())


def test_a_mapping_that_names_an_unknown_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "type2.toml"
    path.write_text(MAPPING_FILE.read_text().replace('"nik"', '"blood_group"'))
    with pytest.raises(ValueError, match="blood_group"):
        read_mapping(path)


def test_the_table_names_a_form_for_every_mandatory_field() -> None:
    assert set(rules()) == {1, 2, 4, 8, 10, 14, 15, 17}
    for table in rules().values():
        assert table.always | table.with_image | table.without_image <= table.form.keys()
