"""What is not here: gaps in the chains, bundles that a completion file names, boxes that wait for a certificate."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kiosk.exchange import chain, stick, stick_layout
from kiosk.exchange.certificate import Request, open_request
from kiosk.exchange.chain import Link
from kiosk.exchange.completion import Completion, open_completion
from kiosk.exchange.errors import BundleError, Reason
from kiosk.regency.office import Office
from kiosk.regency.result import Asking, Missing


@dataclass(frozen=True)
class Found:
    """A completion file on the stick that its box signed."""

    name: str
    completion: Completion


def completions(office: Office, stick_root: Path) -> list[Found]:
    """Completion files of certified boxes, each noted as how far that box's chain has come; others are refused."""
    keys = {(one.box, one.incarnation): one.key for one in office.register.incarnations()}
    found = []
    for name in stick.completions(stick_root):
        box, incarnation, _ = name.rpartition("/")[2].rsplit("_", 2)
        if (box, incarnation) not in keys:
            continue
        try:
            told = open_completion(stick.read_file(stick_root, name) or b"", keys[box, incarnation])
        except BundleError as error:
            stick.refuse(stick_root, name, error.reason)
            continue
        if (told.box, told.incarnation) == (box, incarnation):
            found.append(Found(name, told))
            sql = "UPDATE incarnations SET head_seq = max(head_seq, ?) WHERE (box, incarnation) = (?, ?)"
            office.register.write(sql, told.head.seq, box, incarnation)
    return found


def awaited(office: Office, found: list[Found]) -> tuple[str, ...]:
    """Manifest hashes that the completion files name and that are nowhere, not even refused."""
    tables = " UNION ".join(f"SELECT manifest FROM {table}" for table in ("bundles", "quarantine", "rejections"))
    here = {row["manifest"] for row in office.register.rows(tables)} if found else set()
    return tuple(sorted({digest for one in found for digest in one.completion.manifests} - here))


def clear_completions(office: Office, stick_root: Path, found: list[Found]) -> None:
    """Take completion files off the stick once all that they name is taken in."""
    for one in found:
        if all(office.register.bundle(digest) for digest in one.completion.manifests):
            stick.remove_file(stick_root, one.name)


def missing(office: Office) -> tuple[Missing, ...]:
    """Every gap of every chain, and what a box said it has and has not brought yet."""
    found: list[Missing] = []
    for one in office.register.incarnations():
        key, where = (one.box, one.incarnation), "WHERE (box, incarnation) = (?, ?)"
        held: dict[int, list[Link]] = {
            row["seq"]: [Link(row["seq"], row["manifest"], None)]
            for table in ("bundles", "quarantine")
            for row in office.register.rows(f"SELECT seq, manifest FROM {table} {where}", *key)
        }
        closed = {row["seq"] for row in office.register.rows(f"SELECT seq FROM closed_gaps {where}", *key)}
        found += [Missing(*key, gap.start, gap.stop - 1, False) for gap in chain.gaps(held, closed)]
        last = max((*held, *closed), default=0)
        if last < one.head_seq:
            found.append(Missing(*key, last + 1, one.head_seq, True))
    return tuple(found)


def asking(office: Office, requests: Iterable[Request]) -> tuple[Asking, ...]:
    """Who is not certified yet."""
    certified = {(one.box, one.incarnation) for one in office.register.incarnations()}
    asked = ((request.box, request.incarnation) for request in requests)
    return tuple(Asking(*who) for who in asked if who not in certified)


def requests(stick_root: Path) -> tuple[Request, ...]:
    """Requests on the stick, each signed with the key it names; what is none, or lies under another's name, is
    refused. They prove possession of a key and nothing more."""
    found = []
    for name in stick.requests(stick_root):
        try:
            request = open_request(stick.read_file(stick_root, name) or b"")
            if stick_layout.request(request.box, request.incarnation) != name:
                raise BundleError(Reason.NAME_MISMATCH, name)
        except BundleError as error:
            stick.refuse(stick_root, name, error.reason)
            continue
        found.append(request)
    return tuple(found)
