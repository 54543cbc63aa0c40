"""The fixed names of a stick, relative to JEMPUT/ (docs/formats.md 5). Nothing else on a stick is read or written."""

import re

TOP = "JEMPUT"
BUNDLES, COMPLETE, REQUESTS, OFFICE, RECEIPTS, REFUSED = (
    "bundles",
    "complete",
    "requests",
    "office",
    "receipts",
    "refused",
)
MAX_BUNDLES = 4096
MAX_FILES = 512  # of receipts, completions and requests

_SAFE = re.compile(r"[A-Za-z0-9._-]{1,120}")


def bundle(name: str) -> str:
    """A bundle's directory."""
    return f"{BUNDLES}/{name}"


def completion(box: str, incarnation: str, counter: int) -> str:
    """The last file of a handover."""
    return f"{COMPLETE}/{box}_{incarnation}_{counter}.jws"


def request(box: str, incarnation: str) -> str:
    """A box that wants a certificate."""
    return f"{REQUESTS}/{box}_{incarnation}.jws"


def office(box: str) -> str:
    """The office keys, for one box."""
    return f"{OFFICE}/{box}.office.jws"


def config(box: str) -> str:
    """One box's config."""
    return f"{OFFICE}/{box}.config.jws"


def certificate(box: str, incarnation: str) -> str:
    """One incarnation's certificate."""
    return f"{OFFICE}/{box}_{incarnation}.certificate.jws"


def roster(box: str) -> str:
    """The sealed list for one box."""
    return f"{OFFICE}/{box}.roster.age"


def receipt(box: str, incarnation: str, counter: int) -> str:
    """A receipt on its way to a box."""
    return f"{RECEIPTS}/{box}_{incarnation}_{counter}.jws"


def is_safe(name: str) -> bool:
    """Whether a name found on a stick may be part of a name that we write."""
    return _SAFE.fullmatch(name) is not None
