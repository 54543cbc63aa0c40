"""The client of a device service on this machine: the Secure Biometric Interface 0.9.5 of MOSIP for registration.

It finds the service on loopback, checks who signs for the device, asks for captures and lets nothing through that is
not signed, fresh, asked for and whole. What the device is good for, the drivers say.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography import x509

from hal.clock import Clock, Stop
from hal.device import closed
from hal.errors import CaptureCancelled, CaptureTimeout, DeviceUnavailable, HalError, UnavailableReason
from hal.transport import multipart, sbi_answers, sbi_device, sbi_trust
from hal.transport.http import Exchange, TookTooLong
from hal.transport.sbi_capture import Biometric, CaptureRequest
from hal.transport.sbi_device import Found, Kind
from hal.transport.sbi_positions import Showing
from hal.values import DeviceIdentity

PORTS = range(4501, 4601)  # where the interface has its services listen
CALLER = "Jemput"
OPEN_S = 5.0
PORT_S = 0.5  # for one port to say what it is; a port is on this machine
BUSY_S = 0.2  # between asks of a device that is still busy
MOST_LISTING = 1 << 20
MOST_CAPTURE = 32 << 20  # two raw slaps at 1000 ppi, base64 in base64
GONE = (UnavailableReason.ABSENT, UnavailableReason.LOST)


class SbiService:
    """The service of one kind of device; used by one thread."""

    def __init__(self, kind: Kind, clock: Clock, trust: Sequence[Path]) -> None:
        self.ports: Sequence[int] = PORTS
        self._kind: Kind = kind
        self._clock = clock
        self._trust = trust
        self._roots: tuple[x509.Certificate, ...] = ()
        self._found: Found | None = None
        self._lost = False

    def open(self) -> None:
        """Find the service and check its device. Raises DeviceUnavailable, DeviceFault or NotSupported."""
        if self._found is not None:
            return
        self._roots = sbi_trust.roots_of(self._trust)
        try:
            self._found = self._find(self._clock.monotonic() + OPEN_S)
        except DeviceUnavailable as nobody:
            if self._lost and nobody.reason in GONE:
                raise self._gone() from nobody
            raise
        self._lost = False

    def close(self) -> None:
        """Forget the device; the service itself goes on."""
        self._found, self._lost = None, False

    def found(self) -> Found:
        """The device. Raises DeviceUnavailable(CLOSED), or LOST until it is opened again."""
        if self._lost:
            raise self._gone()
        if self._found is None:
            raise closed(self._kind)
        return self._found

    def identity(self, port: str, driver: str, make: str, model: str) -> DeviceIdentity:
        """Who takes a capture; of this make and model while nothing is open."""
        if (found := self._found) is None:
            return DeviceIdentity(port, driver, make, model)
        return DeviceIdentity(port, driver, found.make, found.model, found.serial)

    def capture(self, showing: Showing, deadline: float, stop: Stop) -> list[Biometric]:
        """What the device gives for one showing, in its order; a busy device is waited for. Raises CaptureTimeout at
        the deadline and everything else that a look may raise."""
        found = self.found()
        with self._told_of_loss():
            while True:
                request = CaptureRequest(found, self._kind, showing)
                body = request.body(deadline - self._clock.monotonic(), self._clock.wall().utc)
                answer = self._ask(found.port, "RCAPTURE", "/capture", body, MOST_CAPTURE, deadline, stop)
                try:
                    return request.judged(answer, self._trusts, self._clock.wall().utc)
                except DeviceUnavailable as busy:
                    if busy.reason is not UnavailableReason.BUSY or self._clock.monotonic() + BUSY_S >= deadline:
                        raise
                if self._clock.wait(BUSY_S, stop):
                    raise CaptureCancelled("device service")

    def stream(self, sub_id: int, timeout_s: float, stop: Stop) -> Iterator[bytes]:
        """Live pictures, JPEG as the service gives them and signed by nobody: for aiming, never for a record."""
        found = self.found()
        said = {"deviceId": found.device_id, "deviceSubId": str(sub_id), "timeout": str(round(timeout_s * 1000))}
        deadline = self._clock.monotonic() + timeout_s
        with self._told_of_loss(), Exchange(found.port, self._clock, deadline, stop) as exchange:
            status, headers = exchange.ask("STREAM", "/stream", json.dumps(said).encode(), CALLER)
            kind = headers.get("content-type", "")
            if status != 200 or kind.startswith(sbi_answers.JSON):
                raise sbi_answers.refusal_of(sbi_answers.answer_of(exchange, status, headers, MOST_LISTING))
            for picture in multipart.parts(exchange, multipart.boundary_of(kind)):
                yield picture
                if self._clock.monotonic() >= deadline:  # whoever sends without a pause is never waited for
                    raise TookTooLong

    @contextmanager
    def _told_of_loss(self) -> Iterator[None]:
        """A service that went away is a lost device, until it is opened again."""
        try:
            yield
        except DeviceUnavailable as gone:
            if gone.reason not in GONE:
                raise
            self._found, self._lost = None, True
            raise self._gone() from gone
        except TookTooLong:
            raise CaptureTimeout(f"The device service for {self._kind} gave nothing within the time") from None

    def _gone(self) -> DeviceUnavailable:
        return DeviceUnavailable(UnavailableReason.LOST, f"device service for {self._kind}")

    def _find(self, deadline: float) -> Found:
        error: HalError = DeviceUnavailable(UnavailableReason.ABSENT, f"device service for {self._kind}")
        for port in self.ports:
            until = min(deadline, self._clock.monotonic() + PORT_S)
            try:
                if self._serves(port, until):
                    return self._described(port, deadline)
            except TookTooLong:
                error = DeviceUnavailable(UnavailableReason.BUSY, f"device service at {port}")
            except HalError as refusal:
                if not (isinstance(refusal, DeviceUnavailable) and refusal.reason in GONE):
                    error = refusal
        raise error

    def _serves(self, port: int, deadline: float) -> bool:
        """Whether the service at this port has a device of our kind."""
        listing = self._ask(port, "MOSIPDISC", "/device", {"type": self._kind}, MOST_LISTING, deadline, None)
        entries = sbi_answers.entries_of(listing)
        for entry in entries:
            sbi_answers.check(entry)
        return bool(entries)

    def _described(self, port: int, deadline: float) -> Found:
        listing = self._ask(port, "MOSIPDINFO", "/info", None, MOST_LISTING, deadline, None)
        error: HalError = DeviceUnavailable(UnavailableReason.ABSENT, f"device service for {self._kind}")
        for entry in sbi_answers.entries_of(listing):
            try:
                sbi_answers.check(entry)
                found = sbi_device.described(port, entry, self._kind, self._trusts)
            except HalError as refusal:
                error = refusal
            else:
                if found is not None:
                    return found
        raise error

    def _trusts(self, statement: sbi_trust.Statement) -> bool:
        return sbi_trust.descends(statement.chain, self._roots, self._clock.wall())

    def _ask(self, port: int, verb: str, path: str, said: object, most: int, deadline: float, stop: Stop | None) -> Any:
        body = b"" if said is None else json.dumps(said).encode()
        with Exchange(port, self._clock, deadline, stop) as exchange:
            return sbi_answers.answer_of(exchange, *exchange.ask(verb, path, body, CALLER), most)
