package site

import (
	"math"
	"math/rand/v2"
	"testing"

	"codeberg.org/bocage/bocage/internal/atlas"
)

func TestSpacedKeepsEveryEntry(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var cs []atlas.Cluster
	want := 0
	for i := range 300 {
		c := atlas.Cluster{N: 1, Lat: 42 + 9*r.Float64(), Lon: -4 + 12*r.Float64(), Num: int64(i)}
		if i%4 == 0 {
			c.N = 2 + r.IntN(200)
		}
		c.Shares[i%9] = c.N
		want += c.N
		cs = append(cs, c)
	}
	const zoom = 6
	scale := 256 * math.Exp2(zoom) / 360
	out := spaced(cs, zoom)
	got, shares := 0, 0
	for i, c := range out {
		got += c.N
		for _, n := range c.Shares {
			shares += n
		}
		for _, o := range out[i+1:] {
			if touching(c, o, scale) {
				t.Fatalf("%v and %v touch", c, o)
			}
		}
	}
	if got != want || shares != want {
		t.Errorf("%d entries and %d shares, want %d", got, shares, want)
	}
	if apart := spaced(cs, 16); len(apart) != len(cs) {
		t.Errorf("close up, %d marks of %d", len(apart), len(cs))
	}
}
