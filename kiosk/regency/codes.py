"""Our words as the codes of ANSI/NIST-ITL: impression, position, and why a finger or an eye is not there."""

from kiosk.core.record import FINGERS, Impression, Position, Reason

# 14.003 IMP, table 7. UNKNOWN has a code of its own: a capture that does not say is never called live.
IMPRESSION_CODES = {
    Impression.LIVE_SCAN_PLAIN: 0,
    Impression.LIVE_SCAN_ROLLED: 1,
    Impression.NONLIVE_SCAN_PLAIN: 2,
    Impression.NONLIVE_SCAN_ROLLED: 3,
    Impression.UNKNOWN: 29,
}

# 14.013 FGP, table 8: right thumb 1 to right little 5, left thumb 6 to left little 10.
FINGER_CODES = {finger: code for code, finger in enumerate(FINGERS, start=1)}

# 17.003 ELR.
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
