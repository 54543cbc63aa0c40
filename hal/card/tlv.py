"""Tag, length, value as cards write them (ISO/IEC 7816-4 annex E, a subset of BER): read with bounds, and written."""

from hal.errors import DeviceFault

MOST_LENGTH = 64 << 10


def encoded(tag: int, value: bytes) -> bytes:
    """One object; the tag as it is written, such as 0x7C or 0x5FC105."""
    name = tag.to_bytes((tag.bit_length() + 7) // 8, "big")
    size = len(value)
    if size < 0x80:
        return name + bytes((size,)) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return name + bytes((0x80 | len(length),)) + length + value


def parsed(data: bytes) -> dict[int, bytes]:
    """The objects of one level, by tag; of two alike the last. Raises DeviceFault where the bytes are none."""
    found, at = {}, 0
    while at < len(data):
        tag, at = _tag(data, at)
        length, at = _length(data, at)
        if at + length > len(data):
            raise DeviceFault("card: an object is cut short")
        found[tag], at = data[at : at + length], at + length
    return found


def inside(data: bytes, *tags: int) -> bytes:
    """The value under these nested tags. Raises DeviceFault where there is none."""
    for tag in tags:
        objects = parsed(data)
        if tag not in objects:
            raise DeviceFault(f"card: no object {tag:X}")
        data = objects[tag]
    return data


def _tag(data: bytes, at: int) -> tuple[int, int]:
    end = at + 1
    if data[at] & 0x1F == 0x1F:  # goes on as long as the top bit is set; 7816-4 allows two more bytes
        while end < len(data) and end - at < 3 and (end == at + 1 or data[end - 1] & 0x80):
            end += 1
    return int.from_bytes(data[at:end], "big"), end


def _length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise DeviceFault("card: an object without a length")
    if data[at] < 0x80:
        return data[at], at + 1
    end = at + 1 + (data[at] & 0x7F)
    length = int.from_bytes(data[at + 1 : end], "big")
    if not 1 <= end - at - 1 <= 3 or end > len(data) or length > MOST_LENGTH:
        raise DeviceFault("card: an object with an impossible length")
    return length, end
