"""What a Raspberry Pi wants beside kernel and initrd: firmware, device trees and their overlays, out of the packages of
its archive."""

import shutil
import subprocess
from pathlib import Path

from sdimage.shell import BuildError, run

FIRMWARE = "usr/lib/raspi-firmware"
# A Pi 4's firmware lies on the card; a Pi 5's in the board. The licence goes wherever the files go.
NEEDED = {"pi4": ("start4.elf", "fixup4.dat", "LICENCE.broadcom"), "pi5": ("LICENCE.broadcom",)}
# The first whose start4.elf reads [boot_partition=N] and autoboot.txt on a GPT: before, a Pi 4 blinks and stays dark.
OLDEST = "1.20250430"
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
    _new_enough(root)
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


def _new_enough(root: Path) -> None:
    shown = run(["dpkg-query", "--admindir", root / "var/lib/dpkg", "-W", "-f", "${Version}", "raspi-firmware"])
    if subprocess.run(["dpkg", "--compare-versions", shown.split(":")[-1], "ge", OLDEST]).returncode:
        raise BuildError(f"raspi-firmware {shown} is too old for two systems on a card; {OLDEST} or newer is wanted.")
