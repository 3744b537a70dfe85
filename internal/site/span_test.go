package site

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/atlas"
)

// One old text does not squeeze the others into a corner, and is reachable.
func TestTimelineFitsTheBulk(t *testing.T) {
	b := newBench(t, nil)
	b.add(manifesto("Charte de la forêt", "1217"))
	for i := range 30 {
		b.add(manifesto(fmt.Sprint("Manifeste ", i), fmt.Sprint(1991+i)))
	}
	doc := b.ok("/timeline")
	strip, chart := find(doc, "#apercu"), find(doc, "#frise")
	year := func(unix string) int {
		var n int64
		if _, err := fmt.Sscan(unix, &n); err != nil {
			t.Fatal(err)
		}
		return yearOf(n)
	}
	if from := year(attr(strip, "data-min")); from < 1950 || from > 1991 {
		t.Errorf("the strip starts in %d", from)
	}
	if from, to := year(attr(chart, "data-from")), year(attr(chart, "data-to")); from < 1980 || from > 1995 || to < 2021 || to > testNow.Year()+1 {
		t.Errorf("the window is %d to %d", from, to)
	}
	before := find(doc, "#apercu a.avant")
	if before == nil || !strings.Contains(text(before), ": 1 fiche") {
		t.Fatalf("the older entry is not counted: %v", before)
	}
	doc = b.ok(attr(before, "href"))
	if !strings.Contains(text(find(doc, "#agenda")), "Charte de la forêt") {
		t.Error("the link does not lead to the older entry")
	}
	if got := year(attr(find(doc, "#apercu"), "data-min")); got != 1217 {
		t.Errorf("the strip of an older window starts in %d", got)
	}
}

// A click on a cluster, without script, shows it in several parts.
func TestClusterLinksSeparate(t *testing.T) {
	b := newBench(t, nil)
	r := rand.New(rand.NewPCG(5, 5))
	points := make([]atlas.Point, 3000)
	for i := range points {
		lat, lon := 46+r.NormFloat64()*2, 2+r.NormFloat64()*2
		if i%3 > 0 { // in towns, some within metres
			lat, lon = 48+float64(i%7)*.01+r.NormFloat64()*.002, 2+float64(i%11)*.02
		}
		points[i] = atlas.Point{Num: int64(i + 1), Lat: lat, Lon: lon, Theme: atlas.NoTheme}
	}
	b.view.Atlas().Apply(points, nil)
	fr, _ := catalogue(t).Locale("fr")
	st := homeState{chosen: chosen{query: url.Values{}}, position: MapPosition{46.6, 2.5, 6}}
	clicks := 0
	for _, m := range b.site.marks(fr, st) {
		if m.N < 2 {
			continue
		}
		clicks++
		u, err := url.Parse(m.Href)
		if err != nil {
			t.Fatal(err)
		}
		to, ok := parsePosition(u.Query().Get("c"))
		if !ok {
			continue // a stack is a card
		}
		next := homeState{chosen: chosen{query: url.Values{}}, position: to}
		if parts := b.site.marks(fr, next); len(parts) < 2 {
			t.Errorf("a cluster of %d at %.3f %.3f is %d marks at zoom %g", m.N, m.Lat, m.Lon, len(parts), to.Zoom)
		}
	}
	if clicks < 5 {
		t.Errorf("only %d clusters", clicks)
	}
}

// A window of hours is read back as it is written, and so is one of days.
func TestWindowTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ from, to string }{
		{"2027-06-06T17:30", "2027-06-06T19:30"}, {"2027-06-06", "2027-06-06"}, {"1990-01-01", "2026-12-31"}, {"-0500-01-01", "2100-12-31"},
	} {
		window := extent{}.window(tt.from, tt.to)
		if from, to := windowTexts(window); from != tt.from || to != tt.to {
			t.Errorf("%s to %s is written %s to %s", tt.from, tt.to, from, to)
		}
	}
}
