-- What people of the fediverse answer to entries, and what our editors answer
-- them. A removed reply keeps its row without its text, so that it does not
-- come back and so that the answers to it keep their place.
CREATE TABLE reply (
    id          TEXT PRIMARY KEY,
    uri         TEXT NOT NULL UNIQUE,
    entry_id    TEXT NOT NULL,
    in_reply_to TEXT NOT NULL,
    actor       TEXT NOT NULL,
    origin      TEXT NOT NULL,
    name        TEXT NOT NULL,
    handle      TEXT NOT NULL,
    url         TEXT NOT NULL,
    body        TEXT NOT NULL,
    warning     TEXT NOT NULL,
    lang        TEXT NOT NULL,
    media       INTEGER NOT NULL,
    state       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    decided_by  TEXT NOT NULL,
    published   BIGINT NOT NULL,
    updated     BIGINT NOT NULL,
    received    BIGINT NOT NULL
);
CREATE INDEX reply_entry ON reply (entry_id, published, id);
CREATE INDEX reply_state ON reply (state, id);
CREATE INDEX reply_parent ON reply (in_reply_to);
CREATE INDEX reply_actor ON reply (actor, received);
CREATE INDEX reply_origin ON reply (origin, received);

-- Whose replies are always shown or never kept: an actor's id or a domain.
CREATE TABLE reply_rule (
    subject TEXT PRIMARY KEY,
    action  TEXT NOT NULL,
    reason  TEXT NOT NULL,
    by_name TEXT NOT NULL,
    created BIGINT NOT NULL
);
