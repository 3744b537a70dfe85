-- Where entries went: moves, merged twins, what is about to be deleted.

-- Why an entry is in no list, and which one is shown in its place: new_id is ''
-- when none is. It mirrors shownAs of the entry's document and says who decided.
CREATE TABLE succession (
    old_id   TEXT PRIMARY KEY,
    new_id   TEXT NOT NULL,
    why      TEXT NOT NULL,
    reason   TEXT NOT NULL,
    who_id   TEXT NOT NULL,
    who_name TEXT NOT NULL,
    at       BIGINT NOT NULL,
    due      BIGINT NOT NULL
);
CREATE INDEX succession_new ON succession (new_id);
CREATE INDEX succession_why ON succession (why, at);

-- Each Move that this instance sent ("out") or believed ("in").
CREATE TABLE move (
    id        TEXT PRIMARY KEY,
    direction TEXT NOT NULL,
    old_uri   TEXT NOT NULL,
    new_uri   TEXT NOT NULL,
    name      TEXT NOT NULL,
    entries   INTEGER NOT NULL,
    left_here INTEGER NOT NULL,
    who_id    TEXT NOT NULL,
    who_name  TEXT NOT NULL,
    at        BIGINT NOT NULL,
    undone    BIGINT NOT NULL
);
CREATE INDEX move_old ON move (old_uri, at);

-- The ids elsewhere of which entries of ours were made by an import, so that the
-- same archive again makes nothing twice.
CREATE TABLE known_as (
    uri      TEXT PRIMARY KEY,
    entry_id TEXT NOT NULL
);

-- What an entry has in common with its twins: register numbers, websites, ids
-- on OpenStreetMap and Wikidata. Names are found by entry.name_key.
CREATE TABLE twin_key (
    twin TEXT NOT NULL,
    num  INTEGER NOT NULL REFERENCES entry (num) ON DELETE CASCADE,
    PRIMARY KEY (twin, num)
);
CREATE INDEX twin_key_num ON twin_key (num);

-- Pairs that somebody looked at and said are two things; a < b.
CREATE TABLE twin_refused (
    a_id     TEXT NOT NULL,
    b_id     TEXT NOT NULL,
    who_id   TEXT NOT NULL,
    who_name TEXT NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (a_id, b_id)
);
