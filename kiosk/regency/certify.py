"""How a box becomes one of this office's: its request is answered with office keys, config and certificate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kiosk.core.record import FINGERS, Position
from kiosk.exchange import jws, stick, stick_layout
from kiosk.exchange.certificate import Certificate, Request, open_request, short_code, sign_certificate
from kiosk.exchange.config import BoxConfig, OfficerEntry, sign_config
from kiosk.exchange.errors import BundleError
from kiosk.regency.decided import decide, decided
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import Office

LONGEST_PLACE = 60  # letters: as long as an office's name, and it stands on one line of the box's screen


@dataclass(frozen=True)
class Decision:
    """What the office decides for a box. A box's copies_wanted is what it expects of receipts; with below_grade a
    finger sensor that is good for checks only may record there, and the file waits. OfficeError where the place is not
    one line."""

    training: bool
    place: str
    officers: tuple[OfficerEntry, ...]
    order: tuple[Position, ...] = FINGERS
    copies_wanted: int = 2
    below_grade: bool = False

    def __post_init__(self) -> None:
        if not self.place.strip() or len(self.place) > LONGEST_PLACE or not self.place.isprintable():
            raise OfficeError(
                f"Where the box works must be one line of at most {LONGEST_PLACE} letters; say its place."
            )


@dataclass(frozen=True)
class Issued:
    """The three signed files that a box takes up together."""

    request: Request
    office: bytes
    config: bytes
    certificate: bytes


def find_request(stick_root: Path, box: str) -> bytes:
    """The request of this box on a stick. OfficeError where there is none, or more than one."""
    found = [name for name in stick.requests(stick_root) if name.rpartition("/")[2].rpartition("_")[0] == box]
    if len(found) != 1:
        what = "no request" if not found else "more than one request"
        raise OfficeError(f"The stick holds {what} of box {box}; let the box write it again, to an empty stick.")
    try:
        return stick.read_file(stick_root, found[0]) or b""
    except BundleError as error:
        raise OfficeError("The request is not whole; let the box write it to the stick again.") from error


def write_issued(stick_root: Path, issued: Issued) -> None:
    """The answer, where the box looks for it; the request goes. StickError."""
    box, incarnation = issued.request.box, issued.request.incarnation
    stick.write_file(stick_root, stick_layout.office(box), issued.office)
    stick.write_file(stick_root, stick_layout.config(box), issued.config)
    stick.write_file(stick_root, stick_layout.certificate(box, incarnation), issued.certificate)
    stick.remove_file(stick_root, stick_layout.request(box, incarnation))


def code_of(request_raw: bytes) -> str:
    """The short code that the box shows too. BundleError where the request is not whole."""
    open_request(request_raw)
    return short_code(jws.payload_hash(request_raw))


def certify(office: Office, request_raw: bytes, code: str, decision: Decision) -> Issued:
    """Vouch for the incarnation that asks, after a clerk typed the code from the box's screen.

    Raises OfficeError where code, training or key disagree with the request or with what is registered.
    """
    try:
        request, expected = open_request(request_raw), code_of(request_raw)
    except BundleError as error:
        raise OfficeError("The request is not whole; let the box write it to the stick again.") from error
    if _letters(code) != _letters(expected):
        raise OfficeError("The code is not the one on the box's screen; compare the two screens again.")
    _check_known(office, request, decision)
    with office.register.transaction():
        return _issue(office, request, decision)


def _letters(code: str) -> str:
    return "".join(filter(str.isalnum, code)).upper()


def _check_known(office: Office, request: Request, decision: Decision) -> None:
    was = decided(office, request.box)
    if was and was.training != decision.training:
        made = "training" if was.training else "real people"
        raise OfficeError(f"Box {request.box} was made for {made}; certify it so, or provision a new card.")
    for known in office.register.incarnations():
        if (known.box, known.incarnation) == (request.box, request.incarnation):
            if known.key != request.key:
                raise OfficeError("This number of the box is certified for another key; the box must begin anew.")
            if known.training != decision.training:
                raise OfficeError("Training cannot be changed on a living box; reflash it and certify it anew.")


def _issue(office: Office, request: Request, decision: Decision) -> Issued:
    register, box, incarnation = office.register, request.box, request.incarnation
    certificate = sign_certificate(
        Certificate(
            register.next_counter("certificate"),
            box,
            incarnation,
            request.key,
            request.intake,
            office.name,
            decision.training,
        ),
        office.config_key,
    )
    config = config_for(office, box, decision)
    if was := decided(office, box):
        decide(office, box, replace(was, place=decision.place, below_grade=decision.below_grade))
    register.write(
        "INSERT INTO boxes VALUES (?, ?, ?) ON CONFLICT (box) DO UPDATE SET training = excluded.training, "
        "place = excluded.place",
        *(box, decision.training, decision.place),
    )
    register.write(
        "INSERT INTO incarnations (box, incarnation, key, intake, training, certificate) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (box, incarnation) DO UPDATE SET certificate = excluded.certificate, intake = excluded.intake",
        *(box, incarnation, request.key, request.intake, decision.training, certificate.decode()),
    )
    return Issued(request, office.signed, config, certificate)


def config_for(office: Office, box: str, decision: Decision) -> bytes:
    """A newer config for a box, within a transaction of the register; training must be its certificate's."""
    return sign_config(
        BoxConfig(
            office.register.next_counter("config"),
            box,
            office.name,
            decision.training,
            decision.place,
            decision.officers,
            decision.order,
            decision.copies_wanted,
            decision.below_grade,
        ),
        office.config_key,
    )


def intakes(office: Office, boxes: Sequence[str]) -> dict[str, list[str]]:
    """The intake recipients of these boxes, newest certificate last. OfficeError names a box nobody certified."""
    found: dict[str, list[str]] = {box: [] for box in boxes}
    for row in office.register.rows("SELECT box, intake FROM incarnations ORDER BY rowid"):
        if row["box"] in found:
            found[row["box"]].append(row["intake"])
    if unknown := [box for box, recipients in found.items() if not recipients]:
        raise OfficeError(f"Box {unknown[0]} is not certified; certify it first.")
    return found
