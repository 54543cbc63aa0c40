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
    root = _read(folder, ROOT).decode("ascii", "replace").strip()
    office = open_office(_read(folder, OFFICE), root)
    config = open_config(_read(folder, CONFIG), office.keys.config)
    if config.office != office.office:
        raise BundleError(Reason.WRONG_OFFICE, CONFIG)
    return Papers(office, config, _certificate(folder, office, config.box, incarnation))


def _certificate(folder: Path, office: OfficeKeys, box: str, incarnation: str) -> Certificate | None:
    """The present incarnation's; one of an earlier incarnation certifies nothing."""
    if not (folder / CERTIFICATE).exists():
        return None
    found = open_certificate(_read(folder, CERTIFICATE), office.keys.config)
    return found if (found.box, found.incarnation) == (box, incarnation) else None


def _read(folder: Path, name: str) -> bytes:
    path = folder / name
    if not path.is_file() or path.stat().st_size > MAX_PAPER:
        raise BundleError(Reason.UNREADABLE, name)
    return path.read_bytes()


def note_public_key(folder: Path, incarnation: str, public: str) -> None:
    """Keep the public half of an incarnation's key: its bundles are checked with it after the key itself is gone."""
    if not (folder / f"{incarnation}.pub").exists():
        Disk().write_file(folder, f"{incarnation}.pub", public.encode())


def public_key(folder: Path, incarnation: str) -> str:
    """What `note_public_key` kept. BundleError where it is gone."""
    return _read(folder, f"{incarnation}.pub").decode("ascii", "replace")


def adopt(folder: Path, found: dict[str, bytes], papers: Papers, incarnation: str, counters: Counters) -> Papers:
    """Put newer papers in place of the old, each verified first; what is not newer is left. BundleError where one is
    not the office's: nothing of it is taken."""
    root = _read(folder, ROOT).decode("ascii", "replace").strip()
    office, keys = papers.office, papers.office.keys
    if raw := found.get(OFFICE):
        office = open_office(raw, root)
        keys = office.keys if _replace(folder, OFFICE, raw, office, OFFICE_TYP, counters) else keys
    if raw := found.get(CONFIG):
        config = open_config(raw, keys.config)
        if (config.box, config.office) != (papers.config.box, papers.office.office):
            raise BundleError(Reason.NOT_OURS, CONFIG)
        _replace(folder, CONFIG, raw, config, CONFIG_TYP, counters)
    if raw := found.get(CERTIFICATE):
        certificate = open_certificate(raw, keys.config)
        if (certificate.box, certificate.incarnation) != (papers.config.box, incarnation):
            raise BundleError(Reason.NOT_OURS, CERTIFICATE)
        _replace(folder, CERTIFICATE, raw, certificate, CERTIFICATE_TYP, counters)
    return read_papers(folder, incarnation)


def _replace(folder: Path, name: str, raw: bytes, paper: P, typ: str, counters: Counters) -> bool:
    if paper.counter <= counters.last(typ):
        return False
    Disk().write_file(folder, name, raw)
    counters.raise_to(typ, paper.counter)
    return True
