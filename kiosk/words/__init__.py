"""What screens say, by key and language: one TOML table a language, the standard library and nothing else.

A key is `section.name`; where a section is an enum's, the name is the member's value.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

LANGUAGES = ("id", "en")  # the first is the officers' and the one before anybody chose


class UnknownWord(LookupError):
    """No such key in this language: a mistake of ours, found by the tests."""


def say(key: str, language: str, **values: object) -> str:
    """The text of a key, its {names} filled in. UnknownWord where the key, the language or a value is missing."""
    try:
        return texts(language)[key].format(**values)
    except KeyError as missing:
        raise UnknownWord(f"{key} in {language or 'no language'}: {missing}") from missing


@cache
def texts(language: str) -> Mapping[str, str]:
    """Every text of a language by its key. KeyError for a language that is not there."""
    if language not in LANGUAGES:
        raise KeyError(language)
    raw = files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {f"{section}.{name}": text for section, table in tomllib.loads(raw).items() for name, text in table.items()}
