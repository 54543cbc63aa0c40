#!/bin/sh
# Installs what the lab needs and what is missing of it: an emulator, Debian's kernel, its headers and sources, tools
# for file systems, and what the drivers that are tried there stand on.
set -eu
PACKAGES="qemu-system-x86 linux-image-amd64 linux-headers-amd64 busybox-static cpio kmod udev gcc make \
xz-utils bzip2 fdisk dosfstools mtools exfatprogs e2fsprogs alsa-utils libudev1 iproute2"
missing=""
for package in $PACKAGES; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "ok installed" || missing="$missing $package"
done
ls /usr/src/linux-source-*.tar.xz >/dev/null 2>&1 || missing="$missing linux-source"
[ -z "$missing" ] && exit 0
[ "$(id -u)" = 0 ] || { echo "The lab wants root to install:$missing" >&2; exit 1; }
echo "Installing Debian packages of the lab:$missing"
apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
