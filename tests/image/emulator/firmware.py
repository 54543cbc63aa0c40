"""What a Raspberry Pi's boot firmware does with a card, done to an image file: autoboot.txt, one trial, one slot, and
the command line that the slot's config.txt means for it.

Source: Raspberry Pi's documentation of autoboot.txt ([all], [tryboot], boot_partition, tryboot_a_b) and of config.txt
(filter [boot_partition=N]). The trial flag is a register of the Pi that one reset survives; here it is a file `tryboot`
on the first FAT partition.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.image.emulator import partitions
from tests.image.emulator.fat import Fat

CONFIG, TRIAL = "bootconfig", "tryboot"
LARGEST_AUTOBOOT = 512  # bytes; the firmware reads no more of the file
KERNEL, INITRD, USUAL_LINE = "vmlinuz", "initrd.img", "cmdline.txt"


class WillNotStart(Exception):
    """The firmware would stay dark, and why."""


@dataclass(frozen=True)
class Start:
    """What the firmware hands over to the processor: the label of the partition it chose, and that one's files."""

    partition: str
    trial: bool
    kernel: bytes
    initrd: bytes
    command_line: str


def start(image: Path) -> Start:
    """Choose and load; a trial that was armed is used up by it. Raises WillNotStart."""
    try:
        found = partitions.read(image)
    except partitions.NoTable as error:
        raise WillNotStart(str(error)) from error
    if CONFIG not in found:
        raise WillNotStart(f"there is no partition {CONFIG}")
    config = Fat(image, found[CONFIG].start)
    trial = _used_up(config)
    number = chosen(_file(config, "autoboot.txt"), trial)
    if not 1 <= number <= len(found):
        raise WillNotStart(f"autoboot.txt names partition {number}, which is not there")
    label = list(found)[number - 1]
    slot = Fat(image, found[label].start)
    settings = _sections(slot.read("config.txt") or b"")
    line_file = (settings["all"] | settings.get(f"boot_partition={number}", {})).get("cmdline", USUAL_LINE)
    kernel, initrd, line = (_file(slot, name) for name in (KERNEL, INITRD, line_file))
    return Start(label, trial, kernel, initrd, line.decode("ascii", errors="replace").strip())


def chosen(autoboot: bytes, trial: bool) -> int:
    """The number of the boot partition that autoboot.txt names. Raises WillNotStart."""
    if len(autoboot) > LARGEST_AUTOBOOT:
        raise WillNotStart(f"autoboot.txt is longer than {LARGEST_AUTOBOOT} bytes")
    settings = _sections(autoboot)
    asked = settings["all"] | (settings.get("tryboot", {}) if trial else {})
    if trial and asked.get("tryboot_a_b") != "1":
        raise WillNotStart("a trial was asked for, but autoboot.txt does not say tryboot_a_b=1")
    number = asked.get("boot_partition", "")
    if not number.isdecimal():
        raise WillNotStart("autoboot.txt names no boot_partition")
    return int(number)


def _sections(text: bytes) -> dict[str, dict[str, str]]:
    """What the firmware's files set, by filter; lines before any filter stand for all."""
    settings: dict[str, dict[str, str]] = {"all": {}}
    section = "all"
    for line in text.decode("ascii", errors="replace").splitlines():
        told = line.split("#")[0].strip()
        if told.startswith("["):
            section = told.strip("[] ")
        elif "=" in told:
            name, value = told.split("=", 1)
            settings.setdefault(section, {})[name.strip()] = value.strip()
    return settings


def _used_up(config: Fat) -> bool:
    """Whether a trial was armed; it is not any more."""
    try:
        if config.read(TRIAL) is None:
            return False
        config.remove(TRIAL)
    except OSError as error:
        raise WillNotStart(str(error)) from error
    return True


def _file(fat: Fat, name: str) -> bytes:
    try:
        content = fat.read(name)
    except OSError as error:
        raise WillNotStart(str(error)) from error
    if not content:
        raise WillNotStart(f"{name} is missing or empty")
    return content
