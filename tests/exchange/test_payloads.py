"""Every signed payload: what goes in comes out, and nothing else is taken."""

import base64
import json
from datetime import date

import pytest
from exchange_parts import BOX, INCARNATION, KEY, MOMENT, OFFICE, OTHER_KEY, blob_of, identity, manifest

from kiosk.core.record import Position, Sex
from kiosk.exchange import jws
from kiosk.exchange.certificate import (
    Certificate,
    Request,
    open_certificate,
    open_request,
    short_code,
    sign_certificate,
    sign_request,
)
from kiosk.exchange.completion import Completion, open_completion, sign_completion
from kiosk.exchange.config import BoxConfig, OfficerEntry, open_config, sign_config
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.manifest import (
    Amendment,
    Commissioning,
    LateAttestation,
    Void,
    VoidReason,
    Withdrawal,
    bundle_name,
    open_manifest,
    parse_bundle_name,
    sign_manifest,
)
from kiosk.exchange.office import KeysByType, OfficeKeys, open_office, sign_office
from kiosk.exchange.receipt import (
    ClosedGap,
    Receipt,
    Rejected,
    open_closed_gap,
    open_receipt,
    sign_closed_gap,
    sign_receipt,
)
from kiosk.exchange.roster import Listed, Roster, open_roster, seal_roster
from kiosk.exchange.shapes import Head, LastHead, open_shape

AGE = str(identity().to_public())
H1, H2 = "1" * 64, "2" * 64
REQUEST = Request(BOX, INCARNATION, KEY.public, AGE, "10000000abcdef01", LastHead("00000001", 7, H1))
ROSTER = Roster(3, OFFICE, (BOX,), (Listed("6105014107900001", "Ñ.", date(1990, 7, 1), Sex.FEMALE, "S", "DEAD"),))
PAYLOADS = [
    (OfficeKeys(1, OFFICE, KeysByType(KEY.public, KEY.public, KEY.public), (AGE, AGE)), sign_office, open_office),
    (
        BoxConfig(
            4, BOX, OFFICE, True, "Desa", (OfficerEntry("P01", AGE, "c2VhbGVk", "c2FsdA"),), (Position.LEFT_THUMB,), 2
        ),
        sign_config,
        open_config,
    ),
    (REQUEST, sign_request, lambda raw, _: open_request(raw)),
    (Certificate(2, BOX, INCARNATION, KEY.public, AGE, OFFICE, True), sign_certificate, open_certificate),
    (Completion(9, BOX, INCARNATION, Head(12, H1), (H1, H2)), sign_completion, open_completion),
    (
        Receipt(5, OFFICE, BOX, INCARNATION, 2, (Head(1, H1),), (Rejected(2, H2, Reason.MISSING_BLOB, (H1,)),), MOMENT),
        sign_receipt,
        open_receipt,
    ),
    (ClosedGap(OFFICE, BOX, INCARNATION, (3, 4), "the card was lost"), sign_closed_gap, open_closed_gap),
    (manifest(1, None, (blob_of(b"a"),), Commissioning(LastHead("00000001", 7, H1))), sign_manifest, open_manifest),
    (manifest(2, H1, (blob_of(b"a"), blob_of(b"b"))), sign_manifest, open_manifest),
    (manifest(3, H1, (), Void((H1, H2), VoidReason.WITHDRAWN, "P01")), sign_manifest, open_manifest),
    (manifest(4, H1, (), Amendment(H2, (H1,))), sign_manifest, open_manifest),
    (manifest(5, H1, (), Withdrawal(H2, "P01")), sign_manifest, open_manifest),
    (manifest(6, H1, (), LateAttestation(H2, "P01")), sign_manifest, open_manifest),
]
WRONG = [None, True, 0, -1, 2**60, "", "x", "1", [], [1], [None], {}, {"x": 1}]


def paths(value, path=()):
    """Every member of a JSON value, however deep."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


def changed(payload, path, change):
    """A deep copy with one place changed by `change(container, key)`."""
    copy = jws.canonical.decode(jws.canonical.encode(payload))
    place = copy
    for step in path[:-1]:
        place = place[step]
    change(place, path[-1])
    return copy


@pytest.mark.parametrize(("value", "sign", "opened"), PAYLOADS)
def test_every_payload_comes_back_equal(value, sign, opened):
    assert opened(sign(value, KEY), KEY.public) == value


@pytest.mark.parametrize(("value", "sign", "opened"), PAYLOADS)
def test_every_member_is_needed_and_none_may_be_added(value, sign, opened):
    typ, payload = _open(sign(value, KEY))
    for path in paths(payload):
        if isinstance(path[-1], str):
            bent = [changed(payload, path, lambda place, key: place.pop(key))]
            bent += [changed(payload, path, lambda place, _: place.update(more=1))]
            for each in bent:
                with pytest.raises(BundleError):
                    opened(jws.sign(typ, each, KEY), KEY.public)


@pytest.mark.parametrize(("value", "sign", "opened"), PAYLOADS)
def test_a_member_of_another_type_is_refused_or_was_allowed_to_be_that(value, sign, opened):
    typ, payload = _open(sign(value, KEY))
    for path in paths(payload):
        for wrong in WRONG:
            each = changed(payload, path, lambda place, key, wrong=wrong: place.__setitem__(key, wrong))
            raw = jws.sign(typ, each, KEY)
            try:
                taken = opened(raw, KEY.public)
            except BundleError:
                continue
            assert _open(sign(taken, KEY)) == (typ, each), "taken as something else than it said"


@pytest.mark.parametrize(("value", "sign", "opened"), PAYLOADS)
def test_a_payload_is_taken_only_as_what_it_is(value, sign, opened):
    raw = sign(value, KEY)
    takers = [taker for taker in {each[2] for each in PAYLOADS} if taker is not opened]
    for taker in takers:
        with pytest.raises(BundleError) as caught:
            taker(raw, KEY.public)
        assert caught.value.reason in (Reason.WRONG_TYPE, Reason.BAD_FORMAT)


def test_a_request_speaks_for_its_own_key_only():
    with pytest.raises(BundleError):
        sign_request(REQUEST, OTHER_KEY)
    stolen = jws.sign("jemput-request", _open(sign_request(REQUEST, KEY))[1], OTHER_KEY)
    with pytest.raises(BundleError) as caught:
        open_request(stolen)
    assert caught.value.reason is Reason.BAD_SIGNATURE


def test_a_request_that_is_no_token_is_refused():
    for raw in (b"", b"..", b"a.b.c", b"A" * 1_000_000, b"e30.e30.", sign_request(REQUEST, KEY)[:-1]):
        with pytest.raises(BundleError):
            open_request(raw)


def test_both_screens_show_the_same_short_code():
    assert short_code("00" * 32) == "AAAA-AAAA"
    assert short_code("ff" * 32) == "7777-7777"
    assert short_code(jws.payload_hash(sign_request(REQUEST, KEY))) == short_code(
        jws.payload_hash(sign_request(REQUEST, KEY))
    )


@pytest.mark.parametrize(
    "bent",
    [
        manifest(2, None, (blob_of(b"a"),)),
        manifest(1, H1, (blob_of(b"a"),)),
        manifest(2, H1, (blob_of(b"a"),), Commissioning(None)),
        manifest(2, H1, ()),
        manifest(2, H1, (blob_of(b"a"), blob_of(b"a"))),
        manifest(2, H1, (blob_of(b"a"),), Withdrawal(H2, "P01")),
        manifest(2, H1, tuple(blob_of(bytes([n])) for n in range(64))),
    ],
)
def test_a_manifest_that_contradicts_itself_is_neither_signed_nor_read(bent):
    with pytest.raises(BundleError) as caught:
        sign_manifest(bent, KEY)
    assert caught.value.reason is Reason.BAD_FORMAT


def test_blobs_out_of_order_are_refused():
    typ, payload = _open(sign_manifest(manifest(2, H1, (blob_of(b"a"), blob_of(b"b"))), KEY))
    payload["blobs"].reverse()
    with pytest.raises(BundleError):
        open_manifest(jws.sign(typ, payload, KEY), KEY.public)


def test_a_bundle_name_says_box_incarnation_and_number():
    assert bundle_name(BOX, INCARNATION, 42) == "SINTANG-03_9f3c01ab_00000042"
    assert parse_bundle_name("SINTANG-03_9f3c01ab_00000042") == (BOX, INCARNATION, 42)
    for name in ("", "..", "A_9f3c01ab_00000042", "SINTANG-03_9F3C01AB_00000042", "SINTANG-03_9f3c01ab_00000000",
                 "SINTANG-03_9f3c01ab_42", "SINTANG-03_9f3c01ab_00000042\n", "SINTANG_03_9f3c01ab_00000042",
                 "SINTANG-03_9f3c01ab_०००००००१", "../TANG-03_9f3c01ab_00000042"):  # fmt: skip
        with pytest.raises(BundleError) as caught:
            parse_bundle_name(name)
        assert caught.value.reason is Reason.BAD_NAME


def test_a_roster_opens_for_its_box_alone():
    box, other = identity(), identity()
    sealed = seal_roster(ROSTER, KEY, str(box.to_public()))
    assert open_roster(box, sealed, KEY.public) == ROSTER
    assert ROSTER.residents[0].resident.nik == "6105014107900001"
    with pytest.raises(BundleError) as caught:
        open_roster(other, sealed, KEY.public)
    assert caught.value.reason is Reason.NOT_SEALED_TO_US
    with pytest.raises(BundleError) as caught:
        open_roster(box, sealed, OTHER_KEY.public)
    assert caught.value.reason is Reason.BAD_SIGNATURE
    for length in range(0, len(sealed), 7):
        with pytest.raises(BundleError) as caught:
            open_roster(box, sealed[:length], KEY.public)
        assert caught.value.reason is Reason.UNREADABLE


def test_ten_thousand_residents_fit_one_roster_though_not_one_manifest():
    box = identity()
    many = Roster(1, OFFICE, (BOX,), ROSTER.residents * 10_000)
    assert len(open_roster(box, seal_roster(many, KEY, str(box.to_public())), KEY.public).residents) == 10_000


def test_four_thousand_bundles_fit_one_receipt_and_one_completion():
    heads = tuple(Head(seq, H1) for seq in range(99_990_001, 99_994_097))
    receipt = Receipt(1, OFFICE, BOX, INCARNATION, 2, heads, (), MOMENT)
    assert open_receipt(sign_receipt(receipt, KEY), KEY.public) == receipt
    completion = Completion(1, BOX, INCARNATION, heads[-1], tuple(head.manifest for head in heads))
    assert open_completion(sign_completion(completion, KEY), KEY.public) == completion


def test_an_error_never_says_who():
    typ = "jemput-roster"
    listed = {"nik": 6105014107900001, "name": "Contoh", "birth": "1990-07-01", "sex": "P", "place": "S", "status": ""}
    payload = {"v": 1, "counter": 1, "office": OFFICE, "boxes": [BOX], "residents": [listed]}
    signed = jws.sign(typ, payload, KEY)
    with pytest.raises(BundleError) as caught:
        open_shape(typ, Roster, signed, KEY.public)
    assert "6105" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def _open(raw: bytes) -> tuple[str, dict]:
    head = raw.split(b".")[0]
    typ = json.loads(base64.urlsafe_b64decode(head + b"=" * (-len(head) % 4)))["typ"]
    return typ, jws.verify(typ, raw, KEY.public)
