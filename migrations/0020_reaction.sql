-- Likes and boosts of our entries, and of the notes about them, by actors of other
-- servers: only ever counted. kind is like or share, activity what said so, hidden
-- that its actor or server is blocked or silenced.
CREATE TABLE reaction (
    object   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    actor    TEXT NOT NULL,
    entry_id TEXT NOT NULL,
    activity TEXT NOT NULL,
    origin   TEXT NOT NULL,
    hidden   BOOLEAN NOT NULL,
    at       BIGINT NOT NULL,
    PRIMARY KEY (object, kind, actor)
);
CREATE INDEX reaction_entry ON reaction (entry_id, kind);
CREATE INDEX reaction_actor ON reaction (actor, at);
CREATE INDEX reaction_origin ON reaction (origin, at);
