package api

import (
	"fmt"
	"net/http"
	"strconv"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
)

// Sizes of a timeline's drawing, in CSS pixels and rows.
const (
	defaultWidth = 1200
	minWidth     = 200
	maxWidth     = 4000
	defaultRows  = 12
	maxRows      = 60
)

// timeline is the answer of /api/v1/timeline: a window, with who its items are.
type timeline struct {
	chronicle.Window
	// Entries maps an item's number to the entry.
	Entries map[int64]timelineEntry `json:"entries"`
}

type timelineEntry struct {
	ID     string         `json:"id"` // the UUID on this instance
	Kind   directory.Kind `json:"kind"`
	Name   string         `json:"name"`
	Origin string         `json:"origin"`
	URL    string         `json:"url"`
	// How well its dates are known: the precision of the start (of the date, when it
	// has no end) and of the end, and their qualifiers in EDTF.
	Precision    string `json:"precision,omitempty"`
	EndPrecision string `json:"endPrecision,omitempty"`
	Approximate  bool   `json:"approximate,omitempty"`
	Uncertain    bool   `json:"uncertain,omitempty"`
	OpenStart    bool   `json:"openStart,omitempty"`
	OpenEnd      bool   `json:"openEnd,omitempty"`
}

// Timeline answers GET /api/v1/timeline?selection&w&lanes&rows: what the window from
// `from` to `to` shows, by default everything that the selection has.
func (a *API) Timeline(w http.ResponseWriter, r *http.Request) error {
	ask, err := ask(r)
	if err != nil {
		return err
	}
	sel := ask.filter.Selection
	opt, err := drawing(r)
	if err != nil {
		return err
	}
	from, to, bounded, err := sel.Interval()
	if err != nil {
		return err
	}
	box := sel.BBox
	fromText, toText := sel.From, sel.To
	sel.From, sel.To, sel.BBox = "", "", nil
	f, err := a.cfg.View.Filter(r.Context(), sel)
	if err != nil {
		return fmt.Errorf("timeline: %w", err)
	}
	if box != nil {
		f.Only = f.Only.And(a.cfg.View.Inside(atlas.BBox(*box)))
	}
	c, cf := a.cfg.View.Chronicle(), chronicle.Filter(f)
	all, ok := c.Range(cf)
	if !bounded && !ok {
		from, to = 0, 1
	}
	if fromText == "" && ok {
		from = all.From
	}
	if toText == "" && ok {
		to = max(all.To, from+1)
	}
	t := timeline{Window: c.Window(from, to, cf, opt), Entries: map[int64]timelineEntry{}}
	for i := range t.Groups {
		t.Groups[i].Name = a.laneName(t.Groups[i].Key, opt)
	}
	nums, forms := make([]int64, len(t.Items)), map[int64]directory.DateForm{}
	for i, it := range t.Items {
		nums[i], forms[it.Num] = it.Num, it.Form
	}
	for n, l := range a.cfg.View.Labels(nums) {
		e := timelineEntry{ID: l.ID, Kind: l.Kind, Name: l.Name, Origin: l.Origin, URL: a.cfg.Base + "/" + l.Kind.Path() + "/" + l.ID}
		form := forms[n]
		e.Precision, e.EndPrecision = form.Start().String(), form.End().String()
		e.Approximate, e.Uncertain = form.ApproximateStart() || form.ApproximateEnd(), form.Uncertain()
		e.OpenStart, e.OpenEnd = form.OpenStart(), form.OpenEnd()
		if e.Origin == "" {
			e.Origin = a.cfg.Base
		}
		t.Entries[n] = e
	}
	return writeJSON(w, r, "application/json", t)
}

// laneNames are the values of the key lanes.
var laneNames = map[string]chronicle.Lanes{"theme": chronicle.ByTheme, "kind": chronicle.ByKind, "region": chronicle.ByRegion, "series": chronicle.BySeries, "none": chronicle.NoLanes}

// laneName is the slug of a theme or a series, the name of a kind, the code of a
// region; "" for what has none.
func (a *API) laneName(key int, opt chronicle.Options) string {
	if key < 0 {
		return ""
	}
	switch opt.Lanes {
	case chronicle.ByTheme:
		if roots := directory.RootThemes(); key < len(roots) {
			return roots[key].Slug
		}
	case chronicle.ByKind:
		if kinds := directory.Kinds(); key < len(kinds) {
			return string(kinds[key])
		}
	case chronicle.ByRegion:
		return a.cfg.View.Region(key)
	case chronicle.BySeries:
		return a.cfg.View.Series(key)
	}
	return ""
}

// drawing reads the size and the language of the drawing.
func drawing(r *http.Request) (chronicle.Options, error) {
	q := r.URL.Query()
	opt := chronicle.Options{Width: defaultWidth, Rows: defaultRows, Lang: "fr"}
	var bad directory.Invalid
	number := func(name string, least, most int, into *int) {
		s := q.Get(name)
		if s == "" {
			return
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			bad = append(bad, directory.FieldError{Field: name, Code: "out_of_range", Message: fmt.Sprintf("%s is a number from %d to %d", name, least, most)})
			return
		}
		*into = n
	}
	number("w", minWidth, maxWidth, &opt.Width)
	number("rows", 1, maxRows, &opt.Rows)
	if s := q.Get("lanes"); s != "" {
		by, ok := laneNames[s]
		if !ok {
			bad = append(bad, directory.FieldError{Field: "lanes", Code: "unknown", Message: "lanes is theme, kind, region, series or none"})
		}
		opt.Lanes = by
	}
	if q.Get("lang") == "en" {
		opt.Lang = "en"
	}
	if len(bad) > 0 {
		return opt, bad
	}
	return opt, nil
}
