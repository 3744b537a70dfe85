// Package view keeps the map and the timeline of this process as fresh as the
// database: it loads the atlas and the chronicle at start and follows the
// change sequence, whichever process wrote it.
//
// What belongs: the two indexes, the small caches that name their numbers, and
// turning a Selection into their filter. What does not: drawing and SQL.
// Packages api and site ask it; app runs it.
package view

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	defaultPoll = 300 * time.Millisecond
	// batchRows is how many changes one look takes at a time.
	batchRows = 2000
	// maxFilters bounds the cache of resolved selections; a page asks for the
	// same one with each of its tiles.
	maxFilters = 64
)

// Config is what a View needs.
type Config struct {
	Store *store.Store
	// Poll is the time between looks at the change sequence; 0 = 300 ms.
	Poll   time.Duration
	Clock  func() time.Time // nil = time.Now
	Logger *slog.Logger     // nil = slog.Default()
}

// View is the indexes of one process. Its methods may be called concurrently.
type View struct {
	store  *store.Store
	poll   time.Duration
	log    *slog.Logger
	wake   chan struct{}
	epoch  string // of this process: index revisions start again with it
	worker sync.Mutex

	mu        sync.RWMutex
	atlas     *atlas.Atlas
	chronicle *chronicle.Chronicle
	labels    map[int64]Label
	// unplaced are the entries that are not on the map, without a position.
	unplaced  map[int64]atlas.Point
	extents   extents
	origins   []string
	originNum map[string]uint16
	// regions and series number the lanes of the timeline, from 1.
	regions, series lanes
	// dead are the origins whose entries are not shown, see refreshDead; turns
	// counts how often they changed.
	dead    map[string]bool
	turns   int64
	seq     int64
	filters map[string]*directory.NumSet
}

// New returns an empty View; Load fills it.
func New(cfg Config) *View {
	v := &View{store: cfg.Store, poll: cfg.Poll, log: cfg.Logger, wake: make(chan struct{}, 1)}
	if v.poll == 0 {
		v.poll = defaultPoll
	}
	if v.log == nil {
		v.log = slog.Default()
	}
	clock := cfg.Clock
	if clock == nil {
		clock = time.Now
	}
	v.epoch = strconv.FormatInt(clock().UnixMicro(), 36)
	v.reset()
	return v
}

func (v *View) reset() {
	v.atlas, v.chronicle = atlas.New(nil), chronicle.New(nil)
	v.labels, v.unplaced = map[int64]Label{}, map[int64]atlas.Point{}
	v.extents = newExtents()
	v.origins, v.originNum = []string{""}, map[string]uint16{"": 0}
	v.dead = map[string]bool{}
	v.regions, v.series = lanes{}, lanes{}
	v.seq, v.filters = 0, map[string]*directory.NumSet{}
}

// Load builds the indexes from the whole database.
func (v *View) Load(ctx context.Context) error {
	v.worker.Lock()
	defer v.worker.Unlock()
	// Read before the scan: what changes during it is applied again, harmlessly.
	seq, err := v.store.LastSeq(ctx)
	if err != nil {
		return fmt.Errorf("load view: %w", err)
	}
	dead, err := v.store.DeadOrigins(ctx)
	if err != nil {
		return fmt.Errorf("load view: %w", err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.reset()
	for origin := range dead {
		v.dead[origin] = true
	}
	if err := v.store.ScanExtents(ctx, func(x store.Extent) error { v.extents.take(x); return nil }); err != nil {
		return fmt.Errorf("load view: %w", err)
	}
	var points []atlas.Point
	var spans []chronicle.Interval
	err = v.store.ScanIndex(ctx, func(r store.IndexRow) error {
		if r.Gone || v.dead[r.Origin] {
			return nil
		}
		v.labels[r.Num] = Label{ID: r.ID, Name: r.Name, Origin: r.Origin, Kind: r.Kind}
		if r.HasPoint {
			points = append(points, v.point(r))
			v.extents.place(points[len(points)-1])
		} else {
			v.unplaced[r.Num] = v.point(r)
		}
		if r.HasDate {
			spans = append(spans, v.interval(r))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("load view: %w", err)
	}
	v.extents.sort()
	v.atlas, v.chronicle, v.seq = atlas.New(points), chronicle.New(spans), seq
	return nil
}

// point needs v.mu.
func (v *View) point(r store.IndexRow) atlas.Point {
	n, ok := v.originNum[r.Origin]
	if !ok && len(v.origins) < 1<<16 {
		n = uint16(len(v.origins))
		v.origins = append(v.origins, r.Origin)
		v.originNum[r.Origin] = n
	}
	return atlas.Point{Num: r.Num, Lat: r.Lat, Lon: r.Lon, Kind: uint8(r.Kind.Number()), Theme: int8(r.Theme),
		Themes: r.ThemeMask, From: r.From, To: r.To, Dated: r.HasDate, Origin: n,
		Approximate: v.extents.approximate[r.Num]}
}

// Run follows the change sequence until ctx ends, and then returns nil. A
// database that does not answer is logged once and asked again.
func (v *View) Run(ctx context.Context) error {
	t := time.NewTicker(v.poll)
	defer t.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		case <-v.wake:
		}
		_, err := v.Refresh(ctx)
		if err != nil && ctx.Err() == nil && !failing {
			v.log.ErrorContext(ctx, "map and timeline are not refreshed", "error", err)
		}
		failing = err != nil
	}
}

// Notify makes Run look at once: this process committed a change. It never blocks.
func (v *View) Notify() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// Refresh applies what changed since the last look and reports whether
// anything had; tests and Run call it.
func (v *View) Refresh(ctx context.Context) (bool, error) {
	v.worker.Lock()
	defer v.worker.Unlock()
	changed, err := v.refreshDead(ctx)
	if err != nil {
		return false, fmt.Errorf("refresh view: %w", err)
	}
	for {
		v.mu.RLock()
		seq := v.seq
		v.mu.RUnlock()
		rows, err := v.store.ChangesSince(ctx, seq, batchRows)
		if err != nil {
			return changed, fmt.Errorf("refresh view: %w", err)
		}
		if len(rows) == 0 {
			return changed, nil
		}
		extents, err := v.extentsOf(ctx, rows)
		if err != nil {
			return changed, err
		}
		v.apply(rows, extents)
		changed = true
		if len(rows) < batchRows {
			return changed, nil
		}
	}
}

func (v *View) apply(rows []store.IndexRow, extents []store.Extent) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, r := range rows {
		v.extents.drop(r.Num)
	}
	for _, x := range extents {
		v.extents.take(x)
	}
	var points []atlas.Point
	var spans []chronicle.Interval
	var noPoint, noDate []int64
	for _, r := range rows {
		v.seq = max(v.seq, r.Seq)
		if r.Gone || v.dead[r.Origin] {
			delete(v.labels, r.Num)
			delete(v.unplaced, r.Num)
			noPoint, noDate = append(noPoint, r.Num), append(noDate, r.Num)
			continue
		}
		v.labels[r.Num] = Label{ID: r.ID, Name: r.Name, Origin: r.Origin, Kind: r.Kind}
		if r.HasPoint {
			points = append(points, v.point(r))
			v.extents.place(points[len(points)-1])
			delete(v.unplaced, r.Num)
		} else {
			noPoint = append(noPoint, r.Num)
			v.unplaced[r.Num] = v.point(r)
		}
		if r.HasDate {
			spans = append(spans, v.interval(r))
		} else {
			noDate = append(noDate, r.Num)
		}
	}
	v.extents.sort()
	v.atlas.Apply(points, noPoint)
	v.chronicle.Apply(spans, noDate)
	clear(v.filters)
}

// Atlas is the map index.
func (v *View) Atlas() *atlas.Atlas {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.atlas
}

// Chronicle is the time index.
func (v *View) Chronicle() *chronicle.Chronicle {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.chronicle
}

// Revision changes whenever something that the public sees did; with the
// process's start in it, so that it is fit for an ETag.
func (v *View) Revision() string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.epoch + "-" + strconv.FormatInt(v.seq, 36) + "-" + strconv.FormatInt(v.turns, 36)
}

// Label is what lists and drawings need to know of an entry.
type Label struct {
	ID, Name, Origin string
	Kind             directory.Kind
}

// Labels returns the labels of the entries that have these numbers; numbers
// that are not public any more are left out.
func (v *View) Labels(nums []int64) map[int64]Label {
	v.mu.RLock()
	defer v.mu.RUnlock()
	out := make(map[int64]Label, len(nums))
	for _, n := range nums {
		if l, ok := v.labels[n]; ok {
			out[n] = l
		}
	}
	return out
}

// Origin is the instance that an atlas.Hit's Origin number stands for, "" for ours.
func (v *View) Origin(n uint16) string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if int(n) >= len(v.origins) {
		return ""
	}
	return v.origins[n]
}

// Len is the number of public entries that the view knows.
func (v *View) Len() int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return len(v.labels)
}
