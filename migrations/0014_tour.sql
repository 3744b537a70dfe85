-- Guided tours. A slug is for ever: it is in the tour's address. live is the
-- version that everybody reads, 0 when none is. Every version is kept, so that
-- one may go back.
CREATE TABLE tour (
    id       TEXT PRIMARY KEY,
    slug     TEXT NOT NULL UNIQUE,
    revision BIGINT NOT NULL,
    live     BIGINT NOT NULL,
    created  BIGINT NOT NULL,
    updated  BIGINT NOT NULL,
    deleted  BIGINT NOT NULL
);

CREATE TABLE tour_revision (
    tour_id  TEXT NOT NULL REFERENCES tour (id) ON DELETE CASCADE,
    number   BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    who_id   TEXT NOT NULL,
    who_name TEXT NOT NULL,
    summary  TEXT NOT NULL,
    doc      TEXT NOT NULL,
    PRIMARY KEY (tour_id, number)
);
