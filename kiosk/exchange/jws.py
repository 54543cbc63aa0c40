"""Compact JWS with Ed25519 (RFC 7515, RFC 9864): the one signature form. The reader fixes `typ` and key beforehand."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from kiosk.exchange import canonical
from kiosk.exchange.errors import BundleError, Reason

MAX_PAYLOAD = 512 * 1024  # 4,096 bundles in one receipt or completion fit
_ALG = "Ed25519"
_OVERHEAD = 1024  # header, signature and dots


def max_raw(payload: int = MAX_PAYLOAD) -> int:
    """The longest JWS a payload bound allows, in bytes."""
    return payload * 4 // 3 + _OVERHEAD


class SigningKey:
    """An Ed25519 key pair. `public` is the 43-character `x` of its JWK; never printed with its secret half."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = _b64(private.public_key().public_bytes_raw())
        self._jwk = OKPKey.import_key(
            {"kty": "OKP", "crv": "Ed25519", "x": self.public, "d": _b64(private.private_bytes_raw())}
        )

    @classmethod
    def new(cls) -> Self:
        """A fresh key."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_bytes(cls, private: bytes) -> Self:
        """The key of these 32 bytes; ValueError on another length."""
        return cls(Ed25519PrivateKey.from_private_bytes(private))

    def private_bytes(self) -> bytes:
        """The 32 secret bytes, for whoever keeps them."""
        return self._private.private_bytes_raw()

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"


class _Registry(jws.JWSRegistry):
    """joserfc's own limits are below ours."""

    def __init__(self, max_payload: int) -> None:
        super().__init__(algorithms=[_ALG])
        self.max_payload_length = max_raw(max_payload)


def sign(typ: str, payload: Mapping[str, Any], key: SigningKey, *, max_payload: int = MAX_PAYLOAD) -> bytes:
    """The payload under this key. BundleError(TOO_LARGE) above the bound."""
    text = canonical.encode(payload)
    if len(text) > max_payload:
        raise BundleError(Reason.TOO_LARGE, typ)
    return jws.serialize_compact({"alg": _ALG, "typ": typ}, text, key._jwk, registry=_Registry(max_payload)).encode()


def verify(typ: str, raw: bytes, public: str, *, max_payload: int = MAX_PAYLOAD) -> dict[str, Any]:
    """The payload, after header and signature held over the raw bytes. BundleError TOO_LARGE, BAD_FORMAT (no compact
    JWS, or a payload that is not in canonical form), WRONG_TYPE (any other header) or BAD_SIGNATURE."""
    if len(raw) > max_raw(max_payload):
        raise BundleError(Reason.TOO_LARGE, typ)
    header, _, signature = _parts(raw)
    if header != _header(typ):
        raise BundleError(Reason.WRONG_TYPE, typ)
    _unb64(signature)  # the last character has spare bits that no signature covers
    try:
        key = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": public})
        verified = jws.deserialize_compact(raw, key, registry=_Registry(max_payload))
    except (JoseError, ValueError) as error:
        raise BundleError(Reason.BAD_SIGNATURE, typ) from error
    return canonical.decode(verified.payload)


def payload_bytes(raw: bytes) -> bytes:
    """The middle part, decoded and not verified. BundleError(BAD_FORMAT)."""
    return _unb64(_parts(raw)[1])


def payload_hash(raw: bytes) -> str:
    """SHA-256 of the payload bytes in lower-case hex: of a manifest, its manifest hash."""
    return hashlib.sha256(payload_bytes(raw)).hexdigest()


def _header(typ: str) -> bytes:
    return _b64(f'{{"alg":"{_ALG}","typ":"{typ}"}}'.encode()).encode()


def _parts(raw: bytes) -> tuple[bytes, bytes, bytes]:
    match raw.split(b".", 3):
        case [header, payload, signature]:
            return header, payload, signature
    raise BundleError(Reason.BAD_FORMAT, "not a compact JWS")


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: bytes) -> bytes:
    try:
        data = urlsafe_b64decode(text + b"=" * (-len(text) % 4))
    except ValueError as error:
        raise BundleError(Reason.BAD_FORMAT, "base64url") from error
    if _b64(data).encode() != text:
        raise BundleError(Reason.BAD_FORMAT, "base64url")
    return data
