// Package view keeps the map, the timeline, the register and the words of this process
// as fresh as the database: it loads the atlas, the chronicle and the register at start,
// the lexicon beside its work, and follows the change sequence, whichever process wrote it.
//
// Searches are answered by the lexicon as soon as it is there, and by the database's own
// index until then and for whoever has no view, such as commands: both have the same words.
//
// What belongs: the four indexes and turning a Selection into their filter. What does not: drawing and SQL.
// Packages api and site ask it; app runs it.
package view

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/lexicon"
	"codeberg.org/bocage/bocage/internal/register"
	"codeberg.org/bocage/bocage/internal/store"
)

const (
	defaultPoll = 300 * time.Millisecond
	// batchRows is how many changes one look takes at a time.
	batchRows = 2000
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
	extents   extents
	// areaCodes name the départements that the atlas has numbers of; 0 is none.
	areaCodes  []string
	areaNum    map[string]uint8
	zoneCounts map[string]*ZoneCounts // by revision, level and filter
	// regions and series number the lanes of the timeline, from 1.
	regions, series lanes
	register        *register.Register
	// dead are the origins whose entries are not shown, see refreshDead; turns
	// counts how often they changed.
	dead  map[string]bool
	turns int64
	seq   int64
	sets  *sets
	kept  *countsKept
	named map[string]namedKept

	// words are nil until they are read. loads counts what Load did, and missed is what
	// changed while the words are read, nil while they are not; worker guards both.
	words   atomic.Pointer[lexicon.Lexicon]
	loads   int
	missed  []int64
	reading atomic.Bool // somebody sees to it that they are read
	readers sync.WaitGroup
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
	v.atlas = atlas.New(nil).DatedBy(v.during)
	v.extents = newExtents()
	v.register = register.New()
	v.chronicle = chronicle.New(nil).NamedBy(namesOf(v.register))
	v.areaCodes, v.areaNum, v.zoneCounts = []string{""}, map[string]uint8{"": 0}, map[string]*ZoneCounts{}
	v.dead = map[string]bool{}
	v.regions, v.series = lanes{}, lanes{}
	v.seq, v.sets, v.kept, v.named = 0, newSets(), newCountsKept(), map[string]namedKept{}
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
	v.words.Store(nil)
	v.loads, v.missed = v.loads+1, nil
	for origin := range dead {
		v.dead[origin] = true
	}
	if err := v.store.ScanExtents(ctx, func(x store.Extent) error { v.extents.take(x); return nil }); err != nil {
		return fmt.Errorf("load view: %w", err)
	}
	var points []atlas.Point
	var spans []chronicle.Interval
	rows := make([]register.Row, 0, batchRows)
	err = v.store.ScanIndex(ctx, func(r store.IndexRow) error {
		if r.Gone || v.dead[r.Origin] {
			return nil
		}
		if rows = append(rows, registerRow(r)); len(rows) == batchRows {
			v.register.Apply(rows, nil)
			rows = rows[:0]
		}
		if r.HasPoint {
			points = append(points, v.point(r))
			v.extents.place(points[len(points)-1])
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
	v.register.Apply(rows, nil)
	v.atlas, v.chronicle, v.seq = atlas.New(points).DatedBy(v.during), chronicle.New(spans).NamedBy(namesOf(v.register)), seq
	return nil
}

func (v *View) point(r store.IndexRow) atlas.Point {
	return atlas.Point{Num: r.Num, Lat: r.Lat, Lon: r.Lon, Kind: uint8(r.Kind.Number()), Theme: int8(r.Theme),
		Themes: r.ThemeMask, Origin: v.register.OriginNumber(r.Origin),
		Approximate: v.extents.approximate[r.Num], Area: v.areaNumber(r.Department)}
}

func registerRow(r store.IndexRow) register.Row {
	tags := make([]register.Tag, len(r.Tags))
	for i, t := range r.Tags {
		tags[i] = register.Tag(t)
	}
	return register.Row{Num: r.Num, ID: r.ID, Name: r.Name, Origin: r.Origin, Kind: uint8(r.Kind.Number()), Themes: r.ThemeMask,
		Placed: r.HasPoint, Dated: r.HasDate, Licence: r.Licence, Department: r.Department, Rules: r.Rules,
		Confirmed: r.LastConfirmed / 1e6, Languages: r.Languages, Concepts: r.Concepts, Tags: tags}
}

// Run follows the change sequence until ctx ends, and then returns nil. A
// database that does not answer is logged once and asked again.
func (v *View) Run(ctx context.Context) error {
	t := time.NewTicker(v.poll)
	defer t.Stop()
	failing := false
	v.keepWords(ctx)
	for {
		select {
		case <-ctx.Done():
			v.readers.Wait()
			return nil
		case <-t.C:
		case <-v.wake:
		}
		v.keepWords(ctx)
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
		words, err := v.rowWords(ctx, rows)
		if err != nil {
			return changed, err
		}
		v.applyWords(rows, words)
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
	var gone, noPoint, noDate, changed []int64
	var in []register.Row
	for _, r := range rows {
		v.seq = max(v.seq, r.Seq)
		changed = append(changed, r.Num)
		if r.Gone || v.dead[r.Origin] {
			gone, noPoint, noDate = append(gone, r.Num), append(noPoint, r.Num), append(noDate, r.Num)
			continue
		}
		in = append(in, registerRow(r))
		if r.HasPoint {
			points = append(points, v.point(r))
			v.extents.place(points[len(points)-1])
		} else {
			noPoint = append(noPoint, r.Num)
		}
		if r.HasDate {
			spans = append(spans, v.interval(r))
		} else {
			noDate = append(noDate, r.Num)
		}
	}
	v.extents.sort()
	v.chronicle.Apply(spans, noDate)
	v.atlas.Apply(points, noPoint)
	v.register.Apply(in, gone)
	v.sets.note(changed)
}

// namesOf tells what an entry is called, "" when it is not public any more.
func namesOf(g *register.Register) func(num int64) string {
	return func(num int64) string {
		l, _ := g.Label(num)
		return l.Name
	}
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

// Register is what entries are chosen and counted by.
func (v *View) Register() *register.Register {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return v.register
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
	g := v.Register()
	kinds := directory.Kinds()
	out := make(map[int64]Label, len(nums))
	for _, n := range nums {
		if l, ok := g.Label(n); ok {
			out[n] = Label{ID: l.ID, Name: l.Name, Origin: l.Origin, Kind: kinds[l.Kind]}
		}
	}
	return out
}

// Origin is the instance that an atlas.Hit's Origin number stands for, "" for ours.
func (v *View) Origin(n uint16) string { return v.Register().Origin(n) }

// Len is the number of public entries that the view knows.
func (v *View) Len() int { return v.Register().Len() }
