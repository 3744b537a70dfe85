package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Order is the order of a listing; each has its own keyset cursor in EntryFilter.
type Order int

// The orders. ByNum is the zero value.
const (
	ByNum    Order = iota // by entry number; cursor AfterNum
	ByName                // by folded name, then number; cursor AfterKey and AfterNum
	ByRecent              // last changed first; cursor AfterKey and AfterNum
	BySeq                 // in the order of publication; cursor AfterSeq
)

// EntryFilter chooses and orders entries. The zero value is every public entry
// by number, at most DefaultLimit.
type EntryFilter struct {
	directory.Selection
	// Statuses keeps these; empty means the public ones.
	Statuses []directory.Status
	// LocalOnly keeps this instance's own entries.
	LocalOnly bool
	// Owner keeps the entries of one organisation, by its ID.
	Owner string
	// OwnerURI is the same by ActivityPub id.
	OwnerURI string
	// Since keeps entries changed at or after; zero keeps all.
	Since time.Time
	// WithDead keeps the entries of origins that are called dead too; a filter by
	// origin, owner, number or status does in any case.
	WithDead bool
	// Nums keeps these entries, nil keeps all; an empty slice keeps none.
	Nums []int64

	Order Order
	// AfterNum, AfterKey and AfterSeq continue after the last entry of the page
	// before: see After.
	AfterNum int64
	AfterKey string
	AfterSeq int64
	// Limit is the page size; 0 means DefaultLimit, more than MaxLimit is MaxLimit.
	Limit int
}

// Sizes of a page of a listing.
const (
	DefaultLimit = 100
	MaxLimit     = 5000
)

// After returns the filter that continues after e, the last entry of a page.
func (f EntryFilter) After(e directory.Entry) EntryFilter {
	f.AfterNum, f.AfterKey, f.AfterSeq = e.Num, "", 0
	switch f.Order {
	case ByName:
		f.AfterKey = nameKey(&e)
	case ByRecent:
		f.AfterKey = strconv.FormatInt(micros(e.Updated), 10)
	case BySeq:
		f.AfterNum, f.AfterSeq = 0, e.Seq
	}
	return f
}

// hidesDead reports whether entries of dead origins are left out: of what people
// browse, and not of what names them.
func (f EntryFilter) hidesDead() bool {
	return !f.WithDead && !f.LocalOnly && f.Origin == "" && f.Owner == "" && f.OwnerURI == "" && f.Nums == nil && len(f.Statuses) == 0
}

func (f EntryFilter) limit() int {
	switch {
	case f.Limit <= 0:
		return DefaultLimit
	case f.Limit > MaxLimit:
		return MaxLimit
	}
	return f.Limit
}

// Entries lists entries. Without Statuses it never returns one that is not public;
// the entries are whole, so what is shown still goes through Entry.Public.
func (r Reader) Entries(ctx context.Context, f EntryFilter) ([]directory.Entry, error) {
	if nums, ok, err := r.searchPage(ctx, f); ok || err != nil {
		if err != nil {
			return nil, wrap(err, "list entries")
		}
		return r.EntriesByNum(ctx, nums)
	}
	var a args
	where, err := r.where(ctx, &a, f)
	if err != nil {
		return nil, wrap(err, "list entries")
	}
	after, order, err := keyset(&a, f)
	if err != nil {
		return nil, wrap(err, "list entries")
	}
	out, err := collect(ctx, r, scanEntry, selectEntry+where+after+order+" LIMIT "+a.add(f.limit()), a...)
	return out, wrap(err, "list entries")
}

// CountEntries counts what Entries would list over all pages.
func (r Reader) CountEntries(ctx context.Context, f EntryFilter) (int, error) {
	var a args
	where, err := r.where(ctx, &a, f)
	if err != nil {
		return 0, wrap(err, "count entries")
	}
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM entry e"+where, a...)
	return n, wrap(err, "count entries")
}

// EntryNums returns the numbers of all entries that f keeps, in order, on one
// page without a limit: it turns a query, a tag or an origin into a set for the
// in-memory indexes.
func (r Reader) EntryNums(ctx context.Context, f EntryFilter) ([]int64, error) {
	var a args
	where, err := r.where(ctx, &a, f)
	if err != nil {
		return nil, wrap(err, "entry numbers")
	}
	nums, err := collect(ctx, r, scanValue[int64], "SELECT e.num FROM entry e"+where+" ORDER BY e.num", a...)
	return nums, wrap(err, "entry numbers")
}

// where is the condition of f, without its cursor.
func (r Reader) where(ctx context.Context, a *args, f EntryFilter) (string, error) {
	c := []string{statusCondition(a, f.Statuses)}
	if len(f.Concepts) > 0 {
		uris, err := r.URIsOf(ctx, f.Concepts)
		if err != nil {
			return "", err
		}
		in := list(a, uris)
		c = append(c, "(e.uri IN "+in+" OR e.num IN (SELECT num FROM relation WHERE type = 'claims' AND object IN "+in+"))")
	}
	if f.Member != "" {
		uris, err := r.MemberURIs(ctx, f.Member)
		if err != nil {
			return "", err
		}
		c = append(c, "e.num IN (SELECT num FROM relation WHERE type IN ('member_of', 'part_of') AND object IN "+list(a, uris)+")")
	}
	for _, part := range []func(*args, EntryFilter) ([]string, error){
		r.selectionConditions, partConditions, scopeConditions, placeTimeConditions,
	} {
		more, err := part(a, f)
		if err != nil {
			return "", err
		}
		c = append(c, more...)
	}
	return " WHERE " + strings.Join(c, " AND "), nil
}

func statusCondition(a *args, statuses []directory.Status) string {
	if len(statuses) == 0 {
		return "e.public"
	}
	return "e.status IN " + list(a, statuses)
}

func (r Reader) selectionConditions(a *args, f EntryFilter) (c []string, err error) {
	if len(f.Kinds) > 0 {
		c = append(c, "e.kind IN "+list(a, f.Kinds))
	}
	if len(f.Themes) > 0 {
		slugs := f.Themes
		for _, s := range f.Themes {
			slugs = append(slugs[:len(slugs):len(slugs)], directory.ThemeChildren(s)...)
		}
		c = append(c, "e.num IN (SELECT num FROM entry_theme WHERE theme IN "+list(a, slugs)+")")
	}
	if len(f.Tags) > 0 {
		tags := make([]string, len(f.Tags))
		for i, t := range f.Tags {
			tags[i] = directory.Fold(t)
		}
		c = append(c, "e.num IN (SELECT num FROM entry_tag WHERE tag IN "+list(a, tags)+")")
	}
	if strings.TrimSpace(f.Query) != "" {
		c = append(c, r.queryCondition(a, f))
	}
	if f.Series != "" {
		c = append(c, "e.series = "+a.add(f.Series))
	}
	if f.Licence != "" {
		c = append(c, "e.licence = "+a.add(f.Licence))
	}
	if f.FreshMonths > 0 {
		c = append(c, "e.last_confirmed >= "+a.add(micros(r.clock().AddDate(0, -f.FreshMonths, 0))))
	}
	return c, nil
}

// partConditions are those of language, rules and area.
func partConditions(a *args, f EntryFilter) (c []string, err error) {
	if len(f.Languages) > 0 {
		c = append(c, "e.num IN (SELECT num FROM entry_language WHERE language IN "+list(a, f.Languages)+")")
	}
	if f.Rules {
		c = append(c, "e.rules")
	}
	if len(f.Areas) > 0 {
		c = append(c, "e.department IN "+list(a, f.Departments())+" AND e.department <> ''")
	}
	return c, nil
}

// queryCondition searches the index, which holds public entries only; a listing
// that asks for other statuses (a moderator's) looks into the folded names.
func (r Reader) queryCondition(a *args, f EntryFilter) string {
	for _, s := range f.Statuses {
		if s.Public() {
			continue
		}
		escape := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)
		return "e.name_key LIKE " + a.add("%"+escape.Replace(directory.Fold(f.Query))+"%") + ` ESCAPE '\'`
	}
	words := queryWords(f.Query)
	if len(words) == 0 {
		return "1 = 0"
	}
	return r.searchCondition(a, words)
}

func scopeConditions(a *args, f EntryFilter) (c []string, err error) {
	switch {
	case f.Origin == directory.OriginLocal || f.LocalOnly:
		c = append(c, "e.origin = ''")
		if f.Origin != "" && f.Origin != directory.OriginLocal {
			c = append(c, "1 = 0")
		}
	case f.Origin != "":
		c = append(c, "e.origin = "+a.add(f.Origin))
	}
	if f.Map != "" {
		c = append(c, `e.num IN (SELECT me.num FROM map_entry me JOIN map m ON m.id = me.map_id
			WHERE me.present AND m.status <> 'deleted' AND m.handle = `+a.add(f.Map)+")")
	}
	if f.hidesDead() {
		c = append(c, "e.origin NOT IN (SELECT origin FROM peer WHERE state = 'dead')")
	}
	if f.Owner != "" {
		c = append(c, "e.owner = "+a.add(f.Owner))
	}
	if f.OwnerURI != "" {
		c = append(c, "e.owner_uri = "+a.add(f.OwnerURI))
	}
	if !f.Since.IsZero() {
		c = append(c, "e.updated >= "+a.add(micros(f.Since)))
	}
	if f.Nums != nil {
		if len(f.Nums) > maxParams/2 {
			return nil, fmt.Errorf("more than %d numbers: %w", maxParams/2, directory.ErrInvalid)
		}
		c = append(c, "e.num IN "+list(a, f.Nums))
	}
	return c, nil
}

// placeTimeConditions filter on the public point and on the overlap of periods.
func placeTimeConditions(a *args, f EntryFilter) (c []string, err error) {
	if f.BBox != nil {
		c = append(c, inBox(a, *f.BBox))
	}
	from, to, bounded, err := f.Selection.Interval()
	if err != nil {
		return nil, err
	}
	if bounded {
		c = append(c, inPeriod(a, from, to))
	}
	return c, nil
}

// inPeriod keeps the entries whose period meets [from, to) on the clocks of their
// place, as directory.Selection.Interval says. The index holds UTC: it answers with
// a day more on both sides.
func inPeriod(a *args, from, to int64) string {
	const day = 24 * 3600
	offset := fmt.Sprintf("CASE WHEN (e.date_form >> %[1]d & 255) = 0 THEN 0 ELSE ((e.date_form >> %[1]d & 255) - %[2]d) * %[3]d END",
		directory.DateFormOffsetShift, directory.DateFormOffsetZero, directory.DateFormOffsetUnit)
	return "e.has_date AND e.date_from < " + a.add(to+day) + " AND e.date_to > " + a.add(from-day) +
		" AND e.date_from + " + offset + " < " + a.add(to) + " AND e.date_to + " + offset + " > " + a.add(from)
}

// keyset is the condition that continues after the cursor, and the order.
func keyset(a *args, f EntryFilter) (after, order string, err error) {
	switch f.Order {
	case ByNum:
		if f.AfterNum > 0 {
			after = " AND e.num > " + a.add(f.AfterNum)
		}
		return after, " ORDER BY e.num", nil
	case ByName:
		if f.AfterNum > 0 {
			after = " AND (e.name_key, e.num) > (" + a.add(f.AfterKey) + ", " + a.add(f.AfterNum) + ")"
		}
		return after, " ORDER BY e.name_key, e.num", nil
	case ByRecent:
		if f.AfterNum > 0 {
			key, err := strconv.ParseInt(f.AfterKey, 10, 64)
			if err != nil {
				return "", "", fmt.Errorf("cursor %.20q: %w", f.AfterKey, directory.ErrInvalid)
			}
			after = " AND (e.updated, e.num) < (" + a.add(key) + ", " + a.add(f.AfterNum) + ")"
		}
		return after, " ORDER BY e.updated DESC, e.num DESC", nil
	case BySeq:
		return " AND e.seq > " + a.add(f.AfterSeq), " ORDER BY e.seq", nil
	}
	return "", "", fmt.Errorf("order %d: %w", f.Order, directory.ErrInvalid)
}
