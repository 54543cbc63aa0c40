#!/bin/sh
# Installs what building, flashing and testing images needs of Debian 12 or 13 on this computer, and what is missing of it.
set -eu
PACKAGES="mmdebstrap qemu-user-static binfmt-support arch-test uidmap kmod xz-utils zstd bmap-tools mtools dosfstools \
e2fsprogs fdisk rauc openssl qemu-system-arm qemu-utils minisign squashfs-tools debian-archive-keyring"
missing=""
for package in $PACKAGES; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
[ "$(id -u)" = 0 ] || { echo "Installing wants root:$missing" >&2; exit 1; }
echo "Installing Debian packages for images:$missing"
apt-get update -qq || true
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
