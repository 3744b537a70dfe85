-- What each digest named, so that it can be told anew without an entry that is
-- shown no more. note is the digest's Note, post the activity that sent it, others
-- how many entries it counted without naming them, fresh whether all were new.
CREATE TABLE digest (
    note   TEXT PRIMARY KEY,
    actor  TEXT NOT NULL,
    post   TEXT NOT NULL,
    fresh  BOOLEAN NOT NULL,
    others INTEGER NOT NULL
);

CREATE TABLE digest_entry (
    note    TEXT NOT NULL REFERENCES digest (note) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    uri     TEXT NOT NULL,
    PRIMARY KEY (note, ordinal)
);
CREATE INDEX digest_entry_uri ON digest_entry (uri);
