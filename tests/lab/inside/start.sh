#!/bin/sh
# The first program of the virtual machine: udev with the box's own rules, the kernel's test devices, then the tests.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8
here=$(dirname "$0"); tree=$(cd "$here/../../.." && pwd)
for word in $(cat /proc/cmdline); do case $word in lab.work=*) work=${word#*=};; lab.python=*) python=${word#*=};; esac; done
. "$work/environment"
mkdir -p /dev/pts /dev/shm && mount -t devpts devpts /dev/pts && mount -t tmpfs shm /dev/shm
mount -t debugfs debugfs /sys/kernel/debug
ip link set lo up
groupadd -r jemput 2>/dev/null; useradd -r -g jemput -M jemput 2>/dev/null
cp "$tree"/udev/70-jemput.rules /etc/udev/rules.d/ && cp "$tree"/udev/70-jemput.hwdb /etc/udev/hwdb.d/
cp "$tree"/udev/70-jemput.conf /etc/modprobe.d/
systemd-hwdb update || udevadm hwdb --update
/lib/systemd/systemd-udevd --daemon
for module in configfs virtio_console xhci_pci usb_storage uas sd_mod ftdi_sio cp210x vfat exfat ext4 nls_ascii nls_cp437 nls_utf8 \
  i2c-dev usbhid hid_generic evdev snd-dummy power_supply regmap_i2c; do modprobe $module || echo "lab: no module $module"; done
modprobe i2c-stub chip_addr=0x36
modprobe vivid n_devs=1 node_types=0x1
set -- $MODULES
insmod "$1" gpio_mockup_ranges=-1,32 || echo "lab: no gpio"
insmod "$2" || echo "lab: no test_power"
mount -t configfs configfs /sys/kernel/config
for kind in usb tty block video4linux gpio i2c-dev sound power_supply virtio-ports; do
  udevadm trigger -c add --subsystem-match=$kind
done
udevadm settle --timeout=60
cd "$tree" && "$python" -m pytest tests/lab/inside tests/contract -k "test_lab or stick-usb or v4l2" -q -rP --tb=short --durations=15 \
  -p no:cacheprovider --rootdir="$tree" -c "$tree/pyproject.toml" --junitxml=/run/results.xml --color=no 2>&1
"$python" "$here/report.py" /run/results.xml
busybox poweroff -f
