"""One capture of a device service: what is asked, and whether the answer is signed, fresh, whole and what was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

from hal.errors import DeviceFault
from hal.transport import iso19794, json_text, sbi_answers, sbi_trust
from hal.transport.iso19794 import Record
from hal.transport.sbi_device import VERSION, Found, Kind, Trusts
from hal.transport.sbi_positions import NAMES, POSITIONS, Showing

FRESH = timedelta(minutes=5)  # the clock is the machine's own on both sides; MOSIP's own client allows as much
REQUESTED_SCORE = 40  # the reference client's; whether a picture is good enough, the box judges by itself
FIRST_HASH = sha256(b"").digest()


@dataclass(frozen=True)
class Biometric:
    """One finger or eye of a capture; `original` is the statement that the device signed, `hash` ends the chain."""

    record: Record
    original: bytes
    hash: bytes


class CaptureRequest:
    """One request, and the judge of its answer; its transaction is never used again."""

    def __init__(self, found: Found, kind: Kind, showing: Showing) -> None:
        self._found = found
        self._kind = kind
        self._showing = showing
        self._transaction = str(uuid4())

    def body(self, timeout_s: float, now: datetime) -> dict[str, Any]:
        """What is sent."""
        bio = {
            "type": self._kind,
            "count": str(len(self._showing.positions)),
            "bioSubType": [NAMES[position] for position in self._showing.positions],
            "exception": [NAMES[position] for position in self._showing.missing],
            "requestedScore": str(REQUESTED_SCORE),
            "deviceId": self._found.device_id,
            "deviceSubId": str(self._showing.sub_id),
            "previousHash": FIRST_HASH.hex().upper(),
        }
        return {
            "env": self._found.environment,
            "purpose": "Registration",
            "specVersion": VERSION,
            "timeout": str(max(round(timeout_s * 1000), 1)),
            "captureTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "transactionId": self._transaction,
            "bio": [bio],
            "customOpts": None,
        }

    def judged(self, answer: Any, trusts: Trusts, now: datetime) -> list[Biometric]:
        """Everything that was asked for and nothing else, with an unbroken chain of hashes. Raises the answer's own
        error, or DeviceFault."""
        items = answer.get("biometrics") if isinstance(answer, dict) else None
        if not isinstance(items, list) or not items:
            raise sbi_answers.refusal_of(answer)
        given: list[Biometric] = []
        for item in items[: len(NAMES)]:
            if not isinstance(item, dict):
                raise DeviceFault("capture: the service answers with no biometrics")
            sbi_answers.check(item)
            given.append(self._biometric(item, given[-1].hash if given else FIRST_HASH, trusts, now))
        if sorted(one.record.position for one in given) != sorted(self._showing.positions) or len(items) > len(given):
            raise DeviceFault("capture: the service does not give exactly the fingers or eyes that were asked for")
        return given

    def _biometric(self, item: Mapping[str, Any], hashed: bytes, trusts: Trusts, now: datetime) -> Biometric:
        if item.get("specVersion") != VERSION:
            raise DeviceFault(f"capture: the service does not speak version {VERSION}")
        statement = sbi_trust.opened(item.get("data"), "capture")
        badge = sbi_trust.opened(statement.payload.get("digitalId"), "digital id of the capture")
        if trusts(statement) != self._found.trusted or trusts(badge) != self._found.trusted:
            raise DeviceFault("capture: it is signed by somebody else than the device info was")
        self._check_said(statement.payload, now)
        self._check_device(badge.payload)
        record = _record_of(statement.payload)
        hashed = sha256(hashed + sha256(record).digest()).digest()
        if item.get("hash") not in (hashed.hex().upper(), hashed.hex()):
            raise DeviceFault("capture: the chain of hashes is broken; something was swapped or left out")
        read = iso19794.read_finger(record) if self._kind == "Finger" else iso19794.read_iris(record)
        if POSITIONS.get(str(statement.payload.get("bioSubType"))) is not read.position:
            raise DeviceFault("capture: its record shows another finger or eye than the service says")
        return Biometric(read, str(item["data"]).encode("ascii"), hashed)

    def _check_said(self, said: Mapping[str, Any], now: datetime) -> None:
        expected = {
            "transactionId": self._transaction,
            "env": self._found.environment,
            "purpose": "Registration",
            "bioType": self._kind,
            "deviceCode": self._found.code,
        }
        for name, value in expected.items():
            if said.get(name) != value:
                raise DeviceFault(f"capture: its {name} is not the one asked for")
        if said.get("domainUri") not in (None, ""):
            raise DeviceFault("capture: its domainUri is not the one asked for")
        if json_text.number_of(said.get("qualityScore"), 0, 100) is None:
            raise DeviceFault("capture: its score is not 0 to 100")
        if not _is_fresh(said.get("timestamp"), now):
            raise DeviceFault("capture: it was not made now")

    def _check_device(self, badge: Mapping[str, Any]) -> None:
        found = self._found
        if (badge.get("make"), badge.get("model"), badge.get("serialNo")) != (found.make, found.model, found.serial):
            raise DeviceFault("capture: another device took it")


def _record_of(said: Mapping[str, Any]) -> bytes:
    try:
        return sbi_trust.decoded(str(said.get("bioValue")))
    except ValueError:
        raise DeviceFault("capture: its record is not base64url") from None


def _is_fresh(timestamp: object, now: datetime) -> bool:
    try:
        said = datetime.fromisoformat(str(timestamp))
    except ValueError:
        return False
    return said.tzinfo is not None and abs(said - now) <= FRESH
