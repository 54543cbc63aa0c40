"""What stands around a session: devices that go and come back, sensors for checks only, and who is seen in passing."""

from dataclasses import replace

import pytest
from session_visit import ORIGIN, Luck, Visit, a_session, face

from kiosk.core import effects as f
from kiosk.core import events as e
from kiosk.core import session
from kiosk.core.judgement import Hint
from kiosk.core.plan import PORT_AT
from kiosk.core.quality import MOST_ATTEMPTS
from kiosk.core.record import Position
from kiosk.core.state import Help, Phase, Session, Step

DEVICE_STEPS = (Step.FACE, Step.IRISES, Step.FINGERS, Step.CHECK)


def gone(step: Step) -> Visit:
    visit = Visit().at(step, Phase.ASKING)
    visit.answer(visit.state.awaits or "", Luck.DEVICE_GONE)
    return visit


@pytest.mark.parametrize("step", DEVICE_STEPS)
def test_a_step_waits_for_its_device_and_goes_on_by_itself_when_one_serves_again(step: Step) -> None:
    visit = gone(step)
    assert (visit.state.help, visit.state.misses, visit.awaited_ports) == (Help.DEVICE, 0, [PORT_AT[step]])
    asked = visit.state.asked
    visit.send(e.DeviceSeen("speaker", True))
    visit.send(e.DeviceSeen(PORT_AT[step], False))
    assert visit.state.help is Help.DEVICE
    visit.send(e.DeviceSeen(PORT_AT[step], True, "another"))
    assert (visit.state.help, visit.state.phase, visit.state.asked) == (None, Phase.ASKING, asked)


def test_an_officer_may_act_while_the_step_waits() -> None:
    visit = gone(Step.IRISES)
    assert visit.send(e.OfficerContinues("petugas"))
    assert visit.state.phase is Phase.ASKING


def test_a_device_that_is_there_and_fails_again_and_again_is_the_officers() -> None:
    visit = gone(Step.FINGERS)
    for _ in range(MOST_ATTEMPTS):
        visit.send(e.DeviceSeen("fingerprint", True))
        visit.answer(visit.state.awaits or "", Luck.DEVICE_GONE)
    assert len(visit.awaited_ports) == MOST_ATTEMPTS
    assert visit.state.help is Help.DEVICE


def test_a_device_is_waited_for_again_after_a_restart() -> None:
    state = gone(Step.IRISES).state
    again, effects = session.resume(state, 2, "petugas")
    assert (again.help, effects) == (Help.DEVICE, (f.AwaitDevice("iris"),))


def test_a_sensor_for_checks_only_enrols_nobody_until_another_is_plugged_in() -> None:
    visit = Visit().at(Step.FINGERS, Phase.ASKING)
    ask = visit.outstanding[visit.state.awaits or ""]
    assert isinstance(ask, f.Capture)
    assert ask.enrol
    visit.answer(visit.state.awaits or "", Luck.CHECK_ONLY)
    assert visit.state.help is Help.UNFIT
    visit.send(e.DeviceSeen("fingerprint", True, "one that enrols"))
    assert visit.state.phase is Phase.ASKING


def test_the_check_and_a_box_whose_config_says_so_take_any_sensor() -> None:
    check = Visit().at(Step.CHECK, Phase.ASKING)
    ask = check.outstanding[check.state.awaits or ""]
    assert isinstance(ask, f.Capture)
    assert not ask.enrol
    allowed = Visit()
    allowed.state = replace(allowed.state, below_grade=True)
    allowed.at(Step.FINGERS, Phase.ASKING)
    ask = allowed.outstanding[allowed.state.awaits or ""]
    assert isinstance(ask, f.Capture)
    assert not ask.enrol


def test_what_such_a_sensor_took_is_marked_below_grade() -> None:
    visit = Visit()
    visit.state = replace(visit.state, below_grade=True)
    visit.at(Step.FINGERS, Phase.ASKING)
    ticket = visit.state.awaits or ""
    visit.outstanding.pop(ticket)
    visit.send(e.Candidate(ticket, visit.capture_id(), replace(ORIGIN, below_grade=True)))
    visit.until(lambda s: bool(s.captures) and s.captures[-1].position is Position.RIGHT_THUMB)
    assert visit.state.captures[-1].origin.below_grade
    assert visit.state.flags == ("below-grade:RIGHT_THUMB",)


def test_a_dirty_glass_before_the_accepted_print_is_noted() -> None:
    visit = Visit().at(Step.FINGERS, Phase.ASKING)
    ticket = visit.state.awaits or ""
    visit.outstanding.pop(ticket)
    visit.send(e.Candidate(ticket, visit.capture_id(), ORIGIN, Hint.WIPE_GLASS))
    visit.until(lambda s: s.captures[-1].position is Position.RIGHT_THUMB)
    assert visit.state.flags == ("wipe-glass:RIGHT_THUMB",)


def glimpses(step: Step) -> list[f.SessionEffect]:
    """The looks in passing on the way to the end of this step."""
    found: list[f.SessionEffect] = []

    def noting(state: Session, event: e.SessionEvent) -> session.Result:
        after, effects = session.step(state, event)
        found.extend(x for x in effects if isinstance(x, f.Glimpse) and after.step is step)
        return after, effects

    Visit(noting).at(Step.REVIEW)
    return found


@pytest.mark.parametrize("step", [Step.FINGERS, Step.CHECK, Step.ENDORSEMENT])
def test_one_look_in_passing_when_such_a_step_begins(step: Step) -> None:
    assert len(glimpses(step)) == 1


def test_another_face_or_several_are_flags_and_never_a_stop() -> None:
    visit = Visit().at(Step.FINGERS)
    portrait = dict(visit.state.remembered)[Position.PORTRAIT]
    before = visit.state
    visit.send(e.FaceSeen(portrait, 2, 0.1))
    assert visit.state.flags == ("several-faces:fingers", "other-face:fingers")
    assert replace(visit.state, flags=()) == before
    visit.send(e.FaceSeen(portrait, 1, None))
    visit.send(e.FaceSeen(portrait, 1, 0.99))
    assert visit.state.flags == ("several-faces:fingers", "other-face:fingers")


def test_a_glimpse_of_somebody_before_says_nothing() -> None:
    visit = Visit().at(Step.FINGERS)
    visit.send(e.FaceSeen("c-of-another", 2, 0.1))
    assert visit.state.flags == ()


def test_the_cloth_is_told_to_the_officer_by_year_of_birth() -> None:
    visit = Visit().at(Step.FACE, Phase.JUDGING)
    ticket = visit.state.awaits or ""
    effect = visit.outstanding.pop(ticket)
    assert isinstance(effect, f.Judge)
    visit.tray[effect.capture].template = True
    red = replace(face(), background_red=190.0, background_green=20.0, background_blue=30.0, background_spread=3.0)
    visit.send(e.Judged(ticket, red))
    visit.until(lambda s: bool(s.captures))
    assert visit.state.flags == ("background-not-blue:PORTRAIT",)  # born 1980


def test_an_empty_session_knows_no_device_yet() -> None:
    assert a_session().abilities == ()
