"""The box's image: the packages that rpi-image-gen set up, made a box by the same steps as the developer image."""

import shutil
from pathlib import Path

from sdimage import allowed, disk, raspberry, tree
from sdimage.sbom import sbom
from sdimage.shell import BuildError, run
from sdimage.tree import Product


def make(product: Product, packages: Path, tools: Path, work: Path) -> Path:
    """IMAGE_ID.img in `work`, with its block map, bill of materials and licences beside it; `packages` stays as it is.
    BuildError."""
    if not (packages / "var/lib/dpkg/status").is_file():
        raise BuildError(f"{packages} is no tree of Debian packages; name rpi-image-gen's filesystem directory.")
    root = work / f"root-{product.board}"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    run(["cp", "--archive", f"{packages}/.", root])
    raspberry.keep_kernel(root)
    tree.dress(product, tools, root)
    if wrong := allowed.findings(root):
        raise BuildError("This has no place on a box:\n  " + "\n  ".join(wrong))
    sbom(root, work)
    return disk.make(product, root, tools, work)
