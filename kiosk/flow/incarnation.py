"""Who the box is at its start, and how it begins anew: a new signing key, numbers from 1, a commissioning bundle."""

import hashlib
from dataclasses import replace
from pathlib import Path

from hal import Clock
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.jws import SigningKey
from kiosk.flow import papers
from kiosk.flow.identity import Identity
from kiosk.flow.seal import commission_once
from kiosk.store import Store

WHOSE = "whose store this is"  # a counter that is given once: of root, box and training


def identify(store: Store, folder: Path, board: str, clock: Clock) -> Identity:
    """Count the start and read who this box is; another board than the key's begins a new incarnation.
    BundleError where the office's papers are missing, not the pinned root's, or not those that this store began with.
    """
    _remain(store, folder)
    boot = store.start_boot()
    current = store.incarnation_for(board).incarnation
    key = _current_key(store, folder, current)
    return Identity(papers.read_papers(folder, current), current, key, board, boot, clock.monotonic())


def _remain(store: Store, folder: Path) -> None:
    """Another root, another box, or training turned on or off means new keys and an empty store (CUSTODY.md). Where the
    papers lie stands in a file that anybody can edit."""
    config = papers.read_papers(folder, incarnation="").config
    said = f"{papers.root_of(folder)} {config.box} {config.training}"
    whose = int.from_bytes(hashlib.sha256(said.encode()).digest()[:7], "big") + 1
    if store.counters.last(WHOSE) not in (0, whose):
        raise BundleError(Reason.NOT_OURS, papers.CONFIG)
    store.counters.raise_to(WHOSE, whose)


def present(store: Store, identity: Identity) -> Identity:
    """The identity that belongs to the numbers given now. To be asked after every beginning, above all after one that
    failed half way: a number and the key that signs it are of one incarnation."""
    current = store.incarnations.current()
    if current is None or current.incarnation == identity.incarnation:
        return identity
    key = SigningKey.from_bytes(store.incarnations.signing_key())
    return replace(
        identity, papers=replace(identity.papers, certificate=None), incarnation=current.incarnation, key=key
    )


def found(store: Store, folder: Path, identity: Identity, clock: Clock) -> None:
    """What the present incarnation needs beside its key; may be done again."""
    papers.note_public_key(folder, identity.incarnation, identity.key.public)
    commission_once(store, identity, clock)


def _current_key(store: Store, folder: Path, incarnation: str) -> SigningKey:
    key = SigningKey.from_bytes(store.incarnations.signing_key())
    papers.note_public_key(folder, incarnation, key.public)
    return key
