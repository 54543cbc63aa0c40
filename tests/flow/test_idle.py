"""Nobody touches the screen: before the consent nothing stays, after it the person waits for the officer."""

from flow_box import FlowBox

from kiosk.core.desk import Mode, Notice, Waiting
from kiosk.core.session import IDLE_S
from kiosk.core.state import Step


def test_whoever_leaves_before_the_consent_leaves_nothing(box: FlowBox) -> None:
    session = box.start()
    began = box.clock.monotonic()
    box.until(lambda desk: desk.session is None)
    assert IDLE_S <= box.clock.monotonic() - began < IDLE_S + 5
    box.in_store(lambda: None)
    assert box.in_store(lambda: box.store.drafts.heads()) == ()
    assert not (box.training.data / "people" / session.record_id).exists()


def test_whoever_walks_away_later_is_set_aside_and_goes_on_where_they_stood(box: FlowBox) -> None:
    person = box.person()
    box.start()
    standing = box.serve(person, lambda session: session.step is Step.REVIEW)
    desk = box.until(lambda desk: desk.mode is Mode.IDLE)
    assert (desk.notice, desk.waiting) == (Notice.PARKED_IDLE, (Waiting(standing.record_id, Step.REVIEW),))
    again = box.take_up(standing.record_id)
    assert (again.step, again.captures) == (Step.REVIEW, standing.captures)
    assert box.serve(box.person()).bundle


def test_the_slip_goes_by_itself_for_the_next_person(box: FlowBox) -> None:
    person = box.person()
    box.start()
    box.serve(person, lambda session: session.step is Step.SLIP)
    assert box.until(lambda desk: desk.mode is Mode.IDLE).waiting == ()
