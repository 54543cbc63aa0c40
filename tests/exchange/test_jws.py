"""The one signature form, held against other implementations and against every way to bend it."""

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from exchange_parts import KEY, OTHER_KEY, manifest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws as joserfc_jws
from joserfc.jwk import OKPKey

from kiosk.core.record import Blob
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.jws import MAX_PAYLOAD, SigningKey, payload_bytes, payload_hash, sign, verify
from kiosk.exchange.manifest import sign_manifest

TYP = "jemput-manifest"
PAYLOAD = {"v": 1, "box": "SINTANG-03", "seq": 42}
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.none() | st.booleans() | st.integers() | texts
nested = st.recursive(
    values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
)


def b64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def by_hand(header: bytes, payload: bytes, key: SigningKey = KEY) -> bytes:
    """A JWS made with nothing of ours or joserfc's."""
    signed = b64(header) + b"." + b64(payload)
    signature = Ed25519PrivateKey.from_private_bytes(key.private_bytes()).sign(signed)
    return signed + b"." + b64(signature)


def header(**changes: object) -> bytes:
    return json.dumps({"alg": "Ed25519", "typ": TYP, **changes}, separators=(",", ":")).encode()


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(texts, nested, max_size=4))
def test_what_is_signed_is_read_again(payload):
    assert verify(TYP, sign(TYP, payload, KEY), KEY.public) == payload


def test_any_single_flipped_byte_is_refused():
    raw = sign_manifest(_commissioning(), KEY)
    for at in range(len(raw)):
        bent = bytearray(raw)
        bent[at] ^= 1 << at % 8
        with pytest.raises(BundleError):
            verify(TYP, bytes(bent), KEY.public)


def test_the_spare_bits_of_the_last_character_are_refused():
    raw = sign(TYP, PAYLOAD, KEY)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for letter in letters.replace(chr(raw[-1]), ""):
        with pytest.raises(BundleError):
            verify(TYP, raw[:-1] + letter.encode(), KEY.public)


def test_a_cut_at_any_length_is_refused():
    raw = sign(TYP, PAYLOAD, KEY)
    for length in range(len(raw)):
        with pytest.raises(BundleError):
            verify(TYP, raw[:length], KEY.public)


def test_more_bytes_after_the_end_are_refused():
    for more in (b"\n", b"=", b"A", b".", b" "):
        with pytest.raises(BundleError):
            verify(TYP, sign(TYP, PAYLOAD, KEY) + more, KEY.public)


def test_another_key_is_a_bad_signature():
    with pytest.raises(BundleError) as caught:
        verify(TYP, sign(TYP, PAYLOAD, OTHER_KEY), KEY.public)
    assert caught.value.reason is Reason.BAD_SIGNATURE


@pytest.mark.parametrize("public", ["", "A" * 43, "!" * 43, "A" * 42, "A" * 4000])
def test_a_key_that_is_none_verifies_nothing(public):
    with pytest.raises(BundleError):
        verify(TYP, sign(TYP, PAYLOAD, KEY), public)


@pytest.mark.parametrize(
    "bent",
    [
        header(typ="jemput-receipt"),
        header(typ="JEMPUT-MANIFEST"),
        header(alg="EdDSA"),
        header(alg="none"),
        header(alg="HS256"),
        header(alg=["Ed25519"]),
        header(kid="1"),
        header(jku="https://office.invalid/keys"),
        header(jwk={"kty": "OKP", "crv": "Ed25519", "x": OTHER_KEY.public}),
        header(x5c=["MII"]),
        header(crit=["exp"]),
        header(b64=False, crit=["b64"]),
        b'{"typ":"jemput-manifest","alg":"Ed25519"}',
        b'{"alg": "Ed25519", "typ": "jemput-manifest"}',
        b'{"alg":"none","alg":"Ed25519","typ":"jemput-manifest"}',
        b"{}",
        b"",
    ],
)
def test_a_header_that_is_not_exactly_ours_is_refused_even_well_signed(bent):
    with pytest.raises(BundleError) as caught:
        verify(TYP, by_hand(bent, b'{"v":1}'), KEY.public)
    assert caught.value.reason is Reason.WRONG_TYPE


def test_an_unsigned_token_is_refused():
    for signature in (b"", b64(bytes(64))):
        token = b64(header(alg="none")) + b"." + b64(b'{"v":1}') + b"." + signature
        with pytest.raises(BundleError):
            verify(TYP, token, KEY.public)


def test_the_public_key_is_no_shared_secret():
    signed = b64(header(alg="HS256")) + b"." + b64(b'{"v":1}')
    mac = hmac.new(KEY.public.encode(), signed, hashlib.sha256).digest()
    with pytest.raises(BundleError):
        verify(TYP, signed + b"." + b64(mac), KEY.public)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":-0}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":1}\n',
        b"[1]",
        b"1",
        b"null",
        b"",
        b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"a":' + b"9" * 5000 + b"}",
    ],
)
def test_well_signed_text_in_another_spelling_is_refused(text):
    with pytest.raises(BundleError) as caught:
        verify(TYP, by_hand(header(), text), KEY.public)
    assert caught.value.reason is Reason.BAD_FORMAT


def test_size_is_bounded_both_ways():
    largest = {"a": "x" * (MAX_PAYLOAD - len('{"a":""}'))}
    assert verify(TYP, sign(TYP, largest, KEY), KEY.public) == largest
    with pytest.raises(BundleError) as caught:
        sign(TYP, {"a": largest["a"] + "x"}, KEY)
    assert caught.value.reason is Reason.TOO_LARGE
    with pytest.raises(BundleError) as caught:
        verify(TYP, b"A" * 2 * MAX_PAYLOAD, KEY.public)
    assert caught.value.reason is Reason.TOO_LARGE


def test_a_manifest_opens_with_ed25519_and_base64_alone():
    raw = sign_manifest(_commissioning(), KEY)
    head, payload, signature = raw.split(b".")

    def unb64(part: bytes) -> bytes:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))

    public = Ed25519PublicKey.from_public_bytes(unb64(KEY.public.encode()))
    public.verify(unb64(signature), head + b"." + payload)
    with pytest.raises(InvalidSignature):
        public.verify(unb64(signature), head + b"." + payload + b"A")
    assert json.loads(unb64(head)) == {"alg": "Ed25519", "typ": "jemput-manifest"}
    assert json.loads(unb64(payload))["box"] == "SINTANG-03"
    assert payload_bytes(raw) == unb64(payload)
    assert payload_hash(raw) == hashlib.sha256(unb64(payload)).hexdigest()


def test_a_manifest_opens_with_a_jose_library_as_it_comes():
    key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": KEY.public})
    opened = joserfc_jws.deserialize_compact(sign_manifest(_commissioning(), KEY), key, algorithms=["Ed25519"])
    assert opened.protected == {"alg": "Ed25519", "typ": "jemput-manifest"}


def test_a_token_made_by_hand_is_read():
    assert verify(TYP, by_hand(header(), b'{"seq":7,"v":1}'), KEY.public) == {"v": 1, "seq": 7}


def test_a_key_is_kept_as_32_bytes_and_never_shown():
    again = SigningKey.from_bytes(KEY.private_bytes())
    assert (again.public, len(KEY.private_bytes()), len(KEY.public)) == (KEY.public, 32, 43)
    assert SigningKey.new().public != SigningKey.new().public
    assert base64.urlsafe_b64encode(KEY.private_bytes()).decode().rstrip("=") not in repr(KEY)
    with pytest.raises(ValueError, match="32"):
        SigningKey.from_bytes(bytes(31))


def _commissioning():
    return manifest(1, None, (Blob("a" * 64, 4096),))
