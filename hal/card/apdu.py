"""Commands and answers of ISO/IEC 7816-4: long answers fetched piece by piece, long commands sent in a chain."""

from collections.abc import Callable

from hal.errors import DeviceFault

SHORTEST, MOST_SHORT = 4, 255
LONGEST = SHORTEST + 1 + MOST_SHORT + 1  # a short command with data and a length for the answer
MORE, OTHER_LENGTH = 0x61, 0x6C  # first status bytes: so many bytes wait; ask again with this length
GET_RESPONSE = 0xC0
CHAINED = 0x10  # bit of the class byte: another part follows (5.3.3)
MOST_PIECES = 300
MOST_ANSWER = 64 << 10  # the largest PIV object is under 13 KB

Send = Callable[[bytes], bytes]


def exchange(send: Send, apdu: bytes) -> bytes:
    """The card's whole answer with its last two status bytes, 61xx and 6Cxx followed. Raises DeviceFault on a command
    or an answer that is none, and on an answer without end."""
    if len(apdu) < SHORTEST:
        raise DeviceFault("card: command shorter than its header")
    if len(apdu) > LONGEST:
        raise DeviceFault("card: command too long; it goes in a chain")
    data, command, corrected = b"", apdu, False
    for _ in range(MOST_PIECES):
        answer = send(command)
        if len(answer) < 2 or len(data) + len(answer) > MOST_ANSWER:
            raise DeviceFault("card: impossible answer")
        body, first, second = answer[:-2], answer[-2], answer[-1]
        if first == OTHER_LENGTH and not corrected:
            command, corrected = with_length(command, second), True
        elif first == MORE:
            data += body
            command, corrected = bytes((apdu[0] & ~CHAINED & 0xFF, GET_RESPONSE, 0, 0, second)), False
        else:
            return data + answer
    raise DeviceFault("card: answer without end")


def with_length(apdu: bytes, length: int) -> bytes:
    """The same short command, asking for this many bytes (0: 256)."""
    if len(apdu) <= SHORTEST + 1:  # without data
        return apdu[:SHORTEST] + bytes((length,))
    return apdu[: SHORTEST + 1 + apdu[SHORTEST]] + bytes((length,))


def chained(header: bytes, data: bytes, length: int | None = 0) -> list[bytes]:
    """The commands (class, instruction, two parameters, up to 255 bytes each) that carry this much data; the last asks
    for `length` bytes."""
    parts = [data[at : at + MOST_SHORT] for at in range(0, len(data), MOST_SHORT)] or [b""]
    end = b"" if length is None else bytes((length,))
    before = [bytes((header[0] | CHAINED,)) + header[1:] + bytes((len(part),)) + part for part in parts[:-1]]
    last = parts[-1]
    return [*before, header + (bytes((len(last),)) + last if last else b"") + end]
