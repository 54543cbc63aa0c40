"""Where Debian's packages come from: wherever this computer's own apt gets them, with another suite."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from sdimage.shell import BuildError

SUITE = "trixie"
COMPONENTS = "main non-free-firmware"
ARCHIVES = ("debian", "debian-security")
APT = Path("/etc/apt")


@dataclass(frozen=True)
class Mirror:
    """The addresses of both archives, without a slash at the end."""

    debian: str
    security: str

    def lines(self) -> str:
        """A sources.list."""
        suites = ((self.debian, SUITE), (self.debian, f"{SUITE}-updates"), (self.security, f"{SUITE}-security"))
        return "".join(f"deb {address} {suite} {COMPONENTS}\n" for address, suite in suites)

    def address(self, archive: str, path: str) -> str:
        """Of one file of an archive."""
        return f"{self.debian if archive == ARCHIVES[0] else self.security}/{path}"

    def place(self, address: str) -> tuple[str, str]:
        """Archive and path of an address. BuildError where it is neither archive's."""
        for archive, start in ((ARCHIVES[1], self.security), (ARCHIVES[0], self.debian)):
            if address.startswith(f"{start}/"):
                return archive, address.removeprefix(f"{start}/")
        raise BuildError("A package comes from neither of Debian's two archives; mend the computer's apt sources.")


def mirror(apt: Path = APT) -> Mirror:
    """As apt is told here, or JEMPUT_MIRROR (a directory that holds `debian` and `debian-security`). BuildError."""
    if told := os.environ.get("JEMPUT_MIRROR"):
        return Mirror(*(f"{told.rstrip('/')}/{archive}" for archive in ARCHIVES))
    found = _addresses(apt)
    debian = next((a for a in found if a.endswith("/debian")), None)
    security = next((a for a in found if "security" in a), None)
    if debian is None or security is None:
        raise BuildError("This computer's apt names no Debian archive; set JEMPUT_MIRROR to one.")
    return Mirror(debian, security)


def _addresses(apt: Path) -> list[str]:
    found: list[str] = []
    for path in sorted(apt.glob("sources.list.d/*.sources")):
        for line in path.read_text().splitlines():
            if line.startswith("URIs:"):
                found += line.split()[1:]
    for path in (apt / "sources.list", *sorted(apt.glob("sources.list.d/*.list"))):
        if path.is_file():
            found += re.findall(r"^deb\s+(?:\[[^]]*]\s+)?(\S+)", path.read_text(), re.MULTILINE)
    return [address.rstrip("/") for address in found]
