"""What may run, listen and log in on a box. Looks at an overlay or at a whole tree, and names what does not belong."""

import re
from collections.abc import Iterator
from pathlib import Path

PRESETS = ("etc/systemd/system-preset", "usr/lib/systemd/system-preset")
PRESET = "usr/lib/systemd/system-preset/00-jemput.preset"
UNITS = ("etc/systemd/system", "usr/lib/systemd/system")
# Programs that wait for the network as soon as they are there, or let somebody in.
UNWANTED = ("usr/sbin/sshd", "usr/sbin/dropbear", "usr/sbin/in.telnetd", "usr/sbin/avahi-daemon", "usr/sbin/cupsd",
            "usr/sbin/rpcbind", "usr/sbin/exim4", "usr/sbin/dnsmasq", "usr/sbin/chronyd", "usr/sbin/bluetoothd",
            "usr/lib/systemd/systemd-resolved", "usr/sbin/NetworkManager", "usr/sbin/dhclient", "usr/sbin/dhcpcd",
            "usr/bin/rpi-connectd", "usr/bin/sudo")  # fmt: skip
# A port or address, not a path, an abstract name (@) or netlink.
LISTENS = re.compile(r"^Listen(?:Stream|Datagram|SequentialPacket)\s*=\s*([^/@%\s].*)$", re.MULTILINE)
UNLOCKED = re.compile(r"^([^:]+):(?![!*])([^:]*):", re.MULTILINE)


def allowed(root: Path) -> frozenset[str]:
    """The units that the presets start, up to and with the one that ends with `disable *`."""
    return frozenset(line.split()[1] for path in _read(root) for line in _lines(path) if line.startswith("enable "))


def _read(root: Path) -> list[Path]:
    """The presets that count, in the order in which systemd reads them: by name, whatever folder they lie in."""
    found = sorted((p for base in PRESETS for p in (root / base).glob("*.preset")), key=lambda path: path.name)
    names = [path.name for path in found]
    return found[: names.index(Path(PRESET).name) + 1]


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def findings(root: Path) -> list[str]:
    """One plain sentence for each thing that a box must not have; empty where all is well."""
    return [*_preset(root), *_enabled(root), *_programs(root), *_listening(root), *_open_accounts(root)]


def _preset(root: Path) -> Iterator[str]:
    if _lines(root / PRESET)[-1] != "disable *":
        yield f"{PRESET} does not end with 'disable *'"
    for path in _read(root)[:-1]:
        if not all(re.fullmatch(r"enable [\w@.-]+", line) for line in _lines(path)):
            yield f"{path.name} is read before {PRESET} and says more than which units to start"


def _enabled(root: Path) -> Iterator[str]:
    """Whatever is switched on in /etc has to stand in the preset. What a package links in /usr belongs to it."""
    for folder in ("wants", "requires", "upholds"):
        for link in sorted((root / UNITS[0]).glob(f"*.{folder}/*")):
            if link.name not in allowed(root) and not _masked(root, link.name):
                yield f"{link.name} is enabled and does not stand in {PRESET}"


def _masked(root: Path, name: str) -> bool:
    template = re.sub(r"@[^.]*\.", "@.", name)
    masks = (root / UNITS[0] / one for one in (name, template))
    return any(mask.is_symlink() and mask.readlink() == Path("/dev/null") for mask in masks)


def _programs(root: Path) -> Iterator[str]:
    for name in UNWANTED:
        if (root / name).exists():
            yield f"/{name} has no place on a box"


def _listening(root: Path) -> Iterator[str]:
    """Sockets of systemd that are switched on and are a port."""
    wanted = {link.name for base in UNITS for link in (root / base).glob("sockets.target.wants/*")}
    for name in sorted(wanted | {one for one in allowed(root) if one.endswith(".socket")}):
        for text in _texts(root, name):
            for address in LISTENS.findall(text):
                if not re.match(r"(audit|kobject-uevent|route)\b", address):
                    yield f"{name} listens at {address}"


def _texts(root: Path, name: str) -> Iterator[str]:
    for base in UNITS:
        for path in (root / base / name, *sorted((root / base).glob(f"{name}.d/*.conf"))):
            if path.is_file() and not path.is_symlink():
                yield path.read_text()


def _open_accounts(root: Path) -> Iterator[str]:
    shadow = root / "etc/shadow"
    for name, _ in UNLOCKED.findall(shadow.read_text()) if shadow.is_file() else ():
        yield f"{name} can log in with a password"
