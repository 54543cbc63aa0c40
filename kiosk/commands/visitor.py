"""People who touch the screen: a visitor's answer to each screen, and the officer's to each call for help."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from hal.transport.recorded import ImageFolder
from hal.world.person import EYES, FINGERS, Condition, Person
from kiosk.core import events as e
from kiosk.core.record import Endorsement, Lasting, Position, Reason
from kiosk.core.state import Help, Phase, Session, Step
from kiosk.flow.kiosk import Kiosk

PAD_W, PAD_H = 600, 200
STROKES = [[[60 + 8 * i, 100 + (40 if i % 4 < 2 else -40) * (i % 2 * 2 - 1), 20 * i] for i in range(60)]]
IMPOSSIBLE_NIK = "6105013213900001"  # day 32: the first visitor mistypes once

_REASON = {
    Condition.MISSING_FROM_BIRTH: (Reason.MISSING_FROM_BIRTH, Lasting.PERMANENT),
    Condition.AMPUTATED: (Reason.AMPUTATED, Lasting.PERMANENT),
    Condition.BANDAGED: (Reason.BANDAGED, Lasting.TEMPORARY),
    Condition.WORN: (Reason.WORN, Lasting.PERMANENT),
}
NOT_GIVEN: tuple[Reason, Lasting] = (Reason.CANNOT, Lasting.TEMPORARY)


@dataclass(frozen=True)
class Visitor:
    """Somebody with a NIK and a body; `absent` tells why a position cannot be given."""

    nik: str
    can_sign: bool
    absent: dict[Position, tuple[Reason, Lasting]]
    mistypes: bool = False


def from_world(person: Person, nik: str, mistypes: bool) -> Visitor:
    """A simulated person, joined with a NIK."""
    unusable = (Condition.MISSING_FROM_BIRTH, Condition.AMPUTATED, Condition.BANDAGED)
    absent = {
        Position(f.value): _REASON[person.body.condition(f)] for f in FINGERS if person.body.condition(f) in unusable
    }
    absent |= {Position(x.value): (Reason.CANNOT, Lasting.PERMANENT) for x in EYES if x not in person.body.eyes}
    return Visitor(nik, person.can_sign, absent, mistypes)


def from_folder(folder: ImageFolder, nik: str) -> Visitor:
    """A folder of pictures, joined with a NIK: what it lacks cannot be given."""
    present = {Position(p.value) for p in folder.positions}
    wanted = (Position.PORTRAIT, *(Position(p.value) for p in (*EYES, *FINGERS)))
    absent = {p: NOT_GIVEN for p in wanted if p not in present}
    if Position.PORTRAIT in present and any(Position(f.value) in absent for f in FINGERS):
        absent[Position.HANDS] = NOT_GIVEN
    return Visitor(nik, can_sign=True, absent=absent)


@dataclass
class Screen:
    """Answers each state of a session once; `acts` notes what was done, in order."""

    kiosk: Kiosk
    visitor: Visitor
    officer: str
    attests: bool
    acts: list[str] = field(default_factory=list)
    _seen: set[object] = field(default_factory=set)

    def answer(self, session: Session) -> None:
        """Touch what a person or the officer would touch now."""
        key = (session.step, session.phase, session.position, session.help, session.issued)
        if key in self._seen:
            return
        self._seen.add(key)
        if session.help is not None:
            self._do("officer", self._officer_answer(session))
        elif session.phase is Phase.ASKING:
            if session.step is not Step.CHECK and session.position in self.visitor.absent:
                self._do("person", e.CannotShow())
        elif session.phase is Phase.TOUCH:
            self._touch(session)

    def _touch(self, session: Session) -> None:
        simple: dict[Step, Callable[[], e.SessionEvent]] = {
            Step.LANGUAGE: lambda: e.LanguageChosen("id"),
            Step.NOTICE: e.Agreed,
            Step.NIK: lambda: e.NikEntered(self._nik(session)),
            Step.BIODATA: e.BiodataConfirmed,
            Step.REVIEW: e.Approved,
            Step.SLIP: e.Done,
        }
        if session.step is Step.ENDORSEMENT:
            self._endorse()
        elif session.step in simple:
            if session.step is Step.BIODATA and self.attests:
                self.acts.append("officer Attested")
                self.kiosk.attest()
            self._do("person", simple[session.step]())

    def _nik(self, session: Session) -> str:
        return IMPOSSIBLE_NIK if self.visitor.mistypes and session.nik_fault is None else self.visitor.nik

    def _endorse(self) -> None:
        if self.visitor.can_sign:
            self.acts.append("person Inked")
            ink = json.dumps({"height": PAD_H, "strokes": STROKES, "width": PAD_W}).encode()
            self.kiosk.draw(ink, Endorsement.SIGNATURE, PAD_W, PAD_H)
        elif any(Position(f.value) not in self.visitor.absent for f in FINGERS):
            self._do("person", e.ThumbPrintChosen())
        else:
            self._do("person", e.CannotSign())

    def _officer_answer(self, session: Session) -> e.SessionEvent:
        if session.help in (Help.CANNOT_SHOW, Help.STUCK) and session.position is not None:
            reason, lasting = self.visitor.absent.get(session.position, NOT_GIVEN)
            same = tuple(p for p, why in self.visitor.absent.items() if why == (reason, lasting))
            return e.Exempted(same or (session.position,), reason, lasting, self.officer)
        return e.OfficerContinues(self.officer)

    def _do(self, who: str, event: e.SessionEvent) -> None:
        self.acts.append(f"{who} {type(event).__name__}")
        self.kiosk.touch(event)
