"""Updating the box from a stick, between people: look, copy and check, install, restart for one trial. The battery is
asked before the copy, again before a slot is written, and before the trial."""

from dataclasses import dataclass, replace
from enum import StrEnum

from kiosk.core.power import Charge

NO_UPDATE_BELOW = 0.30  # copy, check, install and two starts take a quarter of an hour at most: three times what the
# stop for new persons (0.15) keeps for five minutes of capture, less what starting draws without devices


class Stage(StrEnum):
    """Where the update stands."""

    READY = "ready"
    LOOKING = "looking"
    NOTHING = "nothing"
    FOUND = "found"
    POWER_LOW = "power-low"
    COPYING = "copying"
    CHECKING = "checking"
    INSTALLING = "installing"
    INSTALLED = "installed"
    RESTART_LOW = "restart-low"  # installed, and the battery is too low to try it
    RESTARTING = "restarting"
    REFUSED = "refused"
    ROLLED_BACK = "rolled-back"


class Refusal(StrEnum):
    """Why an update was not taken; each has one sentence and what to do. The running system is whole in all of them."""

    ALTERED = "altered"
    UNSIGNED = "unsigned"
    OTHER_KEY = "other-key"
    OTHER_BOARD = "other-board"
    TOO_OLD = "too-old"
    SAME = "same"
    CUT_SHORT = "cut-short"
    TOO_LARGE = "too-large"
    UNSUITABLE = "unsuitable"
    NO_ROOM = "no-room"
    PULLED = "pulled"
    STORAGE = "storage"
    FAILED = "failed"
    BUSY = "busy"  # another update runs, or this system is still on trial
    ABSENT = "absent"  # the updater does not answer


@dataclass(frozen=True)
class Update:
    """`running` is this system's version, empty on a box that cannot be updated; `version` the update in hand, or the
    one that was rolled back; `percent` of the stage; `attempt` counts, so that late answers are told from new ones."""

    stage: Stage = Stage.READY
    running: str = ""
    version: str = ""
    percent: int = 0
    refusal: Refusal | None = None
    attempt: int = 0


@dataclass(frozen=True)
class UpdateTold:
    """What the updater said at the start of the program: `rolled_back` and `installed` are versions or empty."""

    running: str
    rolled_back: str = ""
    installed: str = ""


@dataclass(frozen=True)
class LookWanted:
    """The officer wants to know what lies on the stick."""


@dataclass(frozen=True)
class Found:
    """What lies there: a version, or nothing where it is empty."""

    attempt: int
    version: str


@dataclass(frozen=True)
class UpdateWanted:
    """The officer wants what was found."""


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    attempt: int
    stage: Stage
    percent: int


@dataclass(frozen=True)
class Fetched:
    """It is on the box's own card, and whole and sound."""

    attempt: int


@dataclass(frozen=True)
class Installed:
    """It stands in the slot that does not run."""

    attempt: int


@dataclass(frozen=True)
class UpdateRefused:
    """It ended early."""

    attempt: int
    refusal: Refusal


@dataclass(frozen=True)
class RestartWanted:
    """The officer lets the box restart into it."""


UpdateEvent = (
    UpdateTold | LookWanted | Found | UpdateWanted | Progress | Fetched | Installed | UpdateRefused | RestartWanted
)  # fmt: skip
OFFICERS = (LookWanted, UpdateWanted, RestartWanted)  # what a hand asks for; everything else is an answer


@dataclass(frozen=True)
class LookForUpdate:
    """Mount the stick and look; answered by Found or UpdateRefused."""

    attempt: int


@dataclass(frozen=True)
class FetchUpdate:
    """Copy and check; answered by Progress, then Fetched or UpdateRefused. Gives the stick up."""

    attempt: int


@dataclass(frozen=True)
class InstallUpdate:
    """Write the other slot; answered by Progress, then Installed or UpdateRefused."""

    attempt: int


@dataclass(frozen=True)
class RestartIntoTrial:
    """The box goes down; answered only by UpdateRefused, where it does not."""

    attempt: int


UpdateEffect = LookForUpdate | FetchUpdate | InstallUpdate | RestartIntoTrial
UpdateResult = tuple[Update, tuple[UpdateEffect, ...]]
RUNNING = (Stage.LOOKING, Stage.COPYING, Stage.CHECKING, Stage.INSTALLING, Stage.RESTARTING)
_MOVES = {Stage.COPYING: (Stage.COPYING, Stage.CHECKING), Stage.CHECKING: (Stage.COPYING, Stage.CHECKING)}


def may_update(charge: Charge | None) -> bool:
    """Whether the battery outlasts an update; a box that knows of no battery stands on external power."""
    return charge is None or charge.external or charge.fraction >= NO_UPDATE_BELOW


def is_running(state: Update) -> bool:
    """Whether an answer is awaited."""
    return state.stage in RUNNING


def entered(state: Update) -> Update:
    """The officer opens the page: what an earlier visit ended with is past, what waits for a hand stays."""
    if state.stage is Stage.RESTART_LOW:
        return replace(state, stage=Stage.INSTALLED)
    past = (Stage.NOTHING, Stage.FOUND, Stage.POWER_LOW, Stage.REFUSED)
    return replace(state, stage=Stage.READY, refusal=None) if state.stage in past else state


def step(state: Update, event: UpdateEvent, charge: Charge | None) -> UpdateResult:
    """The state after the event and what to do; an answer of an earlier attempt, or one too late, changes nothing."""
    stale = getattr(event, "attempt", state.attempt) != state.attempt
    handle = TRANSITIONS.get((state.stage, type(event)))
    if handle is None or stale:
        return state, ()
    return handle(state, event, charge)  # type: ignore[arg-type]  # the table pairs each handler with its event


def _told(state: Update, event: UpdateTold, charge: Charge | None) -> UpdateResult:
    known = replace(state, running=event.running)
    if event.installed:
        return replace(known, stage=Stage.INSTALLED, version=event.installed), ()
    if event.rolled_back:
        return replace(known, stage=Stage.ROLLED_BACK, version=event.rolled_back), ()
    return known, ()


def _look(state: Update, event: LookWanted, charge: Charge | None) -> UpdateResult:
    begun = Update(Stage.LOOKING, state.running, attempt=state.attempt + 1)
    return begun, (LookForUpdate(begun.attempt),)


def _found(state: Update, event: Found, charge: Charge | None) -> UpdateResult:
    if not event.version:
        return replace(state, stage=Stage.NOTHING), ()
    return replace(state, stage=Stage.FOUND, version=event.version), ()


def _wanted(state: Update, event: UpdateWanted, charge: Charge | None) -> UpdateResult:
    if not may_update(charge):
        return replace(state, stage=Stage.POWER_LOW), ()
    return replace(state, stage=Stage.COPYING, percent=0), (FetchUpdate(state.attempt),)


def _progress(state: Update, event: Progress, charge: Charge | None) -> UpdateResult:
    if event.stage not in _MOVES.get(state.stage, (state.stage,)):
        return state, ()
    return replace(state, stage=event.stage, percent=event.percent), ()


def _fetched(state: Update, event: Fetched, charge: Charge | None) -> UpdateResult:
    if not may_update(charge):
        return replace(state, stage=Stage.POWER_LOW, percent=0), ()
    return replace(state, stage=Stage.INSTALLING, percent=0), (InstallUpdate(state.attempt),)


def _installed(state: Update, event: Installed, charge: Charge | None) -> UpdateResult:
    return replace(state, stage=Stage.INSTALLED, percent=100), ()


def _refused(state: Update, event: UpdateRefused, charge: Charge | None) -> UpdateResult:
    return replace(state, stage=Stage.REFUSED, refusal=event.refusal, percent=0), ()


def _restart(state: Update, event: RestartWanted, charge: Charge | None) -> UpdateResult:
    if not may_update(charge):
        return replace(state, stage=Stage.RESTART_LOW), ()
    begun = replace(state, stage=Stage.RESTARTING, attempt=state.attempt + 1)
    return begun, (RestartIntoTrial(begun.attempt),)


_AT_REST = tuple(stage for stage in Stage if stage not in RUNNING)
_COPYING = (Stage.COPYING, Stage.CHECKING)
_TO_BE_TRIED = (Stage.INSTALLED, Stage.RESTART_LOW)
TRANSITIONS = {
    (Stage.READY, UpdateTold): _told,
    **{(s, LookWanted): _look for s in _AT_REST if s not in _TO_BE_TRIED},
    (Stage.LOOKING, Found): _found,
    **{(s, UpdateWanted): _wanted for s in (Stage.FOUND, Stage.POWER_LOW)},
    **{(s, Progress): _progress for s in (*_COPYING, Stage.INSTALLING)},
    **{(s, Fetched): _fetched for s in _COPYING},
    (Stage.INSTALLING, Installed): _installed,
    **{(s, RestartWanted): _restart for s in _TO_BE_TRIED},
    **{(s, UpdateRefused): _refused for s in RUNNING},
}
