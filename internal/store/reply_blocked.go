package store

import "context"

// blockedReply is the reason of replies that are hidden because their author, or
// its server, is blocked.
const blockedReply = "blocked"

// ReplyActors lists who wrote replies that are shown, or are hidden because they
// are blocked.
func (r Reader) ReplyActors(ctx context.Context) ([]string, error) {
	actors, err := collect(ctx, r, scanValue[string], `SELECT DISTINCT actor FROM reply WHERE origin <> ''
		AND (state = 'shown' OR state = 'hidden' AND reason = $1 AND decided_by = '') ORDER BY actor`, blockedReply)
	return actors, wrap(err, "authors of replies")
}

// BlockRepliesBy hides what an actor wrote that is shown, or shows again what was
// hidden so, and returns how many. What a person decided stays.
func (t *Tx) BlockRepliesBy(ctx context.Context, actor string, block bool) (int, error) {
	query := "UPDATE reply SET state = 'shown', reason = '' WHERE actor = $1 AND state = 'hidden' AND reason = $2 AND decided_by = ''"
	if block {
		query = "UPDATE reply SET state = 'hidden', reason = $2, decided_by = '' WHERE actor = $1 AND state = 'shown'"
	}
	n, err := t.exec(ctx, query, actor, blockedReply)
	return n, wrap(err, "replies of %s", actor)
}
