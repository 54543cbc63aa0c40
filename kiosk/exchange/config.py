"""What the office decides for one box: place, officers, training, order of fingers (docs/formats.md 2)."""

from dataclasses import dataclass

from kiosk.core.record import Position
from kiosk.exchange.jws import SigningKey
from kiosk.exchange.shapes import Base64Url, BoxId, Count, Recipient, open_shape, optional, sign_shape

TYP = "jemput-config"


@dataclass(frozen=True)
class OfficerEntry:
    """An officer who may open the box: `sealed` is the age identity under PIN and card secret."""

    id: str
    recipient: Recipient
    sealed: Base64Url
    salt: Base64Url


@dataclass(frozen=True)
class BoxConfig:
    """One box's config; `order` is the order in which fingers are asked, `below_grade` whether sensors that are good
    for checks only may enrol, each capture marked."""

    counter: Count
    box: BoxId
    office: str
    training: bool
    place: str
    officers: tuple[OfficerEntry, ...]
    order: tuple[Position, ...]
    copies_wanted: Count
    below_grade: bool = optional(False)


def sign_config(config: BoxConfig, key: SigningKey) -> bytes:
    """The config file. BundleError(BAD_FORMAT) where no reader would take it."""
    return sign_shape(TYP, config, key)


def open_config(raw: bytes, config_public: str) -> BoxConfig:
    """The config that the office's config key signed. BundleError."""
    return open_shape(TYP, BoxConfig, raw, config_public)
