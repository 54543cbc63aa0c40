"""The image itself: file systems of the tree's parts, put behind one another in a partition table. The same tree gives
the same bytes: identifiers are fixed, times are the source's."""

import os
import shutil
import uuid
from pathlib import Path

from sdimage import initrd, raspberry
from sdimage.shell import run, within
from sdimage.tree import HERE, Product

MB = 1 << 20
BOOT_MB, SYSTEM_MB = 128, 640
DATA_MB = 128  # grown to the card by the first boot
BLOCK, JOURNAL_MB = 4096, 32
LARGEST_CARD_BLOCKS = (512 << 30) // BLOCK  # what a card may have for /data to grow to it
NAME_SPACE = uuid.UUID("6d0f8a52-3f0e-4d57-9b4c-0a5f8e6f2c11")


def make(product: Product, root: Path, tools: Path, work: Path) -> Path:
    """IMAGE_ID.img in `work`, with its block map beside it. BuildError."""
    shutil.rmtree(work / "parts", ignore_errors=True)
    parts = work / "parts"
    (parts / "input").mkdir(parents=True)
    (parts / "root").mkdir()
    boot(product, root, parts / "boot")
    _config(parts / "config")
    for folder in ("boot", "config"):
        _touch(parts / folder)
    pack(root, tools, parts)
    text = (HERE / "genimage.cfg").read_text()
    values = {"image": f"{product.image_id}.img", "boot_mb": BOOT_MB, "system_mb": SYSTEM_MB, "data_mb": DATA_MB}
    values |= {f"uuid_{n}": str(uuid.uuid5(NAME_SPACE, n)) for n in ("disk", "config", "boot_a", "boot_b", "system_a",
                                                                    "system_b", "persistent")}  # fmt: skip
    (parts / "genimage.cfg").write_text(text.format(**values))
    inside = {work: "/build"}
    _data(tools, inside)
    command = ["genimage", "--config", "/build/parts/genimage.cfg", "--rootpath", "/build/parts/root"]
    command += ["--inputpath", "/build/parts", "--outputpath", "/build", "--tmppath", "/tmp/genimage"]
    within(tools, inside, command)
    image = work / f"{product.image_id}.img"
    within(tools, inside, ["bmaptool", "create", "--output", f"/build/{image.name}.bmap", f"/build/{image.name}"])
    return image


def slots(product: Product, root: Path, tools: Path, parts: Path) -> None:
    """boot.vfat and system.squashfs alone, as an update carries them."""
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir(parents=True)
    boot(product, root, parts / "boot")
    _touch(parts / "boot")
    pack(root, tools, parts)
    fat = ["mkfs.vfat", "-C", "-i", "4A454D41", "-n", "BOOT", "--invariant", parts / "boot.vfat", str(BOOT_MB * 1024)]
    run(fat)
    run(["mcopy", "-s", "-m", "-i", parts / "boot.vfat", *sorted((parts / "boot").iterdir()), "::"])


def boot(product: Product, root: Path, at: Path) -> None:
    """What the firmware reads, the same in both slots: config.txt takes the command line of a slot by the number of the
    partition that it was read from."""
    at.mkdir()
    release = initrd.kernel(root)
    shutil.copyfile(root / f"usr/lib/modules/{release}/vmlinuz", at / "vmlinuz")
    initrd.make(root, product.board, at / "initrd.img")
    told = HERE / f"boot-{product.board}"
    shutil.copyfile(told / "config.txt", at / "config.txt")
    for slot in ("a", "b"):
        line = f"root=PARTLABEL=system_{slot} {(told / 'cmdline.txt').read_text().strip()}\n"
        (at / f"cmdline_{slot}.txt").write_text(line)
    if product.board in raspberry.NEEDED:
        raspberry.lay(product.board, release, root, at)


def _config(at: Path) -> None:
    """The first partition: which slot the firmware takes; the workshop adds box.toml and papers."""
    at.mkdir()
    shutil.copyfile(HERE / "autoboot.txt", at / "autoboot.txt")


def _touch(folder: Path) -> None:
    when = int(os.environ["SOURCE_DATE_EPOCH"])
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (when, when))


def pack(root: Path, tools: Path, parts: Path) -> None:
    """system.squashfs of the tree. The epoch of the source dates it."""
    squash = [
        "mksquashfs",
        "/image",
        "/parts/system.squashfs",
        "-comp",
        "zstd",
        "-Xcompression-level",
        "15",
        "-noappend",
    ]
    squash += ["-no-progress", "-quiet", "-b", "256K"]
    within(tools, {root: "/image", parts: "/parts"}, squash)


def _data(tools: Path, inside: dict[Path, str]) -> None:
    """An empty /data with blocks and journal of a large one: what a small file system gets would not do for a card."""
    fixed = str(uuid.uuid5(NAME_SPACE, "data"))
    grown = f"hash_seed={fixed},resize={LARGEST_CARD_BLOCKS}"
    command = ["mke2fs", "-q", "-t", "ext4", "-L", "persistent", "-U", fixed, "-E", grown, "-m", "0"]
    command += ["-b", str(BLOCK), "-I", "256", "-i", "16384", "-J", f"size={JOURNAL_MB}"]
    within(tools, inside, [*command, "/build/parts/persistent.ext4", f"{DATA_MB}M"])


def compress(image: Path) -> Path:
    """IMAGE.zst beside it, for carrying."""
    to = image.with_suffix(".img.zst")
    run(["zstd", "--quiet", "--force", "-10", "--threads=0", image, "-o", to])
    return to
