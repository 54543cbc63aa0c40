"""Somebody who signs updates: small bundles that RAUC itself makes, with a key of theirs."""

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from hal.updater.bundle import BLOCK

MANIFEST = Path(__file__).parents[2] / "image-build/rauc/manifest.raucm.in"
BOARD = "jemput-virt"
BOOT, SYSTEM = 20 * BLOCK, 300 * BLOCK


@dataclass(frozen=True)
class Signer:
    """A key and its certificate; bundles are made in `folder`."""

    folder: Path
    key: Path
    certificate: Path

    @classmethod
    def new(cls, folder: Path, name: str) -> Self:
        """With a key of its own."""
        made = cls(folder, folder / f"{name}.key", folder / f"{name}.pem")
        kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650")
        _run("openssl", "req", "-x509", *kind, "-subj", f"/CN={name}", "-keyout", made.key, "-out", made.certificate)
        return made

    def bundle(
        self, name: str, version: str, *, board: str = BOARD, system: int = SYSTEM, form: str = "verity"
    ) -> Path:
        """NAME.raucb with two images of noise."""
        content, made = self.folder / f"{name}.content", self.folder / f"{name}.raucb"
        content.mkdir()
        text = MANIFEST.read_text().replace("@COMPATIBLE@", board).replace("@VERSION@", version)
        (content / "manifest.raucm").write_text(text.replace("verity", form))
        for file, size in (("boot.vfat", BOOT), ("system.squashfs", system)):
            (content / file).write_bytes(hashlib.shake_256(file.encode()).digest(size))  # squashfs cannot shrink it
        _run("rauc", "bundle", f"--cert={self.certificate}", f"--key={self.key}", content, made)
        return made


def _run(*command: str | Path) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


def without_signature(bundle: bytes) -> bytes:
    """The same, as if nobody had signed it: what squashfs says it uses, to the end of its block."""
    used = int.from_bytes(bundle[40:48], "little")
    return bundle[: -(-used // BLOCK) * BLOCK]
