"""The tables of the office's register. Pictures stand in the sealed blobs of bundles/ only."""

VERSION = 1

TABLES = """CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- Officers as configs carry them: sealed under PIN and card.
CREATE TABLE officers (
    id TEXT PRIMARY KEY, recipient TEXT NOT NULL, sealed TEXT NOT NULL, salt TEXT NOT NULL
) STRICT;

CREATE TABLE counters (typ TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;

CREATE TABLE boxes (box TEXT PRIMARY KEY, training INTEGER NOT NULL, place TEXT NOT NULL) STRICT;

CREATE TABLE incarnations (
    box TEXT NOT NULL REFERENCES boxes, incarnation TEXT NOT NULL,
    key TEXT NOT NULL, intake TEXT NOT NULL, training INTEGER NOT NULL, certificate TEXT NOT NULL,
    head_seq INTEGER NOT NULL DEFAULT 0,  -- the highest number that a signed completion file named
    PRIMARY KEY (box, incarnation)
) STRICT;

-- Every bundle that was taken in. `copies` counts the durable ones; a receipt names it only when there are enough.
-- `disputed`: somebody else claims the number (a fork); a person must decide.
CREATE TABLE bundles (
    manifest TEXT PRIMARY KEY, box TEXT NOT NULL, incarnation TEXT NOT NULL, seq INTEGER NOT NULL,
    prev TEXT, kind TEXT NOT NULL, name TEXT NOT NULL, training INTEGER NOT NULL,
    names TEXT,  -- amendment, withdrawal, attestation: the manifest they speak of
    officer TEXT,  -- attestation: whose word it is
    lost TEXT NOT NULL DEFAULT '[]',  -- amendment: hashes that rotted; person: those that never came
    copies INTEGER NOT NULL DEFAULT 1, disputed INTEGER NOT NULL DEFAULT 0,
    UNIQUE (box, incarnation, seq), FOREIGN KEY (box, incarnation) REFERENCES incarnations
) STRICT;

-- `meta` is the hash of the sealed meta among the bundle's blobs. `again` lists positions to be recorded again.
-- `attested_by`: the officer who saw person and family card, NULL while nobody has said so.
-- `withdrawn`: the box says that the person took it back. Without NIK and name: somebody at the office confirmed it,
-- and the blobs are destroyed; the row and the number stay.
CREATE TABLE people (
    record_id TEXT PRIMARY KEY, manifest TEXT NOT NULL REFERENCES bundles, meta TEXT NOT NULL,
    nik TEXT, name TEXT, status TEXT NOT NULL, training INTEGER NOT NULL, attested_by TEXT,
    linked TEXT, again TEXT NOT NULL DEFAULT '[]', withdrawn INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX people_by_nik ON people (nik);

-- Kept and named to a person: forks, and bundles of incarnations that are not certified yet.
CREATE TABLE quarantine (
    manifest TEXT PRIMARY KEY, box TEXT NOT NULL, incarnation TEXT NOT NULL, seq INTEGER NOT NULL,
    prev TEXT, reason TEXT NOT NULL, against TEXT NOT NULL DEFAULT '[]'
) STRICT;

-- The last word on bundles that were refused; gone as soon as the same manifest is accepted.
CREATE TABLE rejections (
    manifest TEXT PRIMARY KEY, box TEXT NOT NULL, incarnation TEXT NOT NULL, seq INTEGER NOT NULL,
    reason TEXT NOT NULL, hashes TEXT NOT NULL
) STRICT;

-- The last receipt of each thousand numbers of an incarnation, as it was signed; `said` is what it says.
CREATE TABLE receipts (
    box TEXT NOT NULL, incarnation TEXT NOT NULL, thousand INTEGER NOT NULL,
    counter INTEGER NOT NULL, said TEXT NOT NULL, jws TEXT NOT NULL,
    PRIMARY KEY (box, incarnation, thousand)
) STRICT;

CREATE TABLE closed_gaps (
    box TEXT NOT NULL, incarnation TEXT NOT NULL, seq INTEGER NOT NULL, statement TEXT NOT NULL,
    PRIMARY KEY (box, incarnation, seq)
) STRICT;
"""
