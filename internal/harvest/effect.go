package harvest

import (
	"context"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// maxReviews bounds how many decisions by hand of one source are looked at.
const maxReviews = 50_000

// Tally counts entries by what becomes of them.
type Tally struct {
	Publish int `json:"publish"`
	Review  int `json:"review"`
	Ignore  int `json:"ignore"`
}

func (t *Tally) add(a directory.DecisionAction) {
	switch a {
	case directory.DecideReview:
		t.Review++
	case directory.DecideIgnore:
		t.Ignore++
	default:
		t.Publish++
	}
}

// All is how many were counted.
func (t Tally) All() int { return t.Publish + t.Review + t.Ignore }

// KindTally is the tally of one kind.
type KindTally struct {
	Kind directory.Kind `json:"kind"`
	Tally
}

// ReasonCount is how many entries are not published for one reason, a code of
// directory.RuleCodes.
type ReasonCount struct {
	Code string `json:"code"`
	N    int    `json:"count"`
}

// Effect is what a rule would do with what a source has.
type Effect struct {
	Total  Tally       `json:"total"`
	ByKind []KindTally `json:"byKind,omitempty"`
	// Reasons say why entries would not be published, the most frequent first.
	Reasons []ReasonCount `json:"reasons,omitempty"`
	// Appear, Leave and ToReview are what would change of what is shown now.
	Appear   int `json:"appear"`
	Leave    int `json:"leave"`
	ToReview int `json:"toReview"`
	// ByHand were decided by a person, ByOthers by the rule of another followed
	// source that has them too.
	ByHand   int `json:"byHand"`
	ByOthers int `json:"byOthers"`
	// Complete says that every entry of the source was looked at.
	Complete bool `json:"complete"`
}

// fact is an entry as rules see it, and what is done with it now.
type fact struct {
	Entry directory.Entry          `json:"e"`
	Now   directory.DecisionAction `json:"now,omitempty"` // "" = not here
}

// neighbours is what else decides about the entries of one origin.
type neighbours struct {
	sources   []neighbour
	hand      map[string]store.Review
	announced map[string][]string
}

type neighbour struct {
	store.Source
	rule directory.SourceRule
}

// neighboursOf reads the other followed sources of an origin and what persons
// decided there.
func (h *Harvester) neighboursOf(ctx context.Context, origin, object string) (n neighbours, err error) {
	followed, err := h.cfg.Store.SourcesOf(ctx, origin, "")
	if err != nil {
		return n, err
	}
	for _, s := range followed {
		if s.Object == object {
			continue
		}
		rule, err := directory.ParseSourceRule([]byte(s.Rule))
		if err != nil {
			rule = directory.SourceRule{Action: directory.DecideReview}
		}
		n.sources = append(n.sources, neighbour{s, rule})
	}
	if n.announced, err = h.cfg.Store.AnnouncedFrom(ctx, origin); err != nil {
		return n, err
	}
	reviews, err := h.cfg.Store.ReviewsFrom(ctx, origin, maxReviews)
	if err != nil {
		return n, err
	}
	n.hand = make(map[string]store.Review, len(reviews))
	for _, v := range reviews {
		n.hand[v.URI] = v
	}
	return n, nil
}

// decide is what package moderation would decide were rule that of the source.
func (n neighbours) decide(rule directory.SourceRule, e *directory.Entry) (d directory.Decision, by string) {
	if v, ok := n.hand[e.URI]; ok {
		if v.Decision == store.ReviewApproved {
			return directory.NewDecision(directory.DecidePublish, "approved"), "hand"
		}
		return directory.NewDecision(directory.DecideIgnore, "rejected"), "hand"
	}
	d = rule.Decide(e)
	for _, s := range n.sources {
		s.Announced = slices.Contains(n.announced[e.URI], s.Object)
		if !s.Covers(e) {
			continue
		}
		if other := s.rule.Decide(e); other.Action.Generosity() > d.Action.Generosity() {
			d, by = other, "other"
		}
	}
	return d, by
}

// effectOf counts what the rule would do with the facts.
func effectOf(rule directory.SourceRule, facts []fact, n neighbours) Effect {
	var eff Effect
	kinds := map[directory.Kind]*Tally{}
	reasons := map[string]int{}
	for i := range facts {
		f := &facts[i]
		d, by := n.decide(rule, &f.Entry)
		eff.Total.add(d.Action)
		if kinds[f.Entry.Kind] == nil {
			kinds[f.Entry.Kind] = &Tally{}
		}
		kinds[f.Entry.Kind].add(d.Action)
		if d.Action != directory.DecidePublish {
			reasons[d.Code]++
		}
		switch by {
		case "hand":
			eff.ByHand++
		case "other":
			eff.ByOthers++
		}
		shown := f.Now == directory.DecidePublish
		switch {
		case d.Action == directory.DecidePublish && !shown:
			eff.Appear++
		case d.Action != directory.DecidePublish && shown:
			eff.Leave++
		}
		if d.Action == directory.DecideReview && f.Now != directory.DecideReview {
			eff.ToReview++
		}
	}
	for _, k := range directory.Kinds() {
		if t := kinds[k]; t != nil {
			eff.ByKind = append(eff.ByKind, KindTally{k, *t})
		}
	}
	for code, n := range reasons {
		eff.Reasons = append(eff.Reasons, ReasonCount{code, n})
	}
	slices.SortFunc(eff.Reasons, func(a, b ReasonCount) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return compareText(a.Code, b.Code)
	})
	return eff
}

func compareText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// maxFacts bounds how many entries of a followed source a rule is tried on.
const maxFacts = 50_000

// Effect says what a rule would do with what is held and ignored of a followed
// source, before it is saved.
func (h *Harvester) Effect(ctx context.Context, object string, rule directory.SourceRule) (Effect, error) {
	f, err := h.cfg.Store.Following(ctx, h.cfg.Env.InstanceURI(), object)
	if err != nil {
		return Effect{}, err
	}
	facts, complete, err := h.factsOf(ctx, f)
	if err != nil {
		return Effect{}, err
	}
	n, err := h.neighboursOf(ctx, f.Origin, object)
	if err != nil {
		return Effect{}, err
	}
	eff := effectOf(rule, facts, n)
	eff.Complete = complete
	return eff, nil
}

// Counted is what became of what is known of a followed source.
func (h *Harvester) Counted(ctx context.Context, f store.Following) (Tally, error) {
	var t Tally
	counts, err := h.cfg.Store.SourceCounts(ctx)
	if err != nil {
		return t, err
	}
	s, err := h.asSource(ctx, f)
	if err != nil {
		return t, err
	}
	if s.Type == "Application" {
		c := counts[f.Origin]
		return Tally{Publish: c.Published, Review: c.Review, Ignore: c.Ignored}, nil
	}
	facts, _, err := h.factsOf(ctx, f)
	for _, f := range facts {
		t.add(f.Now)
	}
	return t, err
}

// factsOf lists what is known of a followed source: what is held, shown or
// not, and what is ignored.
func (h *Harvester) factsOf(ctx context.Context, f store.Following) (facts []fact, complete bool, err error) {
	s, err := h.asSource(ctx, f)
	if err != nil {
		return nil, false, err
	}
	announced, err := h.cfg.Store.AnnouncedFrom(ctx, f.Origin)
	if err != nil {
		return nil, false, err
	}
	covers := func(e *directory.Entry) bool {
		s := s
		s.Announced = slices.Contains(announced[e.URI], f.Object)
		return s.Covers(e)
	}
	for after := ""; len(facts) < maxFacts; {
		es, err := h.cfg.Store.HeldFrom(ctx, f.Origin, after, mirrorPage)
		if err != nil {
			return nil, false, err
		}
		for i := range es {
			after = es[i].URI
			if covers(&es[i]) {
				facts = append(facts, fact{Entry: directory.RuleFacts(&es[i]), Now: standing(&es[i])})
			}
		}
		if len(es) < mirrorPage {
			return h.ignoredFacts(ctx, f, facts, covers)
		}
	}
	return facts, false, nil
}

func (h *Harvester) ignoredFacts(ctx context.Context, f store.Following, facts []fact, covers func(*directory.Entry) bool) ([]fact, bool, error) {
	for after := ""; len(facts) < maxFacts; {
		is, err := h.cfg.Store.IgnoredFrom(ctx, f.Origin, after, mirrorPage)
		if err != nil {
			return nil, false, err
		}
		for i := range is {
			after = is[i].Entry.URI
			if covers(&is[i].Entry) {
				facts = append(facts, fact{Entry: is[i].Entry, Now: directory.DecideIgnore})
			}
		}
		if len(is) < mirrorPage {
			return facts, true, nil
		}
	}
	return facts, false, nil
}

// standing is what is done with an entry that is held.
func standing(e *directory.Entry) directory.DecisionAction {
	if e.Status == directory.StatusProposed {
		return directory.DecideReview
	}
	return directory.DecidePublish
}

// asSource is the follow with the type of its actor.
func (h *Harvester) asSource(ctx context.Context, f store.Following) (store.Source, error) {
	all, err := h.cfg.Store.SourcesOf(ctx, f.Origin, "")
	if err != nil {
		return store.Source{}, err
	}
	for _, s := range all {
		if s.Object == f.Object {
			s.State = store.FollowAccepted // a refused source still had what it had
			return s, nil
		}
	}
	return store.Source{Object: f.Object, Origin: f.Origin, State: f.State}, nil
}
