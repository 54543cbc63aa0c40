"""What the office answered, and the only place where anything of a signed bundle is deleted."""

import json

from kiosk.store.audit import Audit
from kiosk.store.bundles import MANIFEST, Bundles
from kiosk.store.database import Database
from kiosk.store.days import Days
from kiosk.store.durable import Disk
from kiosk.store.errors import StoreError
from kiosk.store.rows import BundleState, Rejection, Settled, Verdicts

PURGED_AT_ONCE = (
    64  # some 90 ms each where fsync is slow: the store's thread, which a watchdog asks, is back in seconds
)


class Receipts:
    """Receipts come in checked: signature, box, counter are the caller's; here they are kept and acted on."""

    def __init__(self, db: Database, disk: Disk, bundles: Bundles, days: Days, audit: Audit) -> None:
        self._db, self._disk, self._bundles, self._days, self._audit = db, disk, bundles, days, audit

    def settle(self, verdicts: Verdicts) -> Settled:
        """Keep a receipt and what it says; may be done again. The later receipt's word on a bundle counts, and a
        rejection takes an earlier acceptance back as long as nothing was purged."""
        accepted, rejected, unknown = [], [], []
        with self._db.write():
            fresh = not self._db.value("select 1 from receipts where receipt_id = ?", (verdicts.receipt_id,))
            for manifest_hash in verdicts.accepted:
                name = self._name_of(manifest_hash)
                (accepted if name else unknown).append(name or manifest_hash)
            for rejection in verdicts.rejected:
                name = self._name_of(rejection.manifest_hash)
                (rejected if name else unknown).append(name or rejection.manifest_hash)
            if fresh:
                self._keep(verdicts)
                for name in accepted:
                    self._accept(name, verdicts.receipt_id)
                for name in rejected:
                    self._reject(name)
                self._audit.append(
                    "receipt", {"id": verdicts.receipt_id, "accepted": len(accepted), "rejected": len(rejected)}
                )
        return Settled(tuple(accepted), tuple(rejected), tuple(unknown))

    def rejection(self, name: str) -> Rejection | None:
        """The last rejection of a bundle, where there is one."""
        found = self._db.row(
            "select manifest_hash, reason, hashes from verdicts natural join bundles"
            " where bundles.name = ? and accepted = 0 order by verdicts.rowid desc limit 1",
            (name,),
        )
        return Rejection(found[0], found[1], tuple(json.loads(found[2]))) if found else None

    def purge(self, grace_days: int) -> tuple[str, ...]:
        """Delete what an accepting receipt has named for `grace_days` opened working days; the names purged, at most
        PURGED_AT_ONCE, so that others come to the store in between: to be done again until there are none.

        The rows say `purging` durably, then the files go, then the rows say `purged`; a crash in between is made good
        by `resume`."""
        due = self._db.rows(
            "select name from bundles where state in ('sealed', 'exported') and receipt is not null"
            " and receipt_day + ? <= ? order by rowid limit ?",
            (grace_days, self._days.day, PURGED_AT_ONCE),
        )
        with self._db.write():
            for (name,) in due:
                self._db.execute("update bundles set state = 'purging' where name = ?", (name,))
        return self.resume()

    def resume(self) -> tuple[str, ...]:
        """Finish every purge that was begun; the names purged."""
        names = [row.name for row in self._bundles.rows(BundleState.PURGING)]
        for name in names:
            self._destroy(name)
        if names:
            with self._db.write():
                for name in names:
                    self._db.execute("update bundles set state = 'purged' where name = ?", (name,))
                    self._audit.append("purged", {"bundle": name})
        return tuple(names)

    def _destroy(self, name: str) -> None:
        """The one function that unlinks a signed bundle's files. It believes nobody: the rows must allow it."""
        allowed = self._db.value(
            "select 1 from bundles b join verdicts v on v.receipt_id = b.receipt and v.manifest_hash = b.manifest_hash"
            " where b.name = ? and b.state = 'purging' and v.accepted = 1",
            (name,),
        )
        if not allowed:
            raise StoreError("a signed bundle is not deleted without its receipt")
        directory = self._bundles.directory(name)
        if directory.is_dir():
            self._disk.remove_files(directory, MANIFEST)  # first: what is left is no bundle to anybody who looks
            self._disk.remove_files(directory, *sorted(p.name for p in directory.iterdir()))
            self._disk.remove_directory(directory.parent, name)

    def _keep(self, verdicts: Verdicts) -> None:
        receipt = verdicts.receipt_id
        self._db.execute("insert into receipts values (?, ?, ?)", (receipt, verdicts.jws, self._days.day))
        lines = [(receipt, manifest_hash, 1, "", "[]") for manifest_hash in verdicts.accepted]
        lines += [(receipt, r.manifest_hash, 0, r.reason, json.dumps(r.hashes)) for r in verdicts.rejected]
        self._db.execute_many("insert into verdicts values (?, ?, ?, ?, ?)", iter(lines))

    def _accept(self, name: str, receipt_id: str) -> None:
        self._db.execute(
            "update bundles set receipt = ?, receipt_day = ?,"
            " state = case state when 'rejected' then 'exported' else state end"
            " where name = ? and state not in ('purging', 'purged')",
            (receipt_id, self._days.day, name),
        )

    def _reject(self, name: str) -> None:
        self._db.execute(
            "update bundles set receipt = null, receipt_day = null, state = 'rejected'"
            " where name = ? and state not in ('purging', 'purged')",
            (name,),
        )

    def _name_of(self, manifest_hash: str) -> str | None:
        return self._db.value("select name from bundles where manifest_hash = ?", (manifest_hash,))
