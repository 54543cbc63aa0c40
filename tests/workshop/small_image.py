"""An image like the build's, in small: the same partitions by the same labels, a system that says which it is, a block
map beside it. Nothing of it boots."""

import random
import shutil
import subprocess
from pathlib import Path

MIB = 1 << 20
IMAGE_ID, VERSION = "jemput-test", "0.1.0"
SIZES = {"bootconfig": 2, "boot_a": 1, "boot_b": 1, "system_a": 8, "system_b": 8, "persistent": 3}  # MiB
SIZE = 25 * MIB
PROGRAMS = ("sfdisk", "mkfs.vfat", "mkfs.ext4", "mksquashfs", "unsquashfs", "bmaptool", "mcopy", "zstd", "losetup")
TYPES = {"bootconfig": "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7", "linux": "0FC63DAF-8483-4772-8E79-3D69D8477DE4"}


def make(folder: Path, name: str = "small.img", seed: int = 1) -> Path:
    """The image, sparse as genimage leaves it, with its .bmap."""
    image = folder / name
    with open(image, "wb") as file:
        file.truncate(SIZE)
    _partition(image)
    at = MIB
    for label, mib in SIZES.items():
        content = _CONTENT.get(label)
        if content:
            part = folder / f"{label}.part"
            content(part, mib * MIB, seed)
            _put(image, part, at)
            part.unlink()
        at += mib * MIB
    map_again(image)
    return image


def map_again(image: Path) -> None:
    """The block map of the image as it is now."""
    _run("bmaptool", "create", "--output", image.with_name(image.name + ".bmap"), image)


def _partition(image: Path) -> None:
    lines = ["label: gpt", "unit: sectors", "first-lba: 34"]
    at = MIB
    for number, (label, mib) in enumerate(SIZES.items(), start=1):
        uuid = f"00000000-0000-4000-8000-{number:012d}"
        kind = TYPES.get(label, TYPES["linux"])
        lines.append(f'start={at // 512}, size={mib * MIB // 512}, type={kind}, uuid={uuid}, name="{label}"')
        at += mib * MIB
    _run("sfdisk", "--quiet", image, given="\n".join(lines))


def _fat(part: Path, size: int, seed: int) -> None:
    _blank(part, size)
    _run("mkfs.vfat", "-i", "4A454D50", part)
    autoboot = part.with_suffix(".txt")
    autoboot.write_text("[all]\ntryboot_a_b=1\nboot_partition=2\n[tryboot]\nboot_partition=3\n")
    _run("mcopy", "-i", part, autoboot, "::autoboot.txt")
    autoboot.unlink()


def _system(part: Path, size: int, seed: int) -> None:
    root = part.with_suffix(".root")
    (root / "usr/lib").mkdir(parents=True)
    (root / "usr/lib/os-release").write_text(f"ID=debian\nIMAGE_ID={IMAGE_ID}\nIMAGE_VERSION={VERSION}\n")
    (root / "usr/lib/content").write_bytes(random.Random(seed).randbytes(size * 3 // 4))
    _run("mksquashfs", root, part, "-noappend", "-no-progress", "-comp", "zstd", "-Xcompression-level", "1")
    shutil.rmtree(root)


def _data(part: Path, size: int, seed: int) -> None:
    _blank(part, size)
    _run("mkfs.ext4", "-q", part)


def _blank(part: Path, size: int) -> None:
    with open(part, "wb") as file:
        file.truncate(size)


def _put(image: Path, part: Path, at: int) -> None:
    _run("dd", f"if={part}", f"of={image}", "bs=64k", f"seek={at}", "oflag=seek_bytes", "conv=notrunc,sparse")


def _run(*words: str | Path, given: str | None = None) -> None:
    command = [str(word) for word in words]
    subprocess.run(command, input=given, text=True, check=True, capture_output=True)


_CONTENT = {"bootconfig": _fat, "boot_a": _fat, "system_a": _system, "persistent": _data}
