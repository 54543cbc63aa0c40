"""The lab: a virtual machine with Debian's own kernel, in which the box's code meets real udev, USB, file systems,
GPIO, I2C and cameras of the kernel. `make lab` runs it; it needs root and Debian's qemu-system-x86 and linux-image
packages."""
