"""The steps that wait for a hand: language, notice, NIK, biodata, endorsement, review, slip."""

from dataclasses import replace
from datetime import date

from kiosk.core import checking
from kiosk.core import nik as nik_rules
from kiosk.core.accepting import seal
from kiosk.core.asking import Result, ask, call_officer, touch, without
from kiosk.core.effects import Discard, Forget
from kiosk.core.eligibility import NEEDS_OFFICER, RECORDING_AGE, Advice, Standing, advise, age_on
from kiosk.core.events import (
    Agreed,
    Approved,
    BiodataConfirmed,
    BiodataDisputed,
    CannotSign,
    Closed,
    CloseFailed,
    Done,
    Inked,
    LanguageChosen,
    LookedUp,
    NikEntered,
    NoNik,
    Retaken,
    ThumbPrintChosen,
    Voided,
    Withdrawn,
)
from kiosk.core.nik import NikFault, NikParts
from kiosk.core.path import close, go_on, look_up, void
from kiosk.core.plan import ENDORSEMENTS
from kiosk.core.record import Endorsement, Position, Resident, VoidReason
from kiosk.core.recording import Consent, ConsentBy
from kiosk.core.state import Help, Session, Step


def on_language(state: Session, event: LanguageChosen) -> Result:
    """Speak this language from now on."""
    return touch(replace(state, language=event.language), Step.NOTICE)


def on_agreed(state: Session, event: Agreed) -> Result:
    """The notice was understood and agreed to."""
    consent = Consent(state.language, event.by, event.officer)
    return touch(replace(state, consent=consent), Step.NIK)


def on_declined(state: Session, event: Withdrawn) -> Result:
    """Nothing was agreed to, nothing stays."""
    state, _ = touch(state, Step.GONE)
    return state, (Discard(state.record_id),)


def on_withdrawn(state: Session, event: Withdrawn) -> Result:
    """Destroy every capture at once."""
    return void(state, VoidReason.WITHDRAWN, state.officer)


def on_nik(state: Session, event: NikEntered) -> Result:
    """Sixteen digits are looked up; anything else gets its sentence."""
    if len(event.nik) != 16 or not event.nik.isascii() or not event.nik.isdigit():
        return touch(replace(state, nik="", nik_fault=NikFault.NOT_16_DIGITS.value), Step.NIK)
    return look_up(replace(state, nik=event.nik, nik_fault=None))


def on_no_nik(state: Session, event: NoNik) -> Result:
    """A note to the regency, no biometrics, and a slip."""
    return void(state, VoidReason.NO_NIK, state.officer)


def on_looked_up(state: Session, event: LookedUp) -> Result:
    """A listed person is shown; an unlisted NIK is judged by its parts; doubts call the officer."""
    today = date.fromisoformat(event.today)
    resident = event.resident or _unlisted(state.nik, today)
    if isinstance(resident, NikFault):
        return touch(replace(state, nik="", nik_fault=resident.value), Step.NIK)
    status = event.status if event.resident else None
    found = advise(Standing(resident.birth, status, bool(event.earlier)), today, event.confident)
    after = replace(
        state,
        resident=resident,
        listed=event.resident is not None,
        advice=tuple(a.value for a in found),
        earlier_days=event.earlier_days,
        linked=event.earlier[-1] if event.earlier else None,
        flags=(*state.flags, *(a.value for a in found if a is not Advice.CLEAR)),
    )
    after, effects = touch(after, Step.BIODATA)
    if _goes_on(after, found):
        return after, effects
    return call_officer(after, Help.NIK_DOUBT)


def _goes_on(state: Session, found: tuple[Advice, ...]) -> bool:
    own_consent = state.consent is not None and state.consent.by is ConsentBy.SELF
    return NEEDS_OFFICER.isdisjoint(found) and not (Advice.MINOR in found and own_consent)


def on_vouched(state: Session, event: Agreed) -> Result:
    """The officer notes a guardian's or the school's consent for somebody who turned out to be a minor."""
    return touch(replace(state, consent=Consent(state.language, event.by, event.officer)), Step.BIODATA)


def _unlisted(nik: str, today: date) -> Resident | NikFault:
    """What the digits alone say; the register's name and place stay empty, they are never invented."""
    parts = nik_rules.read(nik, today.year)
    if not isinstance(parts, NikParts):
        return parts
    old_enough = [b for b in parts.births if age_on(b, today) >= RECORDING_AGE]
    return Resident(nik, "", old_enough[0] if old_enough else parts.births[0], parts.sex, "")


def on_confirmed(state: Session, event: BiodataConfirmed) -> Result:
    """The person recognised themselves: the captures begin."""
    return go_on(state)


def on_disputed(state: Session, event: BiodataDisputed) -> Result:
    """A correction is the officer's to note."""
    return call_officer(state, Help.DISPUTED)


def on_inked(state: Session, event: Inked) -> Result:
    """Signature or mark: as good as one another. What is neither gets its sentence and can be drawn again."""
    if event.fault is not None:
        state, effects = touch(replace(state, ink_fault=event.fault.value), Step.ENDORSEMENT)
        return state, (Forget((event.capture,)), *effects)
    state = replace(state, endorsement=event.kind, origin=event.origin, position=Position.SIGNATURE, ink_fault=None)
    return seal(state, event.capture)


def on_thumb_print(state: Session, event: ThumbPrintChosen) -> Result:
    """A thumb-print before a witness."""
    return call_officer(state, Help.WITNESS)


def give_thumb_print(state: Session) -> Result:
    """The witness is there: ask for the print."""
    return ask(replace(state, endorsement=Endorsement.THUMB_PRINT), (Position.THUMB_PRINT,))


def on_cannot_sign(state: Session, event: CannotSign) -> Result:
    """Neither ink nor print: the officer stands by it."""
    return call_officer(state, Help.CANNOT_SIGN)


def on_approved(state: Session, event: Approved) -> Result:
    """The person stands by the whole."""
    return close(state)


def on_retaken(state: Session, event: Retaken) -> Result:
    """One position is owed again, ink and thumb-print as one; its blob goes when the new state is durable."""
    again = ENDORSEMENTS if event.position in ENDORSEMENTS else (event.position,)
    templates = tuple(capture for p, capture in state.remembered if p in again)
    after, effects = go_on(_without(checking.undone_by(state, event.position), again))
    return after, ((Forget(templates), *effects) if templates else effects)


def _without(state: Session, again: tuple[Position, ...]) -> Session:
    return replace(
        without(state, again),
        exemptions=tuple(e for e in state.exemptions if e.position not in again),
        endorsement=None if again is ENDORSEMENTS else state.endorsement,
    )


def on_closed(state: Session, event: Closed) -> Result:
    """The bundle is durable: wipe the tray, give the slip."""
    state, _ = touch(replace(state, bundle=event.bundle, manifest=event.manifest, remembered=()), Step.SLIP)
    return state, (Forget(None),)


def on_close_failed(state: Session, event: CloseFailed) -> Result:
    """Nothing is lost; the officer makes room and it is tried again."""
    return call_officer(state, Help.STORAGE)


def on_voided(state: Session, event: Voided) -> Result:
    """Everything is destroyed; the last screen says so."""
    return touch(replace(state, bundle=event.bundle, captures=(), remembered=()), Step.SLIP)


def on_done(state: Session, event: Done) -> Result:
    """The person leaves."""
    return touch(state, Step.GONE)
