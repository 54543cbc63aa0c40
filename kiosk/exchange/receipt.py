"""What allows a box to forget: the office's signed word on whole bundles (docs/formats.md 6)."""

from dataclasses import dataclass

from kiosk.core.recording import Moment
from kiosk.exchange.errors import Reason
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.shapes import BoxId, Count, Head, Incarnation, Seq, Sha256, open_shape, sign_shape

RECEIPT_TYP = "jemput-receipt"
CLOSED_GAP_TYP = "jemput-closed-gap"


@dataclass(frozen=True)
class Rejected:
    """A bundle the office will not take as it is; `hashes` are the blobs at fault, where it is blobs."""

    seq: Seq
    manifest: Sha256
    reason: Reason
    hashes: tuple[Sha256, ...]


@dataclass(frozen=True)
class Receipt:
    """Accepted: every blob opened, checked, stored, and held in `copies` places."""

    counter: Count
    office: str
    box: BoxId
    incarnation: Incarnation
    copies: Count
    accepted: tuple[Head, ...]
    rejected: tuple[Rejected, ...]
    time: Moment


@dataclass(frozen=True)
class ClosedGap:
    """Numbers that will never come, by a person's decision at the office."""

    office: str
    box: BoxId
    incarnation: Incarnation
    seqs: tuple[Seq, ...]
    reason: str


def sign_receipt(receipt: Receipt, key: SigningKey) -> bytes:
    """The receipt. BundleError BAD_FORMAT, or TOO_LARGE above some 4,000 bundles."""
    return sign_shape(RECEIPT_TYP, receipt, key)


def open_receipt(raw: bytes, receipt_public: str) -> Receipt:
    """The receipt that the office's receipt key signed; whether it is for this box is the reader's to check."""
    return open_shape(RECEIPT_TYP, Receipt, raw, receipt_public)


def sign_closed_gap(gap: ClosedGap, key: SigningKey) -> bytes:
    """The statement. BundleError(BAD_FORMAT) where no reader would take it."""
    return sign_shape(CLOSED_GAP_TYP, gap, key)


def open_closed_gap(raw: bytes, receipt_public: str) -> ClosedGap:
    """The statement that the office's receipt key signed. BundleError."""
    return open_shape(CLOSED_GAP_TYP, ClosedGap, raw, receipt_public)
