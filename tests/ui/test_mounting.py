"""How the panel is mounted, as Kivy is told before its window is opened."""

import re
from pathlib import Path

import pytest

from kiosk.ui import kivy_config


class Noted:
    """Kivy's Config, as far as it is told something."""

    def __init__(self) -> None:
        self.told: dict[tuple[str, str], object] = {("input", "mouse"): "mouse"}

    def set(self, section: str, option: str, value: object) -> None:
        self.told[section, option] = value

    def remove_option(self, section: str, option: str) -> None:
        del self.told[section, option]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[tuple[str, str], object]:
    noted = Noted()
    for number, name in enumerate(("gpio-keys", "10-0014 Goodix (TM)", "without rights")):
        device = tmp_path / "sys" / f"event{number}" / "device"
        device.mkdir(parents=True)
        (device / "name").write_text(f"{name}\n")
        if name != "without rights":
            (tmp_path / f"event{number}").touch()
    monkeypatch.setattr(kivy_config, "Config", noted)
    monkeypatch.setattr(kivy_config, "INPUTS", tmp_path / "sys")
    monkeypatch.setattr(kivy_config, "NODES", tmp_path)
    return noted.told


def providers(told: dict[tuple[str, str], object]) -> list[object]:
    return [value for (section, _), value in told.items() if section == "input"]


def test_without_a_name_touches_come_as_the_mouse(told: dict[tuple[str, str], object]) -> None:
    kivy_config.fit()
    assert providers(told) == ["mouse"]
    assert (told["graphics", "fullscreen"], told["graphics", "show_cursor"]) == (0, 1)


def test_a_named_panel_is_the_one_provider_and_matched_by_its_whole_name(told: dict[tuple[str, str], object]) -> None:
    kivy_config.fit(fullscreen=True, touch="10-0014 Goodix (TM)", touch_rotation=180)
    (provider,) = providers(told)
    match = r"^(\d+-[0-9a-f]{4} )?Goodix\ \(TM\)$"
    assert provider == f"probesysfs,provider=mtdev,select_all=1,use_regex=1,match={match},param=rotation=180"
    assert (told["graphics", "fullscreen"], told["graphics", "show_cursor"]) == ("auto", 0)


@pytest.mark.parametrize("name", ["Goodix (TM)", "10-0014 Goodix (TM)", "4-005d Goodix (TM)"])
def test_a_panel_is_found_under_the_bus_and_address_that_another_kernel_gives_it(
    told: dict[tuple[str, str], object], name: str
) -> None:
    kivy_config.fit(touch=name)
    (provider,) = providers(told)
    match = str(provider).partition("match=")[2]
    assert re.match(match, "10-0014 Goodix (TM)")
    assert re.match(match, "Goodix (TM)")
    assert not re.match(match, "Another Goodix (TM)")


def test_a_panel_whose_node_has_not_got_its_rights_yet_is_not_there_yet(told: dict[tuple[str, str], object]) -> None:
    with pytest.raises(LookupError, match="called without rights"):
        kivy_config.fit(touch="without rights")


def test_a_panel_that_is_not_there_is_an_error_that_names_those_that_are(told: dict[tuple[str, str], object]) -> None:
    with pytest.raises(LookupError, match=r"called Goodix; there are: 10-0014 Goodix \(TM\), gpio-keys"):
        kivy_config.fit(touch="Goodix")
    assert providers(told) == ["mouse"]


@pytest.mark.parametrize(("clockwise", "kivys"), [(0, 0), (90, 270), (180, 180), (270, 90)])
def test_the_picture_is_turned_clockwise(told: dict[tuple[str, str], object], clockwise: int, kivys: int) -> None:
    kivy_config.fit(rotation=clockwise)
    assert told["graphics", "rotation"] == kivys
