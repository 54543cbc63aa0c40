"""Bytes of a file onto a card and back: written past every cache, read back from the card, hashed."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from workshop.block_map import Piece
from workshop.faults import MIB, CardFault, Fault, fault_of
from workshop.medium import CHUNK, Medium, buffer

Told = Callable[[int], None]  # how many bytes more are done


class Stopped(Exception):
    """Somebody ended the work; the card is half written."""


@dataclass(frozen=True)
class Source:
    """Pieces of the card, from an open file in which a piece's offset on the card is `shift` bytes further on."""

    fd: int
    pieces: tuple[Piece, ...]
    shift: int = 0


def write(medium: Medium, source: Source, told: Told, stop: threading.Event) -> None:
    """Put the source's pieces onto the card; durable only after the medium's `sync`. CardFault, Stopped."""
    memory = buffer()
    for piece in source.pieces:
        for offset, length in _steps(piece, stop):
            view = memory[:length]
            _fill(source.fd, offset - source.shift, view)
            try:
                medium.write(offset, view)
            except OSError as error:
                raise fault_of(error, offset) from error
            told(length)


def read_back(medium: Medium, pieces: Iterable[Piece], told: Told, stop: threading.Event) -> None:
    """Hash every piece as the card gives it. CardFault where one is not what was written; Stopped."""
    memory = buffer()
    for piece in pieces:
        if digest(medium, piece, memory, told, stop) != piece.sha256:
            bounds = f"{piece.offset // MIB} and {-(-piece.end // MIB)} MiB"
            raise CardFault(Fault.DIFFERS, f"It gives back other bytes than it was given, between {bounds}")


def digest(medium: Medium, piece: Piece, memory: memoryview, told: Told, stop: threading.Event) -> str:
    """SHA-256 in hex of a stretch of the card; the piece's own is not looked at. CardFault, Stopped."""
    found = hashlib.sha256()
    for offset, length in _steps(piece, stop):
        try:
            medium.read(offset, memory[:length])
        except OSError as error:
            raise fault_of(error, offset) from error
        except EOFError as error:
            raise CardFault(Fault.SHORT, f"It ends at {offset // MIB} MiB") from error
        found.update(memory[:length])
        told(length)
    return found.hexdigest()


def _steps(piece: Piece, stop: threading.Event) -> Iterable[tuple[int, int]]:
    for offset in range(piece.offset, piece.end, CHUNK):
        if stop.is_set():
            raise Stopped
        yield offset, min(CHUNK, piece.end - offset)


def _fill(fd: int, offset: int, view: memoryview) -> None:
    while view:
        done = os.preadv(fd, [view], offset)
        if not done:
            raise EOFError("the image became shorter while it was copied")
        offset, view = offset + done, view[done:]
