"""The block map of an image (bmap 2.0, as bmaptool writes it): which of its bytes mean something, and their SHA-256."""

import hashlib
import re
from dataclasses import dataclass
from xml.etree import ElementTree

LARGEST_BYTES = 4 << 20  # 40,000 ranges; an image has a few hundred
_SUM = re.compile(r"[0-9a-f]{64}")
_RANGE = re.compile(r"\s*(\d+)(?:\s*-\s*(\d+))?\s*")


class ImageError(Exception):
    """The image cannot be used; one sentence and what to do."""


@dataclass(frozen=True)
class Piece:
    """Bytes of an image from `offset`, `length` of them, and their SHA-256 in hex."""

    offset: int
    length: int
    sha256: str

    @property
    def end(self) -> int:
        """The first byte behind it."""
        return self.offset + self.length


@dataclass(frozen=True)
class BlockMap:
    """`size` is the image's, in bytes; `sha256` the map's own, which stands for all that is mapped."""

    size: int
    pieces: tuple[Piece, ...]
    sha256: str


def read_map(raw: bytes) -> BlockMap:
    """The map in a .bmap file. ImageError where it is cut, altered or of another kind."""
    if len(raw) > LARGEST_BYTES:
        raise ImageError("The block map is too large to be one; take the image's own .bmap.")
    try:
        root = ElementTree.fromstring(raw)
        own, size, block = _word(root, "BmapFileChecksum"), int(_word(root, "ImageSize")), int(_word(root, "BlockSize"))
        pieces = tuple(_piece(one, block, size) for one in root.iterfind("BlockMap/Range"))
        kind = _word(root, "ChecksumType")
    except (ElementTree.ParseError, ValueError) as error:
        raise ImageError(f"The block map cannot be read ({error}); copy image and .bmap anew.") from error
    # The file's own checksum is taken with zeros in its place.
    if kind != "sha256" or hashlib.sha256(raw.replace(own.encode(), b"0" * 64)).hexdigest() != own:
        raise ImageError("The block map is damaged; copy image and .bmap anew.")
    _check_order(pieces)
    return BlockMap(size, pieces, hashlib.sha256(raw).hexdigest())


def _word(root: ElementTree.Element, name: str) -> str:
    text = root.findtext(name)
    if text is None:
        raise ValueError(f"no {name}")
    return text.strip()


def _piece(element: ElementTree.Element, block: int, size: int) -> Piece:
    told, checksum = _RANGE.fullmatch(element.text or ""), element.get("chksum", "")
    if not told or not _SUM.fullmatch(checksum):
        raise ValueError("a range without bounds or checksum")
    first, last = int(told[1]), int(told[2] or told[1])
    begin, end = first * block, min((last + 1) * block, size)
    if not begin < end:
        raise ValueError("a range outside the image")
    return Piece(begin, end - begin, checksum)


def _check_order(pieces: tuple[Piece, ...]) -> None:
    at = 0
    for piece in pieces:
        if piece.offset < at:
            raise ImageError("The block map's ranges overlap; copy image and .bmap anew.")
        at = piece.end
    if not pieces:
        raise ImageError("The block map maps nothing; copy image and .bmap anew.")
