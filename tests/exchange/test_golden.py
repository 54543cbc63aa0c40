"""Files written once, in format version 1, stay readable for ever, and what we write today is spelled the same."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pyrage
import pytest
from pyrage import x25519

from kiosk.core.measures import FingerMeasures
from kiosk.core.padding import unpad
from kiosk.core.record import Position
from kiosk.exchange.bundle import blob_name, check_meta, read_blob, verify_bundle
from kiosk.exchange.certificate import open_certificate, open_request, sign_certificate, sign_request
from kiosk.exchange.completion import open_completion, sign_completion
from kiosk.exchange.config import open_config, sign_config
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.manifest import Kind, Manifest, open_manifest, sign_manifest
from kiosk.exchange.meta import is_meta, read_meta, write_meta
from kiosk.exchange.office import open_office, sign_office
from kiosk.exchange.receipt import open_closed_gap, open_receipt, sign_closed_gap, sign_receipt
from kiosk.exchange.roster import open_roster

V1 = Path(__file__).parents[1] / "golden" / "v1"
PERSON = V1 / "SINTANG-03_9f3c01ab_00000002"
# A test constant: it opens these files and nothing else.
OPENING = "AGE-SECRET-KEY-1G7U9PXLMLRQ2VCHP404HVWV39MTC959UPP8J8ARUYHFWPQUN557QVQVLF9"
PUBLIC = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"
KEY = SigningKey.from_bytes(bytes(range(32)))


def opened(told: Manifest) -> dict[str, bytes]:
    """Every blob's plaintext by its hash."""
    identity = x25519.Identity.from_str(OPENING)
    return {blob.sha256: unpad(pyrage.decrypt(read_blob(PERSON, blob), [identity])) for blob in told.blobs}


def test_a_bundle_of_version_1_is_verified_opened_and_read():
    told = verify_bundle(PERSON, PUBLIC, PERSON.name)
    assert (told.kind, told.seq, told.prev, told.training, told.day) == (Kind.PERSON, 2, "5" * 64, True, 3)
    plain = opened(told)
    meta = next(sha for sha, text in plain.items() if is_meta(text))
    person = read_meta(plain[meta])
    check_meta(told, meta, person)
    assert person.record_id == "0123456789abcdef0123456789abcdef"
    assert (person.resident.nik, person.resident.birth) == ("6105014107900001", date(1990, 7, 1))
    assert person.captures[0].position is Position.RIGHT_INDEX
    assert person.captures[0].measures == FingerMeasures(62, 41, 0.93, 11.5)
    assert plain[person.captures[0].blob.sha256].startswith(b"\x89PNG")
    assert write_meta(person) == plain[meta]


@pytest.mark.parametrize(
    ("file", "read", "sign"),
    [
        ("office.jws", open_office, sign_office),
        ("config.jws", open_config, sign_config),
        ("request.jws", lambda raw, _: open_request(raw), sign_request),
        ("certificate.jws", open_certificate, sign_certificate),
        ("completion.jws", open_completion, sign_completion),
        ("receipt.jws", open_receipt, sign_receipt),
        ("closed-gap.jws", open_closed_gap, sign_closed_gap),
        *((f"{kind}.manifest.jws", open_manifest, sign_manifest) for kind in Kind if kind is not Kind.PERSON),
    ],
)
def test_a_payload_of_version_1_is_read_and_spelled_the_same_today(file, read, sign):
    raw = (V1 / file).read_bytes()
    assert sign(read(raw, PUBLIC), KEY) == raw


def test_a_roster_of_version_1_is_opened():
    roster = open_roster(x25519.Identity.from_str(OPENING), (V1 / "roster.age").read_bytes(), PUBLIC)
    assert [each.status for each in roster.residents] == ["DEAD"]


def test_the_age_program_opens_every_blob(tmp_path):
    age = shutil.which("age")
    if age is None:
        pytest.skip("the age program is not installed")
    key = tmp_path / "key.txt"
    key.write_text(OPENING + "\n")
    told = verify_bundle(PERSON, PUBLIC, PERSON.name)
    for sha, text in opened(told).items():
        found = subprocess.run([age, "-d", "-i", key, PERSON / blob_name(sha)], capture_output=True, check=True).stdout
        length = int.from_bytes(found[:8], "big")
        assert found[8 : 8 + length] == text
        if is_meta(text):
            assert json.loads(text)["enrollmentType"] == "KTP-EL"
