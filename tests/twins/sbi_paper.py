"""Keys, certificates and signed statements of a device maker that exists in tests only, and its ISO records.

Written from the published formats alone: it imports nothing of what it is there to test.
"""

import base64
import json
import random
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

FINGERS = {
    "Right Thumb": 1,
    "Right IndexFinger": 2,
    "Right MiddleFinger": 3,
    "Right RingFinger": 4,
    "Right LittleFinger": 5,
    "Left Thumb": 6,
    "Left IndexFinger": 7,
    "Left MiddleFinger": 8,
    "Left RingFinger": 9,
    "Left LittleFinger": 10,
}
EYES = {"Right": 1, "Left": 2}
FINGER_CODINGS = {"raw": 0, "WSQ": 2, "JPEG": 3, "JPEG2000 lossy": 4, "JPEG2000": 5, "PNG": 6}
IRIS_CODINGS = {"raw": 2, "JPEG2000": 10, "PNG": 14}


def url64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass(frozen=True)
class Maker:
    """A maker's root and the key of one of its devices, signed through one certificate in between."""

    root: x509.Certificate
    chain: tuple[x509.Certificate, ...]  # the device's first, without the root
    key: rsa.RSAPrivateKey

    def root_pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def x5c(self) -> list[str]:
        return [base64.b64encode(c.public_bytes(serialization.Encoding.DER)).decode() for c in self.chain]

    def signed(self, payload: object, alg: str = "RS256", text: bytes | None = None) -> str:
        """A compact JWS of this payload, or of these very bytes."""
        header = {"alg": alg, "typ": "JWT", "x5c": self.x5c()}
        body = json.dumps(payload).encode() if text is None else text
        said = f"{url64(json.dumps(header).encode())}.{url64(body)}"
        return f"{said}.{url64(self.key.sign(said.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def dumped(self) -> str:
        """For another process."""
        key = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return json.dumps(
            {
                "root": self.root_pem().decode(),
                "chain": [c.public_bytes(serialization.Encoding.PEM).decode() for c in self.chain],
                "key": key.decode(),
            }
        )


def loaded(dumped: str) -> Maker:
    """What `dumped` wrote."""
    said = json.loads(dumped)
    key = serialization.load_pem_private_key(said["key"].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    chain = tuple(x509.load_pem_x509_certificate(pem.encode()) for pem in said["chain"])
    return Maker(x509.load_pem_x509_certificate(said["root"].encode()), chain, key)


@cache
def maker(name: str = "Maker", bits: int = 2048, middle_is_ca: bool = True, expired: bool = False) -> Maker:
    """The maker of this name; the same key for the same name in one process."""
    root_key, middle_key, key = (rsa.generate_private_key(65537, size) for size in (2048, 2048, bits))
    root = _certificate(f"{name} Root", root_key, f"{name} Root", root_key, ca=True)
    middle = _certificate(f"{name} Devices", middle_key, f"{name} Root", root_key, ca=middle_is_ca)
    device = _certificate(f"{name} Device 1", key, f"{name} Devices", middle_key, ca=False, expired=expired)
    return Maker(root, (device, middle), key)


def _certificate(
    subject: str,
    key: rsa.RSAPrivateKey,
    issuer: str,
    issuer_key: rsa.RSAPrivateKey,
    *,
    ca: bool,
    expired: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now - timedelta(days=1) if expired else now + timedelta(days=300))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


class Grey(NamedTuple):
    """An 8-bit grey picture, row after row."""

    width: int
    height: int
    pixels: bytes


def coded(picture: Grey, coding: str) -> bytes:
    """The picture in this coding."""
    if coding == "raw":
        return picture.pixels
    if coding == "PNG":
        return _png(picture)
    from PIL import Image  # not at the start: the service process starts often, and mostly without it

    stream = BytesIO()
    lossy = {"irreversible": True, "quality_layers": [20]} if coding == "JPEG2000 lossy" else {}
    image = Image.frombytes("L", picture[:2], picture.pixels)
    image.save(stream, "JPEG2000" if coding.startswith("JPEG2000") else coding, **lossy)
    return stream.getvalue()


def _png(picture: Grey) -> bytes:
    rows = (picture.pixels[at : at + picture.width] for at in range(0, len(picture.pixels), picture.width))
    head = struct.pack(">IIBBBBB", *picture[:2], 8, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows), 1)
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def finger_record(subtype: str, picture: Grey, coding: str = "raw", ppi: int = 500, data: bytes | None = None) -> bytes:
    """ISO/IEC 19794-4:2011 with one quality block and one certification block, as devices write them."""
    width, height, _ = picture
    image = coded(picture, coding) if data is None else data
    body = struct.pack(">HBBBBBH", 2026, 11, 22, 4, 0, 0, 0) + struct.pack(">BHH", 0, 0x18, 1)
    body += struct.pack(">BBHH", 1, 70, 1, 1) + struct.pack(">BHB", 1, 2, 3)
    body += struct.pack(">BBBHHHH", FINGERS[subtype], 0, 1, ppi, ppi, ppi, ppi)
    body += struct.pack(">BBBHH", 8, FINGER_CODINGS[coding], 0, width, height)
    return _record(b"FIR\0", 1, body + struct.pack(">I", len(image)) + image)


def iris_record(subtype: str, picture: Grey, coding: str = "raw", data: bytes | None = None) -> bytes:
    """ISO/IEC 19794-6:2011."""
    width, height, _ = picture
    image = coded(picture, coding) if data is None else data
    body = struct.pack(">HBBBBBH", 2026, 11, 22, 4, 0, 0, 0) + struct.pack(">BHH", 0, 0x18, 1)
    body += struct.pack(">B", 0) + struct.pack(">HBBBB", 1, EYES[subtype], 2, IRIS_CODINGS[coding], 0)
    body += struct.pack(">HHB", width, height, 8) + struct.pack(">9H", 0xFFFF, 0xFFFF, 0xFFFF, *[0] * 6)
    return _record(b"IIR\0", 0, body + struct.pack(">I", len(image)) + image)


def _record(magic: bytes, certified: int, body: bytes) -> bytes:
    representation = struct.pack(">I", len(body) + 4) + body
    return magic + b"020\0" + struct.pack(">IHBB", 16 + len(representation), 1, certified, 1) + representation


def picture(subtype: str, number: int, kind: str) -> Grey:
    """What the sensor sees at its nth capture: nothing in it is symmetric, so no turn or mirror stays unseen."""
    place = (FINGERS if kind == "Finger" else EYES)[subtype]
    rng = random.Random(place * 100_000 + number)
    width, height = (300, 400) if kind == "Finger" else (640, 480)
    rows = (
        b"".join(bytes([rng.randrange(20, 235)]) * 20 for _ in range(width // 20)) * 20 for _ in range(height // 20)
    )
    return Grey(width, height, b"".join(rows))
