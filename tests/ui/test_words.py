"""Every word that a screen may need is there, in every language, and no other."""

import re
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest

import kiosk.ui
from kiosk.core.desk import Notice
from kiosk.core.eligibility import Advice
from kiosk.core.handover import Stage, Trouble
from kiosk.core.ink import InkFault
from kiosk.core.judgement import Hint
from kiosk.core.nik import NikFault
from kiosk.core.record import CheckResult, Endorsement, Lasting, Position, Reason, Sex
from kiosk.core.state import Help, Step
from kiosk.words import LANGUAGES, UnknownWord, say, texts

SECTIONS: dict[str, type[StrEnum]] = {
    "step": Step,
    "help": Help,
    "officer": Help,
    "hint": Hint,
    "notices": Notice,
    "trouble": Trouble,
    "nik_fault": NikFault,
    "ink_fault": InkFault,
    "reason": Reason,
    "lasting": Lasting,
    "advice": Advice,
    "check": CheckResult,
    "position": Position,
    "short": Position,
    "stage": Stage,
    "endorsement": Endorsement,
    "sex": Sex,
}
BAD_INPUT = ("trouble", "nik_fault", "ink_fault")  # each says what is wrong and what to do


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("section", "members"), SECTIONS.items(), ids=SECTIONS)
def test_every_member_of_every_enum_has_words(section: str, members: type[StrEnum], language: str) -> None:
    for member in members:
        assert say(f"{section}.{member}", language).strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_same_keys_and_the_same_values_to_fill_in_as_the_first(language: str) -> None:
    first, other = texts(LANGUAGES[0]), texts(language)
    assert other.keys() == first.keys()
    assert {key: _names(text) for key, text in other.items()} == {key: _names(text) for key, text in first.items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("section", BAD_INPUT)
def test_bad_input_gets_a_sentence_and_what_to_do(section: str, language: str) -> None:
    for member in SECTIONS[section]:
        sentences = [part for part in say(f"{section}.{member}", language).split(".") if part.strip()]
        assert len(sentences) >= 2, member


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stick_trouble_says_that_nothing_is_lost(language: str) -> None:
    promise = {"id": "Tidak ada yang hilang", "en": "Nothing is lost"}[language]
    assert all(promise in say(f"trouble.{trouble}", language) for trouble in Trouble)


def test_only_the_last_stage_of_a_handover_says_that_the_stick_may_be_pulled() -> None:
    assert [stage for stage in Stage if "Boleh dicabut" in say(f"stage.{stage}", "id")] == [Stage.DONE]


def test_what_is_not_there_is_an_error_and_never_an_empty_label() -> None:
    for key, language in (("help.nobody", "id"), ("help.asked", "jv"), ("ask.finger", "id"), ("help.asked", "")):
        with pytest.raises(UnknownWord):
            say(key, language)


def test_every_key_in_a_layout_exists() -> None:
    found = set()
    for layout in Path(kiosk.ui.__path__[0]).rglob("*.kv"):
        for call in re.findall(r"say\((.*?)\)", layout.read_text()):
            found |= set(re.findall(r"'([a-z_]+\.[\w-]+)'", call))
    assert found
    assert found <= texts(LANGUAGES[0]).keys()


def _names(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}
