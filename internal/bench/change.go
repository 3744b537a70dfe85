package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// lookEvery is how often changes looks whether a change is on the map.
const lookEvery = time.Millisecond

// changes writes new entries while tiles are drawn: how long until one is on the
// map, and how much slower the slowest tiles become.
func changes(ctx context.Context, a *app.App, opt Options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- a.View.Run(ctx) }()
	idle := slowest(a, time.Second)
	g := newGenerator(base)
	var waits []time.Duration
	made := []*directory.Entry{}
	const rounds, perRound = 20, 50
	busy := make(chan time.Duration, 1)
	go func() { busy <- slowest(a, 2*time.Second) }()
	for range rounds {
		es := make([]*directory.Entry, perRound)
		for i := range es {
			es[i] = g.entry(3) // a place
		}
		made = append(made, es...)
		begun := time.Now()
		if err := a.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutEntries(ctx, es, store.PutOptions{Public: true}) }); err != nil {
			return fmt.Errorf("write a change: %w", err)
		}
		committed := time.Now()
		a.View.Notify()
		last := es[perRound-1].Num
		for len(a.View.Labels([]int64{last})) == 0 {
			if time.Since(committed) > time.Minute {
				return fmt.Errorf("entry %d is not on the map after a minute", last)
			}
			time.Sleep(lookEvery)
		}
		waits = append(waits, time.Since(committed))
		time.Sleep(max(0, 100*time.Millisecond-time.Since(begun)))
	}
	slow := <-busy
	opt.Report(Figure{Name: "a change is in every view of its process, the longest of 20", Ratio: float64(slices.Max(waits).Milliseconds()), Unit: "ms", Bar: 1000})
	opt.Report(Figure{Name: "the slowest hundredth of tiles while 500 entries a second change", Limit: "the same while nothing changes",
		Ratio: float64(slow) / float64(max(idle, 1))})
	stop()
	if err := <-ended; err != nil {
		return err
	}
	return forget(context.WithoutCancel(ctx), a, made)
}

// slowest is the time below which 99 of 100 tiles of a session of panning are.
func slowest(a *app.App, during time.Duration) time.Duration {
	ts := tilesAt(a.View.Atlas(), panning...)
	var took []time.Duration
	for begun, i := time.Now(), 0; time.Since(begun) < during; i++ {
		t := ts[i%len(ts)]
		from := time.Now()
		a.View.Atlas().Tile(t.z, t.x, t.y, atlas.Filter{})
		took = append(took, time.Since(from))
	}
	slices.Sort(took)
	return took[len(took)*99/100]
}

// forget takes the changes back, so that the next run measures the same.
func forget(ctx context.Context, a *app.App, es []*directory.Entry) error {
	for _, e := range es {
		e.Status, e.DeletedAt = directory.StatusDeleted, time.Now().UTC()
	}
	if err := a.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutEntries(ctx, es, store.PutOptions{Public: true}) }); err != nil {
		return fmt.Errorf("take the changes back: %w", err)
	}
	return nil
}
