"""The measuring process: native libraries run here, so that their crash or endless loop ends no session.

Its parent starts it with multiprocessing's spawn, waits for each answer with a deadline, and kills and restarts it.
"""

import ctypes
import pickle
import resource
import signal
from collections.abc import Callable
from functools import cached_property
from multiprocessing.connection import Connection
from typing import Any

import cv2
import numpy as np

from kiosk.core.measures import FingerMeasures
from kiosk.imaging import encode, face, fingerprint, glance, iris, iris_code, likeness, qr, ridges, slap
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.minutiae import Extractor
from kiosk.imaging.picture import Pixels
from kiosk.imaging.requests import (
    Answer,
    Compare,
    CompareEyes,
    CompareFace,
    Crop,
    DescribeEye,
    DescribeFace,
    EncodePng,
    Failed,
    MeasureFace,
    MeasureFinger,
    MeasureIris,
    MeasureRest,
    MeasureSlap,
    Prepare,
    ReadQr,
    Request,
    SlapMeasures,
)

ADDRESS_SPACE = 1_500_000_000  # bytes; at work it takes 0.7e9 of addresses (0.2e9 of memory) on x86_64
MOST_BYTES = 256 << 20  # of one request; 40 million RGB pixels take 120e6
PR_SET_DUMPABLE = 4


class Tools:
    """The models, each loaded when first needed: a missing one fails its own requests only."""

    @cached_property
    def extractor(self) -> Extractor:
        """For fingerprints."""
        return Extractor()

    @cached_property
    def finder(self) -> FaceFinder:
        """For faces."""
        return FaceFinder()


def serve(connection: Connection, carry_out: Callable[[Tools, Any], object] | None = None) -> None:
    """Answer requests until the pipe closes. An error in one request is answered with Failed and ends nothing.

    `carry_out` is `answer`, or stands for it in a process that is asked other things.
    """
    _confine()
    tools = Tools()
    with connection:
        while True:
            try:
                connection.send(_answered(carry_out or answer, tools, connection.recv_bytes(MOST_BYTES)))
            except (EOFError, OSError):  # the parent is gone, or sent what no picture needs
                return


def answer(tools: Tools, request: Request) -> Answer:
    """Carry out one request; raises whatever its function raises."""
    match request:
        case Prepare():
            return _prepared(tools)
        case MeasureFinger():
            return _finger(tools, request)
        case MeasureSlap():
            return _slap(tools, request)
        case MeasureIris(pixels, full):
            return iris.measure(pixels) if full else glance.iris(pixels)
        case MeasureFace(pixels, full):
            return face.measure(tools.finder, pixels) if full else glance.face(tools.finder, pixels)
        case MeasureRest(pixels, finger):
            return ridges.at_rest(pixels) if finger else iris.at_rest(pixels)
        case _:
            return _described(tools, request)


def _described(tools: Tools, request: Request) -> Answer:
    """What is no measure: descriptors, comparisons, files."""
    match request:
        case DescribeEye(pixels):
            return iris_code.encode(pixels)
        case DescribeFace(pixels):
            return likeness.describe(tools.finder, pixels)
        case Compare(probe, references):
            return tuple(fingerprint.compare(tools.extractor, probe, references))
        case CompareEyes(probe, references):
            return tuple(iris_code.distance(probe, reference) for reference in references)
        case CompareFace(pixels, reference):
            return _glimpsed(tools, pixels, reference)
        case EncodePng(pixels, ppi):
            return encode.png(pixels, ppi)
        case ReadQr(pixels):
            return qr.read(pixels)
    raise TypeError("not a request")


def _finger(tools: Tools, request: MeasureFinger) -> FingerMeasures | tuple[FingerMeasures, bytes | None]:
    if request.full:
        return fingerprint.measure(tools.extractor, request.pixels, request.ppi)
    return glance.finger(request.pixels, request.ppi)


def _slap(tools: Tools, request: MeasureSlap) -> SlapMeasures:
    """Each finger measured on its own crop; none where nobody can say which is which."""
    found = slap.segment(request.pixels, request.ppi, request.asked, request.missing)
    crops = []
    for fingertip in found.fingers if found.complete else ():
        if fingertip.position is not None:
            crop = np.ascontiguousarray(fingertip.box.cut(request.pixels))
            crops.append(Crop(fingertip.position, crop, *fingerprint.measure(tools.extractor, crop, request.ppi)))
    return SlapMeasures(tuple(crops), found.hand.value if found.hand else None)


def _glimpsed(tools: Tools, pixels: Pixels, reference: bytes) -> tuple[int, float | None]:
    seen = likeness.describe(tools.finder, pixels)
    return len(tools.finder.find(pixels)), None if seen is None else likeness.likeness(seen, reference)


def _answered(carry_out: Callable[[Tools, Any], object], tools: Tools, request: bytes) -> object:
    try:
        return carry_out(tools, pickle.loads(request))
    except Exception as error:  # whatever went wrong concerns this request only
        return Failed(type(error).__name__)


def _prepared(tools: Tools) -> None:
    _ = tools.extractor, tools.finder


def _confine() -> None:
    """No core dump (a piped one ignores the limit, hence prctl), bounded memory, one thread, no say in Ctrl-C."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
