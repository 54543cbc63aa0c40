"""One person from the stick to the plain picture with nothing of ours: Debian's age, a JOSE library's primitives, JSON.

The formats are read from docs/formats.md here, not imported."""

import hashlib
import json
import shutil
import subprocess
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from flow_box import SHOWN, FlowBox, made

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="Debian's age is not installed")


@dataclass(frozen=True)
class Handed:
    """A stick as it arrives at the office, and the office's papers and keys."""

    out: Path
    stick: Path
    person: Path

    def files(self, pattern: str) -> list[Path]:
        return sorted((self.stick / "JEMPUT").glob(pattern))


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    out = tmp_path_factory.mktemp("foreign") / "out"
    out.mkdir()
    with FlowBox(out, made(out)) as box:
        box.open_day()
        session = box.record()
        assert box.hand_over().written == 1
    stick = out / "as-it-came"
    shutil.copytree(out / "stick", stick)
    return Handed(out, stick, stick / "JEMPUT" / "bundles" / session.bundle)


def unpacked(part: bytes) -> bytes:
    return urlsafe_b64decode(part + b"=" * (-len(part) % 4))


def opened(raw: bytes, typ: str, key: str) -> dict[str, Any]:
    """A compact JWS under this key, as RFC 7515 has it."""
    header, payload, signature = raw.split(b".")
    assert json.loads(unpacked(header)) == {"alg": "Ed25519", "typ": typ}
    Ed25519PublicKey.from_public_bytes(unpacked(key.encode())).verify(unpacked(signature), header + b"." + payload)
    return json.loads(unpacked(payload))


def box_key(handed: Handed) -> str:
    """From the root that somebody trusts to the key of this box."""
    root = (handed.out / "office" / "root.pub").read_text().strip()
    office = opened((handed.out / "office" / "office.jws").read_bytes(), "jemput-office", root)
    papers = handed.out / "box" / "papers" / "certificate.jws"
    certificate = opened(papers.read_bytes(), "jemput-certificate", office["keys"]["config"])
    assert certificate["training"] is True
    return certificate["key"]


def manifest_of(handed: Handed) -> dict[str, Any]:
    return opened((handed.person / "manifest.jws").read_bytes(), "jemput-manifest", box_key(handed))


def age(blob: Path, identity: Path) -> bytes:
    done = subprocess.run(["age", "-d", "-i", identity, blob], capture_output=True, check=True)
    length = int.from_bytes(done.stdout[:8], "big")
    plain, rest = done.stdout[8 : 8 + length], done.stdout[8 + length :]
    assert len(plain) == length
    assert not any(rest)
    assert len(done.stdout) % 4096 == 0
    return plain


def test_the_signature_the_name_and_every_hash_hold(handed: Handed) -> None:
    manifest = manifest_of(handed)
    assert f"{manifest['box']}_{manifest['incarnation']}_{manifest['seq']:08d}" == handed.person.name
    told = {blob["sha256"]: blob["size"] for blob in manifest["blobs"]}
    found = {path.stem: path for path in handed.person.glob("*.age")}
    assert told.keys() == found.keys()
    for sha256, path in found.items():
        data = path.read_bytes()
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (sha256, told[sha256])
    assert {p.name for p in handed.person.iterdir()} == {"manifest.jws", *(f"{sha256}.age" for sha256 in told)}


def test_an_altered_manifest_does_not_verify(handed: Handed) -> None:
    header, payload, signature = (handed.person / "manifest.jws").read_bytes().split(b".")
    other = payload[:-4] + (b"AAAA" if payload[-4:] != b"AAAA" else b"BBBB")
    with pytest.raises(InvalidSignature):
        opened(b".".join((header, other, signature)), "jemput-manifest", box_key(handed))


@needs_age
@pytest.mark.parametrize("identity", ["office/keys/opening.age-identity", "recovery/recovery.age-identity"])
def test_debians_age_opens_every_blob_for_the_office_and_for_the_safe(handed: Handed, identity: str) -> None:
    plain = {path.stem: age(path, handed.out / identity) for path in handed.person.glob("*.age")}
    (meta,) = [json.loads(data) for data in plain.values() if data.startswith(b'{"jemput_meta":1,')]
    told = {one["imageRef"]: one for one in meta["biometricData"]}
    assert len(plain) == len(told) + 1
    assert {one["biometricSubType"] for one in told.values()} == {*(p.value for p in SHOWN), "SIGNATURE"}
    for sha256, one in told.items():
        if one["mimeType"] == "image/png":
            assert plain[sha256].startswith(b"\x89PNG\r\n\x1a\n")
        else:
            assert json.loads(plain[sha256])["strokes"]
    assert meta["biographicData"]["listed"] is True


def test_the_completion_file_names_what_the_stick_holds(handed: Handed) -> None:
    raws = [path.read_bytes() for path in handed.files("complete/*.jws")]
    told = [opened(raw, "jemput-completion", box_key(handed)) for raw in raws]
    last = max(told, key=lambda one: one["counter"])
    payload = (handed.person / "manifest.jws").read_bytes().split(b".")[1]
    assert last["manifests"] == [hashlib.sha256(unpacked(payload)).hexdigest()]
    assert last["head"] == {"seq": manifest_of(handed)["seq"], "manifest": last["manifests"][0]}
