"""docs/open-a-bundle.md does what it says: its blocks are run as they stand, with foreign tools alone."""

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from kiosk.core.padding import IMAGE_STEP, TEXT_STEP
from kiosk.core.record import Blob
from kiosk.core.recording import Moment
from kiosk.exchange import jws
from kiosk.exchange.certificate import Certificate, sign_certificate
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.manifest import Manifest, Person, sign_manifest
from kiosk.exchange.receipt import Receipt, sign_receipt
from kiosk.exchange.shapes import Head
from kiosk.imaging.encode import png
from kiosk.regency.office import init, open_office
from kiosk.store import seal

TOOLS = ("age", "openssl", "python3", "sha256sum", "base64", "awk")
PAGE = Path(__file__).parents[2] / "docs" / "open-a-bundle.md"
GOOD = "Signature Verified Successfully"
NOW = Moment("2026-11-23T01:05:00Z", "system", False, 7, 360_000)


@pytest.fixture
def said(tmp_path: Path) -> dict[str, str]:
    """An office, a box of its, one bundle and its receipt; the page's variables."""
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    office_dir, key = tmp_path / "office", SigningKey.new()
    init(office_dir, tmp_path / "safe", "DISDUKCAPIL SINTANG")
    with open_office(office_dir) as office:
        recipients = office.keys.recipients
        picture = seal(png(np.full((8, 8), 200, np.uint8), 500), recipients, IMAGE_STEP)
        capture = {"imageRef": sha256(picture), "biometricSubType": "RIGHT_INDEX", "purpose": "RECORD"}
        told = {"biometricData": [{**capture, "mimeType": "image/png", "quality": 62}]}
        meta = seal(b'{"jemput_meta":1,' + json.dumps(told).encode()[1:], recipients, TEXT_STEP)
        certificate = Certificate(1, "SINTANG-03", "9f3c01ab", key.public, recipients[0], office.name, True)
        (tmp_path / "certificate.jws").write_bytes(sign_certificate(certificate, office.config_key))
        manifest = _manifest(office.name, (picture, meta))
        raw = sign_manifest(manifest, key)
        bundle = tmp_path / manifest.name
        bundle.mkdir()
        (bundle / "manifest.jws").write_bytes(raw)
        for data in (picture, meta):
            (bundle / f"{sha256(data)}.age").write_bytes(data)
        head = Head(manifest.seq, jws.payload_hash(raw))
        receipt = Receipt(1, office.name, "SINTANG-03", "9f3c01ab", 2, (head,), (), NOW)
        (tmp_path / "receipt.jws").write_bytes(sign_receipt(receipt, office.receipt_key))
    return {
        "ROOT": str(office_dir / "root.pub"),
        "OFFICE": str(office_dir / "office.jws"),
        "CERTIFICATE": str(tmp_path / "certificate.jws"),
        "BUNDLE": str(bundle),
        "IDENTITY": str(office_dir / "keys" / "opening.age-identity"),
        "PLAIN": str(tmp_path / "plain"),
        "RECEIPTS": str(tmp_path / "receipt.jws"),
        "PATH": "/usr/local/bin:/usr/bin:/bin",
    }


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _manifest(office: str, blobs: tuple[bytes, ...]) -> Manifest:
    return Manifest(
        box="SINTANG-03",
        incarnation="9f3c01ab",
        seq=2,
        prev="5" * 64,
        office=office,
        recipients=("a" * 64, "b" * 64),
        firmware="0.1.0",
        training=True,
        day=1,
        time=NOW,
        audit="0" * 64,
        blobs=tuple(sorted((Blob(sha256(data), len(data)) for data in blobs), key=lambda blob: blob.sha256)),
        body=Person(),
    )


def run(said: dict[str, str]) -> subprocess.CompletedProcess[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    script = "set -eu\n" + "\n".join(blocks)
    return subprocess.run(["sh", "-c", script], env=said, capture_output=True, text=True, timeout=60, check=False)


def test_the_page_verifies_and_opens_a_bundle_with_foreign_tools(said: dict[str, str]) -> None:
    done = run(said)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(GOOD) == 4
    assert "all blobs are whole" in done.stdout
    assert "accepted 2" in done.stdout
    assert (Path(said["PLAIN"]) / "RIGHT_INDEX-RECORD.png").read_bytes().startswith(b"\x89PNG")


def test_the_recovery_identity_opens_it_too(said: dict[str, str], tmp_path: Path) -> None:
    done = run({**said, "IDENTITY": str(tmp_path / "safe" / "recovery.age-identity")})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("part", ["OFFICE", "CERTIFICATE", "BUNDLE", "RECEIPTS"])
def test_the_page_finds_what_was_altered(said: dict[str, str], part: str) -> None:
    path = Path(said[part]) / "manifest.jws" if part == "BUNDLE" else Path(said[part])
    header, payload, signature = path.read_bytes().split(b".")
    path.write_bytes(b".".join((header, payload.swapcase(), signature)))
    assert run(said).returncode != 0


def test_the_page_finds_an_altered_blob(said: dict[str, str]) -> None:
    blob = next(Path(said["BUNDLE"]).glob("*.age"))
    data = blob.read_bytes()
    blob.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert run(said).returncode != 0
