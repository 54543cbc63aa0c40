"""PIV cards (NIST SP 800-73-4) in any card reader: whose key it is, proof that it is there, and keys unwrapped by it.

The card does one private operation at a time; padding, hashing and checking are done here with its certificate. Keys:
RSA of 2048 bits and ECC on P-256.
"""

import hashlib
import zlib
from dataclasses import dataclass
from enum import IntEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from hal.card import CardReader, tlv
from hal.card.apdu import chained
from hal.card.oaep import unpadded
from hal.errors import DeviceFault, NotSupported
from hal.values import CardState

AID = bytes.fromhex("A000000308000010000100")  # 800-73-4 part 1, 2.2
OK, NO_OBJECT, BLOCKED, NEEDS_PIN = 0x9000, 0x6A82, 0x6983, 0x6982
PIN_BYTES = 8
DYNAMIC, RESPONSE, CHALLENGE, EXPONENTIATION = 0x7C, 0x82, 0x81, 0x85  # part 2, table 7
RSA_BYTES = 256
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo of PKCS #1, RFC 8017 9.2
MOST_CERTIFICATE = 16 << 10
GZIP = 31  # zlib's window bits for a gzip stream


class Slot(IntEnum):
    """A key of the card; the number is its reference (part 1, table 4b)."""

    AUTHENTICATION = 0x9A
    SIGNATURE = 0x9C
    KEY_MANAGEMENT = 0x9D
    CARD = 0x9E


_OBJECTS = {Slot.AUTHENTICATION: 0x5FC105, Slot.SIGNATURE: 0x5FC10A, Slot.KEY_MANAGEMENT: 0x5FC10B, Slot.CARD: 0x5FC101}


class Algorithm(IntEnum):
    """How a key computes (SP 800-78-4, table 6-2)."""

    RSA_2048 = 0x07
    ECC_P256 = 0x11


class PinRequired(DeviceFault):
    """The officer acts: this key works after the PIN only."""


@dataclass(frozen=True)
class PinCheck:
    """What a card says of a PIN; at no tries left it is blocked."""

    accepted: bool
    tries_left: int


@dataclass(frozen=True)
class UnknownCard:
    """The honest minimum: a card that nobody here can read, such as a KTP-el, whose content opens only to a security
    module. `uid` is what a contactless reader gives, empty otherwise; on many cards it is another one every time."""

    atr: bytes
    uid: bytes


def identified(reader: CardReader) -> "PivCard | UnknownCard | None":
    """What lies in the reader; None: nothing, or nothing that answers. Raises as the reader does."""
    status = reader.status()
    if status.state is not CardState.PRESENT:
        return None
    if _code(reader.transmit(b"\x00\xa4\x04\x00" + bytes((len(AID),)) + AID + b"\x00")) == OK:
        return PivCard(reader)
    uid = reader.transmit(bytes.fromhex("ffca000000"))  # PC/SC part 3: answered by contactless readers themselves
    return UnknownCard(status.atr, uid[:-2] if _code(uid) == OK else b"")


class PivCard:
    """A PIV card that was selected; void as soon as a call raises CaptureRetry, because the card has left. Its
    certificates are read once: no other card, laid in meanwhile, can prove itself with its own."""

    def __init__(self, reader: CardReader) -> None:
        self._reader = reader
        self._certificates: dict[Slot, x509.Certificate] = {}

    def certificate(self, slot: Slot) -> x509.Certificate:
        """The certificate of a key. Raises NotSupported where the card has none, DeviceFault where it is damaged."""
        if slot in self._certificates:
            return self._certificates[slot]
        tag = _OBJECTS[slot].to_bytes(3, "big")
        answer = self._reader.transmit(b"\x00\xcb\x3f\xff\x05\x5c\x03" + tag + b"\x00")
        if _code(answer) == NO_OBJECT:
            raise NotSupported(f"card: no certificate in slot {slot:X}")
        self._certificates[slot] = parsed_certificate(_good(answer))
        return self._certificates[slot]

    def pin_tries(self) -> PinCheck:
        """Whether the PIN was accepted since the card was laid in, and how many tries are left."""
        return _pin_check(self._reader.transmit(bytes.fromhex("00200080")))

    def verify_pin(self, pin: str) -> PinCheck:
        """Try a PIN of six to eight digits, which costs a try. Raises ValueError on any other, without asking."""
        if not (6 <= len(pin) <= PIN_BYTES and pin.isascii() and pin.isdecimal()):
            raise ValueError("a PIN has six to eight digits")
        padded = pin.encode().ljust(PIN_BYTES, b"\xff")
        return _pin_check(self._reader.transmit(bytes.fromhex("0020008008") + padded))

    def proves(self, slot: Slot, challenge: bytes) -> bool:
        """Whether the card holds the key of its certificate: it signs the challenge (SHA-256) and the signature is
        right. Whether the certificate is to be trusted is the caller's question. Raises PinRequired."""
        key = self.certificate(slot).public_key()
        signature = self.sign(slot, challenge)
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, challenge, padding.PKCS1v15(), hashes.SHA256())
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, challenge, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    def sign(self, slot: Slot, data: bytes) -> bytes:
        """A signature over the SHA-256 of the data: PKCS #1 v1.5 or DER-encoded ECDSA. Raises PinRequired."""
        digest = hashlib.sha256(data).digest()
        algorithm = self._algorithm(slot)
        if algorithm is Algorithm.RSA_2048:
            filler = b"\xff" * (RSA_BYTES - 3 - len(SHA256_INFO) - len(digest))
            digest = b"\0\1" + filler + b"\0" + SHA256_INFO + digest
        return self._private(algorithm, slot, CHALLENGE, digest)

    def unwrap(self, wrapped: bytes, label: bytes = b"") -> bytes:
        """What was encrypted to the RSA key management key with OAEP (SHA-256). Raises PinRequired, DeviceFault where
        it was not encrypted to this card, NotSupported where the key is not RSA."""
        if self._algorithm(Slot.KEY_MANAGEMENT) is not Algorithm.RSA_2048 or len(wrapped) != RSA_BYTES:
            raise NotSupported("card: its key management key does not unwrap this")
        return unpadded(self._private(Algorithm.RSA_2048, Slot.KEY_MANAGEMENT, CHALLENGE, wrapped), label)

    def agree(self, peer: ec.EllipticCurvePublicKey) -> bytes:
        """The secret (32 bytes) that the P-256 key management key shares with this one; derive a key from it before
        use. Raises PinRequired, NotSupported where the key is not ECC."""
        if self._algorithm(Slot.KEY_MANAGEMENT) is not Algorithm.ECC_P256 or not isinstance(peer.curve, ec.SECP256R1):
            raise NotSupported("card: its key management key agrees on nothing with this one")
        form = serialization.PublicFormat.UncompressedPoint
        point = peer.public_bytes(serialization.Encoding.X962, form)
        return self._private(Algorithm.ECC_P256, Slot.KEY_MANAGEMENT, EXPONENTIATION, point)

    def _algorithm(self, slot: Slot) -> Algorithm:
        key = self.certificate(slot).public_key()
        if isinstance(key, rsa.RSAPublicKey) and key.key_size == 8 * RSA_BYTES:
            return Algorithm.RSA_2048
        if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
            return Algorithm.ECC_P256
        raise NotSupported("card: a key that is neither RSA 2048 nor ECC P-256")

    def _private(self, algorithm: Algorithm, slot: Slot, tag: int, data: bytes) -> bytes:
        asked = tlv.encoded(DYNAMIC, tlv.encoded(RESPONSE, b"") + tlv.encoded(tag, data))
        answer = b""
        for command in chained(bytes((0x00, 0x87, algorithm, slot)), asked):
            answer = _good(self._reader.transmit(command))
        return tlv.inside(answer, DYNAMIC, RESPONSE)


def parsed_certificate(answer: bytes) -> x509.Certificate:
    """A certificate object as GET DATA gives it, compressed or not. Raises DeviceFault."""
    objects = tlv.parsed(tlv.inside(answer, 0x53))
    if 0x70 not in objects:
        raise DeviceFault("card: no certificate in its object")
    data = objects[0x70]
    try:
        if objects.get(0x71, b"\0")[:1] == b"\1":
            data = zlib.decompressobj(GZIP).decompress(data, MOST_CERTIFICATE)
        certificate = x509.load_der_x509_certificate(data)
        certificate.public_key()
    except Exception as broken:  # the parser's own errors are of a dozen kinds
        raise DeviceFault("card: damaged certificate") from broken
    return certificate


def _code(answer: bytes) -> int:
    return int.from_bytes(answer[-2:], "big")


def _good(answer: bytes) -> bytes:
    if (code := _code(answer)) == OK:
        return answer[:-2]
    if code == NEEDS_PIN:
        raise PinRequired("card: the PIN comes first")
    raise DeviceFault(f"card: says {code:04X}")


def _pin_check(answer: bytes) -> PinCheck:
    code = _code(answer)
    if code == OK:
        return PinCheck(True, 0)
    if code == BLOCKED:
        return PinCheck(False, 0)
    if code & 0xFFF0 == 0x63C0:
        return PinCheck(False, code & 0xF)
    raise DeviceFault(f"card: says {code:04X} to a PIN")
