-- How far each peer and each delivery has come.
--
-- reader: it reads our catalogue, so that "read it again" stands for any number
-- of deliveries. agreed: when our copy of it was last the same, as the digests
-- say. heal: since when the digests are to be compared, greet: since when
-- something signed is to be sent, resync: since when a greeting stands for its
-- queue; 0 = not. dropped counts deliveries that were given up unsent.
-- failed_days counts the days without a success, failed_day is the last of them.
ALTER TABLE peer ADD COLUMN reader BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE peer ADD COLUMN agreed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN heal BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN greet BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN resync BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN dropped BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN failed_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN failed_day BIGINT NOT NULL DEFAULT 0;
UPDATE peer SET reader = TRUE WHERE EXISTS (SELECT 1 FROM follower f
    WHERE f.bocage AND substr(f.actor, 1, length(peer.origin) + 1) = peer.origin || '/');

-- Changes that were made and not yet told: before is the entry as others know it.
CREATE TABLE pending_change (
    object TEXT PRIMARY KEY,
    before TEXT NOT NULL,
    note   TEXT NOT NULL,
    due    BIGINT NOT NULL
);

-- What is remembered of a document of another server: its validator and what it
-- was read from, when it was last asked for, since when it answers 404.
CREATE TABLE remote_document (
    uri     TEXT PRIMARY KEY,
    origin  TEXT NOT NULL,
    etag    TEXT NOT NULL,
    mark    TEXT NOT NULL,
    checked BIGINT NOT NULL,
    missing BIGINT NOT NULL
);
CREATE INDEX remote_document_origin ON remote_document (origin, checked);

-- Whether our catalogue tells of what a delivery says, so that a peer that reads
-- it need not be told.
ALTER TABLE delivery ADD COLUMN listed BOOLEAN NOT NULL DEFAULT FALSE;

-- The first byte of the SHA-256 of the entry's URI: its bucket of the digest. The
-- program fills it in for the entries that are there already.
ALTER TABLE entry ADD COLUMN bucket INTEGER NOT NULL DEFAULT -1;
CREATE INDEX entry_bucket ON entry (origin, bucket, seq);
