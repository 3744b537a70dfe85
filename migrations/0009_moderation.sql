-- Limits, reports and quarantine.

-- A rule is on a domain with its subdomains, or, when it has a scheme, on one
-- actor with what it publishes. Expires 0 = never.
ALTER TABLE domain_rule ADD COLUMN comment TEXT NOT NULL DEFAULT '';
ALTER TABLE domain_rule ADD COLUMN expires BIGINT NOT NULL DEFAULT 0;
ALTER TABLE domain_rule ADD COLUMN reject_media BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE domain_rule ADD COLUMN reject_reports BOOLEAN NOT NULL DEFAULT FALSE;

-- How much of each origin is taken in, where that is not the default: 0 is the
-- default, -1 no limit.
CREATE TABLE origin_limit (
    origin  TEXT PRIMARY KEY,
    rate    BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    bytes   BIGINT NOT NULL
);

-- What was refused of an origin since it was first counted, by cause.
CREATE TABLE origin_refusal (
    origin TEXT NOT NULL,
    cause  TEXT NOT NULL,
    count  BIGINT NOT NULL,
    last   BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (origin, cause)
);

-- Origin '' is a visitor of this instance; contact is private. Objects is a JSON
-- array of ids. Duplicate names what is the same report while it is open.
CREATE TABLE report (
    id         TEXT PRIMARY KEY,
    origin     TEXT NOT NULL,
    reporter   TEXT NOT NULL,
    contact    TEXT NOT NULL,
    category   TEXT NOT NULL,
    content    TEXT NOT NULL,
    objects    TEXT NOT NULL,
    target     TEXT NOT NULL,
    duplicate  TEXT NOT NULL,
    count      INTEGER NOT NULL,
    state      TEXT NOT NULL,
    outcome    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    author     TEXT NOT NULL,
    forwarded  BIGINT NOT NULL,
    created    BIGINT NOT NULL,
    closed     BIGINT NOT NULL
);
CREATE UNIQUE INDEX report_open ON report (duplicate) WHERE state = 'open';
CREATE INDEX report_state ON report (state, id);
CREATE INDEX report_origin ON report (origin, created);

-- When a server was last found again after it was down or dead.
ALTER TABLE peer ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;

-- Servers that came back with another key and nothing that vouches for it.
CREATE TABLE quarantine (
    origin  TEXT PRIMARY KEY,
    actor   TEXT NOT NULL,
    old_key TEXT NOT NULL,
    new_key TEXT NOT NULL,
    cause   TEXT NOT NULL,
    since   BIGINT NOT NULL
);

CREATE INDEX audit_object ON audit (object, id);
