package genealogy

import (
	"math"
	"regexp"
	"syscall"
	"testing"
	"time"
)

var dotAt = regexp.MustCompile(`data-id="([^"]+)"[^>]*><title>[^<]*</title><circle cx="([^"]+)" cy="([^"]+)"`)

func dotsOf(svg []byte) map[string][2]string {
	out := map[string][2]string{}
	for _, m := range dotAt.FindAllSubmatch(svg, -1) {
		out[string(m[1])] = [2]string{string(m[2]), string(m[3])}
	}
	return out
}

// TestChosenTextsStayWhereTheyStand: of a part of the texts each dot is where it is
// among all, the others are pale marks without a link, and only edges between chosen
// texts have a name.
func TestChosenTextsStayWhereTheyStand(t *testing.T) {
	t.Parallel()
	g := randomGraph(80, 160, 5)
	d := g.Dots(1200, "fr")
	whole := dotsOf(d.SVG(nil, testOptions()))
	if len(whole) != len(g.Nodes) {
		t.Fatalf("%d dots of %d texts", len(whole), len(g.Nodes))
	}
	only := map[string]bool{}
	for i := 0; i < len(g.Nodes); i += 3 {
		only[g.Nodes[i].ID] = true
	}
	svg := d.SVG(only, testOptions())
	checkSVG(t, svg)
	part := dotsOf(svg)
	if len(part) != len(only) {
		t.Errorf("%d dots are links, want %d", len(part), len(only))
	}
	for id, at := range part {
		if at != whole[id] {
			t.Errorf("%s is at %v, among all at %v", id, at, whole[id])
		}
	}
	if got, want := len(regexp.MustCompile(`class="hors"`).FindAll(svg, -1)), len(g.Nodes)-len(only); got != want {
		t.Errorf("%d pale marks, want %d", got, want)
	}
	for _, m := range regexp.MustCompile(`class="arete[^"]*" data-from="([^"]+)" data-to="([^"]+)"`).FindAllSubmatch(svg, -1) {
		if !only[string(m[1])] || !only[string(m[2])] {
			t.Errorf("the edge from %s to %s is vivid", m[1], m[2])
		}
	}
}

// BenchmarkOverview lays out 300 texts with 600 relations. x-count is its time in that
// of counting the crossings once for each sweep: what ordering rows cannot do without.
func BenchmarkOverview(b *testing.B) {
	g := randomGraph(300, 600, 3)
	l := g.Dots(1376, "fr").layout.layers
	best := math.Inf(1)
	for range 5 {
		start := used(b)
		for range sweeps {
			l.crossings()
		}
		best = min(best, (used(b) - start).Seconds())
	}
	b.Run("layout", func(b *testing.B) { timed(b, best, func() { g.Dots(1376, "fr") }) })
	d := g.Dots(1376, "fr")
	b.Run("drawing", func(b *testing.B) { timed(b, best, func() { d.SVG(nil, SVGOptions{}) }) })
	only := map[string]bool{}
	for _, n := range g.Nodes[:30] {
		only[n.ID] = true
	}
	b.Run("drawing/filtered", func(b *testing.B) { timed(b, best, func() { d.SVG(only, SVGOptions{}) }) })
}

func timed(b *testing.B, unit float64, do func()) {
	start := used(b)
	for b.Loop() {
		do()
	}
	each := (used(b) - start).Seconds() / float64(b.N)
	b.ReportMetric(each/unit, "x-count")
	b.ReportMetric(each*1e3, "cpu-ms/op")
}

// used is the processor time of this process.
func used(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
