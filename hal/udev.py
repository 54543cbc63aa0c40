"""The udev and modprobe files of a box, made from what the drivers declare: which devices the kiosk's user may open,
and which are refused. `python -m hal udev DIR` writes them; a test compares."""

from collections.abc import Mapping

from hal.catalog import CATALOG, load

GROUP = "jemput"  # the kiosk's user is in it and in no other group that owns devices
HWDB, RULES, MODULES = "70-jemput.hwdb", "70-jemput.rules", "70-jemput.conf"
HEAD = "# Made from the drivers' declared ids by: python -m hal udev udev\n"
CLASSES = {  # devices that speak a standard: no ids are needed
    "video4linux": "cameras and iris scanners",
    "dma_heap": "memory for the pictures of camera modules",
    "gpio": "button, lamps, buzzer, infra-red illuminators",
    "i2c-dev": "fuel gauges",
    "sound": "the speaker",
}
NETWORK_INTERFACES = {  # class, subclass, protocol of USB interfaces that become network cards by themselves
    "Ethernet (ECM)": ("02", "06", "*"),
    "Ethernet (EEM)": ("02", "0c", "*"),
    "Ethernet (NCM)": ("02", "0d", "*"),
    "RNDIS of phones": ("e0", "01", "03"),
    "RNDIS of gadgets": ("ef", "04", "01"),
    "RNDIS of old": ("02", "02", "ff"),
}
NETWORK_MODULES = ("cdc_ether", "cdc_eem", "cdc_ncm", "cdc_subset", "rndis_host", "rndis_wlan")


def files() -> Mapping[str, str]:
    """Their names and whole texts."""
    return {HWDB: hwdb(), RULES: rules(), MODULES: modules()}


def modules() -> str:
    """For /etc/modprobe.d: what makes a network card of a USB gadget is never loaded. The rules alone would come too
    late: in the emulated lab the card stood for a second before they took it away."""
    return HEAD + "".join(f"blacklist {name}\n" for name in NETWORK_MODULES)


def hwdb() -> str:
    """Which USB id is for which port. An id that is only a serial bridge is asked by its driver what stands behind."""
    ports: dict[str, dict[str, list[str]]] = {}
    for port, drivers in CATALOG.items():
        for driver in drivers:
            for usb_id in load(port, driver).USB_IDS:
                ports.setdefault(usb_id.upper(), {}).setdefault(port, []).append(driver)
    return HEAD + "".join(_entry(usb_id, ports[usb_id]) for usb_id in sorted(ports))


def _entry(usb_id: str, ports: Mapping[str, list[str]]) -> str:
    vendor, product = usb_id.split(":")
    named = ", ".join(f"{port} {driver}" for port in sorted(ports) for driver in sorted(ports[port]))
    return f"\n# {named}\njemput:usb:v{vendor}p{product}*\n JEMPUT_PORT={' '.join(sorted(ports))}\n"


def rules() -> str:
    """Least privilege for the kiosk's user; keyboards and network gadgets are refused."""
    granted = "".join(
        f'# {what}\nSUBSYSTEM=="{subsystem}", GROUP="{GROUP}", MODE="0660"\n' for subsystem, what in CLASSES.items()
    )
    refused = "".join(
        f"# {name}\n{_interface(*codes)}" + 'ATTR{authorized}="0"\n' for name, codes in NETWORK_INTERFACES.items()
    )
    return f"""{HEAD}
ACTION=="remove", GOTO="jemput_end"

# What a driver declares belongs to the kiosk's user, whatever the kernel makes of it.
SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", IMPORT{{builtin}}="hwdb --subsystem=usb --lookup-prefix=jemput:"
SUBSYSTEM=="tty|hidraw", SUBSYSTEMS=="usb", IMPORT{{builtin}}="hwdb --subsystem=usb --lookup-prefix=jemput:"
ENV{{JEMPUT_PORT}}=="?*", GROUP="{GROUP}", MODE="0660", TAG+="jemput"

{granted}
# Keyboards: the box has a touchscreen; whoever plugs one in types nothing. Those that do not call themselves a boot
# keyboard are known by their keys.
{_interface("03", "*", "01")}ATTR{{authorized}}="0"
SUBSYSTEM=="input", KERNEL=="event*", SUBSYSTEMS=="usb", ENV{{ID_INPUT_KEYBOARD}}=="1", GROUP="root", MODE="0000", \\
  ENV{{LIBINPUT_IGNORE_DEVICE}}="1"

# Network gadgets. Modems that speak MBIM, QMI or AT commands are none.
{refused}
LABEL="jemput_end"
"""


def _interface(kind: str, subclass: str, protocol: str) -> str:
    codes = {"bInterfaceClass": kind, "bInterfaceSubClass": subclass, "bInterfaceProtocol": protocol}
    wanted = "".join(f'ATTR{{{name}}}=="{code}", ' for name, code in codes.items() if code != "*")
    return f'SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_interface", {wanted}'
