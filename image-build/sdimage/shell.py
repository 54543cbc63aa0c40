"""Programs of others: run, with their last words where they fail."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

LAST_WORDS = 1500  # characters; the end of what a program printed says why it failed
# What is made must not depend on who makes it: no language, no time zone, no variables of a person's shell.
CLEAN = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": "/root"}


class BuildError(Exception):
    """The image cannot be made; one sentence and what to do."""


def run(command: Sequence[str | Path], log: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """What the program printed. `log` keeps all of it. BuildError where it fails or is not there."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, env=CLEAN | dict(env or {}), capture_output=True, check=False)
    except FileNotFoundError as error:
        raise BuildError(f"{words[0]} is missing; run image-build/packages.sh.") from error
    told = done.stderr.decode(errors="replace")
    if log is not None:
        log.write_bytes(done.stdout + done.stderr)
    if done.returncode:
        raise BuildError(f"{' '.join(words[:3])} failed ({done.returncode}):\n{told[-LAST_WORDS:]}")
    return done.stdout.decode(errors="replace")


def within(root: Path, binds: Mapping[Path, str], command: Sequence[str | Path], log: Path | None = None) -> str:
    """Run inside another root; `binds` maps directories of this computer to places inside. Nothing stays mounted: the
    mounts belong to a name space of their own, which ends with the program."""
    lines = ["set -e", "mount --make-rprivate /", 'mount --bind "$0" "$0"', 'cd "$0"']
    for name, kind in (("proc", "proc"), ("sys", "sysfs")):
        lines.append(f'mount -t {kind} {kind} "$0/{name}"')
    lines += ['mount --rbind /dev "$0/dev"', 'mount -t tmpfs tmpfs "$0/tmp"']
    for place, inside in binds.items():
        (root / inside.lstrip("/")).mkdir(parents=True, exist_ok=True)
        lines.append(f'mount --rbind "{place}" "$0{inside}"')
    lines.append('exec chroot "$0" "$@"')
    return run(["unshare", "--mount", "sh", "-c", "\n".join(lines), root, *command], log, _epoch())


def _epoch() -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": os.environ["SOURCE_DATE_EPOCH"]} if "SOURCE_DATE_EPOCH" in os.environ else {}
