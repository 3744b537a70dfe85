package peer

import (
	"context"
	"encoding/json"
	"time"

	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
)

// JobBackfill is the kind of the jobs that fetch what a followed actor has.
// Package harvest does them; inbox, which learns that a follow was accepted,
// starts them.
const JobBackfill = "backfill"

// BackfillPayload is the payload of a JobBackfill.
type BackfillPayload struct {
	// Object is the id of the followed actor.
	Object string `json:"object"`
}

// ScheduleBackfill inserts the backfill of a followed actor, due at the given
// time. One that waits already is brought forward.
func ScheduleBackfill(ctx context.Context, tx *store.Tx, object string, due time.Time) error {
	payload, err := json.Marshal(BackfillPayload{Object: object})
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobBackfill, Key: object, Payload: payload, Due: due})
}
