"""What officers answer for: an attestation in the session or at the day's end, and what the day still owes."""

from dataclasses import dataclass

from kiosk.core.record import Attestation


@dataclass(frozen=True)
class Unattested:
    """A closed person whom no officer has vouched for yet, known by bundle; the face waits in RAM."""

    bundle: str
    manifest_hash: str


def attest(officer: str, boot: int, boot_s: float) -> Attestation:
    """ "I saw this person and the family card", said by a named officer."""
    if not officer:
        raise ValueError("an attestation needs an officer")
    return Attestation(officer, boot, boot_s)


def still_owed(closed: tuple[Unattested, ...], attested: frozenset[str]) -> tuple[Unattested, ...]:
    """Persons of the day whose manifest hash no attestation names yet."""
    return tuple(u for u in closed if u.manifest_hash not in attested)
