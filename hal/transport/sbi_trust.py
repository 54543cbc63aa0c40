"""Signed statements of a device service: compact JWS with RS256 and its certificates in x5c, and whose they are.

A signature that does not fit is a fault. A chain that does not lead to the box's own roots is not: it says that nobody
vouches for the device, so that what it gives counts as simulated.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from hal.clock import WallTime
from hal.errors import DeviceFault
from hal.transport import json_text

MOST_STATEMENT = 24 << 20  # a record of 16 MB, base64 in JSON
MOST_HEADER = 64 << 10
MOST_CERTIFICATES = 6
MOST_CERTIFICATE = 16 << 10
LEAST_RSA_BITS = 2048  # BSI TR-02102-1, NIST SP 800-131A
BROKEN = (  # what cryptography raises over a certificate that is none, early or, since it parses bit by bit, late
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True)
class Statement:
    """What was signed and by which certificates, the signer's first; the signature is already checked."""

    payload: dict[str, Any]
    chain: tuple[x509.Certificate, ...]


def opened(token: object, what: str) -> Statement:
    """A compact JWS whose signature fits its first certificate. Raises DeviceFault; nothing of the payload is read
    before the signature is checked."""
    if not isinstance(token, str) or len(token) > MOST_STATEMENT or token.count(".") != 2:
        raise DeviceFault(f"{what}: is no signed statement")
    signed, _, signature = token.rpartition(".")
    header, _, payload = signed.partition(".")
    chain = _certificates(header, what)
    key = _key(chain[0])
    if key is None or key.key_size < LEAST_RSA_BITS:
        raise DeviceFault(f"{what}: is signed with an unfit key")
    try:
        key.verify(decoded(signature), signed.encode("ascii"), PKCS1v15(), SHA256())
        said = json_text.read(decoded(payload))
    except InvalidSignature:
        raise DeviceFault(f"{what}: its signature does not fit") from None
    except ValueError:
        raise DeviceFault(f"{what}: is no signed statement") from None
    if not isinstance(said, dict):
        raise DeviceFault(f"{what}: is no signed statement")
    return Statement(said, chain)


def decoded(text: str) -> bytes:
    """base64url without padding, strictly. Raises ValueError."""
    if "=" in text or "+" in text or "/" in text:
        raise ValueError("not base64url without padding")
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as broken:
        raise ValueError("not base64url") from broken


def _certificates(header: str, what: str) -> tuple[x509.Certificate, ...]:
    try:
        if len(header) > MOST_HEADER:
            raise ValueError
        said = json_text.read(decoded(header))
        if not isinstance(said, dict) or said.get("alg") != "RS256" or "crit" in said:
            raise ValueError
        listed = said.get("x5c")
        if not isinstance(listed, list) or not 0 < len(listed) <= MOST_CERTIFICATES:
            raise ValueError
        return tuple(_certificate(item) for item in listed)
    except BROKEN:
        raise DeviceFault(f"{what}: its header does not say RS256 with certificates") from None


def _key(certificate: x509.Certificate) -> RSAPublicKey | None:
    """Its RSA key, where it has one that can be read."""
    try:
        key = certificate.public_key()
    except BROKEN:
        return None
    return key if isinstance(key, RSAPublicKey) else None


def _certificate(item: object) -> x509.Certificate:
    if not isinstance(item, str) or len(item) > MOST_CERTIFICATE:
        raise ValueError
    return x509.load_der_x509_certificate(base64.b64decode(item, validate=True))


def roots_of(paths: Sequence[Path]) -> tuple[x509.Certificate, ...]:
    """The certificates of the box's config. Raises DeviceFault naming the file that holds none."""
    roots: list[x509.Certificate] = []
    for path in paths:
        try:
            roots += x509.load_pem_x509_certificates(path.read_bytes())
        except (OSError, ValueError) as broken:
            raise DeviceFault(f"trust: {path.name} holds no certificate in PEM") from broken
    return tuple(roots)


def descends(chain: Sequence[x509.Certificate], roots: Sequence[x509.Certificate], now: WallTime) -> bool:
    """Whether the chain leads to one of the roots. Dates count only while somebody vouches for the clock: a box that
    comes up in 1970 still knows its devices."""
    when = now.utc if now.confident else None
    if any(not _valid(certificate, when) for certificate in chain):
        return False
    for below, above in pairwise(chain):
        if below in roots:
            return True
        if not _issued(below, above):
            return False
    return chain[-1] in roots or any(_valid(root, when) and _issued(chain[-1], root) for root in roots)


def _valid(certificate: x509.Certificate, when: datetime | None) -> bool:
    try:
        return when is None or certificate.not_valid_before_utc <= when <= certificate.not_valid_after_utc
    except BROKEN:
        return False


def _issued(below: x509.Certificate, above: x509.Certificate) -> bool:
    try:
        below.verify_directly_issued_by(above)
        return above.extensions.get_extension_for_class(x509.BasicConstraints).value.ca and _may_sign(above)
    except BROKEN:
        return False


def _may_sign(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return True
