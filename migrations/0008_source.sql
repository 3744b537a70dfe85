-- What is taken from each source, and who may follow us.

-- An entry that a rule or a person did not want: enough to know it again and to
-- say what another rule would do with it. Doc is a reduced entry.
CREATE TABLE ignored (
    uri       TEXT PRIMARY KEY,
    origin    TEXT NOT NULL,
    owner_uri TEXT NOT NULL,
    hash      TEXT NOT NULL,
    reason    TEXT NOT NULL,
    doc       TEXT NOT NULL,
    updated   BIGINT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX ignored_origin ON ignored (origin, uri);

-- What a person decided of one remote entry. It outlives the entry's versions
-- and the changes of rules.
CREATE TABLE review (
    uri      TEXT PRIMARY KEY,
    origin   TEXT NOT NULL,
    decision TEXT NOT NULL,
    who_id   TEXT NOT NULL,
    who_name TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX review_origin ON review (origin, uri);

-- By which followed actors an entry of another instance came to us.
CREATE TABLE announced (
    uri       TEXT NOT NULL,
    announcer TEXT NOT NULL,
    at        BIGINT NOT NULL,
    PRIMARY KEY (uri, announcer)
);
CREATE INDEX announced_announcer ON announced (announcer, uri);

-- Every rule that a source had, the newest number last.
CREATE TABLE source_rule (
    object   TEXT NOT NULL,
    number   BIGINT NOT NULL,
    rule     TEXT NOT NULL,
    who_id   TEXT NOT NULL,
    who_name TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (object, number)
);

-- What a look at a source found, kept for an hour.
CREATE TABLE rehearsal (
    id       TEXT PRIMARY KEY,
    target   TEXT NOT NULL,
    object   TEXT NOT NULL,
    origin   TEXT NOT NULL,
    state    TEXT NOT NULL,
    got      INTEGER NOT NULL,
    total    INTEGER NOT NULL,
    doc      BYTEA NOT NULL,
    error    TEXT NOT NULL,
    created  BIGINT NOT NULL,
    changed  BIGINT NOT NULL,
    expires  BIGINT NOT NULL
);
CREATE INDEX rehearsal_object ON rehearsal (object, created);
CREATE INDEX rehearsal_expires ON rehearsal (expires);

-- Whose follows are always taken or refused, by instance.
CREATE TABLE follower_rule (
    origin   TEXT PRIMARY KEY,
    action   TEXT NOT NULL,
    who_id   TEXT NOT NULL,
    who_name TEXT NOT NULL,
    reason   TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX follower_state ON follower (state, created);
CREATE INDEX entry_proposed ON entry (origin, num) WHERE status = 'proposed';
