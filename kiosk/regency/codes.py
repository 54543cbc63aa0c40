"""Our words as the codes of ANSI/NIST-ITL and ISO/IEC 19794: impression, position, and why a finger or an eye is not
there. Left and right are the person's own, everywhere."""

from kiosk.core.record import FINGERS, Impression, Position, Reason

# 14.003 IMP, table 7; ISO/IEC 19794-4, table 10, has the same. UNKNOWN has a code of its own: a capture that does not
# say is never called live.
IMPRESSION_CODES = {
    Impression.LIVE_SCAN_PLAIN: 0,
    Impression.LIVE_SCAN_ROLLED: 1,
    Impression.NONLIVE_SCAN_PLAIN: 2,
    Impression.NONLIVE_SCAN_ROLLED: 3,
    Impression.UNKNOWN: 29,
}

# 14.013 FGP, table 8: right thumb 1 to right little 5, left thumb 6 to left little 10. ISO/IEC 19794-4, table 6, too.
FINGER_CODES = {finger: code for code, finger in enumerate(FINGERS, start=1)}

# The same tables, for pictures of several fingers, by their OSIA names. A recording holds single fingers; files of
# others may hold these.
SLAP_CODES = {"PLAIN_RIGHT_FOUR_FINGERS": 13, "PLAIN_LEFT_FOUR_FINGERS": 14, "PLAIN_THUMBS": 15}

# 17.003 ELR; the eye label of ISO/IEC 19794-6.
EYE_CODES = {Position.EYE_RIGHT: 1, Position.EYE_LEFT: 2}

# 14.018 AMP: XX the finger is not there, UP it is there and gives no print.
AMP_CODES = {
    Reason.MISSING_FROM_BIRTH: "XX",
    Reason.AMPUTATED: "XX",
    Reason.BANDAGED: "UP",
    Reason.WORN: "UP",
    Reason.EXTRA: "UP",
    Reason.CANNOT: "UP",
    Reason.REFUSES: "UP",
}

# 17.028 DME: MA missing or artificial, UC unable to capture.
DME_CODES = {
    Reason.MISSING_FROM_BIRTH: "MA",
    Reason.AMPUTATED: "MA",
    Reason.BANDAGED: "UC",
    Reason.WORN: "UC",
    Reason.EXTRA: "UC",
    Reason.CANNOT: "UC",
    Reason.REFUSES: "UC",
}

# 14.024 FQM: NFIQ 2.3 as registered with IBIA (vendor ISO/IEC JTC 1/SC 37).
# Not 14.022 NQM, which takes the 1 to 5 of NFIQ 1.
NFIQ2_VENDOR = "0101"
NFIQ2_PRODUCT = 0x39

# bioSubType of the Secure Biometric Interface, Subtype of a CBEFF file: what a MOSIP receiver calls each part.
MOSIP_NAMES = {
    Position.RIGHT_THUMB: "Right Thumb",
    Position.RIGHT_INDEX: "Right IndexFinger",
    Position.RIGHT_MIDDLE: "Right MiddleFinger",
    Position.RIGHT_RING: "Right RingFinger",
    Position.RIGHT_LITTLE: "Right LittleFinger",
    Position.LEFT_THUMB: "Left Thumb",
    Position.LEFT_INDEX: "Left IndexFinger",
    Position.LEFT_MIDDLE: "Left MiddleFinger",
    Position.LEFT_RING: "Left RingFinger",
    Position.LEFT_LITTLE: "Left LittleFinger",
    Position.EYE_RIGHT: "Right",
    Position.EYE_LEFT: "Left",
}
