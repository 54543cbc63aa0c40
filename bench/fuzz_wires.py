"""Throws counted garbage at every parser of what serial modules, kept wires and cards send.

Not part of the suites: `python -m bench.fuzz_wires 1000000` takes some minutes and prints what came out. Every input is
a valid one with bytes changed, cut, doubled or inserted; what is neither a result nor a known error stops it.
"""

import random
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from hal import FakeClock, HalError, Stop
from hal.card import tlv
from hal.card.apdu import exchange
from hal.card.oaep import unpadded
from hal.card.piv import parsed_certificate
from hal.fingerprint.r30x_packets import MOST_WAITING, Kind, Parser, encoded
from hal.transport.wire import RecordedWire
from tests.twins import piv_card

WIRE = "wire real 57600\n0.000100 = 115200\n0.000200 > ef01\n0.100000 < ef01ffffffff0700030000\n"


def changed(rng: random.Random, seed: bytes) -> bytes:
    """The seed with one to four wounds."""
    data = bytearray(seed)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(5)
        if kind <= 1 and at < len(data):
            data[at] = rng.randrange(256) if kind else data[at] ^ (1 << rng.randrange(8))
        elif kind == 2:
            del data[at : at + rng.randrange(9)]
        elif kind == 3:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        else:
            data[at:at] = data[at : at + rng.randrange(40)]
    return bytes(data)


def packets() -> Callable[[random.Random], object]:
    """One module's stream: an answer, data, the last of it."""
    seed = encoded(Kind.ACK, b"\0") + encoded(Kind.DATA, bytes(range(32))) + encoded(Kind.LAST, bytes(16))

    def one(rng: random.Random) -> object:
        parser, data = Parser(), changed(rng, seed)
        cut = rng.randrange(len(data) + 1)
        found = parser.feed(data[:cut]) + parser.feed(data[cut:])
        assert len(parser._waiting) <= MOST_WAITING
        assert parser.noise + len(parser._waiting) + sum(len(encoded(p.kind, p.payload)) for p in found) == len(data)
        return found

    return one


def objects() -> Callable[[random.Random], object]:
    """Nested objects of a card."""
    seed = tlv.encoded(0x7C, tlv.encoded(0x82, bytes(20)) + tlv.encoded(0x5FC105, bytes(200)))
    return lambda rng: tlv.inside(changed(rng, seed), 0x7C, 0x82)


def certificates() -> Callable[[random.Random], object]:
    """Certificate objects, plain and compressed in turn."""
    key = ec.generate_private_key(ec.SECP256R1())
    cards = [piv_card.PivCard({0x9A: key}, zipped=zipped) for zipped in ((), (0x9A,))]
    seeds = [card._objects["5fc105"] for card in cards]
    return lambda rng: parsed_certificate(changed(rng, rng.choice(seeds)))


def answers() -> Callable[[random.Random], object]:
    """A card that answers anything."""

    def one(rng: random.Random) -> object:
        ends = (b"\x90\x00", b"\x61\x10", b"\x6c\x08", b"\x61\x00", b"")
        return exchange(lambda _: rng.randbytes(rng.randrange(4)) + rng.choice(ends), rng.randbytes(rng.randrange(12)))

    return one


def paddings() -> Callable[[random.Random], object]:
    """What a card decrypted."""
    return lambda rng: unpadded(b"\0" * rng.randrange(2) + rng.randbytes(rng.randrange(260)))


def kept_wires() -> Callable[[random.Random], object]:
    """A recording's file."""
    path = Path(tempfile.mkstemp(dir="/dev/shm")[1])

    def one(rng: random.Random) -> object:
        path.write_bytes(changed(rng, WIRE.encode()))
        wire = RecordedWire(path, FakeClock())
        wire.baud(115200)
        wire.write(b"\xef\x01", Stop(), 1.0)
        return wire.read(100, Stop(), 1.0)

    return one


PARSERS = {
    "serial module packets": packets,
    "card objects": objects,
    "certificate objects": certificates,
    "card answers": answers,
    "OAEP blocks": paddings,
    "kept wires": kept_wires,
}


def main() -> None:
    """So many inputs to each parser."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for name in sys.argv[2:] or PARSERS:
        rng, one, outcomes = random.Random(name), PARSERS[name](), Counter[str]()
        began, slowest = time.perf_counter(), 0.0
        for _ in range(count):
            start = time.perf_counter()
            try:
                one(rng)
                outcomes["result"] += 1
            except HalError as known:
                outcomes[type(known).__name__] += 1
            slowest = max(slowest, time.perf_counter() - start)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        took = time.perf_counter() - began
        print(f"{name}: {count} inputs, {dict(outcomes)}, {took:.0f} s, slowest {slowest * 1e3:.1f} ms, {peak} MB")


if __name__ == "__main__":
    main()
