"""Trees of Debian packages: the chroot with the tools (this computer's architecture) and the image's own (arm64).

The image's packages are set up under emulation, which is slow: what only writes caches there is left out and done
natively afterwards, with the same result."""

import shutil
from pathlib import Path

from sdimage.shell import BuildError, run, within
from sdimage.sources import SUITE

BINFMT = Path("/proc/sys/fs/binfmt_misc")
EMULATED = BINFMT / "qemu-aarch64"
DPKG = (
    "force-unsafe-io",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/i18n/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/lintian/*",
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
)
# Kernel drivers of machines that are no enrolment box.
MODULES = (
    "drivers/infiniband", "drivers/iio", "drivers/gpu/drm/amd", "drivers/gpu/drm/nouveau", "drivers/gpu/drm/radeon",
    "drivers/gpu/drm/msm", "drivers/gpu/drm/xe", "drivers/gpu/drm/i915", "drivers/scsi/lpfc", "drivers/scsi/qla2xxx",
    "drivers/net/ethernet", "drivers/net/wireless", "drivers/media/dvb-frontends", "drivers/media/tuners",
    "drivers/media/pci", "drivers/isdn", "drivers/staging", "drivers/crypto", "fs/ocfs2", "fs/xfs", "fs/btrfs",
    "fs/gfs2", "fs/ceph", "fs/nfs", "fs/nfsd", "fs/smb", "net/bluetooth", "drivers/bluetooth", "drivers/md/raid456.ko*",
)  # fmt: skip
# What packages write while they are set up, and what stands in for it meanwhile: nothing.
LATER = (
    "/usr/lib/python3.13/py_compile.py",  # the standard library's byte code
    "/usr/bin/py3compile",
    "/usr/sbin/update-initramfs",
    "/usr/sbin/depmod",
    "/usr/bin/systemd-hwdb",
    "/usr/bin/udevadm",  # libfprint's package asks it for each of some hundred sensors
)


def emulate() -> None:
    """Let this kernel run arm64 programs by qemu-user. BuildError where it cannot."""
    if not BINFMT.joinpath("register").exists():
        run(["mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT])
    if not EMULATED.exists():
        run(["update-binfmts", "--enable", "qemu-aarch64"])
    if "enabled" not in EMULATED.read_text():
        raise BuildError("This kernel does not run arm64 programs; enable binfmt_misc and qemu-user-static.")


def tools(names: list[str], archive: Path, at: Path) -> None:
    """The tools' chroot, made by this computer's mmdebstrap."""
    new = at.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    _strap("amd64", "minbase", names, f"deb [trusted=yes] copy://{archive} ./\n", new, ())
    new.rename(at)


def image(names: list[str], tools_root: Path, archive: Path, tar: Path, log: Path) -> None:
    """The image's tree with every package set up, as a tar archive. Takes minutes."""
    emulate()
    hooks = []
    for path in LATER:
        hooks.append(f"--essential-hook={_divert(path)}")
        hooks.append(f"--customize-hook={_restore(path)}")
    command = _command("arm64", "essential", names, "/out/root.tar", (*hooks, f"--logfile=/out/{log.name}"))
    list_file = tar.parent / "archive.list"
    list_file.write_text("deb [trusted=yes] copy:///debs ./\n")
    within(tools_root, {archive: "/debs", tar.parent: "/out"}, [*command, "/out/archive.list"])
    (tar.parent / "root.tar").rename(tar)


def _strap(architecture: str, variant: str, names: list[str], line: str, at: Path, more: tuple[str, ...]) -> None:
    list_file = at.parent / "archive.list"
    list_file.write_text(line)
    run([*_command(architecture, variant, names, str(at), more), list_file])


def _command(architecture: str, variant: str, names: list[str], to: str, more: tuple[str, ...]) -> list[str]:
    return [
        *("mmdebstrap", "--mode=root", f"--architectures={architecture}", f"--variant={variant}"),
        *("--aptopt=Apt::Install-Recommends false", "--aptopt=Acquire::Languages none"),
        *(f"--dpkgopt={option}" for option in DPKG),
        *(f"--dpkgopt=path-exclude=/usr/lib/modules/*/kernel/{part}*" for part in MODULES if architecture == "arm64"),
        *(f"--include={name}" for name in names),
        *more,
        SUITE,
        to,
    ]


def _divert(path: str) -> str:
    return (
        (
            f'mkdir -p "$1{path.rpartition("/")[0]}" && '
            f'dpkg-divert --root "$1" --quiet --local --no-rename --divert {path}.later --add {path} && '
            f'printf "#!/bin/sh\\n" > "$1{path}" && chmod 755 "$1{path}"'
        )
        if not path.endswith(".py")
        else (
            f'mkdir -p "$1{path.rpartition("/")[0]}" && '
            f'dpkg-divert --root "$1" --quiet --local --no-rename --divert {path}.later --add {path} && : > "$1{path}"'
        )
    )


def _restore(path: str) -> str:
    return f'rm -f "$1{path}" && dpkg-divert --root "$1" --quiet --local --rename --remove {path}'
