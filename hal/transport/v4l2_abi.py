"""The part of the kernel's Video4Linux interface that a capture needs (linux/videodev2.h), for 64-bit Linux."""

from ctypes import Structure, c_char, c_int64, c_uint32, c_uint64, sizeof

VIDEO_CAPTURE = 1  # v4l2_buf_type and the capability bit of the same name
CAP_STREAMING = 0x0400_0000
MEMORY_MMAP = 1
FIELD_NONE = 1


class Capability(Structure):
    """struct v4l2_capability."""

    _fields_ = (
        ("driver", c_char * 16),
        ("card", c_char * 32),
        ("bus_info", c_char * 32),
        ("version", c_uint32),
        ("capabilities", c_uint32),
        ("device_caps", c_uint32),
        ("reserved", c_uint32 * 3),
    )


class FormatDescription(Structure):
    """struct v4l2_fmtdesc."""

    _fields_ = (
        ("index", c_uint32),
        ("type", c_uint32),
        ("flags", c_uint32),
        ("description", c_char * 32),
        ("pixelformat", c_uint32),
        ("reserved", c_uint32 * 4),
    )


class Format(Structure):
    """struct v4l2_format with its v4l2_pix_format."""

    _fields_ = (
        ("type", c_uint32),
        ("padding", c_uint32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("pixelformat", c_uint32),
        ("field", c_uint32),
        ("bytesperline", c_uint32),
        ("sizeimage", c_uint32),
        ("rest", c_uint32 * 44),
    )


class RequestBuffers(Structure):
    """struct v4l2_requestbuffers."""

    _fields_ = (
        ("count", c_uint32),
        ("type", c_uint32),
        ("memory", c_uint32),
        ("capabilities", c_uint32),
        ("flags", c_uint32),
    )


class Buffer(Structure):
    """struct v4l2_buffer."""

    _fields_ = (
        ("index", c_uint32),
        ("type", c_uint32),
        ("bytesused", c_uint32),
        ("flags", c_uint32),
        ("field", c_uint32),
        ("timestamp", c_int64 * 2),
        ("timecode", c_uint32 * 4),
        ("sequence", c_uint32),
        ("memory", c_uint32),
        ("offset", c_uint64),
        ("length", c_uint32),
        ("reserved", c_uint32 * 2),
    )


ERROR_FLAG = 0x40  # V4L2_BUF_FLAG_ERROR: the frame is damaged, the stream goes on


def _request(direction: int, number: int, size: int) -> int:
    return direction << 30 | size << 16 | ord("V") << 8 | number


_READ, _WRITE = 2, 1
QUERYCAP = _request(_READ, 0, sizeof(Capability))
ENUM_FMT = _request(_READ | _WRITE, 2, sizeof(FormatDescription))
S_FMT = _request(_READ | _WRITE, 5, sizeof(Format))
REQBUFS = _request(_READ | _WRITE, 8, sizeof(RequestBuffers))
QUERYBUF = _request(_READ | _WRITE, 9, sizeof(Buffer))
QBUF = _request(_READ | _WRITE, 15, sizeof(Buffer))
DQBUF = _request(_READ | _WRITE, 17, sizeof(Buffer))
STREAMON = _request(_WRITE, 18, 4)
STREAMOFF = _request(_WRITE, 19, 4)
