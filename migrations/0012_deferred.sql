-- Activities of servers in quarantine: they wait in received, and are applied when
-- an administrator believes the new key.
CREATE TABLE held_activity (
    id     TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    at     BIGINT NOT NULL
);
CREATE INDEX held_activity_origin ON held_activity (origin, at);

-- Posts that were deleted before they came, for a day: the Delete may have
-- overtaken what it deletes.
CREATE TABLE reply_gone (
    uri    TEXT PRIMARY KEY,
    actor  TEXT NOT NULL,
    origin TEXT NOT NULL,
    at     BIGINT NOT NULL
);
CREATE INDEX reply_gone_at ON reply_gone (at);
CREATE INDEX reply_gone_origin ON reply_gone (origin);
