"""The camera module driver: its calls fit the library that is not here, and what goes wrong is one known error.

The library imports libcamera, which exists for the Pi alone: its source is read, not run.
"""

import ast
import gc
import inspect
import site
import threading
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hal import (
    Ask,
    DeviceFault,
    DeviceUnavailable,
    Frame,
    Position,
    Source,
    Stage,
    Stop,
    SystemClock,
    UnavailableReason,
)
from hal.camera import picamera2 as driver
from hal.camera.picamera2 import Picamera2Camera
from tests.twins import picamera2 as twin
from tests.twins.shape import NoTwin

ASK = Ask((Position.PORTRAIT,))
CYCLES = 200
NAMES = {"camera": "Picamera2", "library": "Picamera2", "job": "Job"}  # what the driver calls them: the class
CALLS_AT_LEAST = 9


def library() -> Path:
    for folder in site.getsitepackages():
        if (Path(folder) / "picamera2" / "picamera2.py").is_file():
            return Path(folder) / "picamera2"
    pytest.skip("needs the source of picamera2: pip install --no-deps picamera2")


def signatures(source: str, name: str) -> dict[str, inspect.Signature]:
    """Of the methods of a class, as written last (overloads come first)."""
    body = next(n for n in ast.parse(source).body if isinstance(n, ast.ClassDef) and n.name == name).body
    return {node.name: signature(node) for node in body if isinstance(node, ast.FunctionDef)}


def signature(node: ast.FunctionDef) -> inspect.Signature:
    static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
    kinds = inspect.Parameter
    told = node.args
    bare = [None] * (len(told.args) - len(told.defaults)) + list(told.defaults)
    made = [
        kinds(a.arg, kinds.POSITIONAL_OR_KEYWORD, default=kinds.empty if d is None else ...)
        for a, d in zip(told.args, bare, strict=True)
    ]
    if told.vararg:
        made.append(kinds(told.vararg.arg, kinds.VAR_POSITIONAL))
    made += [
        kinds(a.arg, kinds.KEYWORD_ONLY, default=kinds.empty if d is None else ...)
        for a, d in zip(told.kwonlyargs, told.kw_defaults, strict=True)
    ]
    if told.kwarg:
        made.append(kinds(told.kwarg.arg, kinds.VAR_KEYWORD))
    return inspect.Signature(made if static else made[1:])


def real() -> dict[str, dict[str, inspect.Signature]]:
    folder = library()
    return {
        "Picamera2": signatures((folder / "picamera2.py").read_text(), "Picamera2"),
        "Job": signatures((folder / "job.py").read_text(), "Job"),
    }


def calls(source: str) -> list[tuple[str, str, int, list[str]]]:
    """Class, method, how many positional arguments and which named ones, of every call of the library in a source."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        told = (len(node.args), [k.arg or "" for k in node.keywords])
        if isinstance(node.func, ast.Name) and node.func.id in NAMES:
            found.append((NAMES[node.func.id], "__init__", *told))
        if isinstance(node.func, ast.Attribute):
            on = node.func.value
            name = on.id if isinstance(on, ast.Name) else "library" if "_library" in ast.dump(on) else ""
            if name in NAMES:
                found.append((NAMES[name], node.func.attr, *told))
    return found


def misfits(source: str) -> list[str]:
    wrong, known = [], real()
    for kind, method, count, names in calls(source):
        try:
            known[kind][method].bind(*range(count), **dict.fromkeys(names))
        except (KeyError, TypeError) as error:
            wrong.append(f"{kind}.{method}: {error}")
    return wrong


def test_every_call_of_the_driver_fits_the_librarys_signatures() -> None:
    source = inspect.getsource(driver)
    assert len(calls(source)) >= CALLS_AT_LEAST
    assert misfits(source) == []


@pytest.mark.parametrize(
    ("sound", "broken"),
    [
        ('capture_array("main", wait=False)', 'capture_array("main", block=False)'),
        ("get_result(timeout=PATIENCE_S)", "get_result(PATIENCE_S, 2)"),
        ("camera.start()", "camera.begin()"),
        ("library(number)", "library(number, 1, 2, 3, 4)"),
    ],
)
def test_a_call_that_does_not_fit_is_caught(sound: str, broken: str) -> None:
    source = inspect.getsource(driver)
    assert sound in source
    assert len(misfits(source.replace(sound, broken))) == 1


def test_the_twin_takes_what_the_library_takes(rig: Any) -> None:
    played: ModuleType = inspect.getmodule(type(rig))  # type: ignore[assignment]
    known = real()
    for name in ("Picamera2", "Job"):
        for method, told in signatures(inspect.getsource(played), name).items():
            if method.startswith("_") or any(p.kind is p.VAR_KEYWORD for p in told.parameters.values()):
                continue
            assert list(told.parameters) == list(known[name][method].parameters), method


@pytest.fixture
def rig() -> Iterator[Any]:
    try:
        found = twin.rig()
    except NoTwin as lacking:
        pytest.skip(str(lacking))
    found.__init__()
    found.frame_s = 0.005
    yield found
    found.__init__()


@pytest.fixture
def camera(rig: Any) -> Iterator[Picamera2Camera]:
    with Picamera2Camera(SystemClock(), Stage()) as opened:
        yield opened


def frame(camera: Picamera2Camera) -> Frame:
    return next(item for item in camera.look(ASK, Stop()) if isinstance(item, Frame))


def test_a_module_of_the_board_is_real_and_a_virtual_one_is_not(rig: Any) -> None:
    rig.cameras = [{"Model": "imx708", "Id": "/base/axi/pcie@1000120000/rp1/i2c@88000/imx708@1a"}]
    with Picamera2Camera(SystemClock(), Stage()) as camera:
        seen = frame(camera)
        assert seen.source is Source.REAL
        assert seen.device.model == "imx708"
    rig.cameras = [{"Model": "Virtual0", "Id": "Virtual0"}]
    with Picamera2Camera(SystemClock(), Stage()) as camera:
        assert frame(camera).source is Source.SIMULATED


def test_usb_cameras_are_left_to_the_other_driver(rig: Any) -> None:
    rig.cameras = [{"Model": "webcam", "Id": "/base/scb/pcie@7d500000/pci@0,0/usb@0,0-1.2:1.0-046d:0825"}]
    with pytest.raises(DeviceUnavailable) as refusal:
        Picamera2Camera(SystemClock(), Stage()).open()
    assert refusal.value.reason is UnavailableReason.ABSENT


def test_a_module_that_another_process_holds_is_busy(rig: Any) -> None:
    rig.taken.add(0)
    with pytest.raises(DeviceUnavailable) as refusal:
        Picamera2Camera(SystemClock(), Stage()).open()
    assert refusal.value.reason is UnavailableReason.BUSY


def test_a_loose_ribbon_is_a_fault_within_two_seconds(rig: Any, camera: Picamera2Camera) -> None:
    looks = camera.look(ASK, Stop())
    next(looks)
    rig.silent = True
    began = SystemClock().monotonic()
    with pytest.raises(DeviceFault):
        list(looks)
    assert SystemClock().monotonic() - began < 2.5
    rig.silent = False
    assert frame(camera)


def test_many_cycles_of_open_capture_close_leave_nothing(rig: Any) -> None:
    camera = Picamera2Camera(SystemClock(), Stage())
    held = None
    for _ in range(CYCLES):
        with camera:
            frame(camera)
        gc.collect(0)
        now = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
        held = held or now
        assert now <= held
    assert not rig.taken
