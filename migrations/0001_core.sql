-- The directory and what federation remembers.
--
-- One text for SQLite and PostgreSQL. Times are BIGINT microseconds since 1970
-- UTC, 0 = never; ids are text made by the program; documents are opaque text or
-- bytes. INTEGER PRIMARY KEY is the rowid on SQLite and an int4 on PostgreSQL.

-- One row, so that whoever changes the public directory holds one lock until
-- it commits: the order of the numbers is the order of the commits.
CREATE TABLE counter (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    num      BIGINT NOT NULL,
    seq      BIGINT NOT NULL,
    delivery BIGINT NOT NULL,
    activity BIGINT NOT NULL
);
INSERT INTO counter (id, num, seq, delivery, activity) VALUES (1, 0, 0, 0, 0);

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- Columns are what listings filter, sort and index by; they hold public data
-- only (the point is the published one). The whole entry is in entry_doc.
CREATE TABLE entry (
    num            INTEGER PRIMARY KEY,
    id             TEXT NOT NULL UNIQUE,
    uri            TEXT NOT NULL UNIQUE,
    origin         TEXT NOT NULL,
    kind           TEXT NOT NULL,
    handle         TEXT NOT NULL,
    owner          TEXT NOT NULL,
    owner_uri      TEXT NOT NULL,
    status         TEXT NOT NULL,
    public         BOOLEAN NOT NULL,
    source_key     TEXT NOT NULL,
    name           TEXT NOT NULL,
    name_key       TEXT NOT NULL,
    licence        TEXT NOT NULL,
    theme_mask     BIGINT NOT NULL,
    theme          INTEGER NOT NULL,
    has_point      BOOLEAN NOT NULL,
    lat            DOUBLE PRECISION NOT NULL,
    lon            DOUBLE PRECISION NOT NULL,
    has_date       BOOLEAN NOT NULL,
    date_from      BIGINT NOT NULL,
    date_to        BIGINT NOT NULL,
    rank           DOUBLE PRECISION NOT NULL,
    revision       BIGINT NOT NULL,
    seq            BIGINT NOT NULL,
    hash           TEXT NOT NULL,
    last_confirmed BIGINT NOT NULL,
    created        BIGINT NOT NULL,
    updated        BIGINT NOT NULL,
    deleted        BIGINT NOT NULL
);
CREATE UNIQUE INDEX entry_seq ON entry (seq) WHERE seq > 0;
CREATE UNIQUE INDEX entry_handle ON entry (handle) WHERE handle <> '' AND origin = '';
CREATE UNIQUE INDEX entry_source ON entry (owner, source_key) WHERE source_key <> '';
CREATE INDEX entry_owner_uri ON entry (owner_uri, seq);
CREATE INDEX entry_origin ON entry (origin, seq);
CREATE INDEX entry_name ON entry (name_key, num) WHERE public;
CREATE INDEX entry_updated ON entry (updated, num) WHERE public;
CREATE INDEX entry_point ON entry (lat, lon) WHERE public AND has_point;
CREATE INDEX entry_date ON entry (date_from, date_to) WHERE public AND has_date;

CREATE TABLE entry_doc (
    num  INTEGER PRIMARY KEY REFERENCES entry (num) ON DELETE CASCADE,
    doc  TEXT NOT NULL,
    wire BYTEA
);

CREATE TABLE entry_theme (
    theme TEXT NOT NULL,
    num   INTEGER NOT NULL REFERENCES entry (num) ON DELETE CASCADE,
    PRIMARY KEY (theme, num)
);
CREATE INDEX entry_theme_num ON entry_theme (num);

CREATE TABLE entry_tag (
    tag TEXT NOT NULL,
    num INTEGER NOT NULL REFERENCES entry (num) ON DELETE CASCADE,
    PRIMARY KEY (tag, num)
);
CREATE INDEX entry_tag_num ON entry_tag (num);

CREATE TABLE relation (
    num     INTEGER NOT NULL REFERENCES entry (num) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    id      TEXT NOT NULL,
    type    TEXT NOT NULL,
    object  TEXT NOT NULL,
    name    TEXT NOT NULL,
    date    TEXT NOT NULL,
    note    TEXT NOT NULL,
    source  TEXT NOT NULL,
    PRIMARY KEY (num, ordinal)
);
CREATE INDEX relation_object ON relation (object);
CREATE INDEX relation_id ON relation (id);

CREATE TABLE handle_alias (
    handle   TEXT PRIMARY KEY,
    entry_id TEXT NOT NULL
);

CREATE TABLE revision (
    entry_id TEXT NOT NULL,
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    who_id   TEXT NOT NULL,
    who_name TEXT NOT NULL,
    summary  TEXT NOT NULL,
    doc      TEXT NOT NULL,
    PRIMARY KEY (entry_id, number)
);

CREATE TABLE account (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    email         TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    admin         BOOLEAN NOT NULL,
    disabled      BOOLEAN NOT NULL,
    created       BIGINT NOT NULL
);
CREATE UNIQUE INDEX account_email ON account (email) WHERE email <> '';

CREATE TABLE account_org (
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    org        TEXT NOT NULL,
    PRIMARY KEY (account_id, org)
);

CREATE TABLE session (
    hash       TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    csrf       TEXT NOT NULL,
    created    BIGINT NOT NULL,
    seen       BIGINT NOT NULL,
    expires    BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expires ON session (expires);

CREATE TABLE audit (
    id       TEXT PRIMARY KEY,
    at       BIGINT NOT NULL,
    who_id   TEXT NOT NULL,
    who_name TEXT NOT NULL,
    verb     TEXT NOT NULL,
    object   TEXT NOT NULL,
    detail   TEXT NOT NULL
);

CREATE TABLE signing_key (
    owner           TEXT PRIMARY KEY,
    rsa_private     BYTEA NOT NULL,
    ed25519_private BYTEA NOT NULL,
    encrypted       BOOLEAN NOT NULL,
    created         BIGINT NOT NULL
);

CREATE TABLE follower (
    object       TEXT NOT NULL,
    actor        TEXT NOT NULL,
    inbox        TEXT NOT NULL,
    shared_inbox TEXT NOT NULL,
    follow_id    TEXT NOT NULL,
    bocage       BOOLEAN NOT NULL,
    state        TEXT NOT NULL,
    created      BIGINT NOT NULL,
    PRIMARY KEY (object, actor)
);
CREATE INDEX follower_actor ON follower (actor);

CREATE TABLE following (
    actor      TEXT NOT NULL,
    object     TEXT NOT NULL,
    origin     TEXT NOT NULL,
    name       TEXT NOT NULL,
    handle     TEXT NOT NULL,
    inbox      TEXT NOT NULL,
    outbox     TEXT NOT NULL,
    catalog    TEXT NOT NULL,
    follow_id  TEXT NOT NULL,
    state      TEXT NOT NULL,
    cursor     BIGINT NOT NULL,
    page       TEXT NOT NULL,
    synced     BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    rule       TEXT NOT NULL,
    created    BIGINT NOT NULL,
    changed    BIGINT NOT NULL,
    PRIMARY KEY (actor, object)
);
CREATE INDEX following_object ON following (object);
CREATE INDEX following_origin ON following (origin);

-- One row per remote instance is the head of its delivery queue.
CREATE TABLE peer (
    origin        TEXT PRIMARY KEY,
    state         TEXT NOT NULL,
    fails         INTEGER NOT NULL,
    next_try      BIGINT NOT NULL,
    lease_until   BIGINT NOT NULL,
    lease_owner   TEXT NOT NULL,
    last_success  BIGINT NOT NULL,
    last_failed   BIGINT NOT NULL,
    failing_since BIGINT NOT NULL,
    last_error    TEXT NOT NULL,
    software      TEXT NOT NULL,
    version       TEXT NOT NULL,
    actor         TEXT NOT NULL,
    catalog       TEXT NOT NULL,
    signature     TEXT NOT NULL,
    created       BIGINT NOT NULL
);
CREATE INDEX peer_due ON peer (next_try);

CREATE TABLE activity (
    id      TEXT PRIMARY KEY,
    num     BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    type    TEXT NOT NULL,
    object  TEXT NOT NULL,
    body    BYTEA NOT NULL,
    public  BOOLEAN NOT NULL,
    outbox  BOOLEAN NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX activity_outbox ON activity (actor, num) WHERE outbox;
CREATE INDEX activity_object ON activity (object, num);
CREATE INDEX activity_created ON activity (created);

CREATE TABLE delivery (
    id          BIGINT PRIMARY KEY,
    peer        TEXT NOT NULL REFERENCES peer (origin) ON DELETE CASCADE,
    activity_id TEXT NOT NULL REFERENCES activity (id) ON DELETE CASCADE,
    sender      TEXT NOT NULL,
    key_id      TEXT NOT NULL,
    inbox       TEXT NOT NULL,
    created     BIGINT NOT NULL
);
CREATE INDEX delivery_peer ON delivery (peer, id);
CREATE INDEX delivery_activity ON delivery (activity_id);

CREATE TABLE received (
    id     TEXT PRIMARY KEY,
    actor  TEXT NOT NULL,
    origin TEXT NOT NULL,
    type   TEXT NOT NULL,
    body   BYTEA NOT NULL,
    at     BIGINT NOT NULL,
    done   BIGINT NOT NULL,
    error  TEXT NOT NULL
);
CREATE INDEX received_done ON received (done);

CREATE TABLE seen_signature (
    hash    TEXT PRIMARY KEY,
    expires BIGINT NOT NULL
);
CREATE INDEX seen_signature_expires ON seen_signature (expires);

CREATE TABLE remote_actor (
    uri            TEXT PRIMARY KEY,
    type           TEXT NOT NULL,
    name           TEXT NOT NULL,
    handle         TEXT NOT NULL,
    doc            BYTEA NOT NULL,
    key_id         TEXT NOT NULL,
    public_key_pem TEXT NOT NULL,
    ed25519        TEXT NOT NULL,
    inbox          TEXT NOT NULL,
    shared_inbox   TEXT NOT NULL,
    outbox         TEXT NOT NULL,
    followers      TEXT NOT NULL,
    catalog        TEXT NOT NULL,
    fetched_at     BIGINT NOT NULL,
    gone           BOOLEAN NOT NULL
);
CREATE INDEX remote_actor_key ON remote_actor (key_id);

CREATE TABLE domain_rule (
    domain  TEXT PRIMARY KEY,
    action  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    author  TEXT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE job (
    id          TEXT PRIMARY KEY,
    kind        TEXT NOT NULL,
    unique_key  TEXT NOT NULL,
    payload     TEXT NOT NULL,
    due         BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    lease_owner TEXT NOT NULL,
    attempts    INTEGER NOT NULL,
    last_error  TEXT NOT NULL
);
CREATE INDEX job_due ON job (due);
CREATE UNIQUE INDEX job_unique ON job (kind, unique_key) WHERE unique_key <> '' AND lease_until = 0;
