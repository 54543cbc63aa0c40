"""Numbers that will never come, declared so by a person at the office and signed."""

from collections.abc import Sequence

from kiosk.exchange.receipt import ClosedGap, sign_closed_gap
from kiosk.regency.errors import OfficeError
from kiosk.regency.office import Office


def close_gap(office: Office, box: str, incarnation: str, seqs: Sequence[int], reason: str) -> bytes:
    """The signed statement, kept in the register; the numbers are not named as missing any more.

    Raises OfficeError where one of them is here after all, or the box is not certified.
    """
    register = office.register
    if (box, incarnation) not in {(one.box, one.incarnation) for one in register.incarnations()}:
        raise OfficeError(f"{box}_{incarnation} is not certified here; look at its name again.")
    marks = ", ".join("?" * len(seqs))
    if register.held(f"(box, incarnation) = (?, ?) AND seq IN ({marks})", box, incarnation, *seqs):
        raise OfficeError("One of these numbers was taken in; name only those that are missing.")
    statement = sign_closed_gap(
        ClosedGap(office.name, box, incarnation, tuple(sorted(seqs)), reason), office.receipt_key
    )
    with register.transaction():
        for seq in seqs:
            values = (box, incarnation, seq, statement.decode())
            register.write("INSERT OR REPLACE INTO closed_gaps VALUES (?, ?, ?, ?)", *values)
    return statement
