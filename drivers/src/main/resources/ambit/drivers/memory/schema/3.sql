-- What the partition may hold by the mapping that the held version was written through: it is asked again when it is approved.
ALTER TABLE held ADD COLUMN limit_bytes INTEGER NOT NULL DEFAULT 9223372036854775807;

ALTER TABLE held ADD COLUMN limit_entries INTEGER NOT NULL DEFAULT 9223372036854775807;

-- Verdicts are destroyed after a while.
CREATE INDEX committed_at ON committed (committed_ms);
