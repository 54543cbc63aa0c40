"""Typed payloads: frozen dataclasses in and out of JSON objects, strictly. Nothing is converted, guessed or ignored."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args, get_origin

from cattrs import BaseValidationError, Converter
from cattrs.gen import make_dict_unstructure_fn, override

from kiosk.core.record import Blob
from kiosk.exchange import jws
from kiosk.exchange.errors import BundleError, Reason
from kiosk.exchange.jws import SigningKey

VERSION = 1
MAX_BLOB = 64 * 1024 * 1024

BoxId = Annotated[str, re.compile(r"[A-Z0-9]{2,12}(-[A-Z0-9]{1,8})?")]
Incarnation = Annotated[str, re.compile(r"[0-9a-f]{8}")]
RecordId = Annotated[str, re.compile(r"[0-9a-f]{32}")]
Sha256 = Annotated[str, re.compile(r"[0-9a-f]{64}")]
PublicKey = Annotated[str, re.compile(r"[A-Za-z0-9_-]{43}")]
Recipient = Annotated[str, re.compile(r"age1[a-z0-9]{58}")]
Base64Url = Annotated[str, re.compile(r"[A-Za-z0-9_-]+")]
Seq = Annotated[int, range(1, 100_000_000)]  # eight digits of a bundle's name
Count = Annotated[int, range(2**53)]  # what every JSON reader holds exactly

_OPTIONAL = "optional"

T = TypeVar("T")


@dataclass(frozen=True)
class Head:
    """A bundle by number and manifest hash."""

    seq: Seq
    manifest: Sha256


@dataclass(frozen=True)
class LastHead:
    """The last bundle that is known of an earlier incarnation."""

    incarnation: Incarnation
    seq: Seq
    manifest: Sha256


@dataclass(frozen=True)
class _Blob:
    sha256: Sha256
    size: Annotated[int, range(1, MAX_BLOB + 1)]


def optional(default: Any) -> Any:
    """A dataclass field that is left out of the JSON at its default, and may be absent: readers of before knew no such
    member."""
    return field(default=default, metadata={_OPTIONAL: True})


def unstructure(value: Any) -> dict[str, Any]:
    """The JSON object of a dataclass."""
    return _CONVERTER.unstructure(value)


def structure(payload: Any, cls: type[T]) -> T:
    """The dataclass of a JSON object; BundleError(BAD_FORMAT) on a missing, unknown or wrongly typed member."""
    try:
        return _CONVERTER.structure(payload, cls)
    except (BaseValidationError, TypeError, ValueError, KeyError, AttributeError):
        # Not chained: the library's words would carry the values, which may be a person's.
        raise BundleError(Reason.BAD_FORMAT, cls.__name__) from None


def sign_shape(typ: str, value: Any, key: SigningKey, *, max_payload: int = jws.MAX_PAYLOAD) -> bytes:
    """The signed payload of a dataclass; BundleError(BAD_FORMAT) where no reader would take it."""
    payload = unstructure(value)
    structure(payload, type(value))
    return jws.sign(typ, {"v": VERSION, **payload}, key, max_payload=max_payload)


def open_shape(typ: str, cls: type[T], raw: bytes, public: str, *, max_payload: int = jws.MAX_PAYLOAD) -> T:
    """The dataclass that this key signed under this type. BundleError."""
    return structure(without_version(jws.verify(typ, raw, public, max_payload=max_payload)), cls)


def without_version(payload: dict[str, Any]) -> dict[str, Any]:
    """The members beside `v`, which must be 1."""
    version = payload.pop("v", None)
    if type(version) is not int or version != VERSION:
        raise BundleError(Reason.BAD_FORMAT, "version")
    return payload


def _plain(value: Any, cls: type) -> Any:
    """A str, int or bool as it is, or the member of a StrEnum."""
    if type(value) is not next(plain for plain in (bool, int, str) if issubclass(cls, plain)):
        raise ValueError(cls.__name__)
    return cls(value)


def _matches(value: Any, annotated: Any) -> Any:
    kind, rule = get_args(annotated)[:2]
    fits = rule.fullmatch if isinstance(rule, re.Pattern) else rule.__contains__
    if type(value) is not kind or not fits(value):
        raise ValueError("out of form")
    return value


def _tuple(value: Any, of: Any) -> tuple[Any, ...]:
    if type(value) is not list:
        raise ValueError("list")
    item = get_args(of)[0]
    return tuple(_CONVERTER.structure(each, item) for each in value)


def _date(value: Any, _: Any) -> date:
    day = date.fromisoformat(value)
    if day.isoformat() != value:
        raise ValueError("date")
    return day


def _blob(value: Any, _: Any) -> Blob:
    checked = _CONVERTER.structure(value, _Blob)
    return Blob(checked.sha256, checked.size)


def _has_optional(cls: Any) -> bool:
    return isinstance(cls, type) and is_dataclass(cls) and any(_OPTIONAL in f.metadata for f in fields(cls))


def _omitting(cls: type, converter: Converter) -> Callable[[Any], dict[str, Any]]:
    left_out: dict[str, Any] = {f.name: override(omit_if_default=True) for f in fields(cls) if _OPTIONAL in f.metadata}
    return make_dict_unstructure_fn(cls, converter, **left_out)


def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, unstruct_collection_overrides={tuple: list})
    for cls in (str, int, bool):
        converter.register_structure_hook(cls, _plain)
    converter.register_structure_hook_func(lambda t: get_origin(t) is Annotated, _matches)
    converter.register_structure_hook_func(lambda t: get_origin(t) is tuple, _tuple)
    converter.register_structure_hook(date, _date)
    converter.register_unstructure_hook(StrEnum, lambda member: member.value)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(Blob, _blob)
    converter.register_unstructure_hook_factory(_has_optional, lambda cls: _omitting(cls, converter))
    return converter


_CONVERTER = _converter()
