"""The system's tree: what the packages made, our overlay over it, the application, and everything that a read-only
system must have found out beforehand because it can write nothing down."""

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from sdimage import app
from sdimage.initrd import kernel
from sdimage.shell import run, within

HERE = Path(__file__).parents[1]
UDEV = app.PROJECT / "udev"
UDEV_PLACES = {"70-jemput.rules": "usr/lib/udev/rules.d", "70-jemput.hwdb": "usr/lib/udev/hwdb.d",
               "70-jemput.conf": "usr/lib/modprobe.d"}  # fmt: skip
PYTHON_FOLDERS = ("usr/lib/python3.13", "usr/lib/python3", "opt/jemput/lib")
# A box has no use for them; some would differ from build to build.
REMOVED = ("boot/*", "initrd.img*", "vmlinuz*", "var/cache/*/*", "var/lib/apt", "var/lib/dpkg/*-old", "var/log/*",
           "etc/machine-id", "etc/*-", "etc/hostname", "etc/resolv.conf", "etc/ssh", "run/*", "tmp/*",
           "usr/share/gtk-doc", "usr/share/bash-completion", "usr/share/zsh", "var/lib/systemd/random-seed",
           "usr/lib/modules/*/build", "usr/lib/modules/*/source")  # fmt: skip


@dataclass(frozen=True)
class Product:
    """One image: the board it is for, its version, and whether simulated people live in it."""

    board: str
    version: str
    training: bool
    keyring: Path  # the certificates whose updates it takes

    @property
    def image_id(self) -> str:
        """As os-release and updates name it."""
        return f"jemput-{self.board}"

    @property
    def overlays(self) -> tuple[Path, ...]:
        """What is laid over the packages, later ones over earlier ones."""
        return tuple(p for p in (HERE / "overlay", HERE / f"overlay-{self.board}") if p.is_dir())


def make(product: Product, base: Path, tools: Path, root: Path) -> None:
    """The whole tree, ready to be made a file system. BuildError."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    run(["tar", "--extract", "--file", base, "--directory", root, "--numeric-owner"])
    dress(product, tools, root)


def dress(product: Product, tools: Path, root: Path) -> None:
    """Lay over a tree of packages what makes it a box, ready to be made a file system. BuildError."""
    app.make(root, product.version, product.training)
    for overlay in product.overlays:
        lay_over(overlay, root)
    for name, place in UDEV_PLACES.items():
        shutil.copyfile(UDEV / name, _made(root / place) / name)
    _name(product, root)
    shutil.copyfile(product.keyring, root / "etc/rauc/keyring.pem")
    settle(tools, root)


def lay_over(overlay: Path, root: Path) -> None:
    """Copy an overlay: everything belongs to root; what is executable stays so, nothing else of a mode is kept."""
    for path in sorted(overlay.rglob("*")):
        target = root / path.relative_to(overlay)
        if path.is_symlink():
            _made(target.parent)
            target.unlink(missing_ok=True)
            target.symlink_to(os.readlink(path))  # noqa: PTH115
        elif path.is_dir():
            _made(target)
        else:
            _made(target.parent)
            target.unlink(missing_ok=True)
            shutil.copyfile(path, target)
            target.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    return folder


def _name(product: Product, root: Path) -> None:
    with (root / "usr/lib/os-release").open("a") as file:
        file.write(f"IMAGE_ID={product.image_id}\nIMAGE_VERSION={product.version}\n")
    (root / "etc/hostname").write_text("jemput\n")
    form = root / "etc/rauc/system.conf.in"
    form.with_suffix("").write_text(form.read_text().replace("@COMPATIBLE@", product.image_id))
    form.unlink()


def settle(tools: Path, root: Path) -> None:
    """What would otherwise be done at the first boot, or at every boot of a system that forgets."""
    release = kernel(root)
    shutil.move(root / f"boot/vmlinuz-{release}", root / f"usr/lib/modules/{release}/vmlinuz")
    for pattern in REMOVED:
        for path in root.glob(pattern):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    (root / "etc/machine-id").write_text("")  # empty: made at the boot, without taking each boot for the first
    for name in ("data", "boot/config", "var/cache", "var/log"):
        _made(root / name)
    inside = {root: "/image"}
    within(tools, inside, ["systemd-sysusers", "--root=/image"])
    within(tools, inside, ["systemctl", "--root=/image", "preset-all"])
    within(tools, inside, ["systemd-hwdb", "update", "--usr", "--strict", "--root=/image"])
    run(["depmod", "--basedir", root, release])
    for folder in PYTHON_FOLDERS:
        if (root / folder).is_dir():
            compiling = ["python3.13", "-m", "compileall", "-q", "-j", "2", "--invalidation-mode", "unchecked-hash"]
            within(tools, inside, [*compiling, "-s", "/image", "-p", "/", f"/image/{folder}"])
    _disarm(root)
    for stamp in ("etc/.updated", "var/.updated"):
        (root / stamp).write_text("")
    _date(root)


def _disarm(root: Path) -> None:
    """No program makes its caller root: nobody logs in, and services have what they need."""
    for folder, _, files in os.walk(root):
        for name in files:
            path = Path(folder, name)
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                path.chmod(stat.S_IMODE(mode) & 0o777)


def _date(root: Path) -> None:
    """Every file is of the day of the source. The clock never stands before it; the stamps say that nothing in /usr is
    younger than what was made from it."""
    when = int(os.environ["SOURCE_DATE_EPOCH"])
    _made(root / "usr/lib").joinpath("clock-epoch").write_text("")
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            os.utime(os.path.join(folder, name), (when, when), follow_symlinks=False)  # noqa: PTH118
    os.utime(root, (when, when))
