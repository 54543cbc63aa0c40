"""Handing bundles to a stick: receipts first, then bundles, then proof by reading back; only then "boleh dicabut"."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Stage(StrEnum):
    """Where the handover stands."""

    READY = "ready"
    READING = "reading"
    WRITING = "writing"
    PROVING = "proving"
    RELEASING = "releasing"
    DONE = "done"
    FAILED = "failed"


class Trouble(StrEnum):
    """Why a handover failed; each has one sentence and what to do. Nothing is lost in any of them."""

    ABSENT = "absent"
    FULL = "full"
    READ_ONLY = "read-only"
    PULLED = "pulled"
    UNREADABLE = "unreadable"
    NOT_PROVEN = "not-proven"
    STORAGE = "storage"  # the box's own card, not the stick


@dataclass(frozen=True)
class Handover:
    """`written` counts bundles on this stick, proven from RELEASING on; `settled` and `purged` what receipts from it
    allowed; `refused` what on it was unusable; `skipped` bundles that nobody can read any more, `amended` those whose
    rotten parts were given up; `fork` a receipt that knows more than this box; `single` what was settled by a receipt
    for one copy, as an office may choose."""

    stage: Stage = Stage.READY
    ticket: str | None = None
    trouble: Trouble | None = None
    written: int = 0
    settled: int = 0
    purged: int = 0
    refused: int = 0
    skipped: tuple[str, ...] = ()
    amended: tuple[str, ...] = ()
    fork: bool = False
    single: int = 0


@dataclass(frozen=True)
class HandoverWanted:
    """The officer touched "serahkan"."""

    ticket: str


@dataclass(frozen=True)
class IncomingTaken:
    """What lay on the stick for this box was read and acted upon."""

    ticket: str
    settled: int
    purged: int
    refused: int
    fork: bool
    single: int = 0


@dataclass(frozen=True)
class BundlesWritten:
    """Bundles and the completion file are written, not yet proven."""

    ticket: str
    names: tuple[str, ...]
    skipped: tuple[str, ...]
    amended: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proven:
    """Everything was read back from the medium and is equal; the rows say exported."""

    ticket: str


@dataclass(frozen=True)
class Released:
    """The stick may be pulled."""

    ticket: str


@dataclass(frozen=True)
class HandoverFailed:
    """It ended early."""

    ticket: str
    trouble: Trouble


HandoverEvent = HandoverWanted | IncomingTaken | BundlesWritten | Proven | Released | HandoverFailed


@dataclass(frozen=True)
class TakeIncoming:
    """Mount, read receipts and office files, settle and purge; answered by IncomingTaken or HandoverFailed."""

    ticket: str


@dataclass(frozen=True)
class WriteBundles:
    """Write every bundle without a receipt, the completion file last; answered by BundlesWritten or HandoverFailed."""

    ticket: str


@dataclass(frozen=True)
class Prove:
    """Flush, mount read-only, read back, mark exported; answered by Proven or HandoverFailed."""

    ticket: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Release:
    """Unmount; answered by Released."""

    ticket: str


HandoverEffect = TakeIncoming | WriteBundles | Prove | Release
HandoverResult = tuple[Handover, tuple[HandoverEffect, ...]]


def _wanted(state: Handover, event: HandoverWanted) -> HandoverResult:
    return Handover(Stage.READING, event.ticket), (TakeIncoming(event.ticket),)


def _incoming(state: Handover, event: IncomingTaken) -> HandoverResult:
    after = replace(
        state,
        stage=Stage.WRITING,
        settled=event.settled,
        purged=event.purged,
        refused=event.refused,
        fork=event.fork,
        single=event.single,
    )
    return after, (WriteBundles(event.ticket),)


def _written(state: Handover, event: BundlesWritten) -> HandoverResult:
    after = replace(state, stage=Stage.PROVING, written=len(event.names), skipped=event.skipped, amended=event.amended)
    return after, (Prove(event.ticket, event.names),)


def _proven(state: Handover, event: Proven) -> HandoverResult:
    return replace(state, stage=Stage.RELEASING), (Release(event.ticket),)


def _released(state: Handover, event: Released) -> HandoverResult:
    return replace(state, stage=Stage.DONE, ticket=None), ()


def _failed(state: Handover, event: HandoverFailed) -> HandoverResult:
    proven = state.written if state.stage is Stage.RELEASING else 0
    return replace(state, stage=Stage.FAILED, trouble=event.trouble, written=proven, ticket=None), ()


_RUNNING = (Stage.READING, Stage.WRITING, Stage.PROVING, Stage.RELEASING)


def is_running(state: Handover) -> bool:
    """Whether an answer is awaited."""
    return state.stage in _RUNNING


TRANSITIONS = {
    **{(s, HandoverWanted): _wanted for s in (Stage.READY, Stage.DONE, Stage.FAILED)},
    (Stage.READING, IncomingTaken): _incoming,
    (Stage.WRITING, BundlesWritten): _written,
    (Stage.PROVING, Proven): _proven,
    (Stage.RELEASING, Released): _released,
    **{(s, HandoverFailed): _failed for s in _RUNNING},
}


def step(state: Handover, event: HandoverEvent) -> HandoverResult:
    """The state after the event and what to do; an answer of an earlier handover, or one too late, changes nothing."""
    handle = TRANSITIONS.get((state.stage, type(event)))
    stale = not isinstance(event, HandoverWanted) and event.ticket != state.ticket
    if handle is None or stale:
        return state, ()
    return handle(state, event)  # type: ignore[arg-type]  # the table pairs each handler with its event
