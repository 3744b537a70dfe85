package peer

import (
	"context"
	"encoding/json"

	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
)

// JobApply is the kind of the jobs that apply a received activity. Package inbox
// does them; moderation, which ends a quarantine, starts them again.
const JobApply = "apply"

// ApplyPayload is the payload of a JobApply.
type ApplyPayload struct {
	// ID is the id of the activity, as received.
	ID string `json:"id"`
}

// ScheduleApply inserts the job that applies a received activity.
func ScheduleApply(ctx context.Context, tx *store.Tx, id string) error {
	payload, err := json.Marshal(ApplyPayload{ID: id})
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobApply, Key: id, Payload: payload})
}
