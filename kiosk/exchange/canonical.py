"""JSON in its one spelling (RFC 8785, integers only): two texts of one payload cannot both be read."""

import json
from collections.abc import Mapping
from typing import Any, NoReturn

from kiosk.exchange.errors import BundleError, Reason


def encode(payload: Mapping[str, Any]) -> bytes:
    """UTF-8, members sorted, no spaces. ValueError or TypeError on what JSON or this form cannot hold."""
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode()


def decode(text: bytes) -> dict[str, Any]:
    """The object that `encode` would spell exactly so; BundleError(BAD_FORMAT) on anything else, which covers
    duplicate members, spaces, floats and lone surrogates."""
    try:
        value = json.loads(text.decode(), parse_float=_refuse, parse_constant=_refuse)
        if isinstance(value, dict) and encode(value) == text:
            return value
    except (ValueError, RecursionError) as error:
        raise BundleError(Reason.BAD_FORMAT, "payload") from error
    raise BundleError(Reason.BAD_FORMAT, "payload")


def _refuse(number: str) -> NoReturn:
    raise ValueError("only integers")
