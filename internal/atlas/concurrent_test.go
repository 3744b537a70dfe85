package atlas

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// TestReadersAndWriter lets readers check that every snapshot agrees with
// itself while a writer changes it, rebases included.
func TestReadersAndWriter(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	var points []Point
	for i := range 3000 {
		points = append(points, randomPoint(r, int64(i)))
	}
	a := New(points).DatedBy(calendar(1 << 15))
	done := make(chan struct{})
	var readers sync.WaitGroup
	for k := range 3 {
		readers.Add(1)
		go func() {
			defer readers.Done()
			read(t, a, rand.New(rand.NewPCG(uint64(k), 4)), done)
		}()
	}
	for range 30 {
		var up []Point
		for range 1200 {
			up = append(up, randomPoint(r, r.Int64N(6000)))
		}
		a.Apply(up, []int64{r.Int64N(6000), r.Int64N(6000)})
	}
	close(done)
	readers.Wait()
}

func read(t *testing.T, a *Atlas, r *rand.Rand, done chan struct{}) {
	world := BBox{-180, -90, 180, 90}
	f := Filter{Kinds: uint16(r.IntN(255) + 1)}
	for {
		select {
		case <-done:
			return
		default:
		}
		if _, err := decodeTile(a.Tile(0, 0, 0, Filter{})); err != nil {
			t.Error(err)
			return
		}
		if n := a.Facets(world, f).Total; n > 6000 {
			t.Errorf("%d points", n)
			return
		}
		a.Nearest(48, 2, f, 10, 0)
		a.Within(BBox{2, 48, 3, 49}, f, 50)
		a.Clusters(world, 5, f)
	}
}
