"""Parses the command's name and loads one of commands/: what a command does not need is not imported."""

import importlib
import sys

from kiosk.flow.secrecy import forbid_dumps

COMMANDS = {
    "run": "the touchscreen application",
    "readiness": "the workshop's report: which part of this box is in order",
    "tour": "an unattended complete day on a training box",
    "regency": "the receiving office: init, officer, certify, second-disk, take-in, afis, withdraw, roster",
    "provision": "the papers that turn a blank image into one particular box, for image-build/flash",
}
USAGE = "\n".join(["Usage: kiosk COMMAND [OPTIONS]", "", *(f"  {name:9} {what}" for name, what in COMMANDS.items())])
HINT = "Example: kiosk tour --people 3 --seed 1 --out out     Each command has --help."


def main() -> None:
    """The `kiosk` program."""
    name = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if name in ("--help", "-h"):
        print(f"{USAGE}\n\n{HINT}")
        return
    if name not in COMMANDS:
        print(f"There is no command of that name. 'kiosk --help' lists them.\n\n{USAGE}", file=sys.stderr)
        sys.exit(2)
    forbid_dumps()
    module = importlib.import_module(f"kiosk.commands.{name}")
    module.app(args=sys.argv[2:], prog_name=f"kiosk {name}")


if __name__ == "__main__":
    main()
