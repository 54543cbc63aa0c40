"""The office's papers on the box: the pinned root, office keys, config, certificate. Read, verified, replaced by newer
ones; what they say is the box's identity. Nothing else on the box can make it another."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from kiosk.exchange.certificate import CERTIFICATE_TYP, Certificate, open_certificate
from kiosk.exchange.config import TYP as CONFIG_TYP
from kiosk.exchange.config import BoxConfig, open_config
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.office import TYP as OFFICE_TYP
from kiosk.exchange.office import OfficeKeys, open_office
from kiosk.store.counters import Counters
from kiosk.store.durable import Disk

ROOT, OFFICE, CONFIG, CERTIFICATE = "root.pub", "office.jws", "config.jws", "certificate.jws"
TYPES = {OFFICE: OFFICE_TYP, CONFIG: CONFIG_TYP, CERTIFICATE: CERTIFICATE_TYP}
MAX_PAPER = 512 * 1024
P = TypeVar("P", OfficeKeys, BoxConfig, Certificate)


@dataclass(frozen=True)
class Papers:
    """Verified; `certificate` is None until the office has certified the present incarnation."""

    office: OfficeKeys
    config: BoxConfig
    certificate: Certificate | None

    @property
    def training(self) -> bool:
        """Training is the certificate's word; an uncertified box goes by its signed config, its bundles wait."""
        return self.certificate.training if self.certificate else self.config.training

    def officer_recipients(self) -> tuple[str, ...]:
        """Who may open the day, and the recovery recipient: the working key is wrapped to them."""
        return (*(o.recipient for o in self.config.officers), self.office.recipients[-1])


def read_papers(folder: Path, incarnation: str) -> Papers:
    """The papers in a folder. BundleError where office or config are missing or not the pinned root's."""
    return _verified(folder, incarnation, {})


def _verified(folder: Path, incarnation: str, instead: dict[str, bytes]) -> Papers:
    """What the folder says where these bytes stand instead of its own."""
    office = open_office(instead.get(OFFICE) or _read(folder, OFFICE), root_of(folder))
    config = open_config(instead.get(CONFIG) or _read(folder, CONFIG), office.keys.config)
    if config.office != office.office:
        raise BundleError(Reason.WRONG_OFFICE, CONFIG)
    certificate = None
    if CERTIFICATE in instead or (folder / CERTIFICATE).exists():
        certificate = open_certificate(instead.get(CERTIFICATE) or _read(folder, CERTIFICATE), office.keys.config)
    if certificate and (certificate.box, certificate.incarnation) != (config.box, incarnation):
        certificate = None  # one of an earlier incarnation certifies nothing
    return Papers(office, config, certificate)


def root_of(folder: Path) -> str:
    """The public key that these papers rest on. BundleError where there is none."""
    return _read(folder, ROOT).decode("ascii", "replace").strip()


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    if not path.is_file() or path.stat().st_size > MAX_PAPER:
        raise BundleError(Reason.UNREADABLE, name)
    return path.read_bytes()


def take_over(folder: Path, brought: Path) -> bool:
    """A new box takes over what the workshop brought on its card, verified as a whole before a byte is written; whether
    it did. The root comes last: it pins the office, and from then on nothing is taken from there. BundleError where
    something is missing there or is not that root's, StoreError where it cannot be kept."""
    if (folder / ROOT).exists() or not brought.is_dir():
        return False
    found = {name: _read(brought, name) for name in (OFFICE, CONFIG, ROOT)}
    _verified(brought, "", found)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    disk = Disk()
    for name, raw in found.items():
        disk.write_file(folder, name, raw)
    return True


def brought_anew(folder: Path, brought: Path) -> bool:
    """Whether what lies there now names another root than the pinned one; nothing comes of it."""
    try:
        return root_of(brought) != root_of(folder)
    except BundleError:
        return False


def note_public_key(folder: Path, incarnation: str, public: str) -> None:
    """Keep the public half of an incarnation's key: its bundles are checked with it after the key itself is gone."""
    if not (folder / f"{incarnation}.pub").exists():
        Disk().write_file(folder, f"{incarnation}.pub", public.encode())


def public_key(folder: Path, incarnation: str) -> str:
    """What `note_public_key` kept. BundleError where it is gone."""
    return _read(folder, f"{incarnation}.pub").decode("ascii", "replace")


@dataclass(frozen=True)
class Newer:
    """What the papers will be, and the files that make them so: each with its bytes and its counter."""

    papers: Papers
    files: dict[str, tuple[bytes, int]]


def newer(folder: Path, found: dict[str, bytes], papers: Papers, incarnation: str, counters: Counters) -> Newer:
    """Which of these are newer than the present ones; nothing is written. BundleError where one is not the office's,
    or where all together would not be papers that this box can start with and stay what it is: nothing is taken."""
    office = papers.office
    files: dict[str, tuple[bytes, int]] = {}

    def choose(name: str, raw: bytes, paper: P, present: P | None) -> None:
        if paper.counter > max(counters.last(TYPES[name]), present.counter if present else 0):
            files[name] = (raw, paper.counter)

    if raw := found.get(OFFICE):
        offered = open_office(raw, root_of(folder))
        choose(OFFICE, raw, offered, papers.office)
        office = offered if OFFICE in files else office
    if raw := found.get(CONFIG):
        config = open_config(raw, office.keys.config)
        if (config.box, config.office) != (papers.config.box, papers.office.office):
            raise BundleError(Reason.NOT_OURS, CONFIG)
        choose(CONFIG, raw, config, papers.config)
    if raw := found.get(CERTIFICATE):
        certificate = open_certificate(raw, office.keys.config)
        if (certificate.box, certificate.incarnation) != (papers.config.box, incarnation):
            raise BundleError(Reason.NOT_OURS, CERTIFICATE)
        choose(CERTIFICATE, raw, certificate, papers.certificate)
    after = _verified(folder, incarnation, {name: raw for name, (raw, _) in files.items()})
    if files and {after.training, after.config.training} != {papers.training}:
        raise BundleError(Reason.TRAINING_MISMATCH, CONFIG)  # another training means new keys and an empty store
    return Newer(after, files)


def put(folder: Path, newer: Newer, counters: Counters) -> None:
    """Newer papers in place of the old."""
    for name, (raw, counter) in newer.files.items():
        Disk().write_file(folder, name, raw)
        counters.raise_to(TYPES[name], counter)
