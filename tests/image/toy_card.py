"""A small card with the partitions of a real one, for what works on images without booting them."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.image.emulator import partitions
from tests.image.emulator.fat import Fat

LABELS = ("bootconfig", "boot_a", "boot_b", "system_a", "system_b", "persistent")


def card(
    path: Path,
    config: Mapping[str, bytes],
    boot_a: Mapping[str, bytes],
    boot_b: Mapping[str, bytes],
    slot_mb: int = 2,
    data_mb: int = 2,
) -> Path:
    """Make it, with these files on its three FAT partitions and an empty ext4 as the last."""
    sizes = (2, slot_mb, slot_mb, 2, 2, data_mb)
    with path.open("wb") as file:
        file.truncate((sum(sizes) + 4) << 20)
    table = "label: gpt\n" + "".join(
        f"size={size}MiB, name={label}\n" for label, size in zip(LABELS, sizes, strict=True)
    )
    subprocess.run(["sfdisk", "-q", str(path)], input=table.encode(), check=True, capture_output=True)
    found = partitions.read(path)
    for label, files in zip(LABELS, (config, boot_a, boot_b), strict=False):
        part = found[label]
        place = ["--offset", str(part.start // 512), str(path), str(part.size // 1024)]
        subprocess.run(["mkfs.vfat", *place], check=True, capture_output=True)
        for name, content in files.items():
            Fat(path, part.start).write(name, content)
    data = found["persistent"]
    options = ["-q", "-F", "-E", f"offset={data.start}", str(path), f"{data.size // 1024}k"]
    subprocess.run(["mke2fs", "-t", "ext4", *options], check=True, capture_output=True)
    return path
