"""The two errors of this room, each with a reason that picks the words people see. Messages hold no personal data."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a bundle, a receipt or a signed file is not taken (docs/formats.md 8)."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too-large"
    BAD_NAME = "bad-name"
    BAD_SIGNATURE = "bad-signature"
    BAD_FORMAT = "bad-format"
    WRONG_TYPE = "wrong-type"
    UNKNOWN_BOX = "unknown-box"
    UNKNOWN_INCARNATION = "unknown-incarnation"
    WRONG_OFFICE = "wrong-office"
    NAME_MISMATCH = "name-mismatch"
    MISSING_BLOB = "missing-blob"
    EXTRA_FILE = "extra-file"
    BAD_HASH = "bad-hash"
    BAD_SIZE = "bad-size"
    NOT_SEALED_TO_US = "not-sealed-to-us"
    BAD_META = "bad-meta"
    PROVENANCE_MISMATCH = "provenance-mismatch"
    TRAINING_MISMATCH = "training-mismatch"
    FORK = "fork"
    STALE = "stale"
    NOT_OURS = "not-ours"
    UNKNOWN_NUMBER = "unknown-number"
    REVOKED = "revoked"


class BundleError(Exception):
    """Somebody else's bytes are not what they should be; nothing was lost. `what` names a file or member, never a
    person."""

    def __init__(self, reason: Reason, what: str = "") -> None:
        super().__init__(f"{what}: {reason.value}" if what else reason.value)
        self.reason = reason


class StickReason(StrEnum):
    """What is wrong with the stick itself."""

    FULL = "full"
    READ_ONLY = "read-only"
    LOST = "lost"
    UNREADABLE = "unreadable"


class StickError(Exception):
    """The officer acts: another stick, or this one put back. What was not read back does not count as exported."""

    def __init__(self, reason: StickReason, what: str = "") -> None:
        super().__init__(f"{what}: {reason.value}" if what else reason.value)
        self.reason = reason
