package register

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
)

const uuid = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"

func TestLabel(t *testing.T) {
	g := New(Row{Num: 7, ID: uuid, Name: "Lavoir commun", Kind: 2, Tags: []Tag{{"ete", "Été"}}, Concepts: []string{"https://c.example"}},
		Row{Num: 900, ID: "no-uuid", Name: "", Origin: "https://far.example", Dated: true}, Row{Num: 901, Dated: true})
	for num, want := range map[int64]Label{7: {ID: uuid, Name: "Lavoir commun", Kind: 2}, 900: {ID: "no-uuid", Origin: "https://far.example"}} {
		if got, ok := g.Label(num); !ok || got != want {
			t.Errorf("label of %d: %+v, %t, want %+v", num, got, ok, want)
		}
	}
	for _, in := range []*directory.NumSet{directory.NewNumSet(7, 8, 901), directory.NewNumSet(), directory.NewNumSet(900, 5000), nil} {
		got := g.Select(Filter{Sets: []*directory.NumSet{in}})
		for _, num := range []int64{7, 900, 901} {
			if got.Has(num) != in.Has(num) {
				t.Errorf("%d within %v: %t", num, in.Nums(), got.Has(num))
			}
		}
	}
	g.Apply(nil, []int64{901})
	for _, num := range []int64{-1, 0, 8, 511, 512, 901, 1 << 40} {
		if l, ok := g.Label(num); ok {
			t.Errorf("label of %d: %+v", num, l)
		}
	}
	g.Apply([]Row{{Num: 7, ID: uuid, Name: "Puits"}, {Num: 1 << 33}, {Num: -4}}, []int64{900, 7, 12345678})
	if l, _ := g.Label(7); l.Name != "Puits" || g.Len() != 1 || g.Has(900) {
		t.Errorf("after a change: %+v, %d entries, 900 there: %t", l, g.Len(), g.Has(900))
	}
	c := g.Count(Filter{}, Ask{Most: 5})
	if c.Total != 1 || len(c.Tags)+len(c.Concepts) != 0 {
		t.Errorf("counts after a change: %+v", c)
	}
}

// TestCountOwnChoice: a list's numbers do not apply its own choice, and a row that
// fails in two lists counts in none.
func TestCountOwnChoice(t *testing.T) {
	g := New(
		Row{Num: 1, Kind: 0, Languages: []string{"fr"}, Tags: []Tag{{"a", "A"}, {"b", "b"}}, Rules: true, Confirmed: 100, Department: "35"},
		Row{Num: 2, Kind: 1, Languages: []string{"br", "fr"}, Tags: []Tag{{"a", "A"}}, Confirmed: 50},
		Row{Num: 3, Kind: 1, Languages: []string{"br"}, Tags: []Tag{{"b", "b"}}, Placed: true},
	)
	c := g.Count(Filter{Kinds: 1 << 1, Languages: []string{"br"}}, Ask{Most: 9, Since: []int64{60, 1}})
	want := Counts{Total: 2, Kinds: [8]int{0, 2}, Since: []int{0, 1},
		Tags: []Count{{"a", "A", 1}, {"b", "b", 1}}, Languages: []Count{{"br", "br", 2}, {"fr", "fr", 1}}, Origins: []Count{{"", "", 2}}}
	if d := cmp.Diff(want, c); d != "" {
		t.Errorf("counts (-want +got):\n%s", d)
	}
	c = g.Count(Filter{Rules: true, Departments: []string{}}, Ask{Most: 1})
	if c.Total != 0 || c.Rules != 0 || len(c.Departments) != 1 || c.Departments[0].N != 1 {
		t.Errorf("of nowhere: %+v", c)
	}
	if c = g.Count(Filter{}, Ask{Placed: true}); c.Total != 1 {
		t.Errorf("%d are placed", c.Total)
	}
	if c = g.Count(Filter{}, Ask{Kinds: 1, Within: directory.NewNumSet(1, 3)}); c.Total != 1 {
		t.Errorf("%d of the kind within", c.Total)
	}
}

func TestRenew(t *testing.T) {
	g := New(Row{Num: 1, Licence: "x"}, Row{Num: 600, Licence: "y"})
	f := Filter{Licence: "x"}
	was := g.Select(f)
	g.Apply([]Row{{Num: 600, Licence: "x"}, {Num: 5, Licence: "x"}}, []int64{1})
	now := g.Renew(was, f, []int64{600, 5, 1})
	if !slices.Equal(was.Nums(), []int64{1}) || !slices.Equal(now.Nums(), []int64{5, 600}) || !slices.Equal(g.Select(f).Nums(), now.Nums()) {
		t.Errorf("was %v, renewed %v, anew %v", was.Nums(), now.Nums(), g.Select(f).Nums())
	}
}

// million fills a register with rows like those of a large directory.
func million(b *testing.B, n int) *Register {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	g := New()
	licences, languages := []string{"", "ODbL-1.0", "CC0-1.0"}, [][]string{{"fr"}, {"fr"}, {"fr", "en"}, {"en"}, {"br", "fr"}}
	rows := make([]Row, 0, 2000)
	for i := range n {
		x := Row{Num: int64(i + 1), ID: fmt.Sprintf("0190a1b2-c3d4-7e5f-8a9b-%012x", i), Name: fmt.Sprintf("Jardin partagé de la rue %d", i),
			Origin: []string{"", "https://a.example", "https://b.example"}[r.IntN(3)], Kind: uint8(r.IntN(8)), Themes: 1 << r.IntN(40),
			Placed: r.IntN(10) > 0, Licence: licences[r.IntN(3)], Languages: languages[r.IntN(5)], Department: fmt.Sprint(r.IntN(100)),
			Rules: r.IntN(4) == 0, Confirmed: 1_700_000_000 + r.Int64N(60_000_000)}
		for range r.IntN(5) {
			tag := fmt.Sprint("tag", int(r.ExpFloat64()*400))
			x.Tags = append(x.Tags, Tag{tag, tag})
		}
		if rows = append(rows, x); len(rows) == cap(rows) || i == n-1 {
			g.Apply(rows, nil)
			rows = rows[:0]
		}
	}
	return g
}

func BenchmarkMillion(b *testing.B) {
	const n = 1_000_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g := million(b, n)
	runtime.GC()
	runtime.ReadMemStats(&after)
	perEntry := float64(after.HeapAlloc-before.HeapAlloc) / n
	ask := Ask{Most: 20, Since: []int64{1_740_000_000, 1_720_000_000}}
	run := func(name string, fn func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				fn()
			}
			b.ReportMetric(perEntry, "B/entry")
		})
	}
	run("count all", func() { g.Count(Filter{}, ask) })
	run("count few", func() { g.Count(Filter{Rules: true, Languages: []string{"br"}, Kinds: 3}, ask) })
	run("select origin", func() { g.Select(Filter{Origin: new(string)}) })
	run("select tag", func() { g.Select(Filter{Tags: []string{"tag7"}}) })
	run("select four", func() {
		g.Select(Filter{Rules: true, Languages: []string{"br"}, Licence: "ODbL-1.0", Departments: []string{"35", "22"}})
	})
	set := g.Select(Filter{Tags: []string{"tag7"}})
	run("renew by ten", func() { g.Renew(set, Filter{Tags: []string{"tag7"}}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) })
	run("apply ten", func() {
		rows := make([]Row, 10)
		for i := range rows {
			rows[i] = Row{Num: int64(i*50_000 + 1), ID: uuid, Name: "Jardin"}
		}
		g.Apply(rows, nil)
	})
}
