"""What has been made already and may be used again: the tools, the packages set up, the tree. Each stands under the
hash of all that went into it."""

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from sdimage import allowed, debian, debs, disk, lock, sbom, sources, tree
from sdimage.shell import BuildError
from sdimage.tree import HERE, Product

PACKAGES, LOCKS = HERE / "packages", HERE / "locks"


@dataclass(frozen=True)
class Made:
    """`at` keeps everything; `say` tells what happens now."""

    at: Path
    say: Callable[[str], None]

    def lock(self) -> None:
        """Resolve both package locks anew. BuildError."""
        mirror = sources.mirror()
        common = PACKAGES / "common.list"
        for name, lists, architecture in (
            ("tools", (PACKAGES / "tools.list",), "amd64"),
            ("virt", (common, PACKAGES / "virt.list"), "arm64"),
        ):
            found = lock.resolve(lock.names(*lists), architecture, mirror, self.at / "cache" / f"apt-{name}")
            lock.write(LOCKS / f"{name}.lock", found)
        LOCKS.joinpath("epoch").write_text(f"{int(time.time())}\n")

    def tools(self) -> Path:
        """The chroot with the tools."""
        key = _key((LOCKS / "tools.lock", Path(debian.__file__)))
        at = self.at / "cache" / f"tools-{key}"
        if not at.is_dir():
            _drop(self.at / "cache", "tools-*")
            self._timed("the tools", lambda: debian.tools(*self._packages("tools"), at))
        return at

    def base(self, board: str) -> Path:
        """The packages of a board, set up; a tar archive."""
        key = _key((LOCKS / f"{board}.lock", Path(debian.__file__)))
        tar = self.at / "cache" / f"base-{board}-{key}.tar"
        if not tar.is_file():
            _drop(self.at / "cache", f"base-{board}-*")
            tools = self.tools()
            names, archive = self._packages(board)
            log = self.at / f"base-{board}.log"
            self._timed("the packages set up (emulated)", lambda: debian.image(names, tools, archive, tar, log))
        return tar

    def root(self, product: Product) -> Path:
        """The tree of a product, always made anew: it is what changes."""
        base, tools, root = self.base(product.board), self.tools(), self.at / f"root-{product.board}"
        self._timed("the tree", lambda: tree.make(product, base, tools, root))
        return root

    def image(self, product: Product) -> Path:
        """The disk image of a product, plain and compressed, with its block map and what it is made of. BuildError
        where the tree holds something that a box must not have."""
        root, tools = self.root(product), self.tools()
        if found := allowed.findings(root):
            raise BuildError("The tree holds what a box must not have:\n" + "\n".join(found))
        sbom.sbom(root, self.at)
        image = self._timed("the image", lambda: disk.make(product, root, tools, self.at))
        self._timed("compressed", lambda: disk.compress(image))
        return image

    def parts(self, product: Product) -> Path:
        """Where boot and system of a product stand, for an update."""
        root, parts = self.root(product), self.at / f"update-{product.version}"
        self._timed("boot and system", lambda: disk.slots(product, root, self.tools(), parts))
        return parts

    def _packages(self, name: str) -> tuple[list[str], Path]:
        locked = lock.read(LOCKS / f"{name}.lock")
        cache, archive = self.at / "cache/debs", self.at / "cache" / f"archive-{name}"
        debs.fetch(locked, sources.mirror(), cache, self.say)
        debs.archive(locked, cache, archive)
        return [one.name for one in locked], archive

    def _timed(self, what: str, make: Callable[[], Path | None]) -> Path:
        self.say(f"{what} ...")
        began = time.monotonic()
        made = make()
        self.say(f"{what}: {time.monotonic() - began:.0f} s")
        return made or self.at


def _key(files: Iterable[Path]) -> str:
    content = hashlib.sha256()
    for path in files:
        content.update(path.read_bytes())
    return content.hexdigest()[:16]


def _drop(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
