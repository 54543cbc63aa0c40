"""What is in an image and on which terms: a CycloneDX bill of materials and a licence report, made from a system's tree
without running a program of it. What may not be shipped stops the build.

The Debian half is debsbom's; the wheels of /opt/jemput are added from their own metadata."""

import hashlib
import json
import os
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from sdimage.disk import NAME_SPACE
from sdimage.shell import BuildError, run

SITE = "opt/jemput/lib/python3.*/site-packages"
# Firmware without source that chips of a Raspberry Pi cannot do without; each may be passed on unchanged with them.
FIRMWARE = ("firmware-brcm80211", "raspi-firmware", "raspi-firmware-nodtb", "rpi-eeprom")
# Free licences under which a wheel may go into an Apache-2.0 program that is handed out as a whole: permissive ones,
# and those that ask for nothing beyond their own files (MPL) or for the freedom to exchange the library (LGPL).
TAKEN = re.compile(
    r"0BSD|apache(?:[- ]software[- ]license|[- ](?:license, version )?2\.0)?|bsd(?:-[23]-clause| license)?|"
    r"3-clause bsd license|cc0-1\.0|isc(?: license(?: \(iscl\))?)?|lgpl-2\.1(?:-or-later|-only)?|mit(?:-0|-cmu)?|"
    r"mit license|mpl-2\.0|mozilla public license 2\.0 \(mpl 2\.0\)|psf-2\.0|public domain|unlicense|zlib",
    re.IGNORECASE,
)
# Wheels that state no licence in their metadata, and where they do.
STATED = {"pyrage": "MIT"}  # its licences/LICENSE
PARTS = re.compile(r"\s+(?:AND|OR)\s+|[()]")
COMMON = re.compile(r"common-licenses/([A-Za-z]+(?:-[\d.]+)?)")
SYNOPSIS = re.compile(r"^License:[ \t]*(\S.*)$", re.MULTILINE)
MACHINE_READABLE = "copyright-format"


@dataclass(frozen=True)
class Part:
    """One package or wheel, and the licences that it states. `libraries` are those of others that a wheel carries."""

    name: str
    version: str
    kind: str  # "deb" or "wheel"
    licences: tuple[str, ...]
    libraries: tuple[str, ...] = ()
    refused: str | None = None


def sbom(root: Path, out: Path) -> tuple[Path, Path]:
    """Write IMAGE-VERSION.cdx.json and IMAGE-VERSION.licences.txt into `out`; the same tree gives the same bytes.
    BuildError where something may not be shipped, after both files are written."""
    image, version = _identity(root)
    out.mkdir(parents=True, exist_ok=True)
    bill, report = out / f"{image}-{version}.cdx.json", out / f"{image}-{version}.licences.txt"
    found = [*packages(root), *wheels(root)]
    bill.write_text(_bill(root, image, version, found))
    report.write_text(_report(image, version, found))
    if refused := [part.refused for part in found if part.refused]:
        raise BuildError("This may not be shipped:\n  " + "\n  ".join(refused))
    return bill, report


def _identity(root: Path) -> tuple[str, str]:
    lines = (root / "usr/lib/os-release").read_text().splitlines()
    told = {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}
    try:
        return told["IMAGE_ID"], told["IMAGE_VERSION"]
    except KeyError as missing:
        raise BuildError(f"The tree's os-release states no {missing}; it is no tree of an image.") from missing


def packages(root: Path) -> Iterator[Part]:
    """Debian's, by name."""
    text = (root / "var/lib/dpkg/status").read_text(encoding="utf-8")
    found = [HeaderParser().parsestr(paragraph) for paragraph in text.split("\n\n") if paragraph.strip()]
    for one in sorted(found, key=lambda one: one["Package"]):
        if one["Status"] != "install ok installed":
            continue
        licences = _of_package(root / "usr/share/doc" / one["Package"] / "copyright")
        refused = _not_debian_free(one["Package"], one["Section"] or "", licences)
        yield Part(one["Package"], one["Version"], "deb", licences or (), refused=refused)


def _of_package(path: Path) -> tuple[str, ...] | None:
    """The licences of a copyright file; None where the image lacks it, "own text" where it names none by its name."""
    if not path.is_file():
        return None
    text = path.read_text(errors="replace")
    names = SYNOPSIS.findall(text) if MACHINE_READABLE in text[:1000] else COMMON.findall(text)
    return tuple(sorted({" ".join(name.split()).rstrip(".,") for name in names})) or ("own text",)


def _not_debian_free(name: str, section: str, licences: tuple[str, ...] | None) -> str | None:
    area = section.rpartition("/")[0]
    if area in ("non-free", "contrib") or (area == "non-free-firmware" and name not in FIRMWARE):
        return f"{name} is in Debian's {area}; leave it out, or show in sbom.py that it may be passed on."
    if licences is None:
        return f"{name} comes without its copyright file; keep /usr/share/doc/{name}/copyright in the image."
    return None


def wheels(root: Path) -> Iterator[Part]:
    """Python's, by name."""
    found = sorted(root.glob(f"{SITE}/*.dist-info/METADATA"), key=lambda path: path.parent.name.lower())
    for path in found:
        # Only the header: what follows is the project's description.
        head = HeaderParser().parsestr(path.read_text(encoding="utf-8").partition("\n\n")[0])
        name = str(head["Name"])
        stated = _of_wheel(name, head.get_all("Classifier", []), head["License-Expression"], head["License"])
        yield Part(name, str(head["Version"]), "wheel", stated, _carried(path.parent), _not_taken(name, stated))


def _of_wheel(name: str, classifiers: list[str], expression: str | None, text: str | None) -> tuple[str, ...]:
    """An SPDX expression first, then a short name, then the classifiers."""
    if expression:
        return (expression,)
    if text and "\n" not in text and len(text) < 80:
        return (text,)
    if found := [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License :: ")]:
        return tuple(found)
    return (STATED[name],) if name in STATED else ()


def _not_taken(name: str, stated: tuple[str, ...]) -> str | None:
    if not stated:
        return f"{name} states no licence; read its files and say in sbom.py what it is."
    wrong = [part for one in stated for part in PARTS.split(one) if part and not TAKEN.fullmatch(part.strip())]
    return f"{name} is under {wrong[0]!r}, which sbom.py does not take; ask before it is shipped." if wrong else None


def _carried(info: Path) -> tuple[str, ...]:
    """Libraries of others inside a wheel, by the names of their files."""
    record = info / "RECORD"
    names = record.read_text().splitlines() if record.is_file() else []
    return tuple(sorted({Path(n.partition(",")[0]).name for n in names if ".libs/" in n.partition(",")[0]}))


def _bill(root: Path, image: str, version: str, found: list[Part]) -> str:
    when = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC).isoformat()
    number = uuid.uuid5(NAME_SPACE, hashlib.sha256(repr((image, version, found)).encode()).hexdigest())
    command = [
        Path(sys.executable).with_name("debsbom"),
        "generate",
        "--root",
        root,
        "--sbom-type",
        "cdx",
        "--out",
        "-",
    ]
    command += ["--distro-name", image, "--distro-version", version, "--distro-arch", "arm64", "--timestamp", when]
    command += ["--out", "-", "--distro-supplier", "Jemput", "--cdx-serialnumber", str(number)]
    bill: dict[str, Any] = json.loads(run(command))
    debian = {part.name: part for part in found if part.kind == "deb"}
    for component in bill["components"]:
        if "arch=source" not in component["purl"] and (part := debian.get(component["name"])):
            component["licenses"] = _licences(part)
    _add(bill, [part for part in found if part.kind == "wheel"])
    return json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _licences(part: Part) -> list[dict[str, Any]]:
    if part.kind == "wheel" and len(part.licences) == 1 and PARTS.search(part.licences[0]):
        return [{"expression": part.licences[0]}]
    return [{"license": {"name": name}} for name in part.licences]


def _add(bill: dict[str, Any], found: list[Part]) -> None:
    top = bill["metadata"]["component"]["bom-ref"]
    direct = next(one for one in bill["dependencies"] if one["ref"] == top)
    for part in found:
        purl = f"pkg:pypi/{re.sub(r'[-_.]+', '-', part.name).lower()}@{part.version}"
        component: dict[str, Any] = {"type": "library", "name": part.name, "version": part.version}
        component |= {"bom-ref": purl, "purl": purl, "licenses": _licences(part)}
        if part.libraries:
            component["properties"] = [{"name": "jemput:carries", "value": library} for library in part.libraries]
        bill["components"].append(component)
        bill["dependencies"].append({"ref": purl})
        direct["dependsOn"] = [*direct.get("dependsOn", ()), purl]


def _report(image: str, version: str, found: list[Part]) -> str:
    """For whoever has to answer for what is handed out. Texts lie in the image: /usr/share/doc/NAME/copyright, and in
    the wheels' dist-info; the bill names Debian's source packages, which Debian keeps."""
    lines = [f"Licences of {image} {version}", ""]
    for kind, title in (("deb", "Debian packages"), ("wheel", "Python wheels")):
        own = [part for part in found if part.kind == kind]
        lines += [f"{title}: {len(own)}"]
        for part in own:
            lines.append(f"  {part.name} {part.version}: {'; '.join(part.licences) or 'none stated'}")
            lines += [f"    carries {library}" for library in part.libraries]
        lines.append("")
    refused = [part.refused for part in found if part.refused]
    return "\n".join([*lines, "Refused: " + ("none" if not refused else ""), *refused, ""])
