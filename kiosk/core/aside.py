"""What may happen at almost any step: help, an officer's acts, attestation, parking, resuming, a timer."""

from dataclasses import fields, replace
from typing import Any

from kiosk.core import checking, plan
from kiosk.core.accepting import SAME_FINGER, seal
from kiosk.core.asking import Result, awaiting, drop, flagged, interrupt, touch
from kiosk.core.effects import Discard, Forget, StopCapture
from kiosk.core.events import (
    Attested,
    Corrected,
    DeviceSeen,
    Exempted,
    FaceSeen,
    HelpAsked,
    OfficerCancels,
    OfficerContinues,
    ParkWanted,
    ResumeWanted,
    TimeOver,
)
from kiosk.core.face_quality import FaceFlag
from kiosk.core.path import go_on, take_up, void
from kiosk.core.plan import ENDORSEMENTS
from kiosk.core.quality import OTHER_FACE_LIKENESS
from kiosk.core.record import Endorsement, Exemption, Position
from kiosk.core.recording import Correction, Purpose
from kiosk.core.state import Help, Phase, Session, Step, endorsed, owed
from kiosk.core.talk import give_thumb_print

IDLE = "idle"
# About pictures and templates in the tray: whoever is set aside begins without them.
RAM_ONLY = (
    "position", "asked", "attempts", "candidate", "origin", "noted", "doubt", "likened", "remembered", "checking",
)  # fmt: skip
OTHER_FACE = "other-face"
FINGER_PORT = plan.PORT_OF[Position.RIGHT_THUMB]


def on_help(state: Session, event: HelpAsked) -> Result:
    """The constant help button."""
    return interrupt(state, Help.ASKED)


def on_officer_continues(state: Session, event: OfficerContinues) -> Result:
    """The officer saw to it: go on where the help was needed."""
    state = replace(state, returns=0)
    if state.help is Help.CANNOT_SIGN:
        return touch(replace(state, endorsement=Endorsement.CANNOT), Step.REVIEW)
    if state.help is Help.STORAGE and state.candidate:
        return seal(replace(state, help=None), state.candidate)
    if state.help is Help.WITNESS:
        return give_thumb_print(replace(state, help=None))
    return take_up(state)


def on_officer_cancels(state: Session, event: OfficerCancels) -> Result:
    """The officer ends it: as final for the captures as a withdrawal."""
    if state.consent is None:
        return replace(state, step=Step.GONE, phase=Phase.TOUCH, help=None), (Discard(state.record_id),)
    return void(state, event.reason, event.officer)


def on_exempted(state: Session, event: Exempted) -> Result:
    """These positions are not owed; an exemption inside the check ends the check as impossible."""
    if state.doubt and state.doubt.later in event.positions:  # nobody will know whose print the earlier one is
        state = flagged(state, f"{SAME_FINGER}:{state.doubt.earlier}")
    state, wiped = drop(replace(state, doubt=None), (*state.asked, *event.positions), (StopCapture(),))
    if state.step is Step.CHECK:
        after, effects = checking.impossible(state, checking.BY_OFFICER, go_on)
    elif state.position in ENDORSEMENTS:
        after, effects = touch(replace(state, endorsement=None), Step.ENDORSEMENT)
    else:
        owing = owed(state)
        named = [p for p in dict.fromkeys(event.positions) if p in owing]
        new = (Exemption(p, event.reason, event.lasting, event.officer) for p in named)
        after, effects = go_on(replace(state, exemptions=(*state.exemptions, *new), position=None, asked=(), help=None))
    return after, (*wiped, *effects)


def on_corrected(state: Session, event: Corrected) -> Result:
    """Note what is said to be wrong; the help stays until the officer lets the session go on."""
    noted = Correction(event.field, event.value, event.officer)
    return replace(state, corrections=(*state.corrections, noted)), ()


def on_attested(state: Session, event: Attested) -> Result:
    """The officer saw the person and the family card."""
    return replace(state, attestation=event.attestation), ()


def on_park(state: Session, event: ParkWanted) -> Result:
    """Set aside at the same step; what was not sealed is wiped."""
    return set_aside(state, event.why), (StopCapture(), Forget(None))


_EMPTY: dict[str, Any] = {field.name: field.default for field in fields(Session) if field.name in RAM_ONLY}


def set_aside(state: Session, why: str) -> Session:
    """The state without everything that lives in RAM only: what a restart finds is treated alike."""
    return replace(
        state,
        parked=why,
        phase=Phase.TOUCH,
        awaits=None,
        idle=None,
        **_EMPTY,
        purpose=Purpose.RECORD,
        endorsement=state.endorsement if endorsed(state) else None,
    )


def on_resume(state: Session, event: ResumeWanted) -> Result:
    """The same person, the same step; tickets of an earlier boot answer nothing any more."""
    issued = state.issued if event.boot == state.boot else 0
    state = replace(state, parked=None, boot=event.boot, issued=issued)
    return (state, awaiting(state)) if state.help else take_up(state)


def on_device_seen(state: Session, event: DeviceSeen) -> Result:
    """What serves a port changes the asks from the next on; a step that waits for it goes on by itself."""
    if event.port == FINGER_PORT:
        state = replace(state, abilities=event.abilities)
    waited_for = state.help in (Help.DEVICE, Help.UNFIT) and plan.PORT_AT.get(state.step) == event.port
    return take_up(state) if waited_for and event.present else (state, ())


def on_face_seen(state: Session, event: FaceSeen) -> Result:
    """Several faces, or another one than on the portrait: a flag for the officer, never a stop."""
    if (Position.PORTRAIT, event.capture) not in state.remembered:
        return state, ()
    if event.faces > 1:
        state = flagged(state, f"{FaceFlag.SEVERAL_FACES}:{state.step}")
    if event.likeness is not None and event.likeness < OTHER_FACE_LIKENESS:
        state = flagged(state, f"{OTHER_FACE}:{state.step}")
    return state, ()


def on_time_over(state: Session, event: TimeOver) -> Result:
    """Nobody touched the screen: before the consent nothing stays, after it the person is parked, never dropped."""
    if state.step is Step.SLIP:
        return touch(state, Step.GONE)
    if state.consent is None:
        return replace(state, step=Step.GONE, phase=Phase.TOUCH), (Discard(state.record_id),)
    return set_aside(state, IDLE), (StopCapture(), Forget(None))
