"""The programs an update is carried out with: RAUC, and the box's own slot handler."""

import configparser
import os
import re
import shlex
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from hal.errors import DeviceFault
from hal.updater import Refusal, Refused
from hal.updater.bundle import Verity

INFO_S = 60.0  # an emulated processor takes ten
HANDLER_S = 60.0
SAID = {  # by RAUC: of a signer that the keyring does not know, and of another form than system.conf takes
    "Verify error": Refusal.OTHER_KEY,
    "not allowed": Refusal.UNSUITABLE,
}
PERCENT = re.compile(r"\s*(\d{1,3})% ")
QUIET = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


@dataclass(frozen=True)
class Signed:
    """What a signature vouches for; `images` are bytes by slot class."""

    compatible: str
    version: str
    verity: Verity
    images: Mapping[str, int]


@dataclass(frozen=True)
class Programs:
    """Where they lie. `conf` is RAUC's system.conf."""

    rauc: Path = Path("/usr/bin/rauc")
    conf: Path = Path("/etc/rauc/system.conf")
    slots: Path = Path("/usr/lib/jemput/slot-handler")

    def info(self, bundle: Path, seconds: float = INFO_S) -> Signed:
        """What is signed, after RAUC verified the signature against the keyring. Raises Refused; TimeoutError after
        INFO_S, or as many seconds as are left.

        This says nothing about the payload: RAUC looks at that when it installs.
        """
        command = [self.rauc, "--conf", self.conf, "info", "--output-format=readable", bundle]
        done = _run(command, min(seconds, INFO_S))
        if done.returncode != 0:
            raise Refused(next((refusal for words, refusal in SAID.items() if words in done.stderr), Refusal.ALTERED))
        return _signed(done.stdout)

    def install(self, bundle: Path, progress: Callable[[float], None]) -> bool:
        """Write it into the slots that do not run; whether that went well."""
        command = [self.rauc, "--conf", self.conf, "install", bundle]
        with subprocess.Popen(
            list(map(str, command)),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=QUIET,
        ) as process:
            for line in process.stdout or ():
                if found := PERCENT.match(line):
                    progress(int(found[1]) / 100)
        return process.returncode == 0

    def running(self) -> str:
        """The slot that runs: A or B."""
        return self._slots("get-current")

    def usual(self) -> str:
        """The slot that a usual start takes: A or B."""
        return self._slots("get-primary")

    def restart(self) -> None:
        """Arm the trial of the other slot and restart."""
        self._slots("arm-trial")

    def capacities(self) -> Mapping[str, int]:
        """Bytes of the smallest slot of each class. Raises DeviceFault."""
        config = configparser.ConfigParser(interpolation=None)
        try:
            config.read_string(self.conf.read_text())
            found: dict[str, int] = {}
            for section in config.sections():
                if section.startswith("slot."):
                    name, size = section.split(".")[1], _size(config[section]["device"])
                    found[name] = min(size, found.get(name, size))
        except (OSError, configparser.Error, KeyError, IndexError) as error:
            raise DeviceFault("updater: the slots of system.conf cannot be read") from error
        return found

    def _slots(self, verb: str) -> str:
        done = _run([self.slots, verb], HANDLER_S)
        if done.returncode != 0:
            raise DeviceFault(f"updater: slot-handler {verb}: {done.stderr.strip()[-200:]}")
        return done.stdout.strip()


def identity(os_release: Path) -> tuple[str, str]:
    """IMAGE_ID and IMAGE_VERSION of this system. Raises DeviceFault."""
    try:
        lines = (line.partition("=") for line in os_release.read_text().splitlines())
        told = {name: "".join(shlex.split(value)) for name, _, value in lines}
        return told["IMAGE_ID"], told["IMAGE_VERSION"]
    except (OSError, ValueError, KeyError) as error:
        raise DeviceFault("updater: os-release does not say which image this is") from error


def _run(command: list[Path | str], seconds: float) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            list(map(str, command)),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
            env=QUIET,
        )
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(f"updater: {Path(command[0]).name} does not answer") from error
    except OSError as error:
        raise DeviceFault(f"updater: {Path(command[0]).name} cannot be run") from error


def _signed(text: str) -> Signed:
    """The words of `rauc info`, of RAUC 1.8 as of 1.13. Raises Refused(UNSUITABLE) where one is missing."""
    try:
        verity = Verity(
            bytes.fromhex(_word(r"Verity Hash:\s+'([0-9a-f]{64})'", text)),
            bytes.fromhex(_word(r"Verity Salt:\s+'([0-9a-f]+)'", text)),
            int(_word(r"Verity Size:\s+(\d+)", text)),
        )
        compatible, version = _word(r"Compatible:\s+'([^']*)'", text), _word(r"Version:\s+'([^']*)'", text)
    except LookupError as error:
        raise Refused(Refusal.UNSUITABLE) from error
    images = re.findall(r"\[([\w-]+)\]\S*\n(?:\s+\w+:.*\n)*?\s+Size:\s+(?:.*\()?(\d+)", text)
    return Signed(compatible, version, verity, {name: int(size) for name, size in images})


def _word(pattern: str, text: str) -> str:
    found = re.search(r"^\s*" + pattern, text, re.MULTILINE)
    if found is None:
        raise LookupError(pattern)
    return found[1]


def _size(device: str) -> int:
    descriptor = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.lseek(descriptor, 0, os.SEEK_END)
    finally:
        os.close(descriptor)
