"""The measuring process: native libraries run here, so that their crash or endless loop ends no session.

Its parent starts it with multiprocessing's spawn, waits for each answer with a deadline, and kills and restarts it.
"""

import ctypes
import pickle
import resource
import signal
from functools import cached_property
from multiprocessing.connection import Connection

import cv2

from kiosk.imaging import encode, face, fingerprint, iris, qr
from kiosk.imaging.face import FaceFinder
from kiosk.imaging.minutiae import Extractor
from kiosk.imaging.requests import (
    Answer,
    Compare,
    EncodePng,
    Failed,
    MeasureFace,
    MeasureFinger,
    MeasureIris,
    Prepare,
    ReadQr,
    Request,
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


def serve(connection: Connection) -> None:
    """Answer requests until the pipe closes. An error in one request is answered with Failed and ends nothing."""
    _confine()
    tools = Tools()
    with connection:
        while True:
            try:
                connection.send(_answered(tools, connection.recv_bytes(MOST_BYTES)))
            except (EOFError, OSError):  # the parent is gone, or sent what no picture needs
                return


def answer(tools: Tools, request: Request) -> Answer:
    """Carry out one request; raises whatever its function raises."""
    match request:
        case Prepare():
            return _prepared(tools)
        case MeasureFinger(pixels, ppi):
            return fingerprint.measure(tools.extractor, pixels, ppi)
        case MeasureIris(pixels):
            return iris.measure(pixels)
        case MeasureFace(pixels):
            return face.measure(tools.finder, pixels)
        case Compare(probe, references):
            return tuple(fingerprint.compare(tools.extractor, probe, references))
        case EncodePng(pixels, ppi):
            return encode.png(pixels, ppi)
        case ReadQr(pixels):
            return qr.read(pixels)
    raise TypeError("not a request")


def _answered(tools: Tools, request: bytes) -> Answer:
    try:
        return answer(tools, pickle.loads(request))
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
