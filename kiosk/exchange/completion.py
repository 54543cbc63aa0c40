"""The last file of a stick handover: what it wrote, and how far the box's chain has come (docs/formats.md 5)."""

from dataclasses import dataclass

from kiosk.exchange.jws import SigningKey
from kiosk.exchange.shapes import BoxId, Count, Head, Incarnation, Sha256, open_shape, sign_shape

TYP = "jemput-completion"


@dataclass(frozen=True)
class Completion:
    """`head` is the last number the box has given, on this stick or not; `manifests` what this handover wrote."""

    counter: Count
    box: BoxId
    incarnation: Incarnation
    head: Head
    manifests: tuple[Sha256, ...]


def sign_completion(completion: Completion, key: SigningKey) -> bytes:
    """The completion file. BundleError(BAD_FORMAT) where no reader would take it."""
    return sign_shape(TYP, completion, key)


def open_completion(raw: bytes, box_public: str) -> Completion:
    """The completion that this box signed. BundleError."""
    return open_shape(TYP, Completion, raw, box_public)
