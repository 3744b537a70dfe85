-- What a map was, edit by edit, so that an edit can be taken back. who is a name,
-- '' for what was there before edits were kept.
CREATE TABLE map_version (
    map_id   TEXT NOT NULL REFERENCES map (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    doc      TEXT NOT NULL,
    at       BIGINT NOT NULL,
    who      TEXT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (map_id, revision)
);
INSERT INTO map_version (map_id, revision, doc, at, who, reason)
    SELECT id, revision, doc, updated, '', '' FROM map WHERE status <> 'deleted';
