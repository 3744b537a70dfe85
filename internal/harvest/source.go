package harvest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// JobApplyRule is the kind of the jobs that apply the rule of a source to what
// is already known of it.
const JobApplyRule = "apply-rule"

// JobFetchEntry is the kind of the jobs that fetch an approved entry.
const JobFetchEntry = "fetch-entry"

// JobLeave is the kind of the jobs that clean up after a source that is no
// longer followed.
const JobLeave = "leave"

const (
	// applyChunk is how many entries one transaction judges again.
	applyChunk = 100
	// fetchSingly is up to how many entries that are wanted now are fetched one
	// by one; more are read from the catalogue, a hundred at a time.
	fetchSingly = 60
	// settingApplied prefixes the setting that holds how far the rule of a source
	// has been applied.
	settingApplied = "source.applied:"
	maxReason      = 2000
)

// Applied is how far the rule of a source has been applied to what is known of it.
type Applied struct {
	Done    int `json:"done"`
	Total   int `json:"total"`
	Changed int `json:"changed"`
	// Fetching is how many entries are wanted now and have to be fetched.
	Fetching int       `json:"fetching,omitempty"`
	Fetched  int       `json:"fetched,omitempty"`
	Started  time.Time `json:"started,omitzero"`
	Ended    time.Time `json:"ended,omitzero"`
}

// Running reports whether the work goes on.
func (a Applied) Running() bool { return !a.Started.IsZero() && a.Ended.IsZero() }

// Applied is how far the rule of a source has been applied, zero when it never
// was changed.
func (h *Harvester) Applied(ctx context.Context, object string) (a Applied, err error) {
	s, err := h.cfg.Store.Setting(ctx, settingApplied+object)
	if errors.Is(err, directory.ErrNotFound) || err == nil && s == "" {
		return a, nil
	}
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal([]byte(s), &a)
}

// FollowWith is Follow with a rule, which holds from the first entry on.
func (h *Harvester) FollowWith(ctx context.Context, who directory.Who, target string, rule directory.SourceRule) (store.RemoteActor, error) {
	if err := rule.Validate(); err != nil {
		return store.RemoteActor{}, err
	}
	return h.follow(ctx, who, target, &rule)
}

// giveRule sets the rule of a follow that was just recorded; nil keeps it.
func (h *Harvester) giveRule(ctx context.Context, tx *store.Tx, who directory.Who, object string, rule *directory.SourceRule) error {
	if rule == nil {
		return nil
	}
	f, err := tx.Following(ctx, h.cfg.Env.InstanceURI(), object)
	if err != nil || f.Rule == rule.String() {
		return err
	}
	return h.putRule(ctx, tx, who, f, *rule, "")
}

// SetRule changes what is taken from a followed source, and has it applied to
// what is known of it already. ErrNotFound when it is not followed.
func (h *Harvester) SetRule(ctx context.Context, who directory.Who, object string, rule directory.SourceRule, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("rule of %s: %w", object, directory.ErrForbidden)
	}
	if err := rule.Validate(); err != nil {
		return err
	}
	if len(reason) > maxReason {
		return directory.Invalid{{Field: "reason", Code: "too_long", Message: "is too long"}}
	}
	err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.Following(ctx, h.cfg.Env.InstanceURI(), object)
		if err != nil || f.Rule == rule.String() {
			return err
		}
		return h.putRule(ctx, tx, who, f, rule, reason)
	})
	if err != nil {
		return fmt.Errorf("rule of %s: %w", object, err)
	}
	h.cfg.Wake()
	return nil
}

// putRule writes a rule with its history. The first change records what held
// before, so that it can be undone.
func (h *Harvester) putRule(ctx context.Context, tx *store.Tx, who directory.Who, f store.Following, rule directory.SourceRule, reason string) error {
	past, err := tx.SourceRules(ctx, f.Object, 1)
	if err != nil {
		return err
	}
	if len(past) == 0 && f.Rule != "" || len(past) == 0 && !f.Synced.IsZero() {
		if err := tx.AddSourceRule(ctx, store.SourceRule{Object: f.Object, Rule: f.Rule}); err != nil {
			return err
		}
	}
	f.Rule = rule.String()
	if err := tx.PutFollowing(ctx, f); err != nil {
		return err
	}
	err = tx.AddSourceRule(ctx, store.SourceRule{Object: f.Object, Rule: f.Rule, WhoID: who.UserID, WhoName: who.Name, Reason: reason})
	if err != nil {
		return err
	}
	detail := f.Rule
	if reason != "" {
		detail = reason + " " + detail
	}
	if err := h.audit(ctx, tx, who, "source.rule", f.Object, detail); err != nil {
		return err
	}
	return h.scheduleApply(ctx, tx, f.Object)
}

// UndoRule gives a source the rule back that it had before the current one.
// ErrNotFound when there is none.
func (h *Harvester) UndoRule(ctx context.Context, who directory.Who, object string) error {
	past, err := h.cfg.Store.SourceRules(ctx, object, 2)
	if err != nil {
		return err
	}
	if len(past) < 2 {
		return fmt.Errorf("rule of %s: it had no other: %w", object, directory.ErrNotFound)
	}
	rule, err := directory.ParseSourceRule([]byte(past[1].Rule))
	if err != nil {
		return err
	}
	return h.SetRule(ctx, who, object, rule, "undo")
}

type applyPayload struct {
	Object string `json:"object"`
	// After is the last entry that was judged; Page the next page of the
	// catalogue to read for what is wanted.
	After string `json:"after,omitempty"`
	Page  string `json:"page,omitempty"`
	// Many says that more is wanted than is fetched one by one.
	Many bool `json:"many,omitempty"`
}

func (h *Harvester) scheduleApply(ctx context.Context, tx *store.Tx, object string) error {
	started, err := json.Marshal(Applied{Started: h.now()})
	if err != nil {
		return err
	}
	if err := tx.PutSetting(ctx, settingApplied+object, string(started)); err != nil {
		return err
	}
	return insertApply(ctx, tx, applyPayload{Object: object})
}

func insertApply(ctx context.Context, tx *store.Tx, p applyPayload) error {
	payload, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobApplyRule, Key: p.Object, Payload: payload})
}

// applying is one job of kind JobApplyRule.
type applying struct {
	h      *Harvester
	f      store.Following
	p      applyPayload
	state  Applied
	wanted []string
	start  time.Time
}

// applyRule judges again what is known of a source, and fetches what is wanted
// now. It may be killed at any moment: the next one goes on from the cursor.
func (h *Harvester) applyRule(ctx context.Context, job jobs.Job) error {
	p, err := decode[applyPayload](job)
	if err != nil {
		return err
	}
	f, err := h.cfg.Store.Following(ctx, h.cfg.Env.InstanceURI(), p.Object)
	if errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("%w: %s is not followed", jobs.ErrDiscard, p.Object)
	}
	if err != nil {
		return err
	}
	a := &applying{h: h, f: f, p: p, start: h.now()}
	if a.state, err = h.Applied(ctx, p.Object); err != nil {
		return err
	}
	a.state.Ended = time.Time{}
	if p.Page == "" {
		err = a.judgeAll(ctx)
	} else {
		err = a.readPages(ctx)
	}
	h.cfg.Changed()
	if errors.Is(err, errMore) {
		defer h.cfg.Wake()
		return h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return insertApply(ctx, tx, a.p) })
	}
	if err != nil {
		return err
	}
	a.state.Ended = h.now()
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return a.keep(ctx, tx) })
}

func (a *applying) keep(ctx context.Context, tx *store.Tx) error {
	raw, err := json.Marshal(a.state)
	if err != nil {
		return err
	}
	return tx.PutSetting(ctx, settingApplied+a.f.Object, string(raw))
}

func (a *applying) late() bool { return a.h.now().Sub(a.start) > passTime }

func (a *applying) judgeAll(ctx context.Context) error {
	counts, err := a.h.cfg.Store.SourceCounts(ctx)
	if err != nil {
		return err
	}
	c := counts[a.f.Origin]
	a.state.Total = c.Published + c.Review + c.Ignored
	for {
		ms, err := a.h.cfg.Store.MirroredFrom(ctx, a.f.Origin, a.p.After, applyChunk)
		if err != nil {
			return err
		}
		uris := make([]string, len(ms))
		for i, m := range ms {
			uris[i] = m.URI
		}
		if err := a.judge(ctx, uris); err != nil {
			return err
		}
		if len(ms) < applyChunk {
			break
		}
		if a.p.After = ms[len(ms)-1].URI; a.late() {
			return errMore
		}
	}
	if err := a.judgeAnnounced(ctx); err != nil {
		return err
	}
	if !a.p.Many {
		return nil
	}
	a.p.Page = catalogPage(a.f.Catalog, 0, "")
	return a.readPages(ctx)
}

// judgeAnnounced judges again what the source announced of other instances.
func (a *applying) judgeAnnounced(ctx context.Context) error {
	for after := ""; ; {
		uris, err := a.h.cfg.Store.AnnouncedBy(ctx, a.f.Object, after, applyChunk)
		if err != nil || len(uris) == 0 {
			return err
		}
		after = uris[len(uris)-1]
		if err := a.judge(ctx, uris); err != nil {
			return err
		}
	}
}

func (a *applying) judge(ctx context.Context, uris []string) error {
	var wanted []string
	err := a.h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		wanted = nil
		changed := 0
		for _, uri := range uris {
			res, err := a.h.cfg.Ledger.Rejudge(ctx, tx, uri)
			if err != nil {
				return err
			}
			if res.Wanted {
				wanted = append(wanted, uri)
			}
			if res.Changed {
				changed++
			}
		}
		a.state.Done, a.state.Changed = a.state.Done+len(uris), a.state.Changed+changed
		a.state.Fetching += len(wanted)
		return a.keep(ctx, tx)
	})
	if err != nil {
		return err
	}
	a.h.cfg.Changed()
	if a.f.Catalog != "" && (a.p.Many || a.state.Fetching > fetchSingly) {
		a.p.Many = true
		return nil
	}
	for _, uri := range wanted {
		if err := a.fetch(ctx, uri); err != nil {
			return err
		}
	}
	return nil
}

func (a *applying) fetch(ctx context.Context, uri string) error {
	f := a.f
	if !peer.SameOrigin(uri, f.Origin) { // announced by the source, published elsewhere
		f.Origin = originOf(uri)
	}
	changed, err := a.h.take(ctx, f, uri)
	if err != nil {
		return err
	}
	return a.fetched(ctx, changed, 1)
}

func (a *applying) fetched(ctx context.Context, changed bool, n int) error {
	if a.state.Fetched += n; changed {
		a.state.Changed += n
	}
	return a.h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return a.keep(ctx, tx) })
}

// readPages reads the catalogue again for what is wanted now. What is held as
// it is listed is left alone.
func (a *applying) readPages(ctx context.Context) error {
	for a.p.Page != "" {
		col, _, err := a.h.page(ctx, a.f.Origin, a.p.Page, nil)
		if err != nil {
			return err
		}
		b, err := a.h.read(ctx, a.f, col.Items)
		if err != nil {
			return err
		}
		b.remove = nil
		n := 0
		err = a.h.cfg.Store.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = a.h.apply(ctx, tx, a.f, b)
			return err
		})
		if err != nil {
			if !rowFault(err) {
				return err
			}
			n = a.h.applyEach(ctx, a.f, b)
		}
		if err := a.fetched(ctx, n > 0, n); err != nil {
			return err
		}
		if a.p.Page, err = following(a.f.Origin, a.p.Page, col); err != nil {
			return err
		}
		if a.p.Page != "" && a.late() {
			return errMore
		}
	}
	return nil
}

// Review records what a person decided of entries of other instances, and does
// it: what is approved is shown and stays so whatever the rules say, what is
// rejected leaves. An empty decision takes the person's word back.
func (h *Harvester) Review(ctx context.Context, who directory.Who, uris []string, decision, reason string) error {
	if !who.MayAdminister() {
		return fmt.Errorf("review: %w", directory.ErrForbidden)
	}
	if !slices.Contains([]string{"", store.ReviewApproved, store.ReviewRejected}, decision) || len(reason) > maxReason {
		return directory.Invalid{{Field: "decision", Code: "invalid", Message: "is neither approved nor rejected"}}
	}
	for chunk := range slices.Chunk(uris, applyChunk) {
		err := h.cfg.Store.Write(ctx, func(tx *store.Tx) (err error) { return h.review(ctx, tx, who, chunk, decision, reason) })
		if err != nil {
			return fmt.Errorf("review: %w", err)
		}
	}
	h.cfg.Changed()
	h.cfg.Wake()
	return nil
}

func (h *Harvester) review(ctx context.Context, tx *store.Tx, who directory.Who, uris []string, decision, reason string) error {
	for _, uri := range uris {
		origin := originOf(uri)
		if origin == "" || origin == h.origin {
			return directory.Invalid{{Field: "uri", Code: "invalid", Message: "is not the id of an entry of another instance"}}
		}
		verb := "entry." + decision
		if decision == "" {
			verb = "entry.unreviewed"
			if _, err := tx.DeleteReview(ctx, uri); err != nil {
				return err
			}
		} else if err := tx.PutReview(ctx, store.Review{URI: uri, Origin: origin, Decision: decision, WhoID: who.UserID, WhoName: who.Name, Reason: reason}); err != nil {
			return err
		}
		res, err := h.cfg.Ledger.Rejudge(ctx, tx, uri)
		if err != nil {
			return err
		}
		if res.Wanted && decision != store.ReviewRejected {
			if err := insertFetch(ctx, tx, uri); err != nil {
				return err
			}
		}
		if err := h.audit(ctx, tx, who, verb, uri, reason); err != nil {
			return err
		}
	}
	return nil
}

type fetchPayload struct {
	URI string `json:"uri"`
}

func insertFetch(ctx context.Context, tx *store.Tx, uri string) error {
	payload, err := json.Marshal(fetchPayload{uri})
	if err != nil {
		return err
	}
	return jobs.Insert(ctx, tx.Jobs(), jobs.Job{Kind: JobFetchEntry, Key: uri, Payload: payload})
}

// fetchEntry gets an entry that a person approved after it had been let go.
func (h *Harvester) fetchEntry(ctx context.Context, job jobs.Job) error {
	p, err := decode[fetchPayload](job)
	if err != nil {
		return err
	}
	origin := originOf(p.URI)
	v, err := h.cfg.Moderation.CheckActor(ctx, p.URI)
	if err != nil {
		return err
	}
	if !v.Allowed {
		return fmt.Errorf("%w: %s is blocked", jobs.ErrDiscard, origin)
	}
	changed, err := h.take(ctx, store.Following{Origin: origin, Object: origin}, p.URI)
	if changed {
		h.cfg.Changed()
	}
	return err
}

// originOf is the origin of an id, "" when it has none.
func originOf(uri string) string {
	origin, err := peer.Origin(uri)
	if err != nil {
		return ""
	}
	return origin
}
