-- Activities that were taken back before they came: an Undo may overtake what it
-- undoes, which is then not to be done any more.
CREATE TABLE undone (
    activity TEXT PRIMARY KEY,
    actor    TEXT NOT NULL,
    at       BIGINT NOT NULL
);
CREATE INDEX undone_at ON undone (at);
