"""What a touch does, and what it must not do twice; nothing of anybody stays."""

from collections.abc import Iterator

import numpy as np
import pytest
from robot import Robot, left_behind

from kiosk.core import events as e
from kiosk.core.desk import Desk, Mode
from kiosk.core.record import FINGERS, Lasting, Position, Reason, VoidReason
from kiosk.core.state import Help, Phase, Step
from kiosk.flow.preview import Preview, View
from kiosk.store import StoreLocked
from kiosk.ui import acts, samples
from kiosk.ui.app import Screens, ink
from kiosk.ui.navigator import Name, navigate
from kiosk.ui.screens.page import Page
from kiosk.ui.widgets.preview_picture import PreviewPicture
from kiosk.ui.window import _Wipe

# isort: split
from kivy.base import ExceptionManager

WHO = samples.WHO
PERSONAL = [WHO.name, WHO.place, samples.NIK[:6], "17-08-1985", samples.BUNDLE, "· 42"]


class FakeDoors:
    """Notes what came through. The PIN is 1234 for the card CARD."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.preview, self.came = desk, Preview(), []

    def __getattr__(self, door: str):
        return lambda *values: self.came.append((door, *values))

    def face(self, manifest_hash: str) -> np.ndarray:
        return np.full((160, 120, 3), 120, np.uint8)

    def code_for_office(self) -> str | None:
        return "ABCD-EFGH"

    def open_day(self, card: str, pin: str) -> None:
        if (card, pin) != ("CARD", "1234"):
            raise StoreLocked("no")
        self.came.append(("open_day",))


class Sitting:
    """Screens with a clock of their own, and a robot before them."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.screens = Screens(lambda: self.now_s, fps=0)
        self.robot = Robot(self.screens, self.wait)
        self.card: str | None = "CARD"

    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    def show(self, desk: Desk) -> FakeDoors:
        doors = FakeDoors(desk)
        self.screens.serve(doors, lambda: self.card, lambda job: job())
        self.robot.frames()
        self.robot.pass_time(1.0)
        return doors

    def at(self, name: str, language: str = "id") -> FakeDoors:
        return self.show(next(s.desk for s in samples.scenes(language) if s.name == name))


@pytest.fixture
def sitting() -> Iterator[Sitting]:
    made = Sitting()
    yield made
    made.screens._goodbye.cancel()
    made.robot.close()


def test_a_trembling_finger_counts_once(sitting: Sitting) -> None:
    doors = sitting.at("attract")
    button = sitting.robot.find("start")
    for _ in range(4):
        sitting.robot.touch(button)
        sitting.wait(0.05)
    assert doors.came == [("start",)]


def test_a_key_counts_again_after_300_ms_and_another_key_at_once(sitting: Sitting) -> None:
    sitting.at("nik")
    one, two = sitting.robot.find("key-1"), sitting.robot.find("key-2")
    for key, pause_s in ((one, 0.1), (one, 0.25), (two, 0.01), (one, 0.35), (one, 0.0)):
        sitting.robot.touch(key)
        sitting.wait(pause_s)
    assert sitting.screens.page.typed == "1211"


def test_a_touch_meant_for_the_page_before_is_not_passed_on(sitting: Sitting) -> None:
    doors = sitting.at("notice")
    sitting.screens.show(next(s.desk for s in samples.scenes("id") if s.name == "biodata"))
    sitting.robot.frames()
    sitting.robot.touch(sitting.robot.find("yes"))
    assert doors.came == []
    sitting.robot.tap("yes")
    assert doors.came == [("touch", e.BiodataConfirmed())]


def test_a_finger_that_slides_off_a_button_touches_nothing(sitting: Sitting) -> None:
    doors = sitting.at("notice")
    yes = sitting.robot.find("yes")
    sitting.robot.draw(yes, [[(0.5, 0.5), (0.5, 3.0)]])
    assert doors.came == []


def test_sixteen_digits_are_typed_erased_and_sent(sitting: Sitting) -> None:
    doors = sitting.at("nik", "en")
    sitting.robot.tap(*(f"key-{digit}" for digit in "61"), "key-erase", *(f"key-{d}" for d in "105"), "key-ok")
    assert doors.came == [("touch", e.NikEntered("6105"))]
    assert sitting.screens.page.typed == ""


def test_more_than_sixteen_digits_cannot_be_typed(sitting: Sitting) -> None:
    sitting.at("nik")
    sitting.robot.tap(*["key-7"] * 18)
    assert sitting.screens.page.typed == "7" * 16


def test_stopping_asks_once_and_going_on_loses_nothing(sitting: Sitting) -> None:
    doors = sitting.at("biodata")
    sitting.robot.tap("stop", "Lanjutkan")
    assert (sitting.screens.name, doors.came) == (Name.BIODATA, [])
    sitting.robot.tap("stop", "Berhenti, hapus semua")
    assert doors.came == [("touch", e.Withdrawn())]


def test_before_the_consent_no_needs_no_second_question(sitting: Sitting) -> None:
    doors = sitting.at("notice")
    sitting.robot.tap("no")
    assert doors.came == [("touch", e.Withdrawn())]


def test_ink_is_strokes_from_the_upper_left_with_milliseconds(sitting: Sitting) -> None:
    doors = sitting.at("endorsement")
    pad = sitting.screens.page.ids.pad
    sitting.robot.draw(pad, [[(0.1, 0.9), (0.2, 0.5)], [(0.5, 0.5), (0.6, 0.5), (0.7, 0.5)]])
    (first, second) = pad.strokes
    assert first[0] == (round(0.1 * pad.width), round(0.1 * pad.height), 0)
    assert [t for _, _, t in first] == [0, 20]
    assert len(second) == 3
    sitting.robot.tap("save")
    door, raw, kind, width, height = doors.came[0]
    assert (door, kind.value, width, height) == ("draw", "signature", int(pad.width), int(pad.height))
    assert raw.startswith(b'{"height":')


def test_an_empty_sheet_cannot_be_saved_and_a_mark_is_as_good_as_a_signature(sitting: Sitting) -> None:
    doors = sitting.at("endorsement")
    sitting.robot.tap("save", "mark")
    assert doors.came == []
    sitting.robot.draw(sitting.screens.page.ids.pad, [[(0.4, 0.4), (0.6, 0.6)]])
    sitting.robot.tap("clear", "mark")
    assert doors.came == []
    sitting.robot.draw(sitting.screens.page.ids.pad, [[(0.4, 0.4), (0.6, 0.6)]])
    sitting.robot.tap("mark")
    assert doors.came[0][2].value == "mark"


def test_the_officer_exempts_several_fingers_with_reason_and_lasting(sitting: Sitting) -> None:
    doors = sitting.show(
        samples.desk(
            mode=Mode.VILLAGER,
            session=samples.session("id", Step.FINGERS, position=FINGERS[1], help=Help.CANNOT_SHOW),
        )
    )
    sitting.robot.tap("Kecualikan …", "permanent")
    assert doors.came == []
    sitting.robot.tap("Manis ki", "Diperban", "Diamputasi", "permanent")
    (touched,) = doors.came
    chosen = (Position.RIGHT_INDEX, Position.LEFT_RING)
    assert touched == ("touch", e.Exempted(chosen, Reason.AMPUTATED, Lasting.PERMANENT, samples.OFFICER))
    assert sitting.screens.name is Name.HELP


def test_the_officer_cancels_with_a_reason(sitting: Sitting) -> None:
    doors = sitting.at("help-disputed")
    sitting.robot.tap("Batalkan …", "Orang yang salah")
    assert doors.came == [("touch", e.OfficerCancels(VoidReason.WRONG_PERSON, samples.OFFICER))]


def test_a_person_who_withdraws_beside_the_officer_is_asked_once_too(sitting: Sitting) -> None:
    doors = sitting.at("help-disputed")
    sitting.robot.tap("Warga mundur")
    assert doors.came == []
    sitting.robot.tap("Berhenti, hapus semua")
    assert doors.came == [("touch", e.Withdrawn())]


def test_the_officer_notes_what_is_wrong_on_plain_keys(sitting: Sitting) -> None:
    doors = sitting.at("help-disputed")
    sitting.robot.tap("Catat salah …", "Nama", *(f"key-{c}" for c in "SITI"), "space", "digits", "key-2", "save")
    assert doors.came == [("touch", e.Corrected("name", "SITI 2", samples.OFFICER))]


def test_the_officer_attests_and_retakes_on_the_review(sitting: Sitting) -> None:
    doors = sitting.at("review-matched")
    sitting.robot.tap("attest", "retake", "Tengah ka")
    assert doors.came == [("attest",), ("touch", e.Retaken(Position.RIGHT_MIDDLE, samples.OFFICER))]


def test_waiting_people_are_called_back_and_others_paged(sitting: Sitting) -> None:
    doors = sitting.at("menu")
    sitting.robot.tap("Warga menunggu (2)", "Lanjutkan")
    assert doors.came == [("take_up", f"{0:032x}")]


def test_the_days_end_shows_faces_beside_the_numbers_and_drops_them_again(sitting: Sitting) -> None:
    doors = sitting.at("attest")
    rows = sitting.screens.page.ids.rows
    pictures = [w for w in rows.walk() if isinstance(w, PreviewPicture)]
    assert [picture.texture is not None for picture in pictures] == [True] * 3
    sitting.robot.tap("Saya lihat", "more", "Saya lihat")
    assert doors.came == [("attest_later", f"{0:064x}"), ("attest_later", f"{3:064x}")]
    sitting.show(samples.desk())
    assert all(picture.texture is None for picture in pictures)


def test_the_day_is_opened_by_card_and_pin_and_a_wrong_pin_may_be_typed_again(sitting: Sitting) -> None:
    doors = sitting.at("locked-shut")
    sitting.card = None
    sitting.robot.tap("look")
    assert sitting.robot.reads("belum terbaca")
    sitting.card = "CARD"
    sitting.robot.tap("look", *(f"key-{d}" for d in "9999"), "key-ok")
    assert sitting.robot.reads("tidak cocok")
    assert doors.came == []
    sitting.robot.tap(*(f"key-{d}" for d in "1234"))
    assert sitting.robot.reads("• • • •")
    sitting.robot.tap("key-ok")
    assert doors.came == [("open_day",)]
    assert sitting.screens.page.pin == ""


def test_the_card_is_forgotten_when_the_day_is_open(sitting: Sitting) -> None:
    sitting.at("locked-shut")
    sitting.robot.tap("look")
    assert sitting.screens._unlocking._card == "CARD"
    sitting.screens.show(samples.desk())
    sitting.robot.frames()
    assert sitting.screens._unlocking._card == ""


def test_the_preview_is_polled_only_while_something_is_captured(sitting: Sitting) -> None:
    doors = sitting.at("face")
    assert sitting.screens._watching.is_triggered
    doors.preview.show(View(np.full((480, 640, 3), 90, np.uint8)))
    sitting.screens._look()
    assert sitting.screens.page.ids.large.texture is not None
    sitting.screens.show(samples.desk())
    sitting.robot.frames()
    assert not sitting.screens._watching.is_triggered


def test_the_same_texture_is_overwritten_by_every_frame(sitting: Sitting) -> None:
    sitting.at("face")
    picture = sitting.screens.page.ids.large
    picture.show(np.zeros((480, 640, 3), np.uint8))
    first = picture.texture
    picture.show(np.full((480, 640, 3), 255, np.uint8))
    assert picture.texture is first


def visit_everything(sitting: Sitting, language: str) -> None:
    """Somebody's whole way, with ink, picture and typed digits left on purpose."""
    for scene in samples.scenes(language):
        sitting.show(scene.desk)
        page = sitting.screens.page
        if sitting.screens.name is Name.CAPTURE:
            page.look(View(np.full((48, 64), 200, np.uint8)))
        if sitting.screens.name is Name.NIK:
            page.typed = samples.NIK
        if sitting.screens.name is Name.ENDORSEMENT and not page.ids.pad.disabled:
            sitting.robot.draw(page.ids.pad, [[(0.2, 0.2), (0.8, 0.8)]])
    sitting.show(samples.desk())


def test_nothing_personal_stays_on_any_page_after_the_person_left(sitting: Sitting) -> None:
    visit_everything(sitting, "id")
    assert sitting.screens.name is Name.ATTRACT
    sitting.screens.page.clear()  # its model is nobody's
    assert left_behind(sitting.screens, PERSONAL) == []


def test_a_page_that_keeps_what_it_showed_would_be_found(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Page, "clear", lambda page: None)
    visit_everything(sitting, "id")
    found = " ".join(left_behind(sitting.screens, PERSONAL))
    assert WHO.name in found
    assert "remembers" in found


def test_an_error_in_the_loop_wipes_every_page_and_goes_on_to_whoever_started_it(sitting: Sitting) -> None:
    sitting.at("biodata")
    handler = _Wipe(sitting.screens.wipe)
    assert handler.handle_exception(ValueError()) is ExceptionManager.RAISE
    assert left_behind(sitting.screens, PERSONAL) == []


def test_only_the_latest_of_many_desks_is_drawn(sitting: Sitting, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    monkeypatch.setattr(sitting.screens, "turn_to", lambda shown: drawn.append(shown.name))
    for scene in samples.scenes("id"):
        sitting.screens.show(scene.desk)
    sitting.screens.show(samples.desk())
    sitting.robot.frames()
    assert drawn == [Name.ATTRACT]


def test_busy_pages_take_no_touch_but_stop_and_help(sitting: Sitting) -> None:
    doors = sitting.at("finger-judging")
    sitting.robot.tap("cannot", "help")
    assert doors.came == [("touch", e.HelpAsked())]
    assert sitting.screens._desk.session.phase is Phase.JUDGING


def test_ink_is_told_as_the_formats_have_it() -> None:
    drawn = acts.Drawn((((1, 2, 0), (3, 4, 20)),), 600, 200)
    assert ink(drawn) == b'{"height":200,"strokes":[[[1,2,0],[3,4,20]]],"width":600}'


def test_samples_are_people_who_do_not_exist() -> None:
    assert all(scene.desk.training for scene in samples.scenes("id"))
    assert navigate(samples.desk()).name is Name.ATTRACT
