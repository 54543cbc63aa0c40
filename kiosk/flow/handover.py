"""Carries out the handover's effects: what the stick brings, what it takes, and the proof. Runs on the handover worker;
the store's part of each is asked of the store's worker."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from pyrage.x25519 import Identity as AgeIdentity

from hal import Box, DeviceFault, DeviceUnavailable, HalError, Mounted, StickPort, StickState
from kiosk.core import handover as h
from kiosk.core.retention import grace_days
from kiosk.exchange import export, jws, stick, stick_layout
from kiosk.exchange.bundle import rotten
from kiosk.exchange.completion import TYP as COMPLETION_TYP
from kiosk.exchange.completion import Completion, sign_completion
from kiosk.exchange.errors import BundleError, Reason, StickError, StickReason
from kiosk.exchange.export import Completed, Written
from kiosk.exchange.receipt import RECEIPT_TYP, Receipt, open_receipt
from kiosk.exchange.roster import open_roster
from kiosk.exchange.shapes import Head
from kiosk.flow import day
from kiosk.flow import papers as paper_files
from kiosk.flow.identity import Identity
from kiosk.flow.papers import Papers
from kiosk.flow.seal import certificate_request
from kiosk.flow.worker import Worker
from kiosk.store import BundleKind, BundleRow, BundleState, Listed, Rejection, Settled, Store, StoreError, Verdicts

TROUBLE = {
    StickReason.FULL: h.Trouble.FULL,
    StickReason.READ_ONLY: h.Trouble.READ_ONLY,
    StickReason.LOST: h.Trouble.PULLED,
    StickReason.UNREADABLE: h.Trouble.UNREADABLE,
}
UNSETTLED = (BundleState.SEALED, BundleState.EXPORTED, BundleState.REJECTED)


class HandoverStopped(Exception):
    """The handover cannot go on; nothing is lost."""

    def __init__(self, trouble: h.Trouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True)
class Office:
    """How the handover reaches what belongs to others: the identity now, newer papers, the incarnation after this one,
    an amendment (both on the store's worker)."""

    identity: Callable[[], Identity]
    adopt: Callable[[Papers], None]
    begin_after: Callable[[str], None]
    amend: Callable[[BundleRow, tuple[str, ...]], BundleRow]
    papers_folder: Path
    agreed_grace_days: int


@dataclass
class _Read:
    """Of all receipts on a stick: bundles settled, those of them that the office holds once only, whether one knows
    more than this box, and how many could not be used."""

    settled: int = 0
    single: int = 0
    fork: bool = False
    refused: int = 0


class StickHandover:
    """One handover at a time; `completed` waits between writing and proving."""

    def __init__(self, box: Box, store_worker: Worker, store: Store, office: Office) -> None:
        self._box = box
        self._worker = store_worker
        self._store = store
        self._office = office
        self._completed: Completed | None = None
        self._note = ""

    def carry_out(self, effect: h.HandoverEffect) -> h.HandoverEvent:
        """One effect, one event; whatever goes wrong with the stick is an event too."""
        try:
            match effect:
                case h.TakeIncoming():
                    return self._take_incoming(effect)
                case h.WriteBundles():
                    return self._write(effect)
                case h.Prove():
                    return self._prove(effect)
                case h.Release():
                    self._port().release()
                    return h.Released(effect.ticket)
        except StickError as error:
            return self._failed(effect.ticket, TROUBLE[error.reason])
        except DeviceUnavailable:
            return self._failed(effect.ticket, h.Trouble.PULLED)
        except (DeviceFault, OSError):
            return self._failed(effect.ticket, h.Trouble.UNREADABLE)
        except StoreError:
            return self._failed(effect.ticket, h.Trouble.STORAGE)
        except HandoverStopped as error:
            return self._failed(effect.ticket, error.trouble)

    def _failed(self, ticket: str, trouble: h.Trouble) -> h.HandoverFailed:
        self._completed = None
        with suppress(HalError, OSError):  # the officer will pull it
            self._port().release()
        return h.HandoverFailed(ticket, trouble)

    def _port(self) -> StickPort:
        return self._box.lend("stick")

    def _mounted(self) -> Mounted:
        state = self._port().status().state
        if state is not StickState.READY:
            raise HandoverStopped(h.Trouble.ABSENT if state is StickState.ABSENT else h.Trouble.UNREADABLE)
        return self._port().mount()

    # What the stick brings

    def _take_incoming(self, effect: h.TakeIncoming) -> h.IncomingTaken:
        mounted = self._mounted()
        refused = self._take_papers(mounted) + self._take_roster(mounted)
        read = self._take_receipts(mounted)
        grace = grace_days(self._store.room(), self._office.agreed_grace_days)
        purged = 0
        while some := self._worker.ask(lambda: self._store.receipts.purge(grace)):
            purged += len(some)
        return h.IncomingTaken(effect.ticket, read.settled, purged, refused + read.refused, read.fork, read.single)

    def _take_papers(self, mounted: Mounted) -> int:
        identity = self._office.identity()
        box = identity.box
        names = {
            paper_files.OFFICE: stick_layout.office(box),
            paper_files.CONFIG: stick_layout.config(box),
            paper_files.CERTIFICATE: stick_layout.certificate(box, identity.incarnation),
        }
        try:
            found = {paper: raw for paper, name in names.items() if (raw := stick.read_file(mounted.path, name))}
            folder = self._office.papers_folder
            newer = self._worker.ask(lambda: day.adopt(self._store, folder, found, identity))
        except BundleError as error:
            return self._refuse(mounted, stick_layout.config(box), error.reason)
        self._office.adopt(newer)
        return 0

    def _take_roster(self, mounted: Mounted) -> int:
        identity = self._office.identity()
        name = stick_layout.roster(identity.box)
        try:
            raw = stick.read_file(mounted.path, name)
            if raw is None:
                return 0
            age = AgeIdentity.from_str(self._worker.ask(self._store.vault.intake_identity))
            roster = open_roster(age, raw, identity.papers.office.keys.roster)
            if identity.box not in roster.boxes or roster.office != identity.papers.office.office:
                raise BundleError(Reason.NOT_OURS, name)
        except BundleError as error:
            return self._refuse(mounted, name, error.reason)
        lines = [Listed(line.resident, line.status) for line in roster.residents]
        self._worker.ask(lambda: self._store.roster.put(roster.counter, lines))
        return 0

    def _take_receipts(self, mounted: Mounted) -> _Read:
        identity = self._office.identity()
        read = _Read()
        for incarnation in self._incarnations(identity):
            for name in stick.receipts(mounted.path, identity.box, incarnation):
                try:
                    receipt, result = self._settle(stick.read_file(mounted.path, name) or b"", identity, incarnation)
                except BundleError as error:
                    read.refused += self._refuse(mounted, name, error.reason)
                    continue
                if result is not None:
                    read.settled += len(result.accepted) + len(result.rejected)
                    read.fork = read.fork or (bool(result.unknown) and incarnation == identity.incarnation)
                    read.single += len(result.accepted) if receipt.copies == 1 else 0
        return read

    def _incarnations(self, identity: Identity) -> tuple[str, ...]:
        """Every incarnation that a bundle here was numbered in, the present one last."""
        rows = self._worker.ask(self._store.bundles.rows)
        earlier = dict.fromkeys(r.incarnation for r in rows if r.incarnation != identity.incarnation)
        return (*earlier, identity.incarnation)

    def _settle(self, raw: bytes, identity: Identity, incarnation: str) -> tuple[Receipt, Settled | None]:
        """None where this receipt, or a later one, was read before."""
        receipt = open_receipt(raw, identity.papers.office.keys.receipt)
        if (receipt.box, receipt.incarnation) != (identity.box, incarnation):
            raise BundleError(Reason.NOT_OURS, RECEIPT_TYP)
        counter = f"{RECEIPT_TYP} {receipt.incarnation}"
        if receipt.counter <= self._worker.ask(lambda: self._store.counters.last(counter)):
            return receipt, None
        verdicts = _verdicts(raw, receipt)
        settled = self._worker.ask(lambda: self._store.receipts.settle(verdicts))
        if settled.unknown:  # before the receipt counts as read: what fails here is done when it is read again
            self._worker.ask(lambda: self._office.begin_after(incarnation))
        self._worker.ask(lambda: self._store.counters.raise_to(counter, receipt.counter))
        return receipt, settled

    def _refuse(self, mounted: Mounted, name: str, reason: Reason) -> int:
        """Say so on the stick once; what was refused before and not written anew is not counted again."""
        if stick.is_refused(mounted.path, name):
            return 0
        if mounted.writable:
            stick.refuse(mounted.path, name, reason)
        return 1

    # What the stick takes

    def _write(self, effect: h.WriteBundles) -> h.BundlesWritten:
        mounted, identity = self._port().mount(), self._office.identity()
        if not mounted.writable:
            raise HandoverStopped(h.Trouble.READ_ONLY)
        rows = self._worker.ask(lambda: self._store.bundles.rows(*UNSETTLED))
        due = [r for r in rows if r.receipt is None]
        folders = [self._store.bundles.directory(r.name) for r in due]
        if export.size_of(folders) > self._port().status().free_bytes:
            raise HandoverStopped(h.Trouble.FULL)
        if identity.papers.certificate is None:
            request = self._worker.ask(lambda: certificate_request(self._store, identity))
            stick.write_file(mounted.path, stick_layout.request(identity.box, identity.incarnation), request)
        written = self._written(mounted, due)
        amended = self._amended(due, written)
        if amended:
            written = _joined(written, self._written(mounted, amended))
        completion = self._completion(written.manifests, identity)
        raw = sign_completion(completion, identity.key)
        self._completed = export.write_completion(mounted.path, written, completion, raw)
        self._note = f"{self._port().status().stick_id}-{completion.counter}"
        given_up = tuple(row.name for row in amended if row.kind is not BundleKind.AMENDMENT)
        return h.BundlesWritten(effect.ticket, written.names, tuple(written.skipped), given_up)

    def _written(self, mounted: Mounted, due: list[BundleRow]) -> Written:
        """Bundles of every incarnation, each checked with the key it was signed by."""
        parts = []
        lost = self._worker.ask(lambda: {row.name: self._store.bundles.lost(row.name) for row in due})
        for incarnation, rows in groupby(due, key=lambda r: r.incarnation):
            public = paper_files.public_key(self._office.papers_folder, incarnation)
            folders = [self._store.bundles.directory(r.name) for r in rows]
            parts.append(export.write_bundles(mounted.path, folders, public, _no_progress, lost))
        return _joined(*parts)

    def _amended(self, due: list[BundleRow], written: Written) -> list[BundleRow]:
        """Bundles whose blobs rotted, each with its new amendment. One whose manifest rotted stays skipped: the office
        closes its number."""
        found = []
        for row in (row for row in due if row.name in written.skipped):
            if lost := rotten(self._store.bundles.directory(row.name), row.blobs):
                amendment = self._worker.ask(partial(self._office.amend, row, lost))
                found += [row, amendment]
        return found

    def _completion(self, manifests: tuple[str, ...], identity: Identity) -> Completion:
        head = self._worker.ask(self._store.bundles.head)
        if head is None:
            raise BundleError(Reason.UNKNOWN_NUMBER, COMPLETION_TYP)
        counter = self._worker.ask(lambda: self._store.counters.next(COMPLETION_TYP))
        return Completion(counter, identity.box, identity.incarnation, Head(head.seq, head.manifest_hash), manifests)

    def _prove(self, effect: h.Prove) -> h.Proven:
        completed = self._completed
        if completed is None:
            raise HandoverStopped(h.Trouble.NOT_PROVEN)
        names = export.read_back(self._port().settle().path, completed)
        self._worker.ask(lambda: self._store.bundles.mark_exported(names, self._note))
        self._completed = None
        return h.Proven(effect.ticket)


def _verdicts(raw: bytes, receipt: Receipt) -> Verdicts:
    return Verdicts(
        jws.payload_hash(raw),
        raw,
        tuple(head.manifest for head in receipt.accepted),
        tuple(Rejection(r.manifest, r.reason.value, r.hashes) for r in receipt.rejected),
    )


def _joined(*parts: Written) -> Written:
    """One pass out of several; what a later one wrote is no longer skipped."""
    names = tuple(name for part in parts for name in part.names)
    return Written(
        names,
        tuple(manifest for part in parts for manifest in part.manifests),
        {name: why for part in parts for name, why in part.skipped.items() if name not in names},
        {name: sha256 for part in parts for name, sha256 in part.files.items()},
    )


def _no_progress(done: int, total: int) -> None:
    """The handover screen shows stages, not bytes."""
