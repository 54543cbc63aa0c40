"""The image: what builds it is tried part by part, and `make image-test` boots a whole one in an emulator.

JEMPUT_IMAGE=out/jemput-virt.img pytest tests/image
"""
