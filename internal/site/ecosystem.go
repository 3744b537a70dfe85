package site

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sort"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// EcosystemView is what an ecosystem's page shows of its members: where they are,
// which they are, and what they have coming up.
type EcosystemView struct {
	Count string
	Map   sanitize.HTML
	// Views are the same members in the four views and as files: the selection member.
	Views   []ViewLink
	Members []Item
	// More leads to the other members; Href "" when all are listed.
	More   NamedLink
	Events []Item
}

// Sizes: members that are read, those that are listed, and those whose events are
// looked for.
const (
	membersMost, membersListed, membersAsked = 2000, 24, 60
	marksMost                                = 400
	memberMapWide, memberMapHigh             = 760, 380
)

// memberKey is an entry as the key member names it: as short as it stays true.
func memberKey(e directory.Public) string {
	if e.Origin == "" && e.Handle != "" {
		return e.Handle
	}
	return e.ID
}

// ecosystemView reads the entries that say that they are part or a member of e: those
// that the selection member chooses; nil when there are none.
func (s *Site) ecosystemView(ctx context.Context, l *i18n.Locale, e directory.Public) (*EcosystemView, error) {
	sel := directory.Selection{Member: memberKey(e)}
	set, err := s.cfg.View.Set(ctx, sel)
	if err != nil {
		return nil, fmt.Errorf("members of %s: %w", e.ID, err)
	}
	members, err := s.byNums(ctx, set.After(-1, membersMost))
	if err != nil || len(members) == 0 {
		return nil, err
	}
	events := members[:0:0]
	rest := members[:0:0]
	for _, m := range members {
		if m.Kind == directory.KindEvent {
			events = append(events, m)
		} else {
			rest = append(rest, m)
		}
	}
	v := &EcosystemView{Count: l.N("ecosystem.members", set.Len()-len(events)), Views: memberViews(l, sel)}
	sort.SliceStable(rest, func(i, j int) bool {
		return directory.Fold(textIn(l, rest[i].Name).Text) < directory.Fold(textIn(l, rest[j].Name).Text)
	})
	for _, m := range rest[:min(len(rest), membersListed)] {
		v.Members = append(v.Members, item(l, m))
	}
	if more := set.Len() - len(events) - len(v.Members); more > 0 {
		v.More = NamedLink{l.N("around.more", more), page.Address("/", page.With(sel.Values(), "all", "1")) + "#resultats"}
	}
	s.memberMap(l, v, rest)
	v.Events, err = s.memberEvents(ctx, l, e, rest, events)
	return v, err
}

// memberMap draws where the members are.
func (s *Site) memberMap(l *i18n.Locale, v *EcosystemView, members []directory.Public) {
	box := atlas.BBox{West: math.Inf(1), South: math.Inf(1), East: math.Inf(-1), North: math.Inf(-1)}
	var marks []basemap.Mark
	for _, m := range members {
		pt := pointOf(m)
		if pt == nil || len(marks) == marksMost {
			continue
		}
		box.West, box.East = min(box.West, pt.Lon), max(box.East, pt.Lon)
		box.South, box.North = min(box.South, pt.Lat), max(box.North, pt.Lat)
		marks = append(marks, basemap.Mark{Lat: pt.Lat, Lon: pt.Lon, N: 1, Theme: rootNumber(themeOf(m)), Href: entryPath(m), Label: textIn(l, m.Name).Text,
			Approximate: m.Place.Precision == directory.PrecisionApproximate})
	}
	if len(marks) == 0 {
		return
	}
	at := fit(box)
	at.Zoom = max(1, min(at.Zoom-math.Log2(max(float64(mapWidth)/memberMapWide, float64(mapHeight)/memberMapHigh))-0.4, 11))
	title := l.N("ecosystem.on_map", len(marks))
	v.Map = sanitize.Drawn(s.cfg.Basemap.SVG(at.view(memberMapWide, memberMapHigh), marks, s.svgOptions(l, title, false)))
}

// memberViews leads to the members on the map, as a list, in the chronology and the
// agenda, in a calendar and in a file.
func memberViews(l *i18n.Locale, sel directory.Selection) []ViewLink {
	to := func(icon, name, path string, pairs ...string) ViewLink {
		return ViewLink{ScaleLink{Name: l.T(name), Href: page.Address(path, page.With(sel.Values(), pairs...))}, icon}
	}
	list := to("liste", "ecosystem.list", "/", "all", "1")
	list.Href += "#resultats"
	return []ViewLink{
		to("lieu", "entry.on_map", "/"), list, to("frise", "nav.timeline", "/timeline"),
		to("date", "timeline.agenda", "/timeline", "view", viewAgenda), to("date", "filter.calendar", "/feeds/events.ics"),
		to("telecharger", "ecosystem.csv", "/export/entries.csv"),
	}
}

// memberEvents are the events that are part of the ecosystem or that it or its
// members organise: those to come first, the nearest on top, then the latest.
func (s *Site) memberEvents(ctx context.Context, l *i18n.Locale, e directory.Public, members, events []directory.Public) ([]Item, error) {
	var nums []int64
	for _, m := range append([]directory.Public{e}, members[:min(len(members), membersAsked)]...) {
		some, err := s.cfg.Store.SubjectNums(ctx, m.URI, directory.RelOrganisedBy, 0, eventsMost)
		if err != nil {
			return nil, fmt.Errorf("events of members of %s: %w", e.ID, err)
		}
		nums = append(nums, some...)
	}
	slices.Sort(nums)
	more, err := s.byNums(ctx, slices.Compact(nums))
	if err != nil {
		return nil, err
	}
	now := s.cfg.Clock().Unix()
	seen := map[int64]bool{}
	events = slices.DeleteFunc(append(events, more...), func(p directory.Public) bool {
		twice := seen[p.Num] || p.Kind != directory.KindEvent
		seen[p.Num] = true
		return twice
	})
	sort.SliceStable(events, func(i, j int) bool {
		a, b := begins(events[i]), begins(events[j])
		if (a >= now) != (b >= now) {
			return a >= now
		}
		if a >= now {
			return a < b
		}
		return a > b
	})
	var out []Item
	for _, v := range events[:min(len(events), eventsMost)] {
		out = append(out, item(l, v))
	}
	return out, nil
}

// aroundView is the star of an entry on its own page; nil without neighbours.
func (s *Site) aroundView(ctx context.Context, l *i18n.Locale, e directory.Public) (*NeighbourhoodView, error) {
	b, _ := neighbours(nil)
	around, err := s.graphReader().Around(ctx, e, b)
	if err != nil || len(around.Groups) == 0 {
		return nil, err
	}
	star, err := s.star(ctx, l, around, false, b, "")
	if err != nil {
		return nil, err
	}
	opt := aroundOptions(l, l.T("around.title", "name", textIn(l, e.Name).Text))
	return &NeighbourhoodView{Drawing: sanitize.Drawn(star.SVG(starWidth, opt)), Legend: sanitize.Drawn(star.Legend(opt)), Href: aroundPath(e)}, nil
}

// withoutMembers leaves out of an ecosystem's links the members, which have a list of
// their own, but those that wait for its word.
func withoutMembers(l *i18n.Locale, groups []RelationGroup) []RelationGroup {
	var out []RelationGroup
	for _, g := range groups {
		if g.Title == l.T("rel.inverse.part_of") || g.Title == l.T("rel.inverse.member_of") {
			g.Items = slices.DeleteFunc(g.Items, func(v RelationView) bool { return v.Confirm == nil })
		}
		if len(g.Items) > 0 {
			out = append(out, g)
		}
	}
	return out
}
