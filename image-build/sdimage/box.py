"""A box's system: the packages that rpi-image-gen set up, made a box by the same steps as the developer image."""

import shutil
from pathlib import Path

from sdimage import allowed, raspberry, tree
from sdimage.sbom import sbom
from sdimage.shell import BuildError, run
from sdimage.tree import Product


def dressed(product: Product, packages: Path, tools: Path, work: Path) -> Path:
    """The whole system in `work`, its bill of materials and licences beside it; `packages` stays as it is. BuildError
    where it holds something that a box must not have."""
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
    return root
