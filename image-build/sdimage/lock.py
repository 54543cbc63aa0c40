"""Which packages, exactly: a list of names resolved once by apt against Debian's signed archives, kept with versions
and SHA-256. Every image is made from the lock; the archive's state on that day does not matter any more."""

import os
import re
from dataclasses import astuple, dataclass
from pathlib import Path
from urllib.parse import unquote

from sdimage.shell import BuildError, run
from sdimage.sources import Mirror

KEYRINGS = "/usr/share/keyrings"
HEAD = "# name version sha256 bytes archive path; made by: image-build/build lock\n"
ESSENTIAL = "?and(?essential,?not(?exact-name(apt)))"  # apt counts itself among them; the image has no use for it
_URI = re.compile(r"^'([^']+)' (\S+)_([^_\s]+)_([^_\s]+)\.deb \d+", re.MULTILINE)


@dataclass(frozen=True)
class Locked:
    """One package file; `path` is below the archive."""

    name: str
    version: str
    sha256: str
    size: int
    archive: str
    path: str

    @property
    def file(self) -> str:
        """A name for it in the cache."""
        return f"{self.sha256[:16]}_{self.path.rpartition('/')[2]}"


def names(*lists: Path) -> list[str]:
    """The names of package lists: one a line, # for what is said about it."""
    lines = (line.partition("#")[0].strip() for path in lists for line in path.read_text().splitlines())
    return [line for line in lines if line]


def resolve(wanted: list[str], architecture: str, mirror: Mirror, work: Path) -> list[Locked]:
    """What apt would install, with everything that is needed and nothing that is only recommended. BuildError."""
    env = {"APT_CONFIG": str(_configuration(architecture, mirror, work))}
    run(["apt-get", "update", "-qq"], env=env)
    told = run(["apt-get", "install", "-qq", "-y", "--print-uris", ESSENTIAL, *wanted], env=env)
    chosen = {(name, unquote(version)): uri for uri, name, version, _ in _URI.findall(told)}
    stanzas = run(["apt-cache", "show", *(f"{name}={version}" for name, version in chosen)], env=env)
    found: dict[tuple[str, str], Locked] = {}
    for stanza in stanzas.split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version|SHA256|Size): (.*)$", stanza, re.MULTILINE))
        if fields and (key := (fields["Package"], fields["Version"])) in chosen:
            archive, path = mirror.place(unquote(chosen[key]))
            found[key] = Locked(*key, fields["SHA256"], int(fields["Size"]), archive, path)
    if missing := set(chosen) - set(found):
        raise BuildError(f"apt tells nothing of {sorted(missing)[0][0]}; try again after 'apt-get update'.")
    return sorted(found.values(), key=lambda one: one.name)


def _configuration(architecture: str, mirror: Mirror, work: Path) -> Path:
    """An apt of its own, that knows nothing of what is installed on this computer."""
    for part in ("state/lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d"):
        (work / part).mkdir(parents=True, exist_ok=True)
    (work / "state/status").write_text("")
    (work / "etc/sources.list").write_text(mirror.lines())
    settings = {
        "Dir::State": work / "state",
        "Dir::State::status": work / "state/status",
        "Dir::Cache": work / "cache",
        "Dir::Etc": work / "etc",
        "Dir::Etc::trusted": "/nonexistent",
        "Dir::Etc::trustedparts": KEYRINGS,
        "APT::Architecture": architecture,
        "APT::Architectures": architecture,
        "APT::Install-Recommends": "false",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
    }
    told = work / "apt.conf"
    told.write_text("".join(f'{key} "{value}";\n' for key, value in settings.items()))
    return told


def write(path: Path, packages: list[Locked]) -> None:
    """The lock."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (" ".join(str(field) for field in astuple(one)) for one in packages)
    temporary = path.with_suffix(".new")
    temporary.write_text(HEAD + "".join(f"{line}\n" for line in lines))
    os.replace(temporary, path)  # noqa: PTH105


def read(path: Path) -> list[Locked]:
    """The lock. BuildError where a line is not one."""
    found = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if line.startswith("#"):
            continue
        fields = line.split()
        if len(fields) != 6 or not re.fullmatch(r"[0-9a-f]{64}", fields[2]) or not fields[3].isdigit():
            raise BuildError(f"{path.name} line {number} is no locked package; make it anew: image-build/build lock.")
        name, version, sha256, size, archive, place = fields
        found.append(Locked(name, version, sha256, int(size), archive, place))
    return found
