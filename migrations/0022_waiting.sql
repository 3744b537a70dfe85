-- What an actor said and is still to be applied: what it says next waits for it.
CREATE INDEX received_waiting ON received (actor) WHERE done = 0 AND type <> 'Announce';
