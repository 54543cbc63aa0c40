"""One bundle after another: accepted, known, rejected, refused or quarantined; durable before it is counted."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.exchange import chain
from kiosk.exchange.chain import Fork, Known, Link
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.manifest import Manifest, bundle_name, parse_bundle_name
from kiosk.regency import shelf
from kiosk.regency.enter import check_new, enter, given_up
from kiosk.regency.examine import Examined, Rejected, examine, open_own
from kiosk.regency.office import Office
from kiosk.regency.register import Held, Incarnation
from kiosk.regency.result import Named


@dataclass(frozen=True)
class Source:
    """A bundle's directory, on the stick or waiting in quarantine, under the name it came with."""

    name: str
    directory: Path
    on_stick: bool


@dataclass
class Sorting:
    """The heaps of one take-in; everything in them is durable already. `asking` are the keys of the requests on this
    stick, by box and incarnation."""

    office: Office
    asking: Mapping[tuple[str, str], str]
    accepted: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    rejected: dict[str, Named] = field(default_factory=dict)
    refused: list[Named] = field(default_factory=list)
    quarantined: list[Named] = field(default_factory=list)
    again: list[str] = field(default_factory=list)

    def take(self, source: Source) -> Reason | None:
        """Put one bundle where it belongs; why it cannot be used, where it cannot. OSError only about the office's own
        disk."""
        self.rejected.pop(source.name, None)
        try:
            self._take(source)
        except Rejected as no:
            self._reject(source, no)
            return no.reason
        except BundleError as error:
            self._refuse(source, error.reason)
            return error.reason
        return None

    def amended(self) -> set[str]:
        """Rejected bundles that an amendment, taken in meanwhile, speaks of."""
        sql = (
            "SELECT r.* FROM rejections r JOIN bundles b ON b.names = r.manifest AND b.box = r.box "
            "WHERE b.kind = 'amendment'"
        )
        rows = self.office.register.rows(sql)
        return {bundle_name(row["box"], row["incarnation"], row["seq"]) for row in rows} & self.rejected.keys()

    def _take(self, source: Source) -> None:
        incarnation = self._certified(source)
        if incarnation is None:
            self._keep_uncertified(source)
            return
        if self._is_remainder(source):
            self.known.append(source.name)
            return
        manifest, digest = open_own(source.directory, source.name, incarnation.key)
        if held := self.office.register.bundle(digest):
            self._store_if_damaged(source, held, incarnation)
            self.known.append(source.name)
            return
        place = chain.place(self._links(manifest), Link(manifest.seq, digest, manifest.prev))
        lost = given_up(self.office.register, manifest, digest)
        found = examine(source.directory, incarnation, self.office.name, self.office.opening, lost)
        match place:
            case Known():
                self._name_fork(source, found, ())
            case Fork(against):
                self._name_fork(source, found, tuple(sorted(against)))
            case _:
                self._accept(source, found)

    def _store_if_damaged(self, source: Source, held: Held, incarnation: Incarnation) -> None:
        """What rotted here, and has no second copy, is taken from whoever brings it again whole. What was accepted is
        never rejected: where it comes damaged too, it stays named as damaged."""
        if held.copies < 2 and not shelf.is_whole(self.office, held, self.office.bundles / held.name):
            with suppress(Rejected, BundleError):
                whole = examine(source.directory, incarnation, self.office.name, self.office.opening, held.lost)
                shelf.store(self.office, whole)

    def _is_remainder(self, source: Source) -> bool:
        """An emptied directory of a number that was taken in: the power went while it was cleared."""
        place = parse_bundle_name(source.name)
        held = self.office.register.held("(box, incarnation, seq) = (?, ?, ?)", *place)
        return bool(held) and shelf.is_empty(source.directory)

    def _certified(self, source: Source) -> Incarnation | None:
        box, incarnation, _ = parse_bundle_name(source.name)
        known = (i for i in self.office.register.incarnations() if (i.box, i.incarnation) == (box, incarnation))
        return next(known, None)

    def _links(self, manifest: Manifest) -> dict[int, list[Link]]:
        """All sides ever seen of this number and its neighbours."""
        sql = (
            "SELECT seq, manifest, prev FROM {} WHERE box = ? AND incarnation = ? AND seq BETWEEN ? AND ? "
            "AND {} ORDER BY manifest"
        )
        values = (manifest.box, manifest.incarnation, manifest.seq - 1, manifest.seq + 1)
        links: dict[int, list[Link]] = {}
        for table, condition in (("bundles", "1"), ("quarantine", "reason = 'fork'")):
            for row in self.office.register.rows(sql.format(table, condition), *values):
                links.setdefault(row["seq"], []).append(Link(row["seq"], row["manifest"], row["prev"]))
        return links

    def _accept(self, source: Source, found: Examined) -> None:
        register = self.office.register
        check_new(register, found)
        shelf.store(self.office, found)
        with register.transaction():
            enter(register, found)
        self.accepted.append(source.name)
        if found.lost:
            self.again.append(source.name)

    def _name_fork(self, source: Source, found: Examined, against: tuple[str, ...]) -> None:
        """Keep this side, and mark the others: no AFIS file leaves before a person has decided."""
        shelf.keep_aside(self.office, found)
        register = self.office.register
        with register.transaction():
            register.quarantine(found.hash, parse_bundle_name(source.name), Reason.FORK, found.manifest.prev, against)
            for other in against:
                register.write("UPDATE bundles SET disputed = 1 WHERE manifest = ?", other)
        self.quarantined.append(Named(source.name, Reason.FORK, register.against(found.hash)))

    def _keep_uncertified(self, source: Source) -> None:
        """Keep it until its box is certified: a box that asks on this stick, or another key of one we know."""
        box, incarnation, _ = parse_bundle_name(source.name)
        if key := self.asking.get((box, incarnation)):
            open_own(source.directory, source.name, key)
        elif not self.office.register.knows_box(box):
            raise BundleError(Reason.UNKNOWN_BOX, source.name)
        reason = Reason.UNKNOWN_INCARNATION
        digest = shelf.keep_uncertified(self.office, source.directory)
        with self.office.register.transaction():
            self.office.register.quarantine(digest, parse_bundle_name(source.name), reason, None, ())
        self.quarantined.append(Named(source.name, reason))

    def _reject(self, source: Source, no: Rejected) -> None:
        with self.office.register.transaction():
            self.office.register.reject(no.manifest, no.hash, no.reason, no.hashes)
        self.rejected[source.name] = Named(source.name, no.reason)

    def _refuse(self, source: Source, reason: Reason) -> None:
        if not source.on_stick:  # it waited for its certificate and turned out to be nobody's: kept, not tried again
            digest = source.directory.parent.name
            self.office.register.write("UPDATE quarantine SET reason = ? WHERE manifest = ?", reason.value, digest)
        self.refused.append(Named(source.name, reason))
