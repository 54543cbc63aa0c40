"""One card from beginning to end: is it honest, write, read all of it back, is it still honest."""

import secrets
import threading
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path

from workshop import copying, honesty
from workshop.copying import Source
from workshop.faults import CardFault, Fault, fault_of
from workshop.image import Image
from workshop.medium import Medium
from workshop.partitions import NoTable, read_table, same_layout


class Stage(StrEnum):
    """What is being done to a card, as the progress shows it."""

    CHECKING = "checking"
    WRITING = "writing"
    READING = "reading back"


Told = Callable[[Stage, int], None]  # the stage, and how many bytes more are done


def check_layout(disk: Path, image: Image) -> None:
    """CardFault where a card's partitions are not the image's, so that its data cannot be kept where it lies."""
    try:
        table = read_table(disk)
    except NoTable as error:
        raise CardFault(Fault.OTHER_TABLE, "It has no partitions to keep") from error
    if not same_layout(table, image.table):
        raise CardFault(Fault.OTHER_TABLE, "Its partitions are not those of this image")


def flash(medium: Medium, sources: Sequence[Source], *, marked: bool, told: Told, stop: threading.Event) -> None:
    """The sources' pieces onto the card, verified. CardFault names what is wrong with it; Stopped.

    Where it is not marked, nothing is written but the pieces: data stays, and a card that lies is found by what they
    read back alone.
    """
    told(Stage.CHECKING, 0)
    marks = honesty.mark(medium, secrets.token_bytes(16)) if marked else None
    if marks:
        honesty.check(medium, marks)
    for source in sources:
        copying.write(medium, source, lambda more: told(Stage.WRITING, more), stop)
    _settle(medium)
    written = [piece for source in sources for piece in source.pieces]
    copying.read_back(medium, written, lambda more: told(Stage.READING, more), stop)
    if marks:
        honesty.check(medium, marks, written)


def _settle(medium: Medium) -> None:
    try:
        medium.sync()
    except OSError as error:
        raise fault_of(error) from error
