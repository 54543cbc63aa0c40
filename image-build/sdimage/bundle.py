"""An update: boot and system of a product in one signed RAUC bundle."""

import shutil
from pathlib import Path

from sdimage.shell import run, within
from sdimage.tree import HERE, Product


def make(product: Product, parts: Path, tools: Path, key: str, certificate: Path, out: Path) -> Path:
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
    keys: dict[Path, str] = {certificate.resolve().parent: "/cert"}
    if not key.startswith("pkcs11:"):
        keys[Path(key).resolve().parent] = "/key"
        key = f"/key/{Path(key).name}"
    command = [
        "rauc",
        f"--cert=/cert/{certificate.name}",
        f"--key={key}",
        "bundle",
        "/parts/bundle",
        f"/out/{path.name}",
    ]
    within(tools, {parts: "/parts", out: "/out", **keys}, command)
    return path


def throw_away_keys(at: Path) -> None:
    """A certificate and key for trying things; never for a box in the field."""
    at.mkdir(parents=True, exist_ok=True)
    subject = "/CN=Jemput developer, never for boxes in the field"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "36500", "-subj", subject]
    run([*command, "-keyout", at / "update.key", "-out", at / "update.pem"])
