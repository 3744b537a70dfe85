package view

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/register"
	"codeberg.org/bocage/bocage/internal/store"
)

// Filter resolves a selection for the map and the timeline: what they do not
// hold becomes the set of numbers that match. The selection's BBox is not in it.
// An unknown kind, theme or date wraps ErrInvalid.
func (v *View) Filter(ctx context.Context, s directory.Selection) (atlas.Filter, error) {
	s.BBox = nil
	r, err := v.resolve(ctx, s)
	if err != nil {
		return atlas.Filter{}, err
	}
	f := atlas.Filter{Kinds: r.columns.Kinds, Themes: r.columns.Themes, From: r.from, To: r.to, Dated: r.dated}
	rest := r.columns
	rest.Kinds, rest.Themes, rest.Sets = 0, 0, nil
	if r.inColumns {
		if f.Only, err = v.chosen("columns "+r.key, r.now, rest); err != nil {
			return f, fmt.Errorf("filter: %w", err)
		}
	}
	sets := r.columns.Sets
	if f.Only != nil {
		sets = append([]*directory.NumSet{f.Only}, sets...)
	}
	f.Only, err = v.all(s, r, sets)
	return f, err
}

// all is what is in all the sets, nil for none of them: one set for one selection,
// since the map keeps what it drew by it.
func (v *View) all(s directory.Selection, r resolved, sets []*directory.NumSet) (*directory.NumSet, error) {
	if len(sets) == 0 {
		return nil, nil
	}
	if len(sets) == 1 {
		return sets[0], nil
	}
	and := func() (*directory.NumSet, error) {
		var out *directory.NumSet
		for _, set := range sets {
			out = out.And(set)
		}
		return out, nil
	}
	return v.sets.get("both "+s.Values().Encode()+r.key, r.now, and,
		func(*directory.NumSet, []int64) (*directory.NumSet, error) { return and() })
}

// Set is the numbers of the public entries of a selection, nil for all. The
// selection's BBox is not in it.
func (v *View) Set(ctx context.Context, s directory.Selection) (*directory.NumSet, error) {
	s.BBox = nil
	if s.IsZero() {
		return nil, nil
	}
	r, err := v.resolve(ctx, s)
	if err != nil {
		return nil, err
	}
	set, err := v.chosen("all "+s.Values().Encode()+r.key, r.now, v.within(r))
	if err != nil {
		return nil, fmt.Errorf("choose: %w", err)
	}
	return set, nil
}

// within is the filter of the register with the period in it.
func (v *View) within(r resolved) register.Filter {
	f := r.columns
	if r.dated {
		f.Sets = append(f.Sets[:len(f.Sets):len(f.Sets)], v.during(r.from, r.to))
	}
	return f
}

// Moving is the part of a validator (an ETag) for what may change of a selection
// while no entry does: who is in a map, and who was confirmed lately enough; "" for
// others. Entries only leave as time goes by, so that their number tells.
func (v *View) Moving(ctx context.Context, s directory.Selection) (string, error) {
	key := ""
	if s.Map != "" {
		version, err := v.store.MapVersion(ctx, s.Map)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return "", fmt.Errorf("version of a selection: %w", err)
		}
		key = version
	}
	if s.FreshMonths > 0 {
		set, err := v.Set(ctx, s)
		if err != nil {
			return "", err
		}
		key += "#" + strconv.Itoa(set.Len())
	}
	return key, nil
}

// chosen is the set of a filter of the register, kept under a key.
func (v *View) chosen(key string, now int, f register.Filter) (*directory.NumSet, error) {
	g := v.Register()
	return v.sets.get(key, now, func() (*directory.NumSet, error) { return g.Select(f), nil },
		func(old *directory.NumSet, changed []int64) (*directory.NumSet, error) {
			return g.Renew(old, f, changed), nil
		})
}

// resolved is a selection as the indexes understand it.
type resolved struct {
	columns register.Filter
	// from and to, when dated, are the period, Unix seconds.
	from, to int64
	dated    bool
	// inColumns says that more than kinds, themes and sets are chosen.
	inColumns bool
	// key changes with what may change without a change of an entry.
	key string
	// now is when it was resolved, see sets.now.
	now int
}

func (v *View) resolve(ctx context.Context, s directory.Selection) (resolved, error) {
	r := resolved{now: v.sets.now()}
	f := &r.columns
	for _, k := range s.Kinds {
		n := k.Number()
		if n < 0 {
			return r, fmt.Errorf("filter: unknown kind %q: %w", k, directory.ErrInvalid)
		}
		f.Kinds |= 1 << n
	}
	// A child sets its root's bit in the entry's mask, so a root's own bit
	// selects the children too, and a child's bit only itself.
	for _, slug := range s.Themes {
		n := directory.ThemeNumber(slug)
		if n < 0 {
			return r, fmt.Errorf("filter: unknown theme %q: %w", slug, directory.ErrInvalid)
		}
		f.Themes |= 1 << n
	}
	if err := r.period(s); err != nil {
		return r, err
	}
	if err := v.columns(ctx, s, &r); err != nil {
		return r, fmt.Errorf("filter: %w", err)
	}
	return r, v.fromStore(ctx, s, &r)
}

// fromStore adds the sets of what only the database knows, and the part of the key
// for what may change of them without a change of an entry.
func (v *View) fromStore(ctx context.Context, s directory.Selection, r *resolved) error {
	f := &r.columns
	if s.Query != "" {
		if v.WordsInMemory() { // what the database found is not what the words find
			r.key += "~"
		}
		set, err := v.searched(ctx, s.Query, r.now)
		if err != nil {
			return err
		}
		f.Sets = append(f.Sets, set)
	}
	if s.Series != "" {
		set, err := v.found(ctx, directory.Selection{Series: s.Series}, r.now, "")
		if err != nil {
			return err
		}
		f.Sets = append(f.Sets, set)
	}
	if s.Member != "" {
		set, uris, err := v.members(ctx, s.Member, r.now)
		if err != nil {
			return fmt.Errorf("filter: %w", err)
		}
		f.Sets = append(f.Sets, set)
		r.key += "%" + uris
	}
	if s.Map != "" { // its members may change without a change of an entry
		version, err := v.store.MapVersion(ctx, s.Map)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return fmt.Errorf("filter: %w", err)
		}
		set, err := v.found(ctx, directory.Selection{Map: s.Map}, r.now, version)
		if err != nil {
			return err
		}
		f.Sets = append(f.Sets, set)
		r.key += "#" + version
	}
	return nil
}

func (r *resolved) period(s directory.Selection) error {
	r.from, r.to = math.MinInt64, math.MaxInt64
	if s.From != "" {
		d, err := directory.ParseEDTF(s.From)
		if err != nil {
			return fmt.Errorf("filter: from: %w", err)
		}
		r.from, r.dated = d.From, true
	}
	if s.To != "" {
		d, err := directory.ParseEDTF(s.To)
		if err != nil {
			return fmt.Errorf("filter: to: %w", err)
		}
		r.to, r.dated = d.To, true
	}
	return nil
}

// columns fills in what the register holds, and the part of the key for it.
func (v *View) columns(ctx context.Context, s directory.Selection, r *resolved) error {
	f := &r.columns
	for _, t := range s.Tags {
		f.Tags = append(f.Tags, directory.Fold(t))
	}
	switch s.Origin {
	case "":
	case directory.OriginLocal:
		f.Origin = new(string)
	default:
		f.Origin = &s.Origin
	}
	f.Licence, f.Languages, f.Rules, f.Departments = s.Licence, s.Languages, s.Rules, s.Departments()
	key := directory.Selection{Tags: s.Tags, Origin: s.Origin, Licence: s.Licence, Languages: s.Languages, Rules: s.Rules,
		Areas: s.Areas, Concepts: s.Concepts, FreshMonths: s.FreshMonths}
	r.key = key.Values().Encode()
	r.inColumns = r.key != ""
	if s.FreshMonths > 0 { // to the minute, so that the set is the same for a while
		f.Since = v.freshSince(s.FreshMonths)
		r.key += "@" + strconv.FormatInt(f.Since, 36)
	}
	if len(s.Concepts) > 0 {
		var nums []int64
		var err error
		if f.Concepts, nums, err = v.concepts(ctx, s.Concepts, r.now); err != nil {
			return err
		}
		f.Own = directory.NewNumSet(nums...)
		r.key += "=" + strings.Join(f.Concepts, " ") + fmt.Sprint(nums)
	}
	return nil
}

// freshSince is the moment of so many months ago, Unix seconds.
func (v *View) freshSince(months int) int64 {
	const minute = 60
	return v.store.Now().AddDate(0, -months, 0).Unix() / minute * minute
}

// namedKept is what the names of entries stood for at a moment.
type namedKept struct {
	now  int
	uris []string
	nums []int64
}

// concepts resolves concepts, once for each change of the directory.
func (v *View) concepts(ctx context.Context, concepts []string, now int) ([]string, []int64, error) {
	k, err := v.resolveNames("concepts "+strings.Join(concepts, " "), now, func(k *namedKept) (err error) {
		if k.uris, err = v.store.URIsOf(ctx, concepts); err != nil {
			return err
		}
		k.nums, err = v.store.NumsOf(ctx, k.uris)
		return err
	})
	return k.uris, k.nums, err
}

// members is the set of the members of an entry, and the addresses by which they name it.
func (v *View) members(ctx context.Context, member string, now int) (*directory.NumSet, string, error) {
	k, err := v.resolveNames("member "+member, now, func(k *namedKept) (err error) {
		k.uris, err = v.store.MemberURIs(ctx, member)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	uris := strings.Join(k.uris, " ")
	set, err := v.found(ctx, directory.Selection{Member: member}, now, uris)
	return set, uris, err
}

func (v *View) resolveNames(key string, now int, find func(*namedKept) error) (namedKept, error) {
	v.mu.RLock()
	k, ok := v.named[key]
	v.mu.RUnlock()
	if ok && k.now >= now {
		return k, nil
	}
	k = namedKept{now: now}
	if err := find(&k); err != nil {
		return k, err
	}
	if k.uris == nil {
		k.uris = []string{}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.named) >= maxSets {
		clear(v.named)
	}
	v.named[key] = k
	return k, nil
}

// found is the set of what only the database knows: words, or the members of a
// map, of which version changes the key.
func (v *View) found(ctx context.Context, s directory.Selection, now int, version string) (*directory.NumSet, error) {
	set, err := v.sets.get("found "+s.Values().Encode()+"#"+version, now, func() (*directory.NumSet, error) {
		var nums []int64
		var err error
		if s.Query != "" { // the search index has public entries only
			nums, err = v.store.SearchNums(ctx, s.Query, 0)
		} else {
			nums, err = v.store.EntryNums(ctx, store.EntryFilter{Selection: s})
		}
		return directory.NewNumSet(nums...), err
	}, func(old *directory.NumSet, changed []int64) (*directory.NumSet, error) {
		out := old.Clone()
		slices.Sort(changed)
		for part := range slices.Chunk(slices.Compact(changed), renewMost) {
			nums, err := v.store.EntryNums(ctx, store.EntryFilter{Selection: s, Nums: part})
			if err != nil {
				return nil, err
			}
			for _, n := range part {
				out.Remove(n)
			}
			for _, n := range nums {
				out.Add(n)
			}
		}
		return out, nil
	})
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	return set, nil
}

// renewMost is how many numbers one question to the database asks about.
const renewMost = 500
