package harvest

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

// JobRehearse is the kind of the jobs that look at a source.
const JobRehearse = "rehearse"

const (
	// rehearsalAge is how long a rehearsal is kept.
	rehearsalAge = time.Hour
	sampleSize   = 12
	maxPairs     = 50
)

// Preview is what a look at a source found. Nothing of it is in the directory.
type Preview struct {
	Object string `json:"object"`
	Origin string `json:"origin"`
	Name   string `json:"name,omitempty"`
	Handle string `json:"handle,omitempty"`
	Type   string `json:"type,omitempty"`
	// Catalog says that it is a directory whose whole list can be read; others
	// have an outbox, of which the newest part is read.
	Catalog bool `json:"catalog"`
	// Approves says that it looks at those who want to follow it.
	Approves bool `json:"approvesFollowers"`
	// Followed says that it is followed already.
	Followed bool `json:"followed"`
	// Total is how many entries it says it has, 0 when it does not; Read is how
	// many of them were read whole, and Complete whether that is all.
	Total    int  `json:"total"`
	Read     int  `json:"read"`
	Complete bool `json:"complete"`
	// Unread are the kinds of those that were not read whole, as far as known.
	Unread []Count `json:"unread,omitempty"`
	// Unreadable could not be read, or is no entry; Unlisted does not want to be listed.
	Unreadable int `json:"unreadable"`
	Unlisted   int `json:"unlisted"`

	Kinds        []Count `json:"kinds"`
	Themes       []Count `json:"themes"`
	Languages    []Count `json:"languages"`
	WithoutTheme int     `json:"withoutTheme"`
	WithPoint    int     `json:"withPoint"`
	WithoutPoint int     `json:"withoutPoint"`
	NoLicence    int     `json:"withoutLicence"`
	// Here are held already, from this source or another.
	Here int `json:"here"`
	// Twins is how many are likely to be entries that we have; Pairs are some.
	Twins  int          `json:"likelyDuplicates"`
	Pairs  []Pair       `json:"pairs,omitempty"`
	Sample []SampleItem `json:"sample,omitempty"`
	// Backfill is how long reading everything would take.
	Backfill time.Duration `json:"backfillNanoseconds"`
	Took     time.Duration `json:"tookNanoseconds"`
}

// Count is how many there are of one thing.
type Count struct {
	Key string `json:"key"`
	N   int    `json:"count"`
}

// Pair is an entry of the source and one of ours that are likely the same.
type Pair struct {
	Theirs SampleItem `json:"theirs"`
	Ours   SampleItem `json:"ours"`
	// OursID is the ID of our entry, for its page.
	OursID string  `json:"oursId"`
	Score  float64 `json:"score"`
	// Reasons are the words of directory.Twin.
	Reasons []string `json:"reasons"`
}

// SampleItem is an entry in a few words.
type SampleItem struct {
	URI     string             `json:"uri"`
	Kind    directory.Kind     `json:"kind"`
	Name    directory.LangText `json:"name"`
	Summary directory.LangText `json:"summary,omitempty"`
	Place   string             `json:"place,omitempty"`
	Themes  []string           `json:"themes,omitempty"`
	Licence string             `json:"licence,omitempty"`
	Updated time.Time          `json:"updated,omitzero"`
}

func sampleItem(e *directory.Entry) SampleItem {
	s := SampleItem{URI: e.URI, Kind: e.Kind, Name: e.Name, Summary: e.Summary, Themes: e.Themes, Licence: e.Licence, Updated: e.Updated}
	if p, _ := e.Public(); p.Place != nil {
		s.Place = p.Place.Locality
		if s.Place == "" {
			s.Place = p.Place.Name
		}
	}
	return s
}

// rehearsed is what is kept of a rehearsal.
type rehearsed struct {
	Preview Preview `json:"preview"`
	Facts   []fact  `json:"facts"`
}

// Rehearsal is a look at a source and how far it has come.
type Rehearsal struct {
	store.Rehearsal
	// Preview is what was found, zero until the state is done.
	Preview Preview

	facts []fact
}

// StartRehearsal asks for a look at target (as Follow takes it). A job does it;
// Rehearsal says how far it is. A look of the last minutes at the same target
// is given again unless fresh.
func (h *Harvester) StartRehearsal(ctx context.Context, who directory.Who, target string) (id string, err error) {
	r, err := h.newRehearsal(who, target)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(rehearsePayload{r.ID})
	if err != nil {
		return "", err
	}
	err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutRehearsal(ctx, r); err != nil {
			return err
		}
		return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobRehearse, Key: r.ID, Payload: payload})
	})
	if err != nil {
		return "", fmt.Errorf("rehearse %s: %w", target, err)
	}
	h.cfg.Wake()
	return r.ID, nil
}

type rehearsePayload struct {
	ID string `json:"id"`
}

func (h *Harvester) newRehearsal(who directory.Who, target string) (store.Rehearsal, error) {
	if !who.MayAdminister() {
		return store.Rehearsal{}, fmt.Errorf("rehearse %s: %w", target, directory.ErrForbidden)
	}
	if target == "" || len(target) > 2000 {
		return store.Rehearsal{}, directory.Invalid{{Field: "target", Code: "required", Message: "write a handle or the address of a server"}}
	}
	id, err := uuid.NewV7()
	if err != nil {
		return store.Rehearsal{}, err
	}
	now := h.now()
	return store.Rehearsal{ID: id.String(), Target: target, State: store.RehearsalWaiting, Created: now, Expires: now.Add(rehearsalAge)}, nil
}

// Rehearse looks at target now and returns what was found, for the command line.
func (h *Harvester) Rehearse(ctx context.Context, who directory.Who, target string) (Rehearsal, error) {
	r, err := h.newRehearsal(who, target)
	if err != nil {
		return Rehearsal{}, err
	}
	if err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRehearsal(ctx, r) }); err != nil {
		return Rehearsal{}, err
	}
	if err := h.lookAt(ctx, r); err != nil {
		return Rehearsal{}, fmt.Errorf("rehearse %s: %w", target, err)
	}
	return h.Rehearsal(ctx, r.ID)
}

// Rehearsal reads a rehearsal, ErrNotFound once it is an hour old.
func (h *Harvester) Rehearsal(ctx context.Context, id string) (Rehearsal, error) {
	row, err := h.cfg.Store.Rehearsal(ctx, id)
	if err != nil {
		return Rehearsal{}, err
	}
	if row.Expires.Before(h.now()) {
		return Rehearsal{}, fmt.Errorf("rehearsal %s has expired: %w", id, directory.ErrNotFound)
	}
	r := Rehearsal{Rehearsal: row}
	if row.State != store.RehearsalDone {
		return r, nil
	}
	var found rehearsed
	if err := json.Unmarshal(row.Doc, &found); err != nil {
		return r, fmt.Errorf("rehearsal %s: %w", id, err)
	}
	r.Preview, r.facts = found.Preview, found.Facts
	return r, nil
}

// EffectOn says what a rule would do with what a rehearsal found.
func (h *Harvester) EffectOn(ctx context.Context, r Rehearsal, rule directory.SourceRule) (Effect, error) {
	n, err := h.neighboursOf(ctx, r.Preview.Origin, r.Preview.Object)
	if err != nil {
		return Effect{}, err
	}
	eff := effectOf(rule, r.facts, n)
	eff.Complete = r.Preview.Complete
	return eff, nil
}

// rehearse does a job of kind JobRehearse.
func (h *Harvester) rehearse(ctx context.Context, job jobs.Job) error {
	p, err := decode[rehearsePayload](job)
	if err != nil {
		return err
	}
	row, err := h.cfg.Store.Rehearsal(ctx, p.ID)
	if errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	if err != nil || row.State == store.RehearsalDone || row.State == store.RehearsalFailed {
		return err
	}
	err = h.lookAt(ctx, row)
	if ctx.Err() != nil || err == nil {
		return ctx.Err()
	}
	row.State, row.Error = store.RehearsalFailed, err.Error()
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRehearsal(ctx, row) })
}

// counter counts by key.
type counter map[string]int

// list is the counts, the highest first, at most limit of them (0 = all).
func (c counter) list(limit int) []Count {
	out := make([]Count, 0, len(c))
	for k, n := range c {
		out = append(out, Count{k, n})
	}
	slices.SortFunc(out, func(a, b Count) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return compareText(a.Key, b.Key)
	})
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return out
}
