"""From the desk to the page of the update. Pure, without Kivy."""

from kiosk.core.desk import Desk, InUpdate
from kiosk.core.update import LookWanted, Refusal, RestartWanted, Stage, Update, UpdateWanted, is_running
from kiosk.ui.models import Choice, UpdateModel
from kiosk.ui.noticed import OFFICERS
from kiosk.words import say

COUNTED = (Stage.COPYING, Stage.CHECKING, Stage.INSTALLING)
NOT_YET = (Refusal.PULLED, Refusal.NO_ROOM, Refusal.STORAGE, Refusal.FAILED, Refusal.BUSY, Refusal.ABSENT)
TITLES = {**dict.fromkeys(NOT_YET, "not_yet"), Refusal.SAME: "needless", Refusal.TOO_OLD: "needless"}
ASKED = {
    **dict.fromkeys((Stage.FOUND, Stage.POWER_LOW), UpdateWanted()),
    **dict.fromkeys((Stage.INSTALLED, Stage.RESTART_LOW), RestartWanted()),
}


def update(desk: Desk) -> UpdateModel:
    """Where it stands, what to know, and the one thing to do."""
    state = desk.update
    running = is_running(state)
    title = TITLES.get(state.refusal, state.stage) if state.refusal else state.stage
    stage = say(f"update.{title}", OFFICERS, version=state.version, percent=state.percent)
    return UpdateModel(
        OFFICERS,
        stage,
        _lines(desk, state),
        None if running else _start(state),
        state.percent if state.stage in COUNTED else -1,
        done=state.stage is Stage.INSTALLED,
        running=running,
    )


def _lines(desk: Desk, state: Update) -> tuple[str, ...]:
    if state.refusal is not None:
        told = say(f"update_refused.{state.refusal}", OFFICERS)
    else:
        told = say(f"update_how.{state.stage}", OFFICERS, version=state.version)
    lines = [told] if told else []
    if state.stage is Stage.READY and not desk.facts.stick:
        lines.append(say("handover.no_stick", OFFICERS))
    return (*lines, say("update.now", OFFICERS, version=state.running))


def _start(state: Update) -> Choice:
    event = ASKED.get(state.stage, LookWanted())
    names = {UpdateWanted: "install", RestartWanted: "restart", LookWanted: "look"}
    return Choice(say(f"update.{names[type(event)]}", OFFICERS), InUpdate(event), "yes")
