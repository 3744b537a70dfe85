package store

import "context"

// PutUndone remembers that an actor took back an activity that has not come.
func (t *Tx) PutUndone(ctx context.Context, actor, activity string) error {
	_, err := t.exec(ctx, "INSERT INTO undone (activity, actor, at) VALUES ($1, $2, $3) ON CONFLICT (activity) DO NOTHING",
		activity, actor, t.now())
	return wrap(err, "remember that %s is taken back", activity)
}

// Undone reports whether an actor took an activity back before it came.
func (r Reader) Undone(ctx context.Context, actor, activity string) (bool, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM undone WHERE activity = $1 AND actor = $2", activity, actor)
	return n > 0, wrap(err, "taken back %s", activity)
}
