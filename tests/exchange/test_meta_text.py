"""The sealed text keeps a whole recording, in OSIA's words."""

import json
from dataclasses import fields, replace

import pytest
from exchange_parts import blob_of, capture, manifest, recording
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures
from kiosk.core.record import Attestation, Blob, Exemption, Origin, Position, Reason, Resident
from kiosk.core.recording import Check, Consent, Correction, Moment, Recording, SealedCapture
from kiosk.exchange import canonical
from kiosk.exchange.bundle import check_meta
from kiosk.exchange.errors import BundleError
from kiosk.exchange.errors import Reason as Refusal
from kiosk.exchange.meta import is_meta, read_meta, write_meta

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
count = st.integers(0, 2**40)
thousandths = st.integers(-(10**7), 10**7).map(lambda n: n / 1000)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
positions = st.sampled_from(Position)
finger = st.builds(FingerMeasures, st.none() | st.integers(0, 100), count, thousandths, thousandths)
iris = st.builds(IrisMeasures, *[thousandths] * 5)
face = st.builds(FaceMeasures, count, *[thousandths] * 6)
origins = st.builds(Origin, device=text, ppi=st.none() | count, width=count, height=count, below_grade=st.booleans())
captures = st.builds(
    SealedCapture,
    position=positions,
    blob=st.builds(Blob, hashes, count),
    origin=origins,
    measures=st.none() | finger | iris | face,
    attempts=count,
)
moments = st.builds(Moment, text, text, st.booleans(), count, count)
recordings = st.builds(
    Recording,
    record_id=st.binary(min_size=16, max_size=16).map(bytes.hex),
    box=st.from_regex(r"[A-Z0-9]{2,12}(-[A-Z0-9]{1,8})?", fullmatch=True, alphabet=st.characters(codec="ascii")),
    incarnation=st.binary(min_size=4, max_size=4).map(bytes.hex),
    resident=st.builds(Resident, text, text, st.dates(), place=text),
    consent=st.builds(Consent, text, officer=st.none() | text),
    captures=st.lists(captures, max_size=4).map(tuple),
    exemptions=st.lists(st.builds(Exemption, officer=text), max_size=4).map(tuple),
    check=st.builds(Check, tries=count, fingers=st.lists(positions, max_size=3).map(tuple), why=st.none() | text),
    attestation=st.none() | st.builds(Attestation, text, count, count.map(lambda ms: ms / 1000)),
    started=moments,
    closed=moments,
    place=text,
    officer=text,
    corrections=st.lists(st.builds(Correction, text, text, text), max_size=2).map(tuple),
    flags=st.lists(text, max_size=3).map(tuple),
    linked=st.none() | st.binary(min_size=16, max_size=16).map(bytes.hex),
)


def usual() -> Recording:
    return recording(
        (
            capture(Position.PORTRAIT, blob_of(b"face")),
            capture(Position.EYE_LEFT, blob_of(b"eye")),
            capture(Position.RIGHT_INDEX, blob_of(b"finger"), worn=True, attempts=3),
            capture(Position.SIGNATURE, blob_of(b"ink"), measures=None),
            capture(Position.HANDS, blob_of(b"hands"), measures=None),
        )
    )


def bent(change) -> bytes:
    """A meta with one thing changed, otherwise spelled as it should be."""
    meta = json.loads(write_meta(usual()))
    del meta["jemput_meta"]
    change(meta)
    return b'{"jemput_meta":1,' + canonical.encode(meta)[1:]


@settings(max_examples=40, deadline=None)
@given(recordings)
def test_every_recording_comes_back_equal(told):
    assert read_meta(write_meta(told)) == told


def test_measures_are_kept_to_the_thousandth():
    told = usual()
    fine = replace(told.captures[2], measures=FingerMeasures(40, 12, 0.98765, 3.14159))
    read = read_meta(write_meta(replace(told, captures=(fine,))))
    assert read.captures[0].measures == FingerMeasures(40, 12, 0.988, 3.142)


def test_what_was_not_measured_is_left_out_and_comes_back_as_nothing():
    told = usual()
    bare = replace(told.captures[2], measures=FingerMeasures(None, None, 0.5, 0.25))
    text = write_meta(replace(told, captures=(bare,)))
    assert json.loads(text)["biometricData"][0]["measures"] == {"coverage_x1000": 500, "sharpness_x1000": 250}
    assert read_meta(text).captures[0].measures == bare.measures


def test_the_text_begins_with_its_mark_and_goes_on_sorted():
    plain = write_meta(usual())
    assert plain.startswith(b'{"jemput_meta":1,"attestation"')
    members = list(json.loads(plain))
    assert members[1:] == sorted(members[1:])
    assert is_meta(plain)
    assert not is_meta(b'{"width":1}')


def test_it_speaks_osia():
    meta = json.loads(write_meta(usual()))
    assert meta["biographicData"]["sex"] == "P"
    assert [each["biometricType"] for each in meta["biometricData"]] == [
        "FACE",
        "IRIS",
        "FINGER",
        "SIGNATURE",
        "UNKNOWN",
    ]
    print_ = meta["biometricData"][2]
    assert (print_["quality"], print_["qualityFormat"], print_["mimeType"]) == (62, "NFIQ2", "image/png")
    assert print_["measures"] == {"coverage_x1000": 930, "minutiae_x1000": 41_000, "sharpness_x1000": 11_500}
    assert meta["biometricData"][3]["mimeType"] == "application/json"
    assert meta["missing"][0]["presence"] == "AMPUTATED"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_presence_and_comes_back(reason):
    told = usual()
    exempt = replace(told, exemptions=(replace(told.exemptions[0], reason=reason),))
    assert read_meta(write_meta(exempt)) == exempt


def test_no_two_kinds_of_measures_look_alike():
    kinds = [frozenset(f.name for f in fields(cls)) - {"nfiq2"} for cls in (FingerMeasures, IrisMeasures, FaceMeasures)]
    assert len(set(kinds)) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.pop("place"),
        lambda m: m.update(more=1),
        lambda m: m.update(status="DRAFT"),
        lambda m: m.update(flags="xy"),
        lambda m: m.update(linked="short"),
        lambda m: m["biographicData"].update(birth="19900701"),
        lambda m: m["biographicData"].update(birth="1990-13-01"),
        lambda m: m["biographicData"].update(sex="X"),
        lambda m: m["biographicData"].update(nik=6105014107900001),
        lambda m: m["biometricData"][0].update(biometricType="IRIS"),
        lambda m: m["biometricData"][0].update(mimeType="application/json"),
        lambda m: m["biometricData"][0].update(imageRef="../../etc/passwd"),
        lambda m: m["biometricData"][0].update(qualityFormat="NFIQ2"),
        lambda m: m["biometricData"][0]["measures"].update(more_x1000=1),
        lambda m: m["biometricData"][0]["measures"].update(faces_x1000=True),
        lambda m: m["biometricData"][2].update(quality=1.5),
        lambda m: m["missing"][0].update(presence=None),
        lambda m: m["missing"][0].update(reason="bored"),
        lambda m: m["attestation"].update(boot_ms="1"),
    ],
)
def test_a_meta_that_is_not_as_described_is_refused(change):
    with pytest.raises(BundleError) as caught:
        read_meta(bent(change))
    assert caught.value.reason is Refusal.BAD_META


def test_a_cut_meta_is_refused_at_every_length():
    plain = write_meta(usual())
    for length in range(len(plain)):
        with pytest.raises(BundleError):
            read_meta(plain[:length])


def test_text_that_is_no_meta_is_refused():
    for plain in (b"", b"{}", b'{"jemput_meta":2,"a":1}', b'{"jemput_meta":1,', b'{"jemput_meta":1,"jemput_meta":1}',
                  b'{"jemput_meta":1,' + b" " * 1_000_000 + b"}"):  # fmt: skip
        with pytest.raises(BundleError) as caught:
            read_meta(plain)
        assert caught.value.reason is Refusal.BAD_META


def test_a_recording_that_no_reader_would_take_is_not_written():
    with pytest.raises(BundleError):
        write_meta(replace(usual(), record_id="a name"))


def test_manifest_and_meta_must_name_the_same_blobs():
    told, meta = usual(), blob_of(b"sealed meta")
    blobs = tuple(each.blob for each in told.captures)
    check_meta(manifest(2, "1" * 64, (*blobs, meta)), meta.sha256, told)
    other_size = replace(blobs[0], size=blobs[0].size + 1)
    for wrong in ((*blobs, meta, blob_of(b"more")), (*blobs[1:], meta), blobs, (other_size, *blobs[1:], meta)):
        with pytest.raises(BundleError) as caught:
            check_meta(manifest(2, "1" * 64, wrong), meta.sha256, told)
        assert caught.value.reason is Refusal.BAD_META
    for stranger in (replace(told, incarnation="00000000"), replace(told, box="OTHER-01")):
        with pytest.raises(BundleError):
            check_meta(manifest(2, "1" * 64, (*blobs, meta)), meta.sha256, stranger)
    twice = replace(told, captures=(*told.captures, told.captures[0]))
    with pytest.raises(BundleError):
        check_meta(manifest(2, "1" * 64, (*blobs, meta)), meta.sha256, twice)
