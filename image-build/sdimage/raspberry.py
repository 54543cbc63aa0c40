"""What a Raspberry Pi wants beside kernel and initrd: firmware, device trees and their overlays, out of the packages of
its archive."""

import shutil
from pathlib import Path

from sdimage.shell import BuildError

FIRMWARE = "usr/lib/raspi-firmware"
# A Pi 4's firmware lies on the card; a Pi 5's in the board. The licence goes wherever the files go.
NEEDED = {"pi4": ("start4.elf", "fixup4.dat", "LICENCE.broadcom"), "pi5": ("LICENCE.broadcom",)}
TREES = {"pi4": "bcm2711-*.dtb", "pi5": "bcm2712*.dtb"}


def keep_kernel(root: Path) -> None:
    """Put the kernel beside its modules, where this archive's package does not: /boot stays empty. BuildError."""
    for kernel in sorted((root / "boot").glob("vmlinuz-*")):
        release = kernel.name.removeprefix("vmlinuz-")
        modules = root / "usr/lib/modules" / release
        if not modules.is_dir():
            raise BuildError(f"The tree holds a kernel {release} and no modules of it; build the packages anew.")
        shutil.copyfile(kernel, modules / "vmlinuz")


def lay(board: str, release: str, root: Path, at: Path) -> None:
    """Firmware, trees and overlays for this board into the boot partition's folder. BuildError."""
    for name in NEEDED[board]:
        if not (root / FIRMWARE / name).is_file():
            raise BuildError(f"The tree holds no {FIRMWARE}/{name}; is raspi-firmware among its packages?")
        shutil.copyfile(root / FIRMWARE / name, at / name)
    kernel = root / f"usr/lib/linux-image-{release}"
    trees = sorted(kernel.glob(f"broadcom/{TREES[board]}"))
    if not trees:
        raise BuildError(f"The kernel {release} has no device tree for {board}; is it Raspberry Pi's own kernel?")
    for tree in trees:
        shutil.copyfile(tree, at / tree.name)
    (at / "overlays").mkdir()
    for overlay in sorted(kernel.glob("overlays/*")):
        if overlay.suffix in (".dtbo", ".dtb"):
            shutil.copyfile(overlay, at / "overlays" / overlay.name)
