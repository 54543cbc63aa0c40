"""How one incarnation of a box becomes known to an office: its request, and the certificate (docs/formats.md 2)."""

from base64 import b32encode
from dataclasses import dataclass

from kiosk.exchange import canonical, jws
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.shapes import (
    BoxId,
    Count,
    Incarnation,
    LastHead,
    PublicKey,
    Recipient,
    open_shape,
    sign_shape,
    structure,
    without_version,
)

REQUEST_TYP = "jemput-request"
CERTIFICATE_TYP = "jemput-certificate"


@dataclass(frozen=True)
class Request:
    """A box asks; `board` is the board's serial number, `last_head` what it knows of an incarnation before."""

    box: BoxId
    incarnation: Incarnation
    key: PublicKey
    intake: Recipient
    board: str
    last_head: LastHead | None


@dataclass(frozen=True)
class Certificate:
    """The office vouches for one incarnation; training cannot change without a new one."""

    counter: Count
    box: BoxId
    incarnation: Incarnation
    key: PublicKey
    intake: Recipient
    office: str
    training: bool


def sign_request(request: Request, key: SigningKey) -> bytes:
    """The request under the very key it names. BundleError(BAD_FORMAT) where it names another."""
    if request.key != key.public:
        raise BundleError(Reason.BAD_FORMAT, REQUEST_TYP)
    return sign_shape(REQUEST_TYP, request, key)


def open_request(raw: bytes) -> Request:
    """The request, which proves possession of its key and nothing more: a person compares the short code.
    The one reader that must look into a payload for the key; it takes nothing else before the signature holds."""
    if len(raw) > jws.max_raw():
        raise BundleError(Reason.TOO_LARGE, REQUEST_TYP)
    claimed = structure(without_version(canonical.decode(jws.payload_bytes(raw))), Request)
    return open_shape(REQUEST_TYP, Request, raw, claimed.key)


def short_code(request_payload_hash: str) -> str:
    """What both screens show: 40 bits of the request's payload hash as `ABCD-EFGH`."""
    letters = b32encode(bytes.fromhex(request_payload_hash)[:5]).decode()
    return f"{letters[:4]}-{letters[4:]}"


def sign_certificate(certificate: Certificate, config_key: SigningKey) -> bytes:
    """The certificate. BundleError(BAD_FORMAT) where no reader would take it."""
    return sign_shape(CERTIFICATE_TYP, certificate, config_key)


def open_certificate(raw: bytes, config_public: str) -> Certificate:
    """The certificate that the office's config key signed. BundleError."""
    return open_shape(CERTIFICATE_TYP, Certificate, raw, config_public)
