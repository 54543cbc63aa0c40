"""Throws counted garbage at every parser of what device services and child processes send.

Not part of the suites: `python -m bench.fuzz_services 1000000` takes some minutes and prints what came out; a second
argument picks parsers by name. Every input
is a valid one with bytes changed, cut, doubled or inserted; what is neither a result nor a known error stops it.
"""

import json
import random
import resource
import struct
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hal import DeviceFault, DeviceUnavailable, HalError, WallTime
from hal.transport import iso19794, json_text, multipart, sbi_answers, sbi_trust
from hal.transport.http import Exchange
from hal.transport.process import Unpacker
from tests.twins.sbi_paper import Grey, finger_record, iris_record, maker, url64

SMALL = Grey(4, 3, bytes(range(12)))
LETTERS = b'ABCabc019-_.={}[]",: '
NOW = WallTime(datetime.now(UTC), "test", confident=True)
DECODES = 20  # of how many inputs one goes to Pillow, which is slow and not ours


class CannedExchange(Exchange):
    """An answer that is already here, in pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._port = 4501
        self._buffer = bytearray()

    def close(self) -> None:
        pass

    def _send(self, request: bytes) -> None:
        pass

    def _read(self) -> bool:
        if not self._pieces:
            return False
        self._buffer += self._pieces.pop(0)
        return True


def changed(rng: random.Random, seed: bytes) -> bytes:
    """The seed with one to four wounds."""
    data = bytearray(seed)
    for _ in range(rng.randrange(1, 5)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(6)
        if kind <= 1 and at < len(data):
            data[at] = rng.randrange(256) if kind else rng.choice(LETTERS)
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif kind == 4:
            data[at:at] = data[at : at + rng.randrange(40)]
        else:
            data[at : at + 4] = rng.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", struct.pack(">I", rng.randrange(2000))))
        if not data:
            return bytes(data)
    return bytes(data)


def pieces(rng: random.Random, data: bytes) -> list[bytes]:
    """The data, cut once or twice."""
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(rng.randrange(3)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True) if a < b]


def _unpack(rng: random.Random, data: bytes) -> None:
    unpacker = Unpacker()
    for piece in pieces(rng, data):
        unpacker.feed(piece)
        while unpacker.take() is not None:
            pass


def _answer(rng: random.Random, data: bytes) -> None:
    exchange = CannedExchange(pieces(rng, data))
    sbi_answers.answer_of(exchange, *exchange.ask("RCAPTURE", "/capture", b"", "fuzz"), 4000)


def _stream(rng: random.Random, data: bytes) -> None:
    exchange = CannedExchange(pieces(rng, data))
    _, headers = exchange.ask("STREAM", "/stream", b"", "fuzz")
    for _ in multipart.parts(exchange, multipart.boundary_of(headers.get("content-type", ""))):
        pass


def _record(read: Callable[[bytes], iso19794.Record]) -> Callable[[random.Random, bytes], None]:
    def parse(rng: random.Random, data: bytes) -> None:
        record = read(data)
        if record.coding == "raw" or not rng.randrange(DECODES):
            record.pixels()

    return parse


def _entries(_: random.Random, data: bytes) -> None:
    for entry in sbi_answers.entries_of(sbi_answers.read(data)):
        sbi_answers.check(entry)
        json_text.number_of(entry.get("count"), 0, 9)


def _statement(_: random.Random, data: bytes) -> None:
    sbi_trust.opened(data.decode("latin-1"), "it")


def _header(_: random.Random, data: bytes) -> None:
    sbi_trust.opened(f"{url64(data)}.e30.{url64(bytes(256))}", "it")


def _chain(_: random.Random, data: bytes) -> None:
    """As if the signature had fitted."""
    try:
        certificate = x509.load_der_x509_certificate(data)
    except sbi_trust.BROKEN:
        raise DeviceFault("no certificate") from None  # as the header's reader says it
    for now in (NOW, replace(NOW, confident=False)):
        sbi_trust.descends((certificate, *maker().chain[1:]), [maker().root], now)


def parsers() -> Iterator[tuple[str, list[bytes], Callable[[random.Random, bytes], None]]]:
    """Each parser with what it should be able to read."""
    text = json.dumps({"is": "image", "width": 4, "height": 3}).encode()
    frame = struct.pack(">II", len(text), 12) + text + SMALL.pixels
    yield "messages of a child process", [frame, frame * 2], _unpack
    fingers = [finger_record("Left Thumb", SMALL, coding) for coding in ("raw", "PNG", "JPEG2000")]
    yield "ISO 19794-4 finger record", fingers, _record(iso19794.read_finger)
    irises = [iris_record("Left", SMALL, coding) for coding in ("raw", "PNG", "JPEG2000")]
    yield "ISO 19794-6 iris record", irises, _record(iso19794.read_iris)
    yield "JWS with certificates", [maker().signed({"bioType": "Finger"}).encode()], _statement
    header = json.dumps({"alg": "RS256", "x5c": maker().x5c()[:1]}).encode()
    yield "JWS header and certificate", [header], _header
    yield "certificate in a chain", [maker().chain[0].public_bytes(Encoding.DER)], _chain
    said = [{"deviceId": "1", "specVersion": ["0.9.5"], "count": 4, "error": {"errorCode": "0", "errorInfo": ""}}]
    refusal = [{"error": {"errorCode": "701", "errorInfo": "x"}}]
    yield "listings and error codes", [json.dumps(said).encode(), json.dumps(refusal).encode()], _entries
    body = json.dumps({"biometrics": said}).encode()
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"
    refused = whole.replace(b"200 OK", b"405 OK")
    yield "HTTP answers", [whole, chunked, refused, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body], _answer
    part = b"--BoundaryString\r\nContent-Type: image/jpeg\r\nContent-Length: 12\r\n\r\n" + SMALL.pixels + b"\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=--BoundaryString\r\n\r\n"
    yield "multipart live pictures", [head + part * 2 + b"--BoundaryString--\r\n"], _stream


def main(count: int, only: str = "") -> None:
    """Prints one line a parser: inputs, results, refusals, time, the most memory so far."""
    warnings.simplefilter("ignore")  # cryptography's, about certificates that a later release of it will refuse
    for name, seeds, parse in (parser for parser in parsers() if only in parser[0]):
        rng, outcomes, began = random.Random(name), Counter[str](), time.monotonic()
        for _ in range(count):
            data = changed(rng, rng.choice(seeds))
            try:
                parse(rng, data)
            except (DeviceFault, DeviceUnavailable):
                outcomes["refused"] += 1
            except HalError:
                outcomes["told an error"] += 1
            except BaseException:
                print(f"{name}: crashed by {data!r}", flush=True)
                raise
            else:
                outcomes["read"] += 1
        took_s = time.monotonic() - began
        most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{name}: {count} inputs, {dict(outcomes)}, {took_s:.0f} s, {most_mb:.0f} MB", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, *sys.argv[2:3])
