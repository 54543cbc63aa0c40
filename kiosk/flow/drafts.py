"""A session as bytes and back: what the store keeps, encrypted, after every event."""

import json
from datetime import date

import cattrs

from kiosk.core.aside import RAM_ONLY
from kiosk.core.state import Session


def _converter() -> cattrs.Converter:
    made = cattrs.Converter()
    made.register_unstructure_hook(date, lambda d: d.isoformat())
    made.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    return made


_CONVERTER = _converter()


def dump(session: Session) -> bytes:
    """The session as JSON, without what lives in RAM only."""
    told = _CONVERTER.unstructure(session)
    return json.dumps({k: v for k, v in told.items() if k not in RAM_ONLY}, separators=(",", ":")).encode()


def load(state: bytes) -> Session:
    """The session from its JSON, as whoever was set aside. One that an older program wrote is taken up: what it does
    not know begins as it does for anybody, what only it knew is left out. ValueError or cattrs' error for no session.
    """
    told = json.loads(state)
    return _CONVERTER.structure({k: v for k, v in told.items() if k not in RAM_ONLY}, Session)
