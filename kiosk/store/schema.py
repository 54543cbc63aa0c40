"""The tables, how they came about, and how the one connection is set up (WAL and FULL: a commit is durable)."""

import sqlite3

from sqlite_utils import Database as Tables
from sqlite_utils import Migrations

_FIRST = (
    "create table pulse (id integer primary key check (id = 1), beat integer not null) strict",
    "insert into pulse values (1, 0)",
    "create table counters (name text primary key, value integer not null) strict",
    """create table days (day integer primary key, officer text not null, boot integer not null,
        closed integer not null default 0) strict""",
    """create table vault (id integer primary key check (id = 1), generation integer not null, day integer not null,
        intake text not null) strict""",
    "create table secrets (name text primary key, wrapped blob not null) strict",
    """create table incarnations (number integer primary key, incarnation text not null unique, board text not null,
        last_incarnation text, last_seq integer, last_manifest text) strict""",
    """create table drafts (record_id text primary key, step text not null, wrapped_key blob not null,
        state blob not null) strict""",
    """create table captures (record_id text not null references drafts on delete cascade, sha256 text not null,
        size integer not null, primary key (record_id, sha256)) strict, without rowid""",
    "create table receipts (receipt_id text primary key, jws blob not null, day integer not null) strict",
    """create table bundles (name text primary key, incarnation text not null references incarnations (incarnation),
        seq integer not null, record_id text not null unique, kind text not null, manifest_hash text not null unique,
        audit_head text not null, day integer not null, state text not null default 'sealed'
        check (state in ('sealed', 'exported', 'rejected', 'purging', 'purged')), exported text,
        receipt text references receipts, receipt_day integer, unique (incarnation, seq)) strict""",
    "create index bundles_by_state on bundles (state)",
    """create table blobs (name text not null references bundles, sha256 text not null, size integer not null,
        primary key (name, sha256)) strict""",
    "create table lookups (tag blob not null, name text not null references bundles, primary key (tag, name)) strict",
    """create table verdicts (receipt_id text not null references receipts, manifest_hash text not null,
        accepted integer not null, reason text not null, hashes text not null,
        primary key (receipt_id, manifest_hash)) strict""",
    "create table residents (tag blob primary key, sealed blob not null) strict",
    """create table audit (number integer primary key, boot integer not null, day integer not null,
        event text not null, fields text not null, prev text not null, hash text not null unique) strict""",
    # The promises about signed bundles stand in the database too, below any mistake in the code above it.
    """create trigger purged_only_with_a_receipt before update of state on bundles
        when new.state in ('purging', 'purged') and not exists (
            select 1 from verdicts v where v.receipt_id = new.receipt and v.manifest_hash = new.manifest_hash
            and v.accepted = 1)
        begin select raise(abort, 'no accepting receipt'); end""",
    """create trigger purging_comes_before_purged before update of state on bundles
        when (new.state = 'purged' and old.state not in ('purging', 'purged'))
            or (old.state = 'purged' and new.state != 'purged')
        begin select raise(abort, 'purging comes before purged'); end""",
    """create trigger bundles_are_kept before delete on bundles
        begin select raise(abort, 'a bundle row is kept for ever'); end""",
    """create trigger blob_rows_are_kept before delete on blobs
        begin select raise(abort, 'a blob row is kept for ever'); end""",
    """create trigger audit_is_not_changed before update on audit
        begin select raise(abort, 'audit rows stand'); end""",
    """create trigger audit_is_kept before delete on audit
        begin select raise(abort, 'audit rows stand'); end""",
)

_SECOND = (
    """create table amendments (name text not null references bundles, sha256 text not null,
        primary key (name, sha256)) strict""",
    "create table unattested (name text primary key references bundles) strict",
)


def connect(path: str) -> sqlite3.Connection:
    """The only connection of the only process: WAL, each commit synced, checkpoints only when asked."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    # Debian 12's SQLite can corrupt a WAL when two connections write (WAL-reset bug): no second one gets in.
    connection.execute("pragma locking_mode = exclusive")
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = full")
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma trusted_schema = off")
    connection.execute("pragma wal_autocheckpoint = 0")
    connection.execute("pragma secure_delete = on")
    return connection


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the tables up to date; each step in a transaction with the note that it was done."""
    _migrations().apply(Tables(connection))


def _migrations() -> Migrations:
    migrations = Migrations("store")

    @migrations(name="0001 a person from the first touch to the receipt")
    def _(tables: Tables) -> None:
        for statement in _FIRST:
            tables.execute(statement)

    @migrations(name="0002 blobs that rotted, people nobody vouched for")
    def _(tables: Tables) -> None:
        for statement in _SECOND:
            tables.execute(statement)

    return migrations
