"""RAUC as far as the updater uses it, over files: `--conf CONF info|install BUNDLE`. Signatures are words (see
bundles.py). Installing marks the other slot bad, then writes it, as the real one does."""

import configparser
import hashlib
import subprocess
import sys
from pathlib import Path


def main() -> int:
    conf, verb, bundle = Path(sys.argv[2]), sys.argv[3], Path(sys.argv[-1])
    told = configparser.ConfigParser()
    told.read(conf)
    raw = bundle.read_bytes()
    length = int.from_bytes(raw[-8:], "big")
    key, sha, info = raw[-8 - length : -8].decode().split("\n", 2)
    if key != "0KEY " + told["keyring"]["trusts"]:
        sys.exit("signature verification failed: Verify error: self-signed certificate")
    if sha != "SHA " + hashlib.sha256(info.encode()).hexdigest():
        sys.exit("signature verification failed: error:1700009E:CMS routines::verification failure")
    if verb == "info":
        print(info)
        return 0
    return install(told, raw, info)


def install(told: configparser.ConfigParser, raw: bytes, info: str) -> int:
    handler = told["handlers"]["bootloader-custom-backend"]
    current = subprocess.run([handler, "get-current"], capture_output=True, text=True, check=True).stdout.strip()
    number = {"A": 1, "B": 0}[current]
    print("installing\n  0% Installing", flush=True)
    name = told[f"slot.rootfs.{number}"]["bootname"]
    subprocess.run([handler, "set-state", name, "bad"], check=True)
    slot = Path(told[f"slot.rootfs.{number}"]["device"])
    with slot.open("r+b") as file:
        file.write(b"half")
        print(" 60% Copying image to rootfs", flush=True)
        if Path(told["test"]["broken"]).exists():
            sys.exit("LastError: Installation error")
        file.write(hashlib.sha256(raw).digest())
    print("100% Installing done.", flush=True)
    return 0


sys.exit(main())
