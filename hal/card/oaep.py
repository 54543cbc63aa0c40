"""Taking OAEP padding off (RFC 8017, 7.1.2), for keys that compute elsewhere: here a card did the private operation."""

import hashlib
import hmac

from hal.errors import DeviceFault

HASH_BYTES = 32


def unpadded(block: bytes, label: bytes = b"") -> bytes:
    """The message in a block that was decrypted without looking at its padding (SHA-256 throughout). Raises
    DeviceFault, always the same, where the padding is wrong: it was not meant for this key."""
    first, seed, masked = block[:1], block[1 : 1 + HASH_BYTES], block[1 + HASH_BYTES :]
    data = _xor(masked, _mask(_xor(seed, _mask(masked, HASH_BYTES)), len(masked)))
    hashed, rest = data[:HASH_BYTES], data[HASH_BYTES:]
    filler, separator, message = rest.partition(b"\x01")
    whole = len(block) > 2 * HASH_BYTES + 1 and hmac.compare_digest(hashed, hashlib.sha256(label).digest())
    if not whole or first != b"\0" or not separator or filler.strip(b"\0"):
        raise DeviceFault("card: nothing that was encrypted to its key")
    return message


def _mask(seed: bytes, size: int) -> bytes:
    """MGF1 of RFC 8017, B.2.1."""
    blocks = range(-(-size // HASH_BYTES))
    return b"".join(hashlib.sha256(seed + number.to_bytes(4, "big")).digest() for number in blocks)[:size]


def _xor(a: bytes, b: bytes) -> bytes:
    return bytes(x ^ y for x, y in zip(a, b, strict=False))
