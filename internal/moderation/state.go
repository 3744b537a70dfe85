package moderation

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// allowListSetting is "on" when only listed domains may speak.
const allowListSetting = "moderation.allow_list"

// state is all decisions as they are at one moment. It is not changed once made.
type state struct {
	domains   map[string]store.DomainRule
	uris      map[string]store.DomainRule
	allowList bool
	limits    map[string]store.OriginLimit
	suspect   map[string]store.Quarantine
}

func readState(ctx context.Context, r store.Reader) (*state, error) {
	st := &state{domains: map[string]store.DomainRule{}, uris: map[string]store.DomainRule{},
		limits: map[string]store.OriginLimit{}, suspect: map[string]store.Quarantine{}}
	rules, err := r.DomainRules(ctx)
	if err != nil {
		return nil, fmt.Errorf("moderation rules: %w", err)
	}
	for _, rule := range rules {
		st.put(rule)
	}
	mode, err := r.Setting(ctx, allowListSetting)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, fmt.Errorf("moderation rules: %w", err)
	}
	st.allowList = mode == "on"
	limits, err := r.OriginLimits(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range limits {
		st.limits[l.Origin] = l
	}
	qs, err := r.Quarantines(ctx)
	if err != nil {
		return nil, err
	}
	for _, q := range qs {
		st.suspect[q.Origin] = q
	}
	return st, nil
}

func (s *state) put(r store.DomainRule) {
	if strings.Contains(r.Domain, "://") {
		s.uris[r.Domain] = r
		return
	}
	s.domains[r.Domain] = r
}

// with returns the state as it would be after changes. An action that is none
// takes the rule away.
func (s *state) with(allowList bool, changes ...store.DomainRule) *state {
	next := &state{domains: maps.Clone(s.domains), uris: maps.Clone(s.uris), allowList: allowList, limits: s.limits, suspect: s.suspect}
	for _, c := range changes {
		if c.Action == actionUnset {
			delete(next.domains, c.Domain)
			delete(next.uris, c.Domain)
			continue
		}
		next.put(c)
	}
	return next
}

// Standing is how an origin, an actor or an entry stands: the action that holds
// ("" = nothing was decided) and the rule it comes from.
type Standing struct {
	Action string
	Rule   store.DomainRule
}

func (s Standing) reason() string {
	switch {
	case s.Action != ActionBlock:
		return ""
	case s.Rule.Reason != "":
		return s.Rule.Reason
	}
	return "blocked"
}

// standing is the rule of the longest matching domain, and of the rules on the
// ids the one that is harder than that.
func (s *state) standing(now time.Time, host string, uris ...string) Standing {
	var out Standing
	for domain := host; domain != ""; domain = parent(domain) {
		if r, ok := s.domains[domain]; ok && !ended(r, now) {
			out = Standing{r.Action, r}
			break
		}
	}
	if out.Action == "" && s.allowList {
		out = Standing{ActionBlock, store.DomainRule{Action: ActionBlock, Reason: notListed}}
	}
	for _, uri := range uris {
		if uri == "" || len(s.uris) == 0 {
			continue
		}
		key, _, err := target(uri)
		if err != nil {
			continue
		}
		if r, ok := s.uris[key]; ok && !ended(r, now) && hardness(r.Action) > hardness(out.Action) {
			out = Standing{r.Action, r}
		}
	}
	return out
}

func ended(r store.DomainRule, now time.Time) bool {
	return !r.Expires.IsZero() && !now.Before(r.Expires)
}

func hardness(action string) int {
	switch action {
	case ActionBlock:
		return 2
	case ActionSilence:
		return 1
	}
	return 0
}

// entry is how an entry of another instance stands: by its origin, by its own
// id, and by its publisher's.
func (s *state) entry(now time.Time, origin, uri, ownerURI string) Standing {
	host, err := hostname(origin)
	if err != nil {
		return Standing{Action: ActionBlock, Rule: store.DomainRule{Reason: "its origin is no server"}}
	}
	out := s.standing(now, host, uri, ownerURI)
	if owner, err := hostname(ownerURI); err == nil && owner != host {
		if other := s.standing(now, owner); hardness(other.Action) > hardness(out.Action) {
			return other
		}
	}
	return out
}

// key says in short how an origin and all of its parts stand, "" when nothing
// was decided: two states with equal keys treat the origin's entries alike.
func (s *state) key(now time.Time, origin string) string {
	host, err := hostname(origin)
	if err != nil {
		return ""
	}
	var b strings.Builder
	if a := s.standing(now, host).Action; a == ActionBlock || a == ActionSilence {
		b.WriteString(a)
	}
	var parts []string
	for uri, r := range s.uris {
		if strings.HasPrefix(uri, origin+"/") && !ended(r, now) {
			parts = append(parts, " "+r.Action+" "+uri)
		}
	}
	return b.String() + join(parts)
}
