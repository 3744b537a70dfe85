-- How often an inbox answered 401 or 403 to a delivery: a peer that cannot fetch
-- our key for a moment says so too, hence it is tried again a few times.
ALTER TABLE delivery ADD COLUMN denied INTEGER NOT NULL DEFAULT 0;
