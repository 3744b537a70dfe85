package moderation

import (
	"time"

	"codeberg.org/bocage/bocage/internal/store"
)

// Why says in a person's language why a server is in quarantine: text reads the
// sentence of a key, and day writes a date.
func Why(text func(key string, pairs ...any) string, day func(time.Time) string, q store.Quarantine) string {
	date := q.Arg
	if t, err := time.Parse(time.DateOnly, q.Arg); err == nil {
		date = day(t)
	}
	return text("admin.moderation.why."+string(q.Cause), "date", date)
}
