package view_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/register"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/view"
)

// far is another instance, concept the address of a concept that is held here.
const (
	far     = "https://far.example"
	concept = "https://b.example/concepts/0"
)

// pick is one of the values, or "" one time in three.
func pick(r *rand.Rand, values ...string) string {
	if r.IntN(3) == 0 {
		return ""
	}
	return values[r.IntN(len(values))]
}

func some(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

// random makes the i-th entry, a new one at each call.
func random(r *rand.Rand, i int, now time.Time) *directory.Entry {
	kinds := directory.Kinds()
	e := &directory.Entry{ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", i), Kind: kinds[r.IntN(len(kinds))],
		Status: directory.StatusPublished, Origin: pick(r, far), Licence: pick(r, "ODbL-1.0", "CC0-1.0"),
		Themes: some(pick(r, "eau", "jardin", "logiciel", "nature")), Tags: some(pick(r, "Été", "lac", "haie")),
		Name: directory.LangText{[]string{"fr", "br", "en-GB"}[r.IntN(3)]: fmt.Sprintf("Fiche mot%d", r.IntN(4))}}
	e.URI = "https://b.example/entries/" + e.ID
	if e.Origin != "" {
		e.URI = far + "/entries/" + e.ID
	}
	if i == 0 {
		e.Kind, e.URI, e.Origin = directory.KindConcept, concept, ""
	}
	if r.IntN(10) == 0 {
		e.Status = directory.StatusDraft
	}
	if r.IntN(2) == 0 {
		e.Name["de"] = "Blatt"
	}
	if p := pick(r, "35000 Rennes", "29200 Brest", "69001 Lyon"); p != "" {
		code, town, _ := strings.Cut(p, " ")
		e.Place = &directory.Place{PostalCode: code, Locality: town, Country: "FR"}
		if r.IntN(3) > 0 {
			e.Place.Point = &directory.Point{Lat: 44 + 5*r.Float64(), Lon: -4 + 6*r.Float64()}
		}
	}
	if y := r.IntN(40); y < 30 {
		e.Period = &directory.Period{Start: fmt.Sprint(1990 + y), End: fmt.Sprint(1990 + y + r.IntN(4))}
	}
	if r.IntN(2) == 0 {
		e.Pillars = &directory.Pillars{RulesURL: "https://rules.example"}
	}
	if r.IntN(3) > 0 {
		e.LastConfirmed = now.AddDate(0, -r.IntN(30), -1)
	}
	if c := pick(r, concept, far+"/c"); c != "" {
		e.Relations = []directory.Relation{{Type: directory.RelClaims, Object: c}}
	}
	if m := pick(r, concept, far+"/eco"); m != "" {
		e.Relations = append(e.Relations, directory.Relation{Type: directory.RelationType(cmp.Or(pick(r, "part_of", "member_of"), "cites")), Object: m})
	}
	if r.IntN(6) == 0 {
		e.Period = &directory.Period{Start: fmt.Sprintf("2030-06-%02dT%02d:15:00%s", 6+r.IntN(3), r.IntN(24), []string{"-05:00", "Z", "+09:30"}[r.IntN(3)])}
	}
	return e
}

// selections are those that the counts are compared for.
var selections = []string{"", "kind=text", "theme=eau", "theme=nature&kind=commons,event", "from=1995&to=2003", "tag=ete", "tag=lac,nothing", "q=mot2",
	"q=mot&theme=jardin", "bbox=-2,45,0,46", "bbox=-2,45,0,46&theme=eau&fresh=12m", "licence=ODbL-1.0", "origin=local", "origin=" + far, "q=absent",
	"language=fr", "language=br,en&kind=place,event", "rules=published", "area=dep:35", "area=region:53&rules=published", "area=region:53,dep:69&language=de",
	"concept=" + concept, "concept=00000000-0000-7000-8000-000000000000&language=fr", "fresh=12m", "fresh=6m&tag=haie&rules=published&q=fiche",
	"concept=nothing", "map=nothing", "member=nothing", "member=" + far + "/eco", "member=00000000-0000-7000-8000-000000000000&theme=eau",
	"from=2030-06-07&to=2030-06-07", "from=2030-06-07T20:00&to=2030-06-08T02:00", "to=2030-06-06&from=2030-06-06", "origin=https://none.example", "licence=ODbL-1.0&from=2000&concept=" + far + "/c"}

// TestCountsAreTheDatabases: what is chosen and counted in memory is what the
// database says, of entries on the map and of others, loaded or followed through
// changes, and every number beside a choice is what choosing it gives.
func TestCountsAreTheDatabases(t *testing.T) {
	ctx := t.Context()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	st := storetest.OpenClock(t, "sqlite", func() time.Time { return now })
	const entries = 150
	r := rand.New(rand.NewPCG(1, 2))
	put := func(from, to int) {
		t.Helper()
		var es []*directory.Entry
		for i := from; i < to; i++ {
			es = append(es, random(r, i, now))
		}
		if err := st.Write(ctx, func(tx *store.Tx) error { return tx.PutEntries(ctx, es, store.PutOptions{Public: true}) }); err != nil {
			t.Fatal(err)
		}
	}
	put(0, entries)
	followed := view.New(view.Config{Store: st})
	if err := followed.Load(ctx); err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		if round > 0 { // what is there changes, all of its attributes, and some is new
			put(20*round, 20*round+25)
			put(entries+round, entries+round+1)
			if _, err := followed.Refresh(ctx); err != nil {
				t.Fatal(err)
			}
		}
		for _, query := range selections {
			checkSelection(t, st, followed, query, round == 3)
		}
	}
	loaded := view.New(view.Config{Store: st})
	if err := loaded.Load(ctx); err != nil {
		t.Fatal(err)
	}
	for _, query := range selections {
		checkSelection(t, st, loaded, query, false)
	}
}

func parse(t *testing.T, query string) directory.Selection {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	sel, err := directory.ParseSelection(values)
	if err != nil {
		t.Fatal(err)
	}
	return sel
}

func checkSelection(t *testing.T, st *store.Store, v *view.View, query string, choices bool) {
	t.Helper()
	ctx, sel := t.Context(), parse(t, query)
	nums, err := st.EntryNums(ctx, store.EntryFilter{Selection: sel})
	if err != nil {
		t.Fatal(err)
	}
	box := (*atlas.BBox)(sel.BBox)
	if got, err := v.Count(ctx, sel, box); got != len(nums) || err != nil {
		t.Errorf("%q counts %d, %v, the database %d", query, got, err, len(nums))
	}
	if box == nil && query != "" {
		if set, err := v.Set(ctx, sel); err != nil || !slices.Equal(set.Nums(), nums) {
			t.Errorf("%q chooses %v, %v, the database %v", query, set.Nums(), err, nums)
		}
	}
	months := []int{6, 12, 24}
	c, err := v.Facets(ctx, sel, view.Shows{Box: box, Months: months, Most: 10})
	if err != nil || c.Total != len(nums) {
		t.Errorf("facets of %q: total %d, %v, the database %d", query, c.Total, err, len(nums))
	}
	if !choices {
		return
	}
	// choice is the selection with one list's choice replaced.
	choice := func(want int, change func(s *directory.Selection)) {
		t.Helper()
		s := sel
		change(&s)
		if n, err := st.CountEntries(ctx, store.EntryFilter{Selection: s}); n != want || err != nil {
			t.Errorf("facets of %q: %d of %q, %v, the database %d", query, want, s.Values().Encode(), err, n)
		}
	}
	checkLists(c, months, choice)
}

// checkLists gives every counted choice to choice.
func checkLists(c register.Counts, months []int, choice func(want int, change func(s *directory.Selection))) {
	for i, k := range directory.Kinds() {
		choice(c.Kinds[i], func(s *directory.Selection) { s.Kinds = []directory.Kind{k} })
	}
	for i, th := range directory.Themes()[:14] {
		choice(c.Themes[i], func(s *directory.Selection) { s.Themes = []string{th.Slug} })
	}
	for i, m := range months {
		choice(c.Since[i], func(s *directory.Selection) { s.FreshMonths = m })
	}
	choice(c.Rules, func(s *directory.Selection) { s.Rules = true })
	for _, x := range c.Tags {
		choice(x.N, func(s *directory.Selection) { s.Tags = []string{x.Value} })
	}
	for _, x := range c.Languages {
		choice(x.N, func(s *directory.Selection) { s.Languages = []string{x.Value} })
	}
	for _, x := range c.Licences {
		choice(x.N, func(s *directory.Selection) { s.Licence = x.Value })
	}
	for _, x := range c.Origins {
		choice(x.N, func(s *directory.Selection) {
			if s.Origin = x.Value; x.Value == "" {
				s.Origin = directory.OriginLocal
			}
		})
	}
	for _, x := range view.Areas(c) {
		choice(x.N, func(s *directory.Selection) { s.Areas = []string{x.ID} })
	}
	for _, x := range c.Concepts {
		n := x.N
		if x.Value == concept {
			continue // the concept itself is chosen with it
		}
		choice(n, func(s *directory.Selection) { s.Concepts = []string{x.Value} })
	}
}
