package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/store"
)

// Limits are how many posts each of our actors may make, so that nobody's home
// timeline is flooded: what comes above is told together in one digest when
// there is room again. Zero fields stand for the defaults.
type Limits struct{ Hour, Day int }

// The default limits, and how long an import waits for its end before its digest
// is told.
const (
	defaultHour = 10
	defaultDay  = 40
	bulkDelay   = 15 * time.Minute
)

// JobDigest is the kind of job that tells what an actor held back. It is due when
// the actor has room again, and inserted with the first thing held back: a
// process that is killed loses none.
const JobDigest = "outbox.digest"

type digestPayload struct {
	Actor string `json:"actor"`
}

// news is one thing that an actor has to tell people: an entry and what happened
// to it; told are the other actors of ours whose followers hear of it from them.
type news struct {
	object, kind string
	told         []string
	bulk         bool
}

// hearers are the followers of object who follow none of told: what those have
// been sent already must not come twice.
func (a audience) hearers(object string, told ...string) []listener {
	heard := make(map[string]bool)
	for _, l := range a.others {
		if l.object != object && slices.Contains(told, l.object) {
			heard[l.actor] = true
		}
	}
	var out []listener
	for _, l := range a.others {
		if l.object == object && !heard[l.actor] {
			out = append(out, l)
		}
	}
	return out
}

func inboxesOf(ls []listener) []string {
	inboxes := make([]string, len(ls))
	for i, l := range ls {
		inboxes[i] = l.inbox
	}
	return unique(inboxes)
}

// cap returns those of to who are sent a post by actor now. All of them while it
// has told less than its limit; above it the post is held for the digest, and only
// other programs (relays, agendas) get it at once, since they read no digest. What
// is imported is always held; what nobody hears does not count.
func (p *Publisher) cap(ctx context.Context, tx *store.Tx, actor string, n news, to []listener) (now []listener, held bool, err error) {
	if len(to) == 0 {
		return nil, n.bulk, nil
	}
	due, err := p.room(ctx, tx, actor)
	if err != nil {
		return nil, false, err
	}
	if n.bulk {
		due = latest(due, p.now().Add(bulkDelay))
	}
	post := store.Posted{Actor: actor, At: p.now(), Object: n.object, Kind: n.kind, Told: n.told, Held: !due.IsZero()}
	if post.ID, err = newID(); err != nil {
		return nil, false, err
	}
	if !post.Held {
		return to, false, tx.AddPosted(ctx, post)
	}
	programs, people, err := p.programs(ctx, tx, to)
	if n.bulk {
		programs = nil
	}
	if err != nil || people == 0 {
		return programs, n.bulk, err
	}
	if err := tx.AddPosted(ctx, post); err != nil {
		return nil, false, err
	}
	payload, err := json.Marshal(digestPayload{actor})
	if err != nil {
		return nil, false, err
	}
	return programs, true, jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobDigest, Key: actor, Payload: payload, Due: due})
}

// room is when actor may post again; zero is now.
func (p *Publisher) room(ctx context.Context, tx *store.Tx, actor string) (due time.Time, err error) {
	l := p.cfg.Posts
	if l.Hour <= 0 {
		l.Hour = defaultHour
	}
	if l.Day <= 0 {
		l.Day = defaultDay
	}
	now := p.now()
	last, err := tx.LastPosted(ctx, actor, now.Add(-24*time.Hour), max(l.Hour, l.Day))
	if err != nil {
		return due, err
	}
	if len(last) >= l.Day {
		due = last[l.Day-1].Add(24 * time.Hour)
	}
	if len(last) >= l.Hour && last[l.Hour-1].After(now.Add(-time.Hour)) {
		due = latest(due, last[l.Hour-1].Add(time.Hour))
	}
	return due, nil
}

// programs are the followers that no person reads with: other servers' own actors.
func (p *Publisher) programs(ctx context.Context, tx *store.Tx, to []listener) (programs []listener, people int, err error) {
	for _, l := range to {
		ra, err := tx.RemoteActor(ctx, l.actor)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return nil, 0, err
		}
		switch ra.Type {
		case "Application", "Service", "Group":
			programs = append(programs, l)
		default:
			people++
		}
	}
	return programs, people, nil
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func newID() (string, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", fmt.Errorf("new id: %w", err)
	}
	return id.String(), nil
}
