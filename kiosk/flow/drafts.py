"""A session as bytes and back: what the store keeps, encrypted, after every event."""

import json
from datetime import date

import cattrs

from kiosk.core.state import Session


def _converter() -> cattrs.Converter:
    made = cattrs.Converter(forbid_extra_keys=True)
    made.register_unstructure_hook(date, lambda d: d.isoformat())
    made.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    return made


_CONVERTER = _converter()


def dump(session: Session) -> bytes:
    """The session as JSON."""
    return json.dumps(_CONVERTER.unstructure(session), separators=(",", ":")).encode()


def load(state: bytes) -> Session:
    """The session from its JSON; ValueError or cattrs' error where an older program wrote another shape."""
    return _CONVERTER.structure(json.loads(state), Session)
