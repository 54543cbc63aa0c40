"""Who the box is at its start, and how it begins anew: a new signing key, numbers from 1, a commissioning bundle."""

from dataclasses import replace
from pathlib import Path

from hal import Clock
from kiosk.exchange.jws import SigningKey
from kiosk.flow import papers
from kiosk.flow.identity import Identity
from kiosk.flow.seal import commission_once
from kiosk.store import Store


def identify(store: Store, folder: Path, board: str, clock: Clock) -> Identity:
    """Count the start and read who this box is; another board than the key's begins a new incarnation.
    BundleError where the office's papers are missing or not the pinned root's."""
    boot = store.start_boot()
    current = store.incarnation_for(board).incarnation
    key = _current_key(store, folder, current)
    return Identity(papers.read_papers(folder, current), current, key, board, boot, clock.monotonic())


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
