"""Pictures out of a multipart/x-mixed-replace stream, one part a picture, bounded in size."""

from collections.abc import Iterator
from typing import Protocol

from hal.errors import DeviceFault

MOST_PICTURE = 4 << 20  # a preview in JPEG
MOST_LINE = 1024
MOST_LINES = 20


class Lines(Protocol):
    """Where the stream comes from."""

    def line(self, most: int) -> bytes:
        """The bytes before the next CR LF; DeviceFault when there are more than `most`."""
        ...

    def take(self, count: int) -> bytes:
        """Exactly so many bytes."""
        ...


def boundary_of(content_type: str) -> bytes:
    """The boundary of a stream's Content-Type, without its leading dashes: services disagree on how many there are.
    Raises DeviceFault."""
    kind, _, parameter = content_type.partition(";")
    name, _, value = parameter.strip().partition("=")
    boundary = value.strip().strip('"').strip("-")
    if kind.strip().lower() != "multipart/x-mixed-replace" or name.strip().lower() != "boundary" or not boundary:
        raise DeviceFault("the live picture is no multipart stream")
    return boundary.encode("latin-1", "replace")


def parts(source: Lines, boundary: bytes) -> Iterator[bytes]:
    """The bodies of the parts until the closing delimiter. Raises DeviceFault."""
    while True:
        delimiter = _next_line(source)
        name = delimiter.lstrip(b"-")
        if name in (boundary + b"--", boundary.rstrip(b"-") + b"--"):
            return
        if not delimiter.startswith(b"--") or name != boundary:
            raise DeviceFault("the live picture is no multipart stream")
        yield source.take(_length(source))


def _next_line(source: Lines) -> bytes:
    """The next line that is not empty: one empty line parts a picture from the delimiter, some services send more."""
    for _ in range(MOST_LINES):
        if line := source.line(MOST_LINE):
            return line
    raise DeviceFault("the live picture is no multipart stream")


def _length(source: Lines) -> int:
    """The headers of one part."""
    length = None
    for _ in range(MOST_LINES):
        line = source.line(MOST_LINE)
        if not line:
            break
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = value.strip()
    if length is None or not length.isdigit() or len(length) > 9 or int(length) > MOST_PICTURE:
        raise DeviceFault("the live picture has a part of unknown or impossible size")
    return int(length)
