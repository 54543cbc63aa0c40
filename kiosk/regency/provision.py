"""What makes a blank image one particular box of this office: its papers, signed anew. No key is made here: the box
makes its own at its first start, and asks for its certificate on a stick."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from kiosk.exchange.shapes import BoxId
from kiosk.regency.certify import Decision, config_for
from kiosk.regency.decided import Decided, decide, decided
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import Office

ROOT, OFFICE, CONFIG = "root.pub", "office.jws", "config.jws"  # as the box looks for them
_FORM: re.Pattern[str] = get_args(BoxId)[1]


@dataclass(frozen=True)
class BoxPapers:
    """One box and its papers by name."""

    box: str
    papers: Mapping[str, bytes]


def provision(
    office: Office, boxes: Sequence[str], decision: Decision, *, again: bool = False
) -> tuple[BoxPapers, ...]:
    """Papers for these boxes, all or none. `again`: for boxes that have had some.

    Raises OfficeError where nobody could open the box, an id has no usable form, or a box has papers already.
    """
    if not decision.officers:
        raise OfficeError(
            "The office has no officer: nobody could open the box; make one with 'kiosk regency officer'."
        )
    for box in boxes:
        _check(office, box, again)
    if len(set(boxes)) < len(boxes):
        raise OfficeError("A box is named twice; name each once.")
    with office.register.transaction():
        made = tuple(BoxPapers(box, _papers(office, box, decision)) for box in boxes)
        for box in boxes:
            decide(office, box, Decided(office.moment().utc, decision.training, decision.place, decision.below_grade))
    return made


def _check(office: Office, box: str, again: bool) -> None:
    if not _FORM.fullmatch(box):
        raise OfficeError(
            f"{box!r} cannot be a box's id; take 2 to 12 capital letters and digits, then perhaps a dash and up to 8 "
            "more, such as SINTANG-03."
        )
    if again:
        return
    if was := decided(office, box):
        raise OfficeError(f"Box {box} got its papers on {was.since[:10]}; if it gets a new card, say --again.")
    if office.register.knows_box(box):
        raise OfficeError(f"Box {box} is certified already; if it gets a new card, say --again.")


def _papers(office: Office, box: str, decision: Decision) -> dict[str, bytes]:
    config = config_for(office, box, decision)
    return {ROOT: f"{office.root_public}\n".encode(), OFFICE: office.signed, CONFIG: config}
