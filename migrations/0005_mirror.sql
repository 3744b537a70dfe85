-- What proves a document when its origin is gone.

-- The key of each server's own actor, which vouches for those of the others
-- there, with that actor's document. How is 'followed' or 'manual'.
CREATE TABLE pinned_key (
    origin     TEXT PRIMARY KEY,
    multikey   TEXT NOT NULL,
    actor      TEXT NOT NULL,
    doc        BYTEA NOT NULL,
    how        TEXT NOT NULL,
    first_seen BIGINT NOT NULL
);

-- Documents of other servers whose proof verified, with it, as received. Owner is
-- the actor that speaks for the document and multikey its key. Endorsed says that
-- the pinned key vouches for that key; it is told of actors. Via is the mirror
-- that it came from, '' when it came from its origin.
CREATE TABLE kept_document (
    uri      TEXT PRIMARY KEY,
    origin   TEXT NOT NULL,
    owner    TEXT NOT NULL,
    hash     TEXT NOT NULL,
    body     BYTEA NOT NULL,
    multikey TEXT NOT NULL,
    endorsed BOOLEAN NOT NULL,
    via      TEXT NOT NULL,
    at       BIGINT NOT NULL
);
