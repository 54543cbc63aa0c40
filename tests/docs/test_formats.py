"""docs/formats.md names what the sealed meta carries."""

import re
from dataclasses import fields
from pathlib import Path
from types import NoneType
from typing import get_args

import pytest

from kiosk.core.measures import FaceMeasures, FingerMeasures, IrisMeasures

FORMATS = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")


@pytest.mark.parametrize(("kind", "cls"), [("finger", FingerMeasures), ("iris", IrisMeasures), ("face", FaceMeasures)])
def test_every_measure_is_named_with_whether_it_may_be_left_out(kind: str, cls: type) -> None:
    row = re.search(rf"^- {kind}: `(.+)`; where measured: `(.+)`$", FORMATS, re.MULTILINE)
    assert row
    sealed = [field for field in fields(cls) if field.name != "nfiq2"]  # stands in `quality`
    optional = [field.name for field in sealed if NoneType in get_args(field.type)]
    assert row[1].split() == [field.name for field in sealed if field.name not in optional]
    assert row[2].split() == optional
