"""Receipts: what the office signs once a bundle is safe in enough copies, kept so that the same is never signed twice.

One receipt a thousand numbers of an incarnation, cumulative: it names every bundle of its thousand, so the last one
says all that the earlier ones said, and a lost receipt heals with the next stick.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from kiosk.exchange.errors import Reason
from kiosk.exchange.receipt import Receipt, Rejected, sign_receipt
from kiosk.exchange.shapes import Head
from kiosk.regency.office import Office

A_RECEIPT = 1000  # numbers; 4,000 would still fit a payload


@dataclass(frozen=True)
class SignedReceipt:
    """A receipt as it goes to a stick."""

    box: str
    incarnation: str
    counter: int
    raw: bytes


def outstanding(office: Office, copies: int) -> list[SignedReceipt]:
    """The last receipt of every thousand of every incarnation, signed anew where there is something new to say.
    A bundle with fewer than `copies` durable copies is not named, and no receipt says more than `copies`."""
    to_say = _to_say(office, copies)
    with office.register.transaction():
        for key, said in to_say.items():
            _sign_if_new(office, key, {**said, "copies": min([*said["copies"], copies]) if said["copies"] else 0})
    rows = office.register.rows("SELECT * FROM receipts ORDER BY box, incarnation, thousand")
    return [
        SignedReceipt(r["box"], r["incarnation"], r["counter"], r["jws"].encode())
        for r in rows
        if (r["box"], r["incarnation"], r["thousand"]) in to_say
    ]


_Key = tuple[str, str, int]


def _to_say(office: Office, copies: int) -> dict[_Key, dict[str, Any]]:
    said: dict[_Key, dict[str, Any]] = defaultdict(lambda: {"accepted": [], "rejected": [], "copies": []})
    sql = "SELECT box, incarnation, seq, manifest, copies FROM bundles WHERE copies >= ? ORDER BY seq"
    for row in office.register.rows(sql, copies):
        about = said[row["box"], row["incarnation"], row["seq"] // A_RECEIPT]
        about["accepted"].append([row["seq"], row["manifest"]])
        about["copies"].append(row["copies"])
    for row in office.register.rows("SELECT * FROM rejections ORDER BY seq, manifest"):
        about = said[row["box"], row["incarnation"], row["seq"] // A_RECEIPT]
        about["rejected"].append([row["seq"], row["manifest"], row["reason"], json.loads(row["hashes"])])
    return said


def _sign_if_new(office: Office, key: _Key, said: dict[str, Any]) -> None:
    (box, incarnation, _), register = key, office.register
    text = json.dumps(said, sort_keys=True)
    if register.rows("SELECT 1 FROM receipts WHERE (box, incarnation, thousand, said) = (?, ?, ?, ?)", *key, text):
        return
    receipt = Receipt(
        counter=register.next_counter("receipt"),
        office=office.name,
        box=box,
        incarnation=incarnation,
        copies=said["copies"],
        accepted=tuple(Head(seq, manifest) for seq, manifest in said["accepted"]),
        rejected=tuple(Rejected(seq, manifest, Reason(why), tuple(h)) for seq, manifest, why, h in said["rejected"]),
        time=office.moment(),
    )
    raw = sign_receipt(receipt, office.receipt_key).decode()
    register.write("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?, ?)", *key, receipt.counter, text, raw)
