"""What a device service answers: JSON within bounds, lists of entries, and its error codes."""

from collections.abc import Mapping
from typing import Any

from hal.errors import DeviceFault, HalError
from hal.transport import json_text
from hal.transport.http import Exchange
from hal.transport.sbi_errors import error_of

MOST_DEVICES = 32
JSON = "application/json"


def read(text: bytes) -> Any:
    """The JSON of an answer. Raises DeviceFault."""
    try:
        return json_text.read(text)
    except ValueError:
        raise DeviceFault("the service answers with no JSON") from None


def answer_of(exchange: Exchange, status: int, headers: Mapping[str, str], most: int) -> Any:
    """The JSON of an answer. Raises DeviceFault where it is none, and what an answer says that is an error."""
    if status != 200 and not headers.get("content-type", "").startswith(JSON):
        raise DeviceFault(f"the service answers with HTTP {status}")
    answer = read(exchange.body(headers, most))
    if status != 200:
        raise refusal_of(answer)
    return answer


def entries_of(listing: Any) -> list[dict[str, Any]]:
    """The entries of a discovery or info. Raises DeviceFault."""
    if isinstance(listing, dict):  # some services answer an error without the list around it
        listing = [listing]
    if not isinstance(listing, list) or len(listing) > MOST_DEVICES or any(not isinstance(e, dict) for e in listing):
        raise DeviceFault("the service answers with no list of devices")
    return listing


def check(entry: Mapping[str, Any]) -> None:
    """Raise what the `error` of an entry says, unless it is 0 or missing. An entry may be an error by itself."""
    error = entry if "errorCode" in entry else entry.get("error")
    if error is None:
        return
    code = json_text.number_of(error.get("errorCode") if isinstance(error, dict) else None, 0, 99_999)
    if code is None:
        raise DeviceFault("the service answers with an error that is no number")
    if code:
        raise error_of(code)


def refusal_of(answer: Any) -> HalError:
    """The error of an answer that should have been a result."""
    try:
        for entry in entries_of(answer.get("biometrics", answer) if isinstance(answer, dict) else answer):
            check(entry)
    except HalError as error:
        return error
    return DeviceFault("the service answers with neither a result nor an error")
