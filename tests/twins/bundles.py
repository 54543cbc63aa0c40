"""Update bundles as the fake RAUC beside this file takes them: real squashfs head, real hash tree, a signature that is
words. `PAYLOAD` bytes are more than one of the copy's chunks."""

import hashlib
from functools import cache
from pathlib import Path

BLOCK = 4096
PAYLOAD = 9 << 20
SALT = bytes(range(32))
INFO = """Compatible: \t'{compatible}'
Version:    \t'{version}'
Bundle Format: \t{form}
  Verity Salt: \t'{salt}'
  Verity Hash: \t'{root}'
  Verity Size: \t{size}

2 Images:
  [boot]
\tFilename:  boot.vfat
\tChecksum:  00
\tSize:      {boot}
\tHooks:
  [{system}]
\tFilename:  system.squashfs
\tChecksum:  00
\tSize:      20.0 MB ({rootfs} bytes)
\tHooks:
"""


@cache
def payload(size: int = PAYLOAD) -> bytes:
    """What looks like a squashfs of this size; every block is another."""
    body = bytearray(b"hsqs" + bytes(36) + size.to_bytes(8, "little") + bytes(48))
    body += bytes(BLOCK - len(body))
    for number in range(1, size // BLOCK):
        body += number.to_bytes(8, "big") * (BLOCK // 8)
    return bytes(body)


@cache
def tree(data: bytes) -> tuple[bytes, bytes]:
    """The root and the stored tree, level by level from the top."""
    level, levels = data, []
    while len(level) > BLOCK:
        hashes = b"".join(hashlib.sha256(SALT + level[at : at + BLOCK]).digest() for at in range(0, len(level), BLOCK))
        level = hashes + bytes(-len(hashes) % BLOCK)
        levels.insert(0, level)
    return hashlib.sha256(SALT + level).digest(), b"".join(levels)


def bundle(
    version: str,
    *,
    compatible: str = "jemput-virt",
    key: str = "office",
    form: str = "verity",
    system: str = "rootfs",
    rootfs: int = 1000,
    data: bytes | None = None,
) -> bytes:
    """A whole bundle."""
    body = payload() if data is None else data
    root, hashes = tree(body)
    info = INFO.format(
        compatible=compatible,
        version=version,
        form=form,
        salt=SALT.hex(),
        root=root.hex(),
        size=len(hashes),
        boot=500,
        system=system,
        rootfs=rootfs,
    )
    if form != "verity":
        info = info.replace("Verity Hash", "Verity Nothing")
    sha = hashlib.sha256(info.encode()).hexdigest()
    signature = f"0KEY {key}\nSHA {sha}\n{info}".encode()
    return body + hashes + signature + len(signature).to_bytes(8, "big")


def write(path: Path, raw: bytes) -> Path:
    """Under a new inode, as another stick would have it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(raw)
    return path
