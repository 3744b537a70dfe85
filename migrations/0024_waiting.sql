-- What an actor said and is still to be applied: what it says next waits for it.
CREATE INDEX received_waiting ON received (actor) WHERE done = 0 AND type <> 'Announce';

-- A replayed request has the id of an activity that was received before: nothing else
-- has to be remembered of it.
DROP TABLE seen_signature;
