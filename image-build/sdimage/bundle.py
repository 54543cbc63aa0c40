"""An update: boot and system of a product in one signed RAUC bundle."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from sdimage.shell import run, within
from sdimage.tree import HERE, Product


@dataclass(frozen=True)
class Signer:
    """The update key, a file or a PKCS#11 URL, and its certificate."""

    key: str
    certificate: Path


def make(product: Product, parts: Path, tools: Path, signer: Signer, out: Path) -> Path:
    """IMAGE_ID-VERSION.raucb. BuildError where RAUC refuses key or content."""
    content = parts / "bundle"
    shutil.rmtree(content, ignore_errors=True)
    content.mkdir()
    for name in ("boot.vfat", "system.squashfs"):
        (content / name).hardlink_to(parts / name)
    text = (HERE / "rauc/manifest.raucm.in").read_text()
    manifest = text.replace("@COMPATIBLE@", product.image_id).replace("@VERSION@", product.version)
    (content / "manifest.raucm").write_text(manifest)
    path = out / f"{product.image_id}-{product.version}.raucb"
    path.unlink(missing_ok=True)
    key, certificate = signer.key, signer.certificate.resolve()
    keys = {certificate.parent: "/cert"}
    if not key.startswith("pkcs11:"):
        at = keys.setdefault(Path(key).resolve().parent, "/key")
        key = f"{at}/{Path(key).name}"
    command = ["rauc", f"--cert=/cert/{certificate.name}", f"--key={key}", "bundle"]
    within(tools, {parts: "/parts", out: "/out", **keys}, [*command, "/parts/bundle", f"/out/{path.name}"])
    return path


def throw_away_keys(at: Path) -> Signer:
    """A key and its certificate for trying things, made once; never for a box in the field."""
    signer = Signer(str(at / "update.key"), at / "update.pem")
    if not signer.certificate.is_file():
        at.mkdir(parents=True, exist_ok=True)
        subject = "/CN=Jemput developer, never for boxes in the field"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "36500", "-subj", subject]
        run([*command, "-keyout", signer.key, "-out", signer.certificate])
    return signer
