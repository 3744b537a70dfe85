-- Since when a server is blocked: one that was for long is in doubt when the block is
-- lifted, like one that was away. Of those that are blocked already it is not known;
-- the last that was heard of them is earlier.
ALTER TABLE peer ADD COLUMN blocked_at BIGINT NOT NULL DEFAULT 0;
UPDATE peer SET blocked_at = CASE WHEN last_success > 0 THEN last_success ELSE created END WHERE state = 'blocked';
