-- A pinned key is of the actor that its server named as its own when it was pinned.
-- checked is when the server was last asked whom it names (0 = never, and so for keys
-- that were pinned without asking), disputed since when that is another, or nobody
-- (0 = the key is believed), and named who it is then.
ALTER TABLE pinned_key ADD COLUMN checked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pinned_key ADD COLUMN disputed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE pinned_key ADD COLUMN named TEXT NOT NULL DEFAULT '';
