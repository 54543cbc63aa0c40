"""The kernel of the lab: Debian's stock one, with four of its own test drivers that it is built without."""

import os
import re
import shutil
import subprocess
from pathlib import Path

SOURCES = {
    "drivers/gpio/gpio-mockup.c": "gpio_mockup",
    "drivers/gpio/gpiolib.h": "",
    "kernel/irq/irq_sim.c": "",
    "drivers/power/supply/test_power.c": "test_power",
    "drivers/power/supply/max17040_battery.c": "max17040_battery",
}
# gpio-mockup needs the kernel's interrupt simulator, which is linked into it here.
MAKEFILE = """
obj-m := gpio-mockup-lab.o test_power.o max17040_battery.o
gpio-mockup-lab-objs := gpio-mockup.o irq_sim.o
ccflags-y := -DCONFIG_IRQ_SIM=1
"""


def release() -> str:
    """The newest stock kernel that is installed with its modules."""
    found = sorted(Path("/boot").glob("vmlinuz-*-amd64"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise RuntimeError("the lab needs a kernel: apt install linux-image-amd64")
    return found[-1].name.removeprefix("vmlinuz-")


def build(into: Path) -> list[Path]:
    """Compile the test drivers once for this kernel; sources stay out of the repository, they are the kernel's."""
    kernel = release()
    folder = into / f"modules-{kernel}"
    wanted = [folder / name for name in ("gpio-mockup-lab.ko", "test_power.ko", "max17040_battery.ko")]
    if all(path.is_file() for path in wanted):
        return wanted
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archive = next(Path("/usr/src").glob("linux-source-*.tar.xz"))
    top = archive.name.removesuffix(".tar.xz")
    unpack = ["tar", "-xJf", str(archive), "-C", str(folder), *(f"{top}/{name}" for name in SOURCES)]
    subprocess.run(unpack, check=True)
    for name in SOURCES:
        text = (folder / top / name).read_text()
        text = re.sub(r"irq_to_desc\((\w+)\)", r"irq_data_to_desc(irq_get_irq_data(\1))", text)  # the exported way
        (folder / Path(name).name).write_text(text)
    (folder / "Makefile").write_text(MAKEFILE)
    headers = f"/lib/modules/{kernel}/build"
    done = subprocess.run(
        ["make", "-C", headers, f"M={folder}", "modules", f"-j{os.cpu_count()}"], capture_output=True, text=True
    )
    if not all(path.is_file() for path in wanted):
        raise RuntimeError(f"the lab's drivers do not build:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return wanted
