package basemap

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// numbersOf reads the numbers back from the labels of a drawing.
func numbersOf(t *testing.T, svg string) []int {
	t.Helper()
	var out []int
	for _, m := range regexp.MustCompile(`<text x="[^"]*" y="[^"]*">([0-9– ]+)</text>`).FindAllStringSubmatch(svg, -1) {
		for _, w := range strings.Fields(m[1]) {
			a, b, run := strings.Cut(w, "–")
			from, err := strconv.Atoi(a)
			if err != nil {
				t.Fatal(err)
			}
			to := from
			if run {
				if to, err = strconv.Atoi(b); err != nil {
					t.Fatal(err)
				}
			}
			for n := from; n <= to; n++ {
				out = append(out, n)
			}
		}
	}
	slices.Sort(out)
	return out
}

// TestNumbersAreAllThere: however dense, every number is on the map once, and no
// two labels overlap.
func TestNumbersAreAllThere(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	v := View{Lat: 47, Lon: 2, Zoom: 6, Width: 1000, Height: 900}
	for name, spread := range map[string]float64{"one place": 0, "a town": 0.05, "a region": 1, "a country": 4} {
		for _, count := range []int{1, 5, 60, 200} {
			var es []Numbered
			for i := range count {
				es = append(es, Numbered{Lat: 47 + spread*(r.Float64()-.5), Lon: 2 + spread*(r.Float64()-.5), N: i + 1, Theme: i%10 - 1, Approximate: i%7 == 0})
			}
			svg := string((*Basemap)(nil).NumberedSVG(v, es, SVGOptions{Title: `"<b>`}))
			got := numbersOf(t, svg)
			if len(got) != count || got[0] != 1 || got[count-1] != count || len(slices.Compact(got)) != count {
				t.Errorf("%s, %d entries: numbers %v", name, count, got)
			}
			if strings.Contains(svg, "<b>") || strings.Contains(svg, "style=") {
				t.Error("markup or styles in the drawing")
			}
			d := &drawing{view: v.sane(), frame: v.sane().frame(), scale: v.sane().pixels()}
			ls := d.labels(es)
			for i := range ls {
				for j := range i {
					if ls[i].box().overlaps(ls[j].box()) {
						t.Errorf("%s, %d entries: labels %v and %v overlap", name, count, ls[i].ns, ls[j].ns)
					}
				}
			}
		}
	}
	outside := (*Basemap)(nil).NumberedSVG(v, []Numbered{{Lat: -40, Lon: 100, N: 1}}, SVGOptions{Title: "x"})
	if n := numbersOf(t, string(outside)); len(n) != 0 {
		t.Errorf("what is outside is drawn: %v", n)
	}
}
