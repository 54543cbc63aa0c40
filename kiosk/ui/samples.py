"""Desks of every page with people who do not exist: what `make shots` draws and the page tests check."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from kiosk.core.desk import Desk, Facts, Mode, Notice, Task, Waiting
from kiosk.core.eligibility import Advice
from kiosk.core.handover import Handover, Stage, Trouble
from kiosk.core.ink import InkFault
from kiosk.core.judgement import Hint
from kiosk.core.nik import NikFault
from kiosk.core.officer import Unattested
from kiosk.core.power import Charge
from kiosk.core.readiness import Check as Tried
from kiosk.core.readiness import Part, Verdict
from kiosk.core.record import (
    EYES,
    FINGERS,
    Attestation,
    Blob,
    CheckResult,
    Endorsement,
    Exemption,
    Lasting,
    Origin,
    Position,
    Provenance,
    Reason,
    Resident,
    Sex,
    VoidReason,
)
from kiosk.core.recording import Check, Consent, Correction, Moment, Purpose, SealedCapture
from kiosk.core.state import Help, Phase, Session, Step
from kiosk.core.update import Refusal, Update
from kiosk.core.update import Stage as Updating
from kiosk.flow.preview import View
from kiosk.ui.beside import NOTHING, Beside, Form, Unlock
from kiosk.ui.noticed import SHOWN_FLAGS
from kiosk.ui.obstacle import Obstacle, ObstacleModel, told
from kiosk.ui.readiness import ReadinessModel
from kiosk.ui.readiness import told as inspected

OFFICER = "petugas"
NIK = "6105015708850001"
NOW = Moment("2026-11-23T01:00:00Z", "simulated", True, 1, 0)
ORIGIN = Origin("simulated", Provenance.SIMULATED)
WHO = Resident(NIK, "THERESIA WULANDARI KUSUMANINGRUM", date(1985, 8, 17), Sex.FEMALE, "KETUNGAU HULU")
BUNDLE = "LATIHAN-01_9f3c01ab_00000042"


@dataclass(frozen=True)
class Scene:
    """A desk, and what the screens hold beside it."""

    name: str
    desk: Desk
    beside: Beside = NOTHING
    view: View | None = None


def scenes(language: str) -> Iterator[Scene]:
    """Every page, and each of its faces that look different."""
    yield from _outside()
    yield from _talking(language)
    yield from _capturing(language)
    yield from _ending(language)
    yield from _helping(language)
    yield from _officer()


def obstacles(language: str) -> Iterator[tuple[str, ObstacleModel]]:
    """Every page of a box that does not start, with the longest sentences an engineer may get to read."""
    details = {
        Obstacle.BOX_FILE: "box.toml line 4: [box] region has to be the two digits of a province, such as "
        '"61" for Kalimantan Barat.',
        Obstacle.PAPERS_FOREIGN: "The office's papers cannot be used (config.jws: bad-signature); ask the office for "
        "new ones.",
        Obstacle.TOUCH: "[screen] touch: no input device is called raspberrypi-ts; there are: gpio-keys, vc4-hdmi-0, "
        "vc4-hdmi-1, Goodix Capacitive TouchScreen, pwr_button, USB OPTICAL MOUSE.",
    }
    for obstacle in Obstacle:
        yield f"standstill-{obstacle}", told(obstacle, details.get(obstacle, "StoreDamaged: SQLITE_CORRUPT."), language)


def inspections(language: str) -> Iterator[tuple[str, ReadinessModel]]:
    """The workshop's page: while parts are tried, of a box that may go out, and of one that may not."""
    parts = (*Part, "camera", "fingerprint", "iris", "card", "stick", "speaker")
    good = [Tried(part, Verdict.GOOD, "") for part in parts]
    wrong = {
        Part.CLOCK: Tried(Part.CLOCK, Verdict.NOT_READY, "2026-10-02, before the image's own day"),
        "fingerprint": Tried("fingerprint", Verdict.MISSING, "r30x: nothing answers at 57,600 or 115,200 Bd"),
    }
    bad = [wrong.get(one.part, one) for one in good]
    kept = "Report: /data/jemput/readiness.json"
    yield "readiness-checking", inspected(language, good[:5], None, "0.1.0 A")
    yield "readiness-ready", inspected(language, good, True, "0.1.0 A", kept)
    yield "readiness-not-ready", inspected(language, bad, False, "0.1.0 A", kept)


def desk(**facts: object) -> Desk:
    """An opened training day."""
    known = Facts(charge=Charge(0.64, False), free_bytes=21_400_000_000)
    base = Desk(training=True, mode=Mode.IDLE, officer=OFFICER, day=3, facts=known)
    return replace(base, **facts)  # type: ignore[arg-type]


def session(language: str, step: Step, **facts: object) -> Session:
    """Somebody at this step."""
    base = Session(
        "a" * 32, "LATIHAN-01", "9f3c01ab", "Desa Latihan", OFFICER, NOW, step=step, language=language, nik=NIK
    )
    known = {"consent": Consent(language), "resident": WHO, "listed": True}
    return replace(base, **{**known, **facts})  # type: ignore[arg-type]


def sealed(*positions: Position, purpose: Purpose = Purpose.RECORD) -> tuple[SealedCapture, ...]:
    """Recorded positions."""
    return tuple(SealedCapture(p, purpose, Blob("0" * 64, 1), ORIGIN) for p in positions)


def exempted(*positions: Position) -> tuple[Exemption, ...]:
    """Positions that are not owed."""
    return tuple(Exemption(p, Reason.AMPUTATED, Lasting.PERMANENT, OFFICER) for p in positions)


def _at(name: str, person: Session, form: Form | None = None, view: View | None = None, **facts: object) -> Scene:
    return Scene(name, desk(mode=Mode.VILLAGER, session=person, **facts), Beside(form), view)


def _outside() -> Iterator[Scene]:
    shut = Desk(training=True)
    for unlock in Unlock:
        yield Scene(f"locked-{unlock}", shut, Beside(unlock=unlock))
    yield Scene("locked-waiting", replace(shut, waiting=_waiting(1)))
    yield Scene("attract", desk())
    for notice in Notice:
        yield Scene(f"attract-{notice}", desk(notice=notice, waiting=_waiting(2)))
    rolled_back = Update(Updating.ROLLED_BACK, "0.1.0", "0.2.0")
    yield Scene("attract-rolled-back", desk(update=rolled_back))
    yield Scene("attract-missing", desk(facts=Facts(missing=("fingerprint", "iris")), waiting=_waiting(1)))
    yield Scene("stopping", desk(mode=Mode.STOPPING))
    yield Scene("stopping-halting", desk(mode=Mode.STOPPING, notice=Notice.HALTING))


def _talking(language: str) -> Iterator[Scene]:
    yield _at("language", session("", Step.LANGUAGE, consent=None))
    yield _at("notice", session(language, Step.NOTICE, consent=None))
    yield _at("nik", session(language, Step.NIK, nik=""))
    yield _at("nik-looking-up", session(language, Step.NIK, phase=Phase.LOOKING_UP))
    for fault in NikFault:
        yield _at(f"nik-{fault}", session(language, Step.NIK, nik="", nik_fault=fault.value))
    yield _at("biodata", session(language, Step.BIODATA))
    unlisted = replace(WHO, name="", place="")
    yield _at("biodata-unlisted", session(language, Step.BIODATA, resident=unlisted, listed=False))
    yield _at("leave", session(language, Step.BIODATA), Form.LEAVE)


def _capturing(language: str) -> Iterator[Scene]:
    def asking(step: Step, position: Position, **facts: object) -> Session:
        return session(language, step, **{"phase": Phase.ASKING, "asked": (position,), "position": position, **facts})

    before = sealed(Position.PORTRAIT, *EYES)
    some = (*before, *sealed(*FINGERS[:4]))
    spared = exempted(Position.LEFT_RING)
    rgb, grey = _picture(480, 640, 3), _picture(480, 640, 0)
    yield _at("face", asking(Step.FACE, Position.PORTRAIT), view=View(rgb, Hint.COME_CLOSER))
    yield _at("iris", asking(Step.IRISES, EYES[0], captures=before[:1]), view=View(grey, Hint.OPEN_EYE))
    for finger in FINGERS:
        facts = {"captures": some, "exemptions": spared}
        yield _at(f"finger-{finger.lower()}", asking(Step.FINGERS, finger, **facts))
    for hint in Hint:
        yield _at(f"finger-hint-{hint}", asking(Step.FINGERS, FINGERS[4], captures=some, hint=hint))
    for phase in (Phase.JUDGING, Phase.COMPARING, Phase.SEALING):
        yield _at(f"finger-{phase}", asking(Step.FINGERS, FINGERS[4], captures=some, phase=phase))
    yield _at("finger-touched", asking(Step.FINGERS, FINGERS[6], captures=some), view=View(_picture(480, 400, 0)))
    slap = {"asked": FINGERS[6:10], "captures": some}
    yield _at("finger-slap", asking(Step.FINGERS, FINGERS[6], **slap))
    yield _at("hands", asking(Step.HANDS, Position.HANDS, captures=some, exemptions=spared), view=View(rgb))
    everything = (*before, *sealed(*FINGERS))
    yield _at("check", asking(Step.CHECK, FINGERS[1], captures=everything, purpose=Purpose.CHECK))
    yield _at("thumb-print", asking(Step.ENDORSEMENT, Position.THUMB_PRINT, captures=everything))


def _ending(language: str) -> Iterator[Scene]:
    given = (*sealed(Position.PORTRAIT, *EYES), *sealed(*FINGERS[:8]))
    ink = sealed(Position.SIGNATURE, purpose=Purpose.ENDORSEMENT)
    hands = sealed(Position.HANDS, purpose=Purpose.EXCEPTION)
    whole = session(
        language,
        Step.REVIEW,
        captures=(*given, *hands, *ink),
        exemptions=exempted(*FINGERS[8:]),
        endorsement=Endorsement.SIGNATURE,
        check=Check(CheckResult.MATCHED, 2),
    )
    yield _at("endorsement", replace(whole, step=Step.ENDORSEMENT))
    for fault in InkFault:
        yield _at(f"endorsement-{fault}", replace(whole, step=Step.ENDORSEMENT, ink_fault=fault.value))
    yield _at("endorsement-sealing", replace(whole, step=Step.ENDORSEMENT, phase=Phase.SEALING))
    seen = Attestation(OFFICER, 1, 60.0)
    for result in CheckResult:
        yield _at(f"review-{result}", replace(whole, check=Check(result, 3)))
    for kind in Endorsement:
        yield _at(f"review-{kind}", replace(whole, endorsement=kind, attestation=seen))
    noticed = tuple(f"{flag}:{FINGERS[0]}" for flag in SHOWN_FLAGS[:3])
    yield _at("review-noticed", replace(whole, flags=noticed))
    yield _at("retake", replace(whole, flags=noticed), Form.RETAKE)
    yield _at("closing", replace(whole, step=Step.CLOSING, phase=Phase.CLOSING))
    yield _at("help-closing", replace(whole, step=Step.CLOSING, help=Help.STORAGE))
    yield _at("voiding", replace(whole, step=Step.VOIDING, phase=Phase.CLOSING))
    yield _at("slip", replace(whole, step=Step.SLIP, bundle=BUNDLE))
    yield _at("slip-destroyed", replace(whole, step=Step.SLIP, bundle=BUNDLE, void_reason=VoidReason.WITHDRAWN))
    yield _at("slip-no-nik", replace(whole, step=Step.SLIP, bundle=BUNDLE, void_reason=VoidReason.NO_NIK))
    yield _at("gone", replace(whole, step=Step.GONE))


def _helping(language: str) -> Iterator[Scene]:
    some = sealed(Position.PORTRAIT, *EYES)
    stands = {
        Help.NIK_DOUBT: session(
            language, Step.BIODATA, advice=tuple(a.value for a in Advice)[2:5], earlier_days=(1, 2)
        ),
        Help.DISPUTED: session(language, Step.BIODATA, corrections=(Correction("name", "WULAN", OFFICER),)),
        Help.CANNOT_SIGN: session(language, Step.ENDORSEMENT),
        Help.WITNESS: session(language, Step.ENDORSEMENT),
    }
    noticed = {"flags": tuple(f"{flag}:{FINGERS[0]}" for flag in SHOWN_FLAGS)}
    usual = session(language, Step.FINGERS, captures=some, asked=FINGERS[1:2], position=FINGERS[1], **noticed)
    yield _at("notes", replace(usual, help=Help.ASKED), Form.NOTES)
    for why in Help:
        yield _at(f"help-{why}", replace(stands.get(why, usual), help=why))
    for advice in Advice:
        doubt = replace(stands[Help.NIK_DOUBT], help=Help.NIK_DOUBT, advice=(advice.value,), earlier_days=())
        yield _at(f"help-advice-{advice}", doubt)
    check = replace(usual, step=Step.CHECK, help=Help.STUCK)
    yield _at("help-check", check)
    yield _at("help-notice", session(language, Step.NOTICE, consent=None, help=Help.ASKED))
    disputed = replace(stands[Help.DISPUTED], help=Help.DISPUTED)
    yield _at("exemption-finger", replace(usual, help=Help.CANNOT_SHOW), Form.EXEMPTION)
    eye = replace(usual, step=Step.IRISES, position=EYES[0], captures=some[:1], help=Help.CANNOT_SHOW)
    yield _at("exemption-eye", eye, Form.EXEMPTION)
    yield _at("cancel", disputed, Form.CANCEL)
    yield _at("correction", disputed, Form.CORRECTION)


def _officer() -> Iterator[Scene]:
    def task(task: Task, **facts: object) -> Desk:
        return desk(mode=Mode.OFFICER, task=task, **facts)

    yield Scene("menu", task(Task.MENU, waiting=_waiting(2), unattested=_unattested(4)))
    crowded = Facts(missing=("iris",), rivals=(("fingerprint", "r30x"), ("camera", "v4l2")), free_bytes=2_000_000_000)
    yield Scene("menu-rivals", task(Task.MENU, facts=crowded))
    yield Scene("menu-update", task(Task.MENU, update=Update(running="0.1.0")))
    yield Scene("waiting", task(Task.MENU, waiting=_waiting(7)), Beside(Form.WAITING))
    yield Scene("waiting-nobody", task(Task.MENU), Beside(Form.WAITING))
    yield Scene("attest", task(Task.ATTEST, unattested=_unattested(4)))
    yield Scene("attest-nobody", task(Task.ATTEST))
    for stage in Stage:
        done = Handover(stage, written=12, settled=4, purged=4) if stage is Stage.DONE else Handover(stage)
        code = Beside(code="ABCD-EFGH")
        if stage is not Stage.FAILED:
            yield Scene(f"handover-{stage}", task(Task.HANDOVER, handover=done, facts=Facts(stick=True)), code)
    for trouble in Trouble:
        yield Scene(f"handover-{trouble}", task(Task.HANDOVER, handover=Handover(Stage.FAILED, trouble=trouble)))
    proven = Handover(Stage.DONE, written=12, settled=4, purged=4)
    worst = replace(proven, refused=2, single=4, skipped=("x",), amended=("y",), fork=True)
    yield Scene("handover-worst", task(Task.HANDOVER, handover=worst))
    for updating in Updating:
        state = Update(updating, "0.1.0", "0.2.0", 37)
        if updating is not Updating.REFUSED:
            yield Scene(f"update-{updating}", task(Task.UPDATE, update=state))
    for refusal in Refusal:
        state = Update(Updating.REFUSED, "0.1.0", "0.2.0", refusal=refusal)
        yield Scene(f"update-{refusal}", task(Task.UPDATE, update=state))


def _waiting(count: int) -> tuple[Waiting, ...]:
    return tuple(Waiting(f"{n:032x}", tuple(Step)[4 + n % 6]) for n in range(count))


def _unattested(count: int) -> tuple[Unattested, ...]:
    return tuple(Unattested(f"LATIHAN-01_9f3c01ab_{40 + n:08d}", f"{n:064x}") for n in range(count))


def _picture(height: int, width: int, channels: int) -> np.ndarray:
    """A shaded oval: something to see where a sensor's picture stands."""
    y, x = np.mgrid[0:height, 0:width]
    away = np.hypot((x - width / 2) / (width * 0.28), (y - height / 2) / (height * 0.4))
    grey = np.clip(210 - 120 * np.clip(1.2 - away, 0, 1) + 12 * np.sin(y / 9), 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], channels, axis=2) if channels else grey
