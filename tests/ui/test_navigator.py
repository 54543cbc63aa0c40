"""From the desk to a page: every state has one, and no window is needed to know which."""

import subprocess
import sys
from dataclasses import replace
from itertools import product

import pytest

from kiosk.core.desk import Desk, Facts, Mode, Task
from kiosk.core.events import ParkWanted
from kiosk.core.judgement import Hint
from kiosk.core.record import EYES, FINGERS, Position, VoidReason
from kiosk.core.recording import Purpose
from kiosk.core.state import Help, Phase, Step
from kiosk.ui import samples
from kiosk.ui.acts import Open
from kiosk.ui.beside import Beside, Form, Unlock
from kiosk.ui.models import CaptureModel, ChoiceModel, HandoverModel, HelpModel, MenuModel, SlipModel
from kiosk.ui.navigator import Name, navigate, place
from kiosk.ui.pictograms import fitting
from kiosk.words import LANGUAGES, say

VILLAGER = [
    Name.LANGUAGE, Name.NOTICE, Name.NIK, Name.BIODATA, Name.CAPTURE, Name.ENDORSEMENT, Name.REVIEW, Name.SLIP,
]  # fmt: skip


def villager(step: Step, language: str = "id", **facts: object) -> Desk:
    return samples.desk(mode=Mode.VILLAGER, session=samples.session(language, step, **facts))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_combination_of_step_help_phase_and_form_has_a_page_with_all_its_words(language: str) -> None:
    shown = set()
    for step, why, phase, form in product(Step, [None, *Help], Phase, [None, *Form]):
        desk = villager(step, language, help=why, phase=phase)
        shown.add(navigate(desk, Beside(form)).name)
    assert set(VILLAGER) <= shown


def test_every_combination_of_mode_task_form_and_unlocking_has_a_page() -> None:
    shown = set()
    for mode, task, form, unlock in product(Mode, [None, *Task], [None, *Form], Unlock):
        shown.add(navigate(samples.desk(mode=mode, task=task), Beside(form, unlock)).name)
    assert {Name.LOCKED, Name.ATTRACT, Name.MENU, Name.HANDOVER, Name.ATTEST, Name.WAITING, Name.STOPPING} <= shown


def test_every_page_is_reached_by_the_samples_in_every_language() -> None:
    for language in LANGUAGES:
        assert {navigate(s.desk, s.beside).name for s in samples.scenes(language)} == set(Name)


@pytest.mark.parametrize("position", [p for p in Position if p is not Position.SIGNATURE])
@pytest.mark.parametrize("purpose", [Purpose.RECORD, Purpose.CHECK])
def test_every_position_can_be_asked_for(position: Position, purpose: Purpose) -> None:
    asking = villager(Step.FINGERS, asked=(position,), position=position, phase=Phase.ASKING, purpose=purpose)
    model = navigate(asking).model
    assert isinstance(model, CaptureModel)
    assert model.ask
    assert model.fingers is (position in FINGERS or position is Position.THUMB_PRINT)
    assert model.mirrored is (position is Position.PORTRAIT)


def test_a_thumb_print_lights_the_first_finger_that_can_be_given() -> None:
    spared = samples.exempted(Position.RIGHT_THUMB)
    asked = Position.THUMB_PRINT
    shown = navigate(villager(Step.ENDORSEMENT, asked=(asked,), position=asked, exemptions=spared))
    assert shown.name is Name.CAPTURE
    assert isinstance(shown.model, CaptureModel)
    assert shown.model.asked == (Position.LEFT_THUMB,)


def test_help_covers_a_form_that_does_not_belong_to_it() -> None:
    desk = villager(Step.FINGERS, help=Help.ASKED)
    assert navigate(desk, Beside(Form.RETAKE)).name is Name.HELP
    assert navigate(desk, Beside(Form.WAITING)).name is Name.HELP


def test_an_open_form_ends_when_help_comes_or_the_person_changes_and_stays_while_a_finger_is_taken() -> None:
    before = villager(Step.FINGERS)
    assert place(before) == place(villager(Step.FINGERS, position=FINGERS[3]))
    assert place(before) != place(villager(Step.FINGERS, help=Help.ASKED))
    assert place(before) != place(villager(Step.FINGERS, record_id="b" * 32))
    assert place(before) != place(samples.desk())


def test_saved_counts_only_what_is_sealed() -> None:
    two = samples.sealed(Position.PORTRAIT, EYES[0])
    model = navigate(villager(Step.IRISES, position=EYES[1], phase=Phase.SEALING, captures=two)).model
    assert isinstance(model, CaptureModel)
    assert model.saved == "2 sudah tersimpan"


def test_a_withdrawn_person_is_told_that_everything_is_destroyed_and_nothing_about_verification() -> None:
    model = navigate(villager(Step.SLIP, bundle=samples.BUNDLE, void_reason=VoidReason.WITHDRAWN)).model
    assert isinstance(model, SlipModel)
    assert "dihapus" in model.title
    assert not model.kept
    assert model.number == "LATIHAN-01 · 42"


def test_an_unlisted_person_is_shown_without_an_invented_name() -> None:
    who = replace(samples.WHO, name="", place="")
    lines = navigate(villager(Step.BIODATA, resident=who, listed=False)).model.lines  # type: ignore[attr-defined]
    assert [label for label, _ in lines] == ["NIK", "Tanggal lahir", "Jenis kelamin"]


def test_the_stick_may_be_pulled_only_at_the_end() -> None:
    for scene in samples.scenes("id"):
        model = navigate(scene.desk, scene.beside).model
        if isinstance(model, HandoverModel):
            assert model.done is ("Boleh dicabut" in model.stage)


@pytest.mark.parametrize("why", Help)
@pytest.mark.parametrize("step", [s for s in Step if s not in (Step.SLIP, Step.GONE)])
def test_no_call_for_help_is_a_dead_end(why: Help, step: Step) -> None:
    model = navigate(villager(step, help=why)).model
    assert isinstance(model, HelpModel)
    assert model.choices[0].text == "Lanjutkan"


NOTICED = ("other-face:fingers", "background-uneven:PORTRAIT", "same-finger:LEFT_RING")


@pytest.mark.parametrize("step", [s for s in Step if s not in (Step.LANGUAGE, Step.GONE)])
@pytest.mark.parametrize("why", [None, *Help])
def test_what_the_box_noticed_stands_on_no_page_until_the_officer_opens_it(step: Step, why: Help | None) -> None:
    told = [say(f"flag.{flag.partition(':')[0]}", language) for flag in NOTICED for language in LANGUAGES]
    shown = repr(navigate(villager(step, help=why, flags=NOTICED)).model)
    assert not any(sentence in shown for sentence in told)


@pytest.mark.parametrize(("step", "why"), [(Step.FINGERS, Help.ASKED), (Step.REVIEW, None)])
def test_the_officer_may_open_what_the_box_noticed(step: Step, why: Help | None) -> None:
    notes = navigate(villager(step, help=why, flags=(*NOTICED, "check:not-matched")), Beside(Form.NOTES))
    assert notes.name is Name.NOTES
    assert all(say(f"flag.{flag.partition(':')[0]}", "id") in repr(notes.model) for flag in NOTICED)
    opener = navigate(villager(step, help=why, flags=NOTICED), Beside(None if why else Form.RETAKE)).model
    assert isinstance(opener, HelpModel | ChoiceModel)
    assert Open(Form.NOTES) in [choice.act for choice in opener.choices]


@pytest.mark.parametrize("why", [Help.DEVICE, Help.UNFIT])
def test_who_waits_for_a_device_may_be_set_aside(why: Help) -> None:
    model = navigate(villager(Step.FINGERS, help=why)).model
    assert isinstance(model, HelpModel)
    assert ParkWanted("officer") in [choice.act for choice in model.choices]


def test_the_officer_is_told_of_a_second_device_that_is_not_used() -> None:
    crowded = samples.desk(mode=Mode.OFFICER, task=Task.MENU, facts=Facts(rivals=(("fingerprint", "r30x"),)))
    model = navigate(crowded).model
    assert isinstance(model, MenuModel)
    assert any("r30x" in fact for fact in model.facts)


@pytest.mark.parametrize(
    ("hint", "fingers", "picture"), [("again", False, "hold-still"), ("hold-still", True, "again")]
)
def test_to_hold_still_is_shown_as_what_has_to(hint: str, fingers: bool, picture: str) -> None:
    assert fitting(Hint(hint), fingers) == picture
    assert fitting(Hint(hint), not fingers) == hint


def test_a_minor_goes_on_by_a_guardians_or_the_schools_word_with_the_officers_name() -> None:
    model = navigate(villager(Step.BIODATA, help=Help.NIK_DOUBT, advice=("minor",))).model
    assert isinstance(model, HelpModel)
    words = {choice.text: choice.act for choice in model.choices}
    assert words["Wali setuju"].officer == samples.OFFICER  # type: ignore[union-attr]
    assert "Sekolah setuju" in words


def test_the_navigator_needs_no_window() -> None:
    code = "import sys, kiosk.ui.navigator, kiosk.ui.samples; sys.exit('kivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
