package view

import (
	"context"
	"errors"
	"fmt"
	"math"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Filter resolves a selection for the two indexes: query, tags, origin,
// licence and freshness become the set of numbers that match. The selection's
// BBox is not in it. An unknown kind, theme or date wraps ErrInvalid.
func (v *View) Filter(ctx context.Context, s directory.Selection) (atlas.Filter, error) {
	f := atlas.Filter{From: math.MinInt64, To: math.MaxInt64}
	for _, k := range s.Kinds {
		n := k.Number()
		if n < 0 {
			return f, fmt.Errorf("filter: unknown kind %q: %w", k, directory.ErrInvalid)
		}
		f.Kinds |= 1 << n
	}
	// A child sets its root's bit in the entry's mask, so a root's own bit
	// selects the children too, and a child's bit only itself.
	for _, slug := range s.Themes {
		n := directory.ThemeNumber(slug)
		if n < 0 {
			return f, fmt.Errorf("filter: unknown theme %q: %w", slug, directory.ErrInvalid)
		}
		f.Themes |= 1 << n
	}
	if s.From != "" {
		d, err := directory.ParseEDTF(s.From)
		if err != nil {
			return f, fmt.Errorf("filter: from: %w", err)
		}
		f.From, f.Dated = d.From, true
	}
	if s.To != "" {
		d, err := directory.ParseEDTF(s.To)
		if err != nil {
			return f, fmt.Errorf("filter: to: %w", err)
		}
		f.To, f.Dated = d.To, true
	}
	only, err := v.only(ctx, s)
	if err != nil {
		return f, err
	}
	f.Only = only
	return f, nil
}

// only is the set of entries that match what the indexes do not hold; nil = all.
func (v *View) only(ctx context.Context, s directory.Selection) (*directory.NumSet, error) {
	return v.set(ctx, directory.Selection{Query: s.Query, Tags: s.Tags, Origin: s.Origin, Licence: s.Licence, FreshMonths: s.FreshMonths, Map: s.Map,
		Languages: s.Languages, Rules: s.Rules, Areas: s.Areas, Concepts: s.Concepts, Series: s.Series})
}

// Set is the numbers of the public entries of a selection, nil for all. The
// selection's BBox is not in it.
func (v *View) Set(ctx context.Context, s directory.Selection) (*directory.NumSet, error) {
	s.BBox = nil
	return v.set(ctx, s)
}

func (v *View) set(ctx context.Context, rest directory.Selection) (*directory.NumSet, error) {
	s := rest
	key := rest.Values().Encode()
	if key == "" {
		return nil, nil
	}
	if s.Map != "" { // its members may change without a change of an entry
		version, err := v.store.MapVersion(ctx, s.Map)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return nil, fmt.Errorf("filter: %w", err)
		}
		key += "#" + version
	}
	v.mu.RLock()
	set, ok := v.filters[key]
	seq := v.seq
	v.mu.RUnlock()
	if ok {
		return set, nil
	}
	words := rest
	words.Query = ""
	var nums []int64
	var err error
	if len(words.Values()) == 0 { // the search index has public entries only
		nums, err = v.store.SearchNums(ctx, rest.Query, 0)
	} else {
		nums, err = v.store.EntryNums(ctx, store.EntryFilter{Selection: rest})
	}
	if err != nil {
		return nil, fmt.Errorf("filter: %w", err)
	}
	set = directory.NewNumSet(nums...)
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.seq == seq {
		if len(v.filters) >= maxFilters {
			clear(v.filters)
		}
		v.filters[key] = set
	}
	return set, nil
}
