package moderation

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Judge decides what becomes of an entry of another instance: first what holds
// for its origin and its publisher (blocks, quarantine, limits), then what the
// rules of the followed sources say of it; a silence holds for what they take.
// A refusal is counted when the transaction of r is committed.
// An entry with a Num is held already: neither a block, which withholds it, nor
// a limit or a quarantine lets go of it, since all can be taken back.
func (m *Moderation) Judge(ctx context.Context, r store.Reader, e *directory.Entry) (directory.Decision, error) {
	return m.judge(ctx, r, e, m.bySource)
}

// JudgePage is Judge for entries with these URIs, by origin: what is to be known of
// all of them is read at once, and what it returns judges one after the other.
func (m *Moderation) JudgePage(ctx context.Context, r store.Reader, uris map[string][]string) (func(*directory.Entry) (directory.Decision, error), error) {
	var all []string
	sources := map[string][]store.Source{}
	for origin, some := range uris {
		ss, err := r.SourcesOf(ctx, origin, "")
		if err != nil {
			return nil, err
		}
		sources[origin], all = ss, append(all, some...)
	}
	reviews, err := r.ReviewsOf(ctx, all)
	if err != nil {
		return nil, err
	}
	announced, err := r.AnnouncedAmong(ctx, all)
	if err != nil {
		return nil, err
	}
	read := func(ctx context.Context, r store.Reader, e *directory.Entry) (directory.Decision, error) {
		ss, ok := sources[e.Origin]
		if announced[e.URI] || !ok {
			return m.bySource(ctx, r, e)
		}
		if v, ok := reviews[e.URI]; ok {
			return decided(v), nil
		}
		return mostGenerous(m.explain(ss, e)), nil
	}
	return func(e *directory.Entry) (directory.Decision, error) { return m.judge(ctx, r, e, read) }, nil
}

// judge is Judge with a way to know what the sources' rules say.
func (m *Moderation) judge(ctx context.Context, r store.Reader, e *directory.Entry,
	bySource func(context.Context, store.Reader, *directory.Entry) (directory.Decision, error)) (directory.Decision, error) {
	st, err := m.current(ctx, r)
	if err != nil {
		return directory.Decision{}, err
	}
	standing := st.entry(m.clock(), e.Origin, e.URI, e.OwnerURI)
	if standing.Action == ActionBlock {
		r.OnCommit(func() { m.refuse(e.Origin, CauseBlocked, standing.reason()) })
		return heldOr(e, directory.DecideIgnore, "blocked"), nil
	}
	e.Withheld = false
	if _, suspect := st.suspect[e.Origin]; suspect {
		return heldOr(e, directory.DecideReview, "quarantine"), nil
	}
	if e.Num == 0 {
		cause, reason, err := m.full(ctx, r, e.Origin)
		if err != nil {
			return directory.Decision{}, err
		}
		if cause != "" {
			r.OnCommit(func() { m.refuse(e.Origin, cause, reason) })
			return directory.Decision{Action: directory.DecideIgnore, Code: cause, Reason: reason}, nil
		}
	}
	d, err := bySource(ctx, r, e)
	if err == nil && standing.Action == ActionSilence && d.Action == directory.DecidePublish {
		d = directory.NewDecision(directory.DecideSilence, "silenced")
	}
	return d, err
}

// heldOr holds what is here already, and does action with what is new.
func heldOr(e *directory.Entry, action directory.DecisionAction, code string) directory.Decision {
	if e.Num != 0 {
		action = directory.DecideHold
	}
	return directory.NewDecision(action, code)
}
