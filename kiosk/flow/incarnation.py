"""Who the box is at its start, and how it begins anew: a new signing key, numbers from 1, a commissioning bundle."""

import secrets
from dataclasses import replace
from pathlib import Path

from hal import Clock
from kiosk.exchange.jws import SigningKey
from kiosk.flow import papers
from kiosk.flow.identity import Identity
from kiosk.flow.seal import commission
from kiosk.store import Store


def identify(store: Store, folder: Path, board: str, clock: Clock) -> Identity:
    """Count the start and read who this box is; another board than the key's begins a new incarnation.
    BundleError where the office's papers are missing or not the pinned root's."""
    boot = store.start_boot()
    current = store.incarnation_for(board).incarnation
    key = _current_key(store, folder, current)
    return Identity(papers.read_papers(folder, current), current, key, board, boot, clock.monotonic())


def begin_anew(store: Store, folder: Path, identity: Identity, clock: Clock) -> Identity:
    """A receipt knew more than this card: it was restored or cloned."""
    begun = store.begin_incarnation(identity.board).incarnation
    key = _current_key(store, folder, begun)
    anew = replace(identity, papers=papers.read_papers(folder, begun), incarnation=begun, key=key)
    commission_once(store, anew, clock)
    return anew


def commission_once(store: Store, identity: Identity, clock: Clock) -> None:
    """Number 1 of the present incarnation, where it has none yet."""
    if not any(row.incarnation == identity.incarnation for row in store.bundles.rows()):
        commission(secrets.token_hex(16), store, identity, clock)


def _current_key(store: Store, folder: Path, incarnation: str) -> SigningKey:
    key = SigningKey.from_bytes(store.incarnations.signing_key())
    papers.note_public_key(folder, incarnation, key.public)
    return key
