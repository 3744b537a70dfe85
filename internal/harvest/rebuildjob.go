package harvest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// JobRebuild is the kind of the jobs that rebuild a server from a mirror.
const JobRebuild = "rebuild"

const (
	// settingRebuilding prefixes the setting that holds the last rebuild of an origin.
	settingRebuilding = "rebuilding:"
	// rebuildPages is how many pages one job reads before another goes on.
	rebuildPages = 20
	// rebuildAttempts is how often a mirror that does not answer is tried.
	rebuildAttempts = 5
)

// RebuildState is how far a rebuild has come.
type RebuildState string

// The states of a rebuild.
const (
	RebuildRunning RebuildState = "running"
	RebuildDone    RebuildState = "done"
	RebuildFailed  RebuildState = "failed"
)

// Rebuilding is the last rebuild of an origin that an administrator started.
type Rebuilding struct {
	State RebuildState `json:"state"`
	// Report is what was done so far.
	Report Rebuilt `json:"report"`
	// Error is the last failure, also of a rebuild that is tried again.
	Error   string        `json:"error,omitempty"`
	Started time.Time     `json:"started"`
	Ended   time.Time     `json:"ended,omitzero"`
	Key     string        `json:"key,omitempty"` // as given
	Who     directory.Who `json:"who"`
	// Begun says that the mirror was asked and the log says so.
	Begun bool `json:"begun,omitempty"`
}

type rebuildPayload struct {
	Origin string `json:"origin"`
}

// StartRebuild has a job do a Rebuild; LastRebuild says how far it is. The error is
// that of a Rebuild, as far as it can be known without the network, and ErrConflict
// while another one of the origin runs.
func (h *Harvester) StartRebuild(ctx context.Context, who directory.Who, opt RebuildOptions) error {
	if !who.MayAdminister() {
		return fmt.Errorf("rebuild %s: %w", opt.Origin, directory.ErrForbidden)
	}
	b, err := h.rebuilder(ctx, opt)
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", opt.Origin, err)
	}
	payload, err := json.Marshal(rebuildPayload{b.pin.Origin})
	if err != nil {
		return err
	}
	state := Rebuilding{State: RebuildRunning, Report: b.out, Started: h.now(), Key: opt.Key, Who: who}
	err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if old, err := readRebuilding(ctx, tx.Reader, b.pin.Origin); err == nil && old.State == RebuildRunning {
			return fmt.Errorf("it is being rebuilt: %w", directory.ErrConflict)
		} else if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return err
		}
		if err := putRebuilding(ctx, tx, b.pin.Origin, state); err != nil {
			return err
		}
		return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobRebuild, Key: b.pin.Origin, Payload: payload})
	})
	if err != nil {
		return fmt.Errorf("rebuild %s: %w", opt.Origin, err)
	}
	h.cfg.Wake()
	return nil
}

// LastRebuild reads the last rebuild of an origin, or ErrNotFound.
func (h *Harvester) LastRebuild(ctx context.Context, origin string) (Rebuilding, error) {
	return readRebuilding(ctx, h.cfg.Store.Reader, origin)
}

func readRebuilding(ctx context.Context, r store.Reader, origin string) (s Rebuilding, err error) {
	raw, err := r.Setting(ctx, settingRebuilding+origin)
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal([]byte(raw), &s); err != nil {
		return s, fmt.Errorf("rebuild of %s: %w", origin, err)
	}
	return s, nil
}

func putRebuilding(ctx context.Context, tx *store.Tx, origin string, s Rebuilding) error {
	raw, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return tx.PutSetting(ctx, settingRebuilding+origin, string(raw))
}

// rebuild does a job of kind JobRebuild: some pages, and another job for the rest.
func (h *Harvester) rebuild(ctx context.Context, job jobs.Job) error {
	p, err := decode[rebuildPayload](job)
	if err != nil {
		return err
	}
	s, err := h.LastRebuild(ctx, p.Origin)
	if errors.Is(err, directory.ErrNotFound) || err == nil && s.State != RebuildRunning {
		return fmt.Errorf("%w: no rebuild of %s", jobs.ErrDiscard, p.Origin)
	}
	if err != nil {
		return err
	}
	before := s.Report
	out, fault := h.Rebuild(ctx, s.Who, RebuildOptions{Origin: p.Origin, Mirror: before.Mirror, Key: s.Key, MaxPages: rebuildPages, goesOn: s.Begun})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.Report, s.Error, s.Begun = before.plus(out), "", s.Begun || fault == nil
	retry := false
	switch {
	case fault != nil:
		s.Error = fault.Error()
		if retry = !lasting(fault) && job.Attempts < rebuildAttempts; !retry {
			s.State, s.Ended = RebuildFailed, h.now()
		}
	case out.Complete:
		s.State, s.Ended = RebuildDone, h.now()
	case s.Report.Pages >= rebuildMostPages, s.Report.Bytes >= rebuildMostBytes, h.now().Sub(s.Started) >= rebuildMostTime:
		s.Error = "the mirror has more than one rebuild takes: start it again to go on from there"
		s.State, s.Ended = RebuildFailed, h.now()
	}
	err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if err := putRebuilding(ctx, tx, p.Origin, s); err != nil || fault != nil || s.State != RebuildRunning {
			return err
		}
		return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobRebuild, Key: p.Origin, Payload: job.Payload})
	})
	if err == nil && retry {
		return fault
	}
	return err
}

// lasting reports whether another try would end the same.
func lasting(err error) bool {
	if errors.Is(err, directory.ErrUnavailable) {
		return false
	}
	for _, e := range []error{directory.ErrInvalid, directory.ErrForbidden, directory.ErrConflict, directory.ErrNotFound, directory.ErrGone, peer.ErrRefusedAddress} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// plus adds what another run did.
func (r Rebuilt) plus(more Rebuilt) Rebuilt {
	r.Accepted += more.Accepted
	r.Unchanged += more.Unchanged
	r.Refused += more.Refused
	r.Pages += more.Pages
	r.Bytes += more.Bytes
	reasons := map[string]int{}
	for _, m := range []map[string]int{r.Reasons, more.Reasons} {
		for k, n := range m {
			reasons[k] += n
		}
	}
	r.Reasons = reasons
	r.Refusals = append(r.Refusals, more.Refusals...)
	r.Refusals = r.Refusals[:min(len(r.Refusals), maxRefusals)]
	r.Complete = more.Complete
	if more.Key != "" {
		r.Key = more.Key
	}
	return r
}
