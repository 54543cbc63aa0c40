"""A device service of its own process that speaks the published Secure Biometric Interface 0.9.5, and lies on demand.

Started with a JSON object as its last argument; says its port on standard output. `POST /twin` sets how it behaves.
Written from the published protocol alone: it imports nothing of what it is there to test.
"""

import json
import os
import select
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import sbi_paper  # beside this file; through its package it would load half the project
from sbi_paper import Maker, url64

STEP_S = 0.01


class Service:
    """What all connections share."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self.device: dict[str, Any] = {
            "kind": "Finger",
            "sub_type": "Single",
            "certification": "L1",
            "env": "Production",
            "make": "Acme",
            "model": "A1",
            "status": "Ready",
            "purpose": "Registration",
            "versions": ["0.9.5"],
            "ppi": 500,
            "coding": "raw",
            "takes_s": 0.0,
            **settings["device"],
        }
        self.maker: Maker = sbi_paper.loaded(settings["maker"])
        self.foreign: Maker = sbi_paper.loaded(settings["foreign"])
        self.does: dict[str, Any] = {}
        self.number = 0
        self.last: dict[str, Any] = {}
        self.captures = threading.Lock()
        self.busy_until = 0.0
        self.old_transaction = "00000000-0000-0000-0000-000000000000"

    def signed(self, payload: object) -> str:
        """Signed by the device, or wrongly."""
        maker = self.foreign if self.does.get("foreign_ca") else self.maker
        token = maker.signed(payload, self.does.get("alg", "RS256"), self._text())
        if self.does.get("bad_signature"):
            head, body, signature = token.split(".")
            flipped = ("B" if signature[0] == "A" else "A") + signature[1:]
            return f"{head}.{body}.{flipped}"
        return token

    def _text(self) -> bytes | None:
        text = self.does.get("payload")
        return None if text is None else text.encode()

    def badge(self, of_capture: bool = False) -> dict[str, Any]:
        serial = self.does.get("other_serial", "S-1") if of_capture else "S-1"
        return {
            "serialNo": serial,
            "make": self.device["make"],
            "model": self.device["model"],
            "type": self.device["kind"],
            "deviceSubType": self.device["sub_type"],
            "deviceProvider": "Acme Ltd",
            "deviceProviderId": "ACME",
            "dateTime": now(),
        }

    def described(self) -> dict[str, Any]:
        return {
            "deviceStatus": self.device["status"],
            "deviceId": "D-1",
            "firmware": "1.0",
            "certification": self.device["certification"],
            "serviceVersion": "0.9.5",
            "deviceSubId": ["1", "2", "3"] if self.device["sub_type"] in ("Slap", "Double") else ["0"],
            "callbackId": "http://127.0.0.1/",
            "deviceCode": "C-1",
            "env": self.device["env"],
            "purpose": self.device["purpose"],
            "specVersion": self.device["versions"],
        }

    def discovered(self, kind: str) -> Any:
        if kind not in (self.device["kind"], "Biometric Device"):
            return [{"error": error(502)}]
        badge = url64(json.dumps(self.badge()).encode())
        return [{**self.described(), "digitalId": badge, "error": error(0)}]

    def info(self) -> Any:
        described = {**self.described(), "digitalId": self.signed(self.badge())}
        return [{"deviceInfo": self.signed(described), "error": error(0)}]

    def captured(self, request: dict[str, Any]) -> Any:
        """The reply to one RCAPTURE; everything in `does` makes it wrong in its own way."""
        (bio,) = request["bio"]
        self.number += 1
        hashed = bytes.fromhex(bio["previousHash"]) or sha256(b"").digest()
        items = []
        for asked in self._given(bio["bioSubType"]):
            shown = self.does.get("shows", {}).get(asked, asked)
            stated = self.does.get("states", {}).get(asked, shown)
            picture = sbi_paper.picture(asked, self.number, self.device["kind"])
            self.last = {"shape": [picture.height, picture.width], "pixels": picture.pixels.hex()}
            record = self._record(shown, picture)
            hashed = sha256(hashed + sha256(record).digest()).digest()
            stated_hash = sha256(hashed).digest() if self.does.get("broken_hash") else hashed
            items.append(
                {
                    "specVersion": self.does.get("specVersion", "0.9.5"),
                    "data": self.signed(self._said(request, stated, record)),
                    "hash": stated_hash.hex().upper(),
                    "error": error(0),
                }
            )
        if self.does.get("swapped"):
            items.reverse()
        return {"biometrics": items}

    def _given(self, asked: list[str]) -> list[str]:
        asked = asked[1:] if self.does.get("one_too_few") else asked
        return [*asked, *asked[-1:]] if self.does.get("one_too_many") else asked

    def _record(self, subtype: str, picture: sbi_paper.Grey) -> bytes:
        coding = self.does.get("coding", self.device["coding"])
        data = bytes.fromhex(self.does["image"]) if "image" in self.does else None
        if self.device["kind"] == "Finger":
            record = sbi_paper.finger_record(subtype, picture, coding, self.does.get("ppi", self.device["ppi"]), data)
        else:
            record = sbi_paper.iris_record(subtype, picture, coding, data)
        return record[:-1] if self.does.get("cut_record") else record

    def _said(self, request: dict[str, Any], subtype: str, record: bytes) -> dict[str, Any]:
        said = {
            "digitalId": self.signed(self.badge(of_capture=True)),
            "deviceCode": "C-1",
            "deviceServiceVersion": "0.9.5",
            "bioType": self.device["kind"],
            "bioSubType": subtype,
            "purpose": request["purpose"],
            "env": request["env"],
            "bioValue": url64(record),
            "transactionId": self.old_transaction if self.does.get("replayed") else request["transactionId"],
            "timestamp": now(self.does.get("late_s", 0)),
            "requestedScore": request["bio"][0]["requestedScore"],
            "qualityScore": "80",
        }
        return {**said, **self.does.get("says", {})}


def now(late_s: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(seconds=late_s)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def error(code: int) -> dict[str, str]:
    return {"errorCode": str(code), "errorInfo": "Success" if code == 0 else "text that nobody should see"}


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    service: Service
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_MOSIPDISC(self) -> None:
        asked = self._asked()
        self._answer("disc", lambda: self.service.discovered(asked["type"]))

    def do_MOSIPDINFO(self) -> None:
        self._asked()
        self._answer("info", self.service.info)

    def do_RCAPTURE(self) -> None:
        service, request = self.service, self._asked()
        if not service.captures.acquire(blocking=False) or time.monotonic() < service.busy_until:
            if service.captures.locked() and time.monotonic() < service.busy_until:
                service.captures.release()
            self._send({"biometrics": [{"error": error(703)}]})
            return
        try:
            if self._somebody_comes(float(request["timeout"]) / 1000):
                self._answer("capture", lambda: service.captured(request))
            else:
                self._send({"biometrics": [{"error": error(701)}]})
        finally:
            service.captures.release()

    def do_STREAM(self) -> None:
        self._asked()
        if self._misbehaves("stream"):
            return
        pictures = self.service.does.get("pictures", 3)
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=--BoundaryString")
        self.end_headers()
        for number in range(pictures):
            body = b"\xff\xd8" + bytes([number % 256]) * 100 + b"\xff\xd9"
            length = self.service.does.get("part_length", len(body))
            head = f"--BoundaryString\r\nContent-type: image/jpeg\r\nContent-Length: {length}\r\n\r\n"
            self.wfile.write(head.encode() + body + b"\r\n\r\n")
        if not self.service.does.get("cut_stream"):
            self.wfile.write(b"--BoundaryString--\r\n")
        self.close_connection = True

    def do_POST(self) -> None:
        said = self._asked()
        if said.get("do") == "last":
            self._send(self.service.last)
            return
        self.service.does = said.get("does", {})
        self.service.device.update(said.get("device", {}))
        self._send({})

    def _somebody_comes(self, timeout_s: float) -> bool:
        """A person, or False at the timeout. Who hangs up is noticed, unless the service is a stubborn one."""
        until = time.monotonic() + timeout_s
        if self.service.does.get("dies_waiting"):
            time.sleep(STEP_S * 5)
            os._exit(1)
        while self.service.does.get("nobody"):
            if time.monotonic() >= until:
                return False
            readable, _, _ = select.select([self.connection], [], [], STEP_S)
            if readable:  # the client hung up
                self.service.busy_until = time.monotonic() + self.service.does.get("stubborn_s", 0)
                raise ConnectionAbortedError
        time.sleep(self.service.device["takes_s"])
        if self.service.does.get("dies_capturing", 0) and self.service.number >= self.service.does["dies_capturing"]:
            os._exit(1)
        return True

    def _asked(self) -> dict[str, Any]:
        length = int(self.headers.get("Content-Length", "0"))
        return json.loads(self.rfile.read(length)) if length else {}

    def _answer(self, what: str, answer: Any) -> None:
        if not self._misbehaves(what):
            self._send(answer())

    def _misbehaves(self, what: str) -> bool:
        """Whether this answer was a bad one, as told by `does`: {what: [how, argument]}."""
        how, argument = self.service.does.get(what, [None, None])
        if how is None:
            return False
        getattr(self, f"_{how}")(argument)
        self.close_connection = True
        return True

    def _send(self, answer: object) -> None:
        self._text(json.dumps(answer))

    def _text(self, text: str, status: int = 200) -> None:
        body = text.encode("utf-8", "surrogatepass")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "Closed")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _code(self, code: int, status: int = 200) -> None:
        """An error in the shape that the reference service gives it for this verb."""
        if self.command == "RCAPTURE":
            empty = {"specVersion": "0.9.5", "data": "", "hash": ""}
            self._text(json.dumps({"biometrics": [{**empty, "error": error(code)}]}), status)
        else:
            self._text(json.dumps(error(code) if self.command == "STREAM" else [{"error": error(code)}]), status)

    def _refusal(self, code: int) -> None:
        """The same as HTTP 405, as the reference service does."""
        self._code(code, 405)

    def _status(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _raw(self, text: str) -> None:
        self.wfile.write(text.encode("latin-1"))

    def _endless(self, how: str) -> None:
        """A body without an end, fast."""
        head = {"length": "", "chunked": "Transfer-Encoding: chunked\r\n"}[how]
        self.wfile.write(f"HTTP/1.1 200 OK\r\n{head}\r\n".encode())
        piece = b"[" * 65536
        while True:
            self.wfile.write(b"10000\r\n" + piece + b"\r\n" if how == "chunked" else piece)

    def _many(self, count: int) -> None:
        """Little text, much memory."""
        self._text(f"[{'[],' * count}[]]")

    def _slow(self, every_s: float) -> None:
        """A body of one byte now and then."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            self.wfile.write(b" ")
            time.sleep(every_s)

    def _silent(self, for_s: float) -> None:
        time.sleep(for_s)


class Server(ThreadingHTTPServer):
    """Errors of a client that went away are nobody's business."""

    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


def main() -> None:
    """Serve until killed, or until standard input is closed."""
    settings = json.loads(Path(sys.argv[-1]).read_text())
    Handler.service = Service(settings)
    for port in settings["ports"]:
        try:
            server = Server(("127.0.0.1", port), Handler)
        except OSError:
            continue
        break
    else:
        sys.exit("no free port")
    threading.Thread(target=server.serve_forever, args=(STEP_S,), daemon=True).start()
    print(port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
