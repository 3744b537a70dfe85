-- Maps that can be followed, what is in them, and what our actors have told.

-- A map's handle is for ever: it is in its id. A deleted map keeps its row, so
-- that its address answers 410. filled is the number of the entry up to which the
-- members were counted since the selection last changed, -1 when all were.
CREATE TABLE map (
    id       TEXT PRIMARY KEY,
    handle   TEXT NOT NULL UNIQUE,
    status   TEXT NOT NULL,
    revision BIGINT NOT NULL,
    filled   BIGINT NOT NULL,
    doc      TEXT NOT NULL,
    created  BIGINT NOT NULL,
    updated  BIGINT NOT NULL,
    deleted  BIGINT NOT NULL
);

-- A row stays when the entry leaves (present is false): what was announced once
-- is not announced again when it comes back.
CREATE TABLE map_entry (
    map_id    TEXT NOT NULL REFERENCES map (id) ON DELETE CASCADE,
    num       INTEGER NOT NULL REFERENCES entry (num) ON DELETE CASCADE,
    present   BOOLEAN NOT NULL,
    entered   BIGINT NOT NULL,
    announced BIGINT NOT NULL,
    PRIMARY KEY (map_id, num)
);
CREATE INDEX map_entry_num ON map_entry (num);
CREATE INDEX map_entry_entered ON map_entry (map_id, entered) WHERE present;

-- What each of our actors told people lately (held is false), and what waits to
-- be told together because it told enough (held is true). told are the other
-- actors of ours whose followers have heard, or will hear, of the same change.
CREATE TABLE posted (
    id     TEXT PRIMARY KEY,
    actor  TEXT NOT NULL,
    at     BIGINT NOT NULL,
    object TEXT NOT NULL,
    kind   TEXT NOT NULL,
    told   TEXT NOT NULL,
    held   BOOLEAN NOT NULL
);
CREATE INDEX posted_actor ON posted (actor, held, at);
CREATE INDEX posted_object ON posted (object) WHERE held;

-- Leave given to put one of our actors in a collection of another server (FEP-7aa9).
CREATE TABLE feature (
    id         TEXT PRIMARY KEY,
    object     TEXT NOT NULL,
    collection TEXT NOT NULL,
    actor      TEXT NOT NULL,
    created    BIGINT NOT NULL,
    UNIQUE (object, collection)
);
