-- Servers that were away for so long that somebody else may have their name. What
-- nobody signs is not believed of them until they have shown that they hold a key
-- that was known before: doubted is since when they were away, 0 = no doubt;
-- doubt_back when they first answered again, doubt_asked when they were last asked
-- for something signed, proven when they last were in doubt and ended it.
ALTER TABLE peer ADD COLUMN doubted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN doubt_back BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN doubt_asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE peer ADD COLUMN proven BIGINT NOT NULL DEFAULT 0;
UPDATE peer SET doubted = failing_since WHERE state IN ('down', 'dead');
CREATE INDEX peer_doubted ON peer (doubted) WHERE doubted > 0;

-- Since when an actor has the keys that it has; 0 = longer than this is noted.
ALTER TABLE remote_actor ADD COLUMN keys_since BIGINT NOT NULL DEFAULT 0;

-- Cause was a sentence that ends with a date; it is a code, and arg the date.
ALTER TABLE quarantine ADD COLUMN arg TEXT NOT NULL DEFAULT '';
UPDATE quarantine SET arg = substr(cause, length(cause) - 9), cause = CASE
    WHEN cause LIKE 'the server was down%' THEN 'down'
    WHEN cause LIKE 'the server was dead%' THEN 'dead'
    WHEN cause LIKE 'the server was away%' THEN 'returned'
    ELSE 'silent' END WHERE cause LIKE 'the server was %' OR cause LIKE 'nothing was heard %';
