package moderation

import (
	"context"
	"errors"
	"sync"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxRules bounds how many rules are kept as read.
const maxRules = 256

// sourceRules keeps rules as read, by their text: a polygon is not read again
// for each entry. The zero value is ready; concurrent use is safe.
type sourceRules struct {
	mu sync.Mutex
	m  map[string]directory.SourceRule
}

func (c *sourceRules) read(text string) (directory.SourceRule, error) {
	if text == "" {
		return directory.SourceRule{}, nil
	}
	c.mu.Lock()
	rule, ok := c.m[text]
	c.mu.Unlock()
	if ok {
		return rule, nil
	}
	rule, err := directory.ParseSourceRule([]byte(text))
	if err != nil {
		return rule, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= maxRules {
		c.m = make(map[string]directory.SourceRule)
	}
	c.m[text] = rule
	return rule, nil
}

// bySource is what a person decided of the entry, else the most generous of
// the rules of the followed sources that have it: who follows a region for all
// of it and an organisation for its events only, gets the organisation's
// gardens by the region. What no followed source has was let in for another
// reason and is published.
func (m *Moderation) bySource(ctx context.Context, r store.Reader, e *directory.Entry) (directory.Decision, error) {
	d, ok, err := ByHand(ctx, r, e.URI)
	if err != nil || ok {
		return d, err
	}
	all, err := m.Explain(ctx, r, e)
	return mostGenerous(all), err
}

// mostGenerous is the decision that holds of several, to publish when there is none.
func mostGenerous(all []directory.Decision) directory.Decision {
	if len(all) == 0 {
		return directory.Decision{Action: directory.DecidePublish}
	}
	best := all[0]
	for _, d := range all[1:] {
		if d.Action.Generosity() > best.Action.Generosity() {
			best = d
		}
	}
	return best
}

// ByHand is what a person decided of an entry, false when nobody did.
func ByHand(ctx context.Context, r store.Reader, uri string) (directory.Decision, bool, error) {
	v, err := r.ReviewOf(ctx, uri)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		return directory.Decision{}, false, nil
	case err != nil:
		return directory.Decision{}, false, err
	}
	return decided(v), true, nil
}

func decided(v store.Review) directory.Decision {
	if v.Decision == store.ReviewApproved {
		return directory.NewDecision(directory.DecidePublish, "approved")
	}
	return directory.NewDecision(directory.DecideIgnore, "rejected")
}

// Explain is what the rule of each followed source that has the entry says of
// it. A rule that cannot be read lets nothing through unseen.
func (m *Moderation) Explain(ctx context.Context, r store.Reader, e *directory.Entry) ([]directory.Decision, error) {
	sources, err := r.SourcesOf(ctx, e.Origin, e.URI)
	if err != nil {
		return nil, err
	}
	return m.explain(sources, e), nil
}

func (m *Moderation) explain(sources []store.Source, e *directory.Entry) (out []directory.Decision) {
	for _, s := range sources {
		if !s.Covers(e) {
			continue
		}
		d := directory.Decision{Action: directory.DecideReview, Reason: "the rule of the source cannot be read"}
		if rule, err := m.sources.read(s.Rule); err == nil {
			d = rule.Decide(e)
		}
		d.Source = s.Object
		out = append(out, d)
	}
	return out
}
