"""The bill of materials of a small tree: complete, readable by the library of the format, the same bytes each time; and
what may not be shipped stops the build."""

import json
import shutil
from pathlib import Path

import pytest
from cyclonedx.model.bom import Bom
from sdimage.sbom import packages, sbom, wheels
from sdimage.shell import BuildError

STATUS = """\
Package: alpha
Status: install ok installed
Maintainer: Somebody <somebody@example.org>
Architecture: arm64
Source: alpha-source
Version: 1:1.2-3+deb13u1
Section: libs
Depends: beta
Description: first
 longer

Package: beta
Status: install ok installed
Maintainer: Somebody <somebody@example.org>
Architecture: arm64
Version: 2.0-1
Section: utils
Description: second

Package: gone
Status: deinstall ok config-files
Maintainer: Somebody <somebody@example.org>
Architecture: arm64
Version: 9
Section: utils
Description: removed
"""
ALPHA = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Files: *
Copyright: 2020 Somebody
License: GPL-2+
 text

Files: lib/*
Copyright: 2021 Somebody else
License: Expat
"""
BETA = "It may be passed on as said in /usr/share/common-licenses/LGPL-2.1, see there.\n"
SITE = "opt/jemput/lib/python3.13/site-packages"


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def wheel(root: Path, name: str, version: str, head: str, record: str = "") -> None:
    info = root / SITE / f"{name}-{version}.dist-info"
    put(info / "METADATA", f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{head}\nLicense: in the text\n")
    put(info / "RECORD", record)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    at = tmp_path / "root"
    put(at / "usr/lib/os-release", 'ID=debian\nPRETTY_NAME="Debian"\nIMAGE_ID=jemput-virt\nIMAGE_VERSION=0.1.0\n')
    put(at / "var/lib/dpkg/status", STATUS)
    put(at / "usr/share/doc/alpha/copyright", ALPHA)
    put(at / "usr/share/doc/beta/copyright", BETA)
    wheel(at, "good_one", "1.0", "License-Expression: MIT AND (BSD-3-Clause OR Apache-2.0)\n")
    wheel(at, "Kivy", "2.3.1", "License: MIT\n", "Kivy.libs/libSDL2-1.so,sha256=x,10\nkivy/__init__.py,,\n")
    wheel(at, "old", "3", "Classifier: License :: OSI Approved :: BSD License\n")
    return at


def made(root: Path, out: Path) -> tuple[dict, str]:
    bill, report = sbom(root, out)
    return json.loads(bill.read_text()), report.read_text()


def test_every_installed_package_and_wheel_is_in_the_bill_once(root: Path, tmp_path: Path):
    bill, _ = made(root, tmp_path / "out")
    names = [(c["name"], c["version"]) for c in bill["components"] if "arch=source" not in c["purl"]]
    wanted = [("alpha", "1:1.2-3+deb13u1"), ("beta", "2.0-1"), ("good_one", "1.0"), ("Kivy", "2.3.1"), ("old", "3")]
    assert sorted(names) == sorted(wanted)


def test_the_source_package_is_named_for_whoever_asks_for_it(root: Path, tmp_path: Path):
    bill, _ = made(root, tmp_path / "out")
    assert "pkg:deb/debian/alpha-source@1:1.2-3%2Bdeb13u1?arch=source" in {c["purl"] for c in bill["components"]}


def test_the_library_of_the_format_reads_the_bill(root: Path, tmp_path: Path):
    bill, _ = made(root, tmp_path / "out")
    read = Bom.from_json(data=bill)
    assert read.metadata.component is not None
    assert (read.metadata.component.name, read.metadata.component.version) == ("jemput-virt", "0.1.0")
    assert "pkg:pypi/good-one@1.0" in {str(component.purl) for component in read.components}
    read.validate()  # every dependency names a component


def test_the_same_tree_gives_the_same_bytes_and_another_one_another_number(root: Path, tmp_path: Path):
    first = [path.read_bytes() for path in sbom(root, tmp_path / "a")]
    moved = tmp_path / "elsewhere"
    shutil.copytree(root, moved)
    assert [path.read_bytes() for path in sbom(moved, tmp_path / "b")] == first
    number = json.loads(first[0])["serialNumber"]
    wheel(root, "new", "1", "License-Expression: MIT\n")
    assert made(root, tmp_path / "c")[0]["serialNumber"] != number
    assert str(tmp_path).encode() not in b"".join(first)


def test_licences_are_read_from_both_kinds_of_copyright_files_and_all_kinds_of_metadata(root: Path):
    found = {part.name: part.licences for part in (*packages(root), *wheels(root))}
    assert found == {
        "alpha": ("Expat", "GPL-2+"),
        "beta": ("LGPL-2.1",),
        "good_one": ("MIT AND (BSD-3-Clause OR Apache-2.0)",),
        "Kivy": ("MIT",),
        "old": ("BSD License",),
    }


def test_what_a_wheel_carries_of_others_is_named(root: Path, tmp_path: Path):
    bill, report = made(root, tmp_path / "out")
    kivy = next(c for c in bill["components"] if c["name"] == "Kivy")
    assert kivy["properties"] == [{"name": "jemput:carries", "value": "libSDL2-1.so"}]
    assert "carries libSDL2-1.so" in report


def refusal(root: Path, out: Path) -> str:
    with pytest.raises(BuildError) as told:
        sbom(root, out)
    assert "Refused: none" not in next(out.glob("*.licences.txt")).read_text()
    return str(told.value)


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-or-later", "AGPL-3.0-only", "SSPL-1.0", "CC-BY-NC-4.0", "MIT AND GPL-2.0-only", "Proprietary"]
)
def test_a_wheel_under_other_terms_is_refused_by_name(root: Path, tmp_path: Path, licence: str):
    wheel(root, "bad", "1", f"License-Expression: {licence}\n")
    assert "bad is under" in refusal(root, tmp_path / "out")


def test_a_wheel_that_states_nothing_is_refused(root: Path, tmp_path: Path):
    wheel(root, "silent", "1", "Summary: nothing\n")
    assert "silent states no licence" in refusal(root, tmp_path / "out")


@pytest.mark.parametrize("section", ["non-free/libs", "contrib/utils", "non-free-firmware/kernel"])
def test_a_package_that_is_not_free_is_refused(root: Path, tmp_path: Path, section: str):
    status = root / "var/lib/dpkg/status"
    status.write_text(status.read_text().replace("Section: utils", f"Section: {section}", 1))
    assert f"beta is in Debian's {section.partition('/')[0]}" in refusal(root, tmp_path / "out")


def test_the_firmware_of_a_raspberry_pi_is_not_refused(root: Path, tmp_path: Path):
    status = root / "var/lib/dpkg/status"
    text = status.read_text().replace("Package: beta", "Package: raspi-firmware").replace("Depends: beta\n", "")
    status.write_text(text.replace("Section: utils", "Section: non-free-firmware/kernel", 1))
    (root / "usr/share/doc/beta").rename(root / "usr/share/doc/raspi-firmware")
    assert "raspi-firmware 2.0-1" in made(root, tmp_path / "out")[1]


def test_a_package_without_its_copyright_file_is_refused(root: Path, tmp_path: Path):
    (root / "usr/share/doc/beta/copyright").unlink()
    assert "beta comes without its copyright file" in refusal(root, tmp_path / "out")


def test_a_tree_that_is_no_image_is_said_to_be_none(root: Path, tmp_path: Path):
    (root / "usr/lib/os-release").write_text("ID=debian\n")
    with pytest.raises(BuildError, match="states no 'IMAGE_ID'"):
        sbom(root, tmp_path / "out")
