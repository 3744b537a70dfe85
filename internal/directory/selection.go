package directory

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

// Selection is what a visitor chose to see: the same on the map, the timeline,
// the lists, the API and the exports. The zero value selects everything public.
type Selection struct {
	// Query is the text to search for, as typed.
	Query string
	// Kinds keeps entries of any of these kinds; empty keeps every kind.
	Kinds []Kind
	// Themes keeps entries of any of these slugs; a root includes its children.
	Themes []string
	// Tags keeps entries that have any of these tags, folded.
	Tags []string
	// From and To are EDTF; an entry is kept when its period overlaps [From, To].
	From, To string
	// BBox keeps entries whose public point is inside; nil keeps all.
	BBox *BBox
	// Origin keeps entries of one instance: its scheme://host[:port], or
	// OriginLocal for this one's own.
	Origin string
	// Licence keeps entries with this SPDX id.
	Licence string
	// Map keeps entries that are in the map of this handle; an unknown map is empty.
	Map string
	// Series keeps the events of one series, by its slug (SeriesSlug).
	Series string
	// FreshMonths keeps entries confirmed within that many months; 0 keeps all.
	FreshMonths int
	// Languages keeps entries with a name in any of these, or texts written in any:
	// primary tags such as "fr", see EntryLanguages.
	Languages []string
	// Rules keeps entries that say where their rules can be read.
	Rules bool
	// Areas keeps entries in any of these parts of France: AreaRegion or
	// AreaDepartment with an INSEE code.
	Areas []string
	// Concepts keeps entries that claim any of these concepts, and these concepts,
	// by ID or ActivityPub id.
	Concepts []string
	// Member keeps entries that say that they are a member or a part of one entry,
	// such as an ecosystem: by its ID, its handle on this instance or its ActivityPub
	// id. An unknown one has no members.
	Member string
}

// OriginLocal is the value of Selection.Origin for this instance's own entries.
const OriginLocal = "local"

// BBox is a bounding box in degrees, WGS 84. West > East crosses the antimeridian.
type BBox struct{ West, South, East, North float64 }

// Limits of a selection, so that a URL cannot ask for unbounded work.
const (
	maxQueryBytes     = 200
	maxSelectionTerms = 64
	maxFreshMonths    = 240
)

// ParseSelection reads a selection from a URL query: q, kind, theme, tag, from,
// to, bbox (W,S,E,N), origin, map, series, licence, fresh, language, rules, area, concept, member. Lists
// may be repeated, comma-separated or both, but concept, which is repeated. Other keys are left alone, and empty values are as absent. The error is
// an Invalid with every field error; the selection then holds what could be read.
func ParseSelection(v url.Values) (Selection, error) {
	var bad Invalid
	fail := func(field, code, format string, args ...any) {
		bad = append(bad, FieldError{Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
	}
	s := Selection{
		Query:  strings.TrimSpace(strings.ToValidUTF8(v.Get("q"), "")),
		From:   strings.TrimSpace(v.Get("from")),
		To:     strings.TrimSpace(v.Get("to")),
		Origin: strings.TrimSpace(v.Get("origin")),
		Map:    strings.ToLower(strings.TrimSpace(v.Get("map"))),
		Series: SeriesSlug(v.Get("series")),
	}
	s.checkMap(fail)
	if len(s.Query) > maxQueryBytes {
		s.Query = strings.ToValidUTF8(s.Query[:maxQueryBytes], "")
	}
	for _, k := range terms(v["kind"]) {
		if !Kind(k).Valid() {
			fail("kind", "unknown", "%.40q is not a kind of entry", k)
			continue
		}
		s.Kinds = append(s.Kinds, Kind(k))
	}
	for _, slug := range terms(v["theme"]) {
		if ThemeNumber(slug) < 0 {
			fail("theme", "unknown", "%.40q is not a theme", slug)
			continue
		}
		s.Themes = append(s.Themes, slug)
	}
	s.Tags = terms(v["tag"])
	if _, _, _, err := s.Interval(); err != nil {
		fail("from", "invalid_date", "from and to are not dates such as 1990 or 2011-03 in order")
		s.From, s.To = "", ""
	}
	var err error
	if s.BBox, err = ParseBBox(v.Get("bbox")); err != nil {
		fail("bbox", "invalid_bbox", "bbox is not west,south,east,north in degrees")
	}
	if s.Origin != "" && s.Origin != OriginLocal {
		if s.Origin, err = Origin(s.Origin); err != nil {
			fail("origin", "invalid_url", "origin is not scheme://host, nor %q", OriginLocal)
		}
	}
	s.readParts(v, fail)
	var ok bool
	if s.FreshMonths, ok = months(v.Get("fresh")); !ok {
		fail("fresh", "out_of_range", "fresh is not a number of months, at most %d", maxFreshMonths)
	}
	if len(bad) > 0 {
		return s, bad
	}
	return s, nil
}

// checkMap refuses what cannot be a map's handle; an unknown one has no entries.
func (s *Selection) checkMap(fail failFunc) {
	if s.Map != "" && !ValidHandle(s.Map) {
		fail("map", "unknown", "%.40q is not the name of a map", s.Map)
		s.Map = ""
	}
}

// months reads "12" or "12m"; "" is 0.
func months(s string) (n int, ok bool) {
	s = strings.TrimSuffix(strings.TrimSpace(s), "m")
	if s == "" {
		return 0, true
	}
	if len(s) > len("999") {
		return 0, false
	}
	if n, ok = number(s); !ok || n > maxFreshMonths {
		return 0, false
	}
	return n, true
}

// terms splits repeated, comma-separated values, without doubles.
func terms(values []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			part = strings.TrimSpace(strings.ToValidUTF8(part, ""))
			if part == "" || strings.ContainsFunc(part, unicode.IsControl) || seen[part] || len(out) == maxSelectionTerms {
				continue
			}
			seen[part] = true
			out = append(out, part)
		}
	}
	return out
}

// ParseBBox reads "west,south,east,north" in degrees; "" is nil. The error wraps ErrInvalid.
func ParseBBox(s string) (*BBox, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil, nil
	}
	parts := strings.Split(s, ",")
	if len(parts) != 4 {
		return nil, fmt.Errorf("bbox %.60q: %w", s, ErrInvalid)
	}
	var f [4]float64
	for i, p := range parts {
		n, err := strconv.ParseFloat(strings.TrimSpace(p), 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
			return nil, fmt.Errorf("bbox %.60q: %w", s, ErrInvalid)
		}
		f[i] = n
	}
	b := &BBox{West: f[0], South: f[1], East: f[2], North: f[3]}
	if math.Abs(b.West) > 180 || math.Abs(b.East) > 180 || math.Abs(b.South) > 90 || math.Abs(b.North) > 90 || b.South > b.North {
		return nil, fmt.Errorf("bbox %.60q: %w", s, ErrInvalid)
	}
	return b, nil
}

// String is the bbox as ParseBBox reads it.
func (b BBox) String() string {
	f := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	return f(b.West) + "," + f(b.South) + "," + f(b.East) + "," + f(b.North)
}

// Contains reports whether the point is in the box, edges included.
func (b BBox) Contains(p Point) bool {
	if p.Lat < b.South || p.Lat > b.North {
		return false
	}
	if b.West <= b.East {
		return p.Lon >= b.West && p.Lon <= b.East
	}
	return p.Lon >= b.West || p.Lon <= b.East
}

// Values is the inverse of ParseSelection, with zero fields left out. Lists are
// comma-separated, so that the URL is short; tags are repeated.
func (s Selection) Values() url.Values {
	v := url.Values{}
	set := func(key, value string) {
		if value != "" {
			v.Set(key, value)
		}
	}
	kinds := make([]string, len(s.Kinds))
	for i, k := range s.Kinds {
		kinds[i] = string(k)
	}
	set("q", s.Query)
	set("kind", strings.Join(kinds, ","))
	set("theme", strings.Join(s.Themes, ","))
	for _, t := range s.Tags {
		v.Add("tag", t)
	}
	set("from", s.From)
	set("to", s.To)
	if s.BBox != nil {
		set("bbox", s.BBox.String())
	}
	set("origin", s.Origin)
	set("map", s.Map)
	set("series", s.Series)
	set("licence", s.Licence)
	if s.FreshMonths > 0 {
		set("fresh", strconv.Itoa(s.FreshMonths)+"m")
	}
	set("language", strings.Join(s.Languages, ","))
	if s.Rules {
		set("rules", RulesPublished)
	}
	set("area", strings.Join(s.Areas, ","))
	for _, c := range s.Concepts {
		v.Add("concept", c)
	}
	set("member", s.Member)
	return v
}

// IsZero reports whether s selects everything public.
func (s Selection) IsZero() bool { return len(s.Values()) == 0 }

// Interval is the selected period in Unix seconds, [from, to); bounded is false
// when neither From nor To is set. It is in the time of each entry's own place: the
// seconds that UTC's clocks would have when those there show From, so that an
// evening in Paris is on its day wherever one asks, and that a day and its events
// need no time zone. The error wraps ErrInvalid.
func (s Selection) Interval() (from, to int64, bounded bool, err error) {
	from, to = MinUnix, MaxUnix
	if s.From != "" {
		d, err := ParseEDTF(s.From)
		if err != nil {
			return 0, 0, false, err
		}
		from, bounded = d.From, true
	}
	if s.To != "" {
		d, err := ParseEDTF(s.To)
		if err != nil {
			return 0, 0, false, err
		}
		to, bounded = d.To, true
	}
	if to <= from {
		return 0, 0, false, fmt.Errorf("period from %.40q to %.40q: %w", s.From, s.To, ErrInvalid)
	}
	return from, to, bounded, nil
}

// Origin is the scheme://host[:port] of an http or https URL, lower case, without
// a default port. The error wraps ErrInvalid.
func Origin(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil) {
		err = errors.New("is not an http or https URL")
	}
	if err != nil {
		return "", fmt.Errorf("origin of %.80q: %w: %w", raw, err, ErrInvalid)
	}
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && (u.Scheme != "https" || p != "443") && (u.Scheme != "http" || p != "80") {
		host += ":" + p
	}
	return u.Scheme + "://" + host, nil
}
