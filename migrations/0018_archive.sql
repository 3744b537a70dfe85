-- Archives of organisations that administrators brought: they wait here for a yes,
-- for the jobs that write them, and for who undoes that. at is when state changed.
CREATE TABLE archive (
    id           TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    exported     BIGINT NOT NULL,
    state        TEXT NOT NULL,
    error        TEXT NOT NULL,
    who_id       TEXT NOT NULL,
    who_name     TEXT NOT NULL,
    at           BIGINT NOT NULL
);

-- Their entries, in the order of the file. id and here are what the entry has or
-- will have on this instance, doc is it with its history until it is written, and
-- revision is its number once it is.
CREATE TABLE archive_entry (
    archive_id TEXT NOT NULL REFERENCES archive (id) ON DELETE CASCADE,
    ordinal    INTEGER NOT NULL,
    uri        TEXT NOT NULL,
    id         TEXT NOT NULL,
    here       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    name       TEXT NOT NULL,
    licence    TEXT NOT NULL,
    steps      INTEGER NOT NULL,
    state      TEXT NOT NULL,
    reason     TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    doc        TEXT NOT NULL,
    PRIMARY KEY (archive_id, ordinal)
);
CREATE UNIQUE INDEX archive_entry_uri ON archive_entry (archive_id, uri);
CREATE INDEX archive_entry_state ON archive_entry (archive_id, state, ordinal);
