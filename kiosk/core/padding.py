"""Lengths told in steps, so that the size of a sealed file says little about what is in it (docs/formats.md 3)."""

TEXT_STEP = 4 * 1024
IMAGE_STEP = 64 * 1024
_LENGTH_BYTES = 8


def pad(plain: bytes, step: int) -> bytes:
    """Length (8 bytes, big-endian), the bytes, zeros up to a multiple of step."""
    told = len(plain).to_bytes(_LENGTH_BYTES, "big") + plain
    return told + bytes(-len(told) % step)


def unpad(padded: bytes) -> bytes:
    """The bytes that were padded; ValueError where the length or the zeros do not fit."""
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    end = _LENGTH_BYTES + length
    if len(padded) < _LENGTH_BYTES or end > len(padded) or any(padded[end:]):
        raise ValueError("padding does not fit its length")
    return padded[_LENGTH_BYTES:end]
