"""A PIV card of software, after NIST SP 800-73-4: data objects, PIN with tries, and keys that compute.

Answers whole commands, long ones in pieces of 256 bytes as a real card does. Independent of the driver's own PIV code.
"""

import gzip
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa, utils
from cryptography.x509.oid import NameOID

ATR = bytes.fromhex("3b80800101")
AID = bytes.fromhex("a000000308000010000100")
OBJECTS = {0x9A: "5fc105", 0x9C: "5fc10a", 0x9D: "5fc10b", 0x9E: "5fc101"}
TRIES = 3
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def tlv(tag: str, value: bytes) -> bytes:
    """One object."""
    size = len(value)
    length = bytes((size,)) if size < 128 else bytes((0x81, size)) if size < 256 else b"\x82" + size.to_bytes(2, "big")
    return bytes.fromhex(tag) + length + value


def certificate(key: Key) -> bytes:
    """Self-signed, of an officer without a name."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Officer")])
    now = datetime(2026, 11, 23, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=365))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


class PivCard:
    """`answer` is what a reader calls. `keys` by slot; the certificate of a slot in `zipped` is compressed."""

    def __init__(self, keys: dict[int, Key], pin: str = "123456", zipped: tuple[int, ...] = ()) -> None:
        self.tries = TRIES
        self.commands: list[bytes] = []
        self._keys, self._pin = keys, pin.encode().ljust(8, b"\xff")
        self._verified = self._selected = False
        self._waiting = b""
        self._chain = b""
        self._objects = {"7e": tlv("7e", tlv("4f", AID)), "5fc102": tlv("53", _chuid()), "5fc107": tlv("53", b"\xfe\0")}
        for slot, key in keys.items():
            der = certificate(key)
            body = tlv("70", gzip.compress(der) if slot in zipped else der) + tlv("71", bytes((slot in zipped,)))
            self._objects[OBJECTS[slot]] = tlv("53", body + tlv("fe", b""))

    def answer(self, command: bytes) -> bytes:
        """The answer to one command, with its status bytes."""
        self.commands.append(command)
        instruction = command[1]
        if instruction == 0xC0:
            return self._piece()
        data = command[5 : 5 + command[4]] if len(command) > 5 else b""
        if command[0] & 0x10:
            self._chain += data
            return b"\x90\x00"
        data, self._chain = self._chain + data, b""
        obey = {0xA4: self._select, 0xCB: self._get, 0x20: self._verify, 0x87: self._compute}.get(instruction)
        return obey(command, data) if obey else b"\x6d\x00"

    def _said(self, data: bytes) -> bytes:
        self._waiting = data
        return self._piece()

    def _piece(self) -> bytes:
        piece, self._waiting = self._waiting[:256], self._waiting[256:]
        left = len(self._waiting)
        return piece + (bytes((0x61, left if left < 256 else 0)) if left else b"\x90\x00")

    def _select(self, command: bytes, data: bytes) -> bytes:
        self._selected = len(data) >= 5 and AID.startswith(data)
        if not self._selected:
            return b"\x6a\x82"
        return self._said(tlv("61", tlv("4f", AID[5:]) + tlv("79", tlv("4f", AID[:5]))))

    def _get(self, command: bytes, data: bytes) -> bytes:
        found = self._objects.get(data[2 : 2 + data[1]].hex()) if self._selected else None
        return b"\x6a\x82" if found is None else self._said(found)

    def _verify(self, command: bytes, data: bytes) -> bytes:
        if not data and self._verified:
            return b"\x90\x00"
        if data and self.tries:
            self._verified = data == self._pin
            self.tries = TRIES if self._verified else self.tries - 1
            if self._verified:
                return b"\x90\x00"
        return bytes((0x63, 0xC0 | self.tries)) if self.tries else b"\x69\x83"

    def _compute(self, command: bytes, data: bytes) -> bytes:
        slot, body = command[3], _value(data)
        key, kind = self._keys.get(slot), body[2]  # behind the empty 82
        if key is None:
            return b"\x6a\x88"
        if slot != 0x9E and not self._verified:
            return b"\x69\x82"
        said = _value(body[2:])
        return self._said(tlv("7c", tlv("82", _computed(key, kind, said))))


def _value(data: bytes) -> bytes:
    """Of the first object."""
    head = 2 if data[1] < 128 else 2 + (data[1] & 0x7F)
    return data[head:]


def _computed(key: Key, kind: int, data: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        return pow(int.from_bytes(data, "big"), numbers.d, numbers.public_numbers.n).to_bytes(256, "big")
    if kind == 0x85:
        peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), data)
        return key.exchange(ec.ECDH(), peer)
    return key.sign(data, ec.ECDSA(utils.Prehashed(hashes.SHA256())))


def _chuid() -> bytes:
    number = bytes(range(16))
    return tlv("30", bytes(25)) + tlv("34", number) + tlv("35", b"20301231") + tlv("3e", b"") + tlv("fe", b"")
