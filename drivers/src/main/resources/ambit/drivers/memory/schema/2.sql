-- In SQLite's words; Migrations says which PostgreSQL has others for.

-- A partition that something was committed in: whose it is, its data key as the core wrapped it, and what it holds.
-- key_proof shows whether a data key is this one, and nothing else of it.
CREATE TABLE kept_partition (
    partition_id BLOB NOT NULL,
    tenant TEXT NOT NULL,
    principal BLOB NOT NULL,
    transaction_id TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    key_proof BLOB NOT NULL,
    live_bytes INTEGER NOT NULL,
    live_entries INTEGER NOT NULL,
    kept_bytes INTEGER NOT NULL,
    PRIMARY KEY (partition_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX partition_of_tenant ON kept_partition (tenant);

-- Every version of every entry. state: 1 committed, 2 held, 3 rejected, 4 undone, 5 expired.
-- reads: how many of its family's sources had been read when it was written.
CREATE TABLE entry_version (
    partition_id BLOB NOT NULL,
    tag BLOB NOT NULL,
    version INTEGER NOT NULL,
    state INTEGER NOT NULL,
    name_box BLOB NOT NULL,
    value_box BLOB NOT NULL,
    origin_box BLOB NOT NULL,
    size INTEGER NOT NULL,
    transaction_id TEXT NOT NULL,
    family TEXT NOT NULL,
    agent TEXT NOT NULL,
    principal BLOB NOT NULL,
    chain BLOB NOT NULL,
    written_ms INTEGER NOT NULL,
    trust INTEGER NOT NULL,
    reads INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    PRIMARY KEY (partition_id, tag, version)
) STRICT;

CREATE INDEX version_of_family ON entry_version (family);

CREATE INDEX version_that_expires ON entry_version (partition_id, expires_ms) WHERE expires_ms > 0;

-- Which version counts, 0 for none; latest is the highest that there ever was.
CREATE TABLE entry_head (
    partition_id BLOB NOT NULL,
    tag BLOB NOT NULL,
    version INTEGER NOT NULL,
    latest INTEGER NOT NULL,
    PRIMARY KEY (partition_id, tag)
) STRICT, WITHOUT ROWID;

-- What a family of transactions read, in its order.
CREATE TABLE source (
    family TEXT NOT NULL,
    place INTEGER NOT NULL,
    partition_id BLOB NOT NULL,
    tag BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (family, place)
) STRICT, WITHOUT ROWID;

CREATE INDEX source_is ON source (partition_id, tag, version);

-- A version that waits for a review, or waited. base: the version that counted when it was written. decision: 0 none yet, 1 approved, 2 rejected.
CREATE TABLE held (
    held_id TEXT NOT NULL,
    partition_id BLOB NOT NULL,
    tag BLOB NOT NULL,
    version INTEGER NOT NULL,
    base INTEGER NOT NULL,
    decision INTEGER NOT NULL,
    decided_ms INTEGER NOT NULL,
    decided_by TEXT NOT NULL,
    why_box BLOB NOT NULL,
    PRIMARY KEY (held_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX held_in ON held (partition_id, tag, version);

-- A transaction that committed, and its sealed verdicts, so that a second commit answers the same.
CREATE TABLE committed (
    transaction_id TEXT NOT NULL,
    context_id BLOB NOT NULL,
    partition_id BLOB NOT NULL,
    verdict_box BLOB NOT NULL,
    committed_ms INTEGER NOT NULL,
    PRIMARY KEY (transaction_id, context_id)
) STRICT, WITHOUT ROWID;
