package genealogy

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func readCSV(t *testing.T, name string) [][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func testGraph(t *testing.T) Graph {
	t.Helper()
	var g Graph
	for _, r := range readCSV(t, "texts.csv") {
		n := Node{ID: r[0], Title: r[1], Date: r[2], Kind: r[3], KindName: r[3], Href: "/genealogy/" + r[0] + "?a=1&b"}
		if y, err := strconv.Atoi(r[2]); err == nil {
			n.Dated, n.From = true, yearStart(y)
		}
		g.Nodes = append(g.Nodes, n)
	}
	for _, r := range readCSV(t, "relations.csv") {
		g.Edges = append(g.Edges, Edge{From: r[0], To: r[1], Type: r[2]})
	}
	return g
}

func testOptions() SVGOptions {
	return SVGOptions{Title: "Généalogie <test>", Lang: "fr", TypeName: func(typ string) string { return "« " + typ + " »" }}
}

func shuffled(g Graph, seed uint64) Graph {
	r := rand.New(rand.NewPCG(seed, 0))
	out := Graph{slices.Clone(g.Nodes), slices.Clone(g.Edges)}
	r.Shuffle(len(out.Nodes), func(i, j int) { out.Nodes[i], out.Nodes[j] = out.Nodes[j], out.Nodes[i] })
	r.Shuffle(len(out.Edges), func(i, j int) { out.Edges[i], out.Edges[j] = out.Edges[j], out.Edges[i] })
	return out
}

func TestGolden(t *testing.T) {
	t.Parallel()
	g := testGraph(t)
	lineage, ok := g.Lineage("cc", -1, -1)
	if !ok {
		t.Fatal("no lineage")
	}
	draw := map[string]func(Graph, Graph) []byte{
		"all.svg":      func(g, _ Graph) []byte { return g.Layout(LayoutOptions{Width: 1376}).SVG(testOptions()) },
		"lineage.svg":  func(_, l Graph) []byte { return l.Layout(LayoutOptions{Focus: "cc"}).SVG(testOptions()) },
		"overview.svg": func(g, _ Graph) []byte { return g.Overview(1376, testOptions()) },
	}
	for name, fn := range draw {
		golden(t, name, fn(g, lineage))
		for seed := range uint64(5) {
			if !bytes.Equal(fn(g, lineage), fn(shuffled(g, seed), shuffled(lineage, seed))) {
				t.Errorf("%s depends on the order of nodes or edges", name)
			}
		}
	}
	golden(t, "concepts.svg", ConceptLanes(testConcepts(), yearStart(2026), 1376, testOptions()))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	checkSVG(t, got)
	path := filepath.Join("testdata", name)
	lines := bytes.ReplaceAll(got, []byte("><"), []byte(">\n<")) // a change can be read
	if *update {
		if err := os.WriteFile(path, lines, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(lines)); diff != "" {
		t.Errorf("%s (-update rewrites): %s", name, diff)
	}
}

// checkSVG checks that a drawing is well-formed, has a title and nothing inline.
func checkSVG(t *testing.T, b []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v", err)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			if a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on") {
				t.Errorf("%s %s=%q", e.Name.Local, a.Name.Local, a.Value)
			}
			if a.Name.Local == "d" && strings.ContainsAny(a.Value, "NI") { // NaN, Inf
				t.Errorf("path %q", a.Value)
			}
		}
		if e.Name.Local == "script" || e.Name.Local == "style" {
			t.Errorf("element %v", e)
		}
	}
	if !bytes.Contains(b, []byte("<title id=")) || !bytes.Contains(b, []byte(`role="group"`)) {
		t.Error("no title or role")
	}
}

func TestCyclesAreReported(t *testing.T) {
	t.Parallel()
	g := testGraph(t)
	want := []Edge{{From: "republic", To: "gnu", Type: "inspires"}, {From: "lonely", To: "lonely", Type: "version_of"}, {From: "same-c", To: "same-a", Type: "cites"}}
	got := g.Layout(LayoutOptions{}).Cycles()
	byID := func(a, b Edge) int { return strings.Compare(a.From+a.To, b.From+b.To) }
	slices.SortFunc(got, byID)
	slices.SortFunc(want, byID)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTimeRunsDown(t *testing.T) {
	t.Parallel()
	for seed := range uint64(30) {
		g := randomGraph(int(seed)*5, int(seed)*9, seed)
		l := g.Layout(LayoutOptions{})
		for _, e := range l.order.down {
			a, b := l.layers.of[e.from], l.layers.of[e.to]
			if l.order.nodes[e.from].Dated && a.layer >= b.layer {
				t.Fatalf("seed %d: %s is not above %s", seed, l.order.nodes[e.from].ID, l.order.nodes[e.to].ID)
			}
		}
		for _, row := range l.layers.rows {
			for i := 1; i < len(row); i++ {
				if row[i].x-row[i].width/2 < row[i-1].x+row[i-1].width/2 {
					t.Fatalf("seed %d: vertices overlap", seed)
				}
			}
		}
		if len(l.order.down)+len(l.order.odd) > len(g.Edges) {
			t.Fatalf("seed %d: more edges than there were", seed)
		}
		for _, v := range l.layers.of {
			if x := v.x + l.offset; math.IsNaN(x) || x < labelRoom || x+cardWidth/2 > l.width {
				t.Fatalf("seed %d: card at %v of %v", seed, x, l.width)
			}
		}
	}
}

func TestLineage(t *testing.T) {
	t.Parallel()
	g := testGraph(t)
	for _, tt := range []struct {
		up, down int
		want     []string
	}{
		{0, 0, []string{"cc"}},
		{1, 0, []string{"cc", "debian", "gpl", "ostrom"}},
		{0, 1, []string{"arabic", "cc", "republic"}},
		{2, 0, []string{"cc", "debian", "forest", "gnu", "gpl", "hardin", "ostrom"}},
	} {
		sub, ok := g.Lineage("cc", tt.up, tt.down)
		var got []string
		for _, n := range sub.Nodes {
			got = append(got, n.ID)
		}
		slices.Sort(got)
		if !ok || !slices.Equal(got, tt.want) {
			t.Errorf("Lineage(%d, %d) = %v, want %v", tt.up, tt.down, got, tt.want)
		}
	}
	if _, ok := g.Lineage("unknown", 3, 3); ok {
		t.Error("a lineage of nothing")
	}
}

func TestEdges(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Déclaration universelle ", 17)
	for name, g := range map[string]Graph{
		"empty":      {},
		"one":        {Nodes: []Node{{ID: "a", Title: "A", Dated: true}}},
		"self loop":  {Nodes: []Node{{ID: "a", Title: "A", Dated: true}}, Edges: []Edge{{From: "a", To: "a", Type: "cites"}}},
		"undated":    {Nodes: []Node{{ID: "a"}, {ID: "b"}}, Edges: []Edge{{From: "a", To: "b", Type: "x"}, {From: "b", To: "a", Type: "x"}}},
		"long":       {Nodes: []Node{{ID: "a", Title: long, Dated: true}, {ID: "b", Title: strings.Repeat("x", 400)}}},
		"twice":      {Nodes: []Node{{ID: "a", Title: "1"}, {ID: "a", Title: "2"}}},
		"far apart":  {Nodes: []Node{{ID: "a", From: -1e12, Dated: true}, {ID: "b", From: 1e12, Dated: true}}, Edges: []Edge{{From: "a", To: "b", Type: "<&\">"}}},
		"characters": {Nodes: []Node{{ID: "\x00<", Title: "\xff🌾<script>", Date: "<b>", KindName: "&", Theme: "\"x", Href: "javascript&\"", Dated: true}}},
	} {
		l := g.Layout(LayoutOptions{Focus: "a", Lang: "en"})
		checkSVG(t, l.SVG(testOptions()))
		checkSVG(t, g.Overview(0, testOptions()))
		if name == "long" && !bytes.Contains(l.SVG(testOptions()), []byte("<title>"+strings.TrimSpace(long))) {
			t.Error("a cut title is not given in full")
		}
		_ = l.Legend(testOptions())
	}
}

func TestLegendHasEveryType(t *testing.T) {
	t.Parallel()
	l := testGraph(t).Layout(LayoutOptions{})
	legend := string(l.Legend(testOptions()))
	seen := map[string]string{}
	for _, typ := range l.Types() {
		if !strings.Contains(legend, "« "+typ+" »") {
			t.Errorf("no %s in the legend", typ)
		}
		stroke := strokeOf(typ).attributes()
		if other, same := seen[stroke]; same {
			t.Errorf("%s is drawn as %s", typ, other)
		}
		seen[stroke] = typ
	}
}

func testConcepts() []Concept {
	use := func(y int, label string) Use {
		return Use{From: yearStart(y), Date: strconv.Itoa(y), Label: label, Href: "/texts/x?a&b"}
	}
	return []Concept{
		{ID: "commons", Title: "Commun(s)", Href: "/concepts/commons", Theme: "gouverner", Uses: []Use{use(2002, "Creative Commons"), use(1217, "Charte de la forêt"), use(1968, "« Tragedy of the commons »"), use(1990, "Ressources communes (Ostrom)"), use(2008, "Beni comuni"), use(2014, "Le commun, au singulier")}},
		{ID: "digital", Title: "Communs numériques et de la connaissance partagée", Parent: "commons", Uses: []Use{use(2007, "Understanding Knowledge as a Commons")}},
		{ID: "coop", Title: "Coopérative", Uses: []Use{use(1844, "Rochdale"), {From: yearStart(1947), Date: "1947", Label: "Statut légal"}}},
		{ID: "undated", Title: "Bien communal"},
		{ID: "orphan", Title: "Orphelin", Parent: "unknown", Uses: []Use{use(2020, "Récent")}},
		{ID: "loop-a", Title: "A", Parent: "loop-b", Uses: []Use{use(2001, "a")}},
		{ID: "loop-b", Title: "B", Parent: "loop-a", Uses: []Use{use(2003, "b")}},
		{ID: "self", Title: "مشاع", Parent: "self", Uses: []Use{use(2024, "Un emploi récent dont le nom est très long et touche le bord")}},
	}
}

func TestOrderOfConcepts(t *testing.T) {
	t.Parallel()
	var got []string
	for _, l := range orderConcepts(testConcepts()) {
		got = append(got, fmt.Sprint(l.ID, l.depth))
	}
	want := []string{"commons0", "digital1", "coop0", "loop-a0", "loop-b0", "orphan0", "self0", "undated0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, c := range [][]Concept{nil, testConcepts()[3:4], testConcepts()[4:5]} {
		checkSVG(t, ConceptLanes(c, yearStart(2026), 0, testOptions()))
	}
}

// randomGraph has dated and undated nodes, circles and loops.
func randomGraph(nodes, edges int, seed uint64) Graph {
	r := rand.New(rand.NewPCG(seed, 9))
	var g Graph
	for i := range nodes {
		n := Node{ID: fmt.Sprint("n", i), Title: strings.Repeat("Texte ", 1+r.IntN(12)), Dated: r.IntN(10) > 0, From: yearStart(1800 + int(226*math.Sqrt(r.Float64())))}
		n.Date = yearName(yearOf(n.From))
		g.Nodes = append(g.Nodes, n)
	}
	types := []string{"inspires", "cites", "amends", "responds_to"}
	for range edges {
		a, b := r.IntN(nodes), r.IntN(nodes)
		if g.Nodes[a].From > g.Nodes[b].From && r.IntN(10) > 0 {
			a, b = b, a
		}
		g.Edges = append(g.Edges, Edge{From: g.Nodes[a].ID, To: g.Nodes[b].ID, Type: types[r.IntN(4)]})
	}
	return g
}

func FuzzLayout(f *testing.F) {
	f.Add([]byte("abcdefghijkl"), "Titre")
	f.Add([]byte{0, 0, 0, 1, 1, 1, 255, 1, 2}, "<\x00\xff>")
	f.Fuzz(func(t *testing.T, raw []byte, title string) {
		var g Graph
		for i, c := range raw {
			g.Nodes = append(g.Nodes, Node{ID: fmt.Sprint(c % 32), Title: title, Date: title, Dated: c < 224, From: int64(c%16) * yearSecs * 3})
			if i > 0 {
				g.Edges = append(g.Edges, Edge{From: fmt.Sprint(raw[i-1] % 32), To: fmt.Sprint(c % 32), Type: title, Unconfirmed: c%2 == 0})
			}
			for range c % 7 {
				g.Nodes[i].Notes = append(g.Nodes[i].Notes, Note{ID: title, Title: title, Href: title, Type: title, Unconfirmed: c%3 == 0})
			}
			if c%5 == 0 {
				g.Nodes[i].Outside = title
			}
			if i > 200 {
				break
			}
		}
		checkSVG(t, g.Layout(LayoutOptions{Focus: "1"}).SVG(testOptions()))
		checkSVG(t, g.Overview(700, testOptions()))
		if sub, ok := g.Lineage("1", 2, 2); ok {
			checkSVG(t, sub.Layout(LayoutOptions{Focus: "1"}).SVG(SVGOptions{Title: title, ID: title}))
		}
	})
}

func BenchmarkLayout(b *testing.B) {
	for _, n := range []int{30, 64, 300} {
		g := randomGraph(n, 2*n, 3)
		b.Run(fmt.Sprintf("%d", n), func(b *testing.B) {
			for b.Loop() {
				g.Layout(LayoutOptions{}).SVG(SVGOptions{})
			}
		})
	}
	g := randomGraph(300, 600, 3)
	b.Run("overview/300", func(b *testing.B) {
		for b.Loop() {
			g.Overview(1376, SVGOptions{})
		}
	})
}

// What is not held, what is stated by one side and what stands beside a card.
func TestGoldenBeside(t *testing.T) {
	t.Parallel()
	g := Graph{Nodes: []Node{
		{ID: "a", Title: "Charte", Date: "1990", From: yearStart(1990), Dated: true, KindName: "Charte", Href: "/a"},
		{ID: "b", Title: "Manifeste", Date: "2000", From: yearStart(2000), Dated: true, Href: "/b", Notes: []Note{
			{ID: "o", Title: "Réseau des rivières", Href: "/o", Type: "signed_by"},
			{ID: "p", Title: "Une très longue maison des communs de la vallée", Type: "signed_by", Unconfirmed: true},
			{ID: "q", Title: "Forum <1>", Href: "/q?a=1&b", Type: "founded_at"}, {ID: "r", Title: "R", Type: "signed_by"}, {ID: "s", Title: "S", Type: "signed_by"}}},
		{ID: "https://c.example/1", Title: "Texte lointain", Outside: "c.example", Href: "https://c.example/1"},
	}, Edges: []Edge{{From: "a", To: "b", Type: "cites", Unconfirmed: true}, {From: "https://c.example/1", To: "b", Type: "amends", Unconfirmed: true}, {From: "a", To: "b", Type: "cites"}}}
	l := g.Layout(LayoutOptions{Focus: "b", Least: 320})
	got := l.SVG(testOptions())
	golden(t, "beside.svg", got)
	if n := bytes.Count(got, []byte(`class="doute"`)); n != 2 { // an edge that is confirmed once is confirmed
		t.Errorf("%d marks of doubt, want 2", n)
	}
	if !bytes.Contains(l.Legend(testOptions()), []byte("signed_by")) {
		t.Error("no legend of the notes")
	}
}
