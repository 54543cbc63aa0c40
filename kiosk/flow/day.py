"""Opening and closing the working day: the officer's card and PIN unlock the working key; nothing else does."""

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

from kiosk.core.desk import DayOpened, Waiting
from kiosk.core.officer import Unattested
from kiosk.core.state import Step
from kiosk.exchange.errors import BundleError, Reason
from kiosk.flow import papers as paper_files
from kiosk.flow.identity import Identity
from kiosk.flow.papers import Papers
from kiosk.store import BundleKind, Store, StoreLocked, unlock_officer

CARD = "JEMPUT1"
WRAPPED = "config of the working key"  # the config whose officers the working key is wrapped to
REKEY_DAYS = 5  # opened working days: a working key lives a week at most


@dataclass(frozen=True)
class OfficerCard:
    """What an officer's printed QR card says."""

    officer: str
    secret: bytes


def read_card(text: str) -> OfficerCard:
    """From `JEMPUT1:<officer>:<26 base32 characters>`; StoreLocked for anything else."""
    parts = text.split(":")
    try:
        mark, officer, secret = parts
        if mark != CARD:
            raise ValueError(mark)
        return OfficerCard(officer, base64.b32decode(secret + "=" * (-len(secret) % 8)))
    except (ValueError, binascii.Error) as error:
        raise StoreLocked("this is not an officer's card") from error


def open_day(store: Store, identity: Identity, card: OfficerCard, pin: str) -> DayOpened:
    """Unlock with card and PIN, count the day, and say who waits. The first opening makes the working key; a key that
    is old, or wrapped to officers who are not these any more, is replaced. StoreLocked, told apart by nothing."""
    entry = next((o for o in identity.papers.config.officers if o.id == card.officer), None)
    if entry is None:
        raise StoreLocked("the PIN or the card is not this officer's")
    age = unlock_officer(_decoded(entry.sealed), _decoded(entry.salt), pin, card.secret)
    if store.vault.generation:
        store.vault.unlock(age)
    config = identity.papers.config.counter
    if not store.vault.generation or store.vault.age_days >= REKEY_DAYS or store.counters.last(WRAPPED) < config:
        _wrap(store, identity.papers)
    return opened(store, card.officer)


def adopt(store: Store, folder: Path, found: dict[str, bytes], identity: Identity) -> Papers:
    """Newer papers from the office in place of the old, in an open day. The new officers hold the working key before
    the old ones lose it: whenever the power goes, somebody can open the box. BundleError; nothing is taken then."""
    present = identity.papers
    newer = paper_files.newer(folder, found, present, identity.incarnation, store.counters)
    before, after = present.officer_recipients(), newer.papers.officer_recipients()
    if set(before) == set(after):
        paper_files.put(folder, newer, store.counters)
        return newer.papers
    try:
        store.rekey(sorted({*before, *after}))
    except ValueError as error:
        raise BundleError(Reason.BAD_FORMAT, paper_files.CONFIG) from error
    paper_files.put(folder, newer, store.counters)
    _wrap(store, newer.papers)
    return newer.papers


def _wrap(store: Store, papers: Papers) -> None:
    store.rekey(papers.officer_recipients())
    store.counters.raise_to(WRAPPED, papers.config.counter)


def opened(store: Store, officer: str) -> DayOpened:
    """The day as the desk hears of it; also after a restart that found the working key in the keyring."""
    day = store.open_day(officer)
    waiting = tuple(Waiting(head.record_id, Step(head.step)) for head in store.drafts.heads())
    unattested = tuple(Unattested(row.name, row.manifest_hash) for row in store.bundles.unattested())
    return DayOpened(officer, day, waiting, _commissioned(store), unattested, len(store.alarms))


def _commissioned(store: Store) -> bool:
    current = store.incarnations.current()
    firsts = [row for row in store.bundles.rows() if row.kind is BundleKind.COMMISSIONING]
    return any(current and row.incarnation == current.incarnation and row.receipt for row in firsts)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
