"""One update at a time, from the mounted stick to its trial: the work behind the updater's socket."""

import os
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from hal.errors import DeviceFault, DeviceUnavailable, UnavailableReason
from hal.updater import Offer, Refusal, Refused, UpdateStage, UpdateStatus, trial
from hal.updater.bundle import check_payload, outline
from hal.updater.copying import SUFFIX, copy, drop
from hal.updater.programs import Programs, Signed, identity
from hal.updater.trial import Outcome, Trial
from hal.updater.verdict import numbers, verdict

FOLDER = Path("JEMPUT/UPDATE")  # on the stick; nothing below it is looked into
MOST_BUNDLES = 8  # an office's stick carries one a board
BUNDLES_S = 200.0  # for RAUC's look at all of them: eight take 80 s on an emulated processor; see rauc.LOOK_S
MOST_ENTRIES = 256
RUNNING = (UpdateStage.COPYING, UpdateStage.CHECKING, UpdateStage.INSTALLING)


@dataclass(frozen=True)
class Places:
    """Where the stick is mounted, what is kept between starts, who this system says it is, and which boot this is."""

    stick: Path = Path("/run/jemput/stick")
    folder: Path = Path("/data/system/updates")
    os_release: Path = Path("/etc/os-release")
    boot: Path = Path("/proc/sys/kernel/random/boot_id")


class Updates:
    """Raises DeviceFault where this system does not say who it is."""

    def __init__(self, programs: Programs, places: Places, now_s: Callable[[], float] = time.monotonic) -> None:
        self._programs, self._places, self._now_s = programs, places, now_s
        self._board, self._version = identity(places.os_release)
        numbers(self._version)
        self._slot, self._boot = programs.running(), places.boot.read_text().strip()
        self._copy: Path | None = None
        self._work: threading.Thread | None = None
        self._status = self._begun()

    def status(self) -> UpdateStatus:
        """How far it is."""
        return self._status

    def look(self) -> Offer | None:
        """The best on the stick; what was rolled back is forgotten."""
        self._not_while_busy()
        if self._status.rolled_back:
            trial.write(self._places.folder, None)
            self._status = replace(self._status, rolled_back="")
        return max((offer for offer, _ in self._offers()), key=_worth, default=None)

    def fetch(self) -> None:
        """Begin to copy and check."""
        self._not_while_busy()
        self._copy = None
        self._begin(UpdateStage.COPYING, self._fetch)

    def install(self) -> None:
        """Begin to install what was copied and checked in this run of the service."""
        self._not_while_busy()
        if self._status.stage is not UpdateStage.COPIED or self._copy is None:
            raise DeviceFault("updater: nothing was copied and checked")
        whole, version = self._copy, self._status.version
        self._begin(UpdateStage.INSTALLING, lambda: self._install(whole, version))

    def restart(self) -> None:
        """Arm the trial and go down."""
        self._not_while_busy()
        found = trial.read(self._places.folder)
        if found is None or found.outcome(self._slot, self._boot) is not Outcome.INSTALLED:
            raise DeviceFault("updater: nothing is installed that was not tried")
        trial.write(self._places.folder, replace(found, armed=self._boot))
        self._programs.restart()

    def close(self) -> None:
        """Wait for what runs: killing it costs nothing but its time."""
        if self._work is not None:
            self._work.join()

    def _begun(self) -> UpdateStatus:
        """The status of a service that has just started."""
        found, status = trial.read(self._places.folder), UpdateStatus(UpdateStage.IDLE, self._version)
        outcome = found.outcome(self._slot, self._boot) if found else Outcome.NONE
        if found and outcome is Outcome.INSTALLED:
            return replace(status, stage=UpdateStage.INSTALLED, version=found.version)
        if found and outcome is Outcome.ROLLED_BACK:
            return replace(status, rolled_back=found.version)
        return status

    def _not_while_busy(self) -> None:
        """A system on trial is busy too: what it would write over is the one the box falls back to."""
        if self._status.stage in RUNNING or self._programs.usual() != self._slot:
            raise DeviceUnavailable(UnavailableReason.BUSY, "updater")

    def _begin(self, stage: UpdateStage, job: Callable[[], None]) -> None:
        self._status = replace(self._status, stage=stage, fraction=0.0, refusal=None)
        self._work = threading.Thread(target=self._guarded, args=(job,), name="update", daemon=True)
        self._work.start()

    def _guarded(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Refused as no:
            self._tell(UpdateStage.REFUSED, refusal=no.refusal)
        except (OSError, DeviceFault):
            self._tell(UpdateStage.REFUSED, refusal=Refusal.STORAGE)
        except Exception:  # nobody foresaw it: the journal tells it, and the next attempt is not turned away
            self._tell(UpdateStage.REFUSED, refusal=Refusal.FAILED)
            raise

    def _tell(self, stage: UpdateStage, refusal: Refusal | None = None) -> None:
        self._status = replace(self._status, stage=stage, fraction=0.0, refusal=refusal)

    def _progress(self, fraction: float) -> None:
        self._status = replace(self._status, fraction=min(max(fraction, 0.0), 1.0))

    # The stick

    def _bundles(self) -> list[Path]:
        """Regular files of the one folder; links, pipes and directories are none."""
        with suppress(OSError), os.scandir(self._places.stick / FOLDER) as found:
            names = sorted(entry.name for entry in islice(found, MOST_ENTRIES) if entry.name.endswith(SUFFIX))
            return [self._places.stick / FOLDER / name for name in names[:MOST_BUNDLES]]
        return []

    def _offers(self) -> list[tuple[Offer, Path]]:
        """All within BUNDLES_S, so that a stick whose files hang is answered too."""
        until = self._now_s() + BUNDLES_S
        return [(self._offer(path, until - self._now_s()), path) for path in self._bundles()]

    def _offer(self, path: Path, seconds: float) -> Offer:
        if seconds <= 0:
            return Offer("", Refusal.PULLED)
        try:
            with _opened(path) as file:
                outline(file)
            signed = self._programs.info(path, seconds)
        except Refused as no:
            return Offer("", no.refusal)
        except OSError:  # the stick's, or RAUC's time is over
            return Offer("", Refusal.PULLED)
        return Offer(signed.version, self._verdict(signed))

    def _verdict(self, signed: Signed) -> Refusal | None:
        return verdict(signed, self._board, self._version, self._programs.capacities())

    def _best(self) -> Path:
        """Raises Refused where none is taken."""
        offers = self._offers()
        if not offers:
            raise Refused(Refusal.PULLED)
        offer, path = max(offers, key=lambda one: _worth(one[0]))
        if offer.refusal is not None:
            raise Refused(offer.refusal)
        self._status = replace(self._status, version=offer.version)
        return path

    # The work

    def _fetch(self) -> None:
        for _ in range(2):  # a part that was damaged by a power cut is copied anew, once
            with _opened(self._best()) as source:
                found = outline(source)
                self._tell(UpdateStage.COPYING)
                part, resumed = copy(source, found, self._places.folder, self._progress)
            self._tell(UpdateStage.CHECKING)
            try:
                version = self._check(part)
            except Refused as no:
                part.unlink()
                if resumed and no.refusal is Refusal.ALTERED:
                    continue
                raise
            self._copy = part
            self._status = replace(self._status, version=version)  # the stick may have changed since it was looked at
            self._tell(UpdateStage.COPIED)
            return
        raise Refused(Refusal.ALTERED)

    def _check(self, part: Path) -> str:
        """Everything, on the copy that nobody else can reach; its version. Raises Refused."""
        with _opened(part) as file:
            found = outline(file)
            signed = self._programs.info(part)
            if (refusal := self._verdict(signed)) is not None:
                raise Refused(refusal)
            check_payload(file, found, signed.verity, self._progress)
        return signed.version

    def _install(self, whole: Path, version: str) -> None:
        trial.write(self._places.folder, None)  # what stood in that slot is gone from now on
        if not self._programs.install(whole, self._progress):
            raise Refused(Refusal.FAILED)
        trial.write(self._places.folder, Trial(version, "AB".replace(self._slot, "")))
        self._copy = None
        with suppress(OSError):  # it only takes room
            drop(self._places.folder)
        self._tell(UpdateStage.INSTALLED)


def _opened(path: Path) -> BinaryIO:
    """A regular file, and never what it might link to. OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Refused(Refusal.ALTERED)
    return os.fdopen(descriptor, "rb", buffering=0)


def _worth(offer: Offer) -> tuple[bool, bool, tuple[int, ...]]:
    """What is taken before what is not, the newest first; what is for another board is the least interesting."""
    known = numbers(offer.version) if offer.refusal is None else ()
    return offer.refusal is None, offer.refusal is not Refusal.OTHER_BOARD, known
