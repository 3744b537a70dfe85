package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/view"
)

// Options say what to measure.
type Options struct {
	// Entries is how many there are.
	Entries int
	// Dir keeps the generated database from one run to the next.
	Dir string
	// Postgres is the address of a server where a table may be made and dropped: the
	// search is compared with its own. "" = it is not.
	Postgres string
	// Turn is the least processor time of one side of a ratio before the other has its
	// turn; 0 = 30 ms. Clocks tick in milliseconds.
	Turn time.Duration
	// Progress is called while the entries are written.
	Progress func(done, total int)
	// Report is called with each figure as soon as it is measured.
	Report func(Figure)
}

// barEntries is the number of entries for which the bars are.
const barEntries = 1_000_000

// base is the address of the instance that is measured.
const base = "http://localhost:8999"

// Views measures the four views of one instance on SQLite: starting, memory, tiles,
// timeline, facets, search, pages, and changes while people look. The error says
// what could not be measured; a missed bar is no error.
func Views(ctx context.Context, opt Options) error {
	cfg, err := prepare(ctx, opt)
	if err != nil {
		return err
	}
	if opt.Entries < barEntries { // with few, what is the same for any number weighs more
		report := opt.Report
		opt.Report = func(f Figure) {
			f.Bar = 0
			report(f)
		}
	}
	quiet := app.Options{Claim: true, Logger: slog.New(slog.DiscardHandler)}
	a, err := app.New(ctx, cfg, quiet)
	if err != nil {
		return err
	}
	if err := a.View.LoadWords(ctx); err != nil {
		return errors.Join(err, a.Close())
	}
	for _, measure := range []func(context.Context, *app.App, Options) error{starts, tiles, filters, spans, searches, typing, pages, changes} {
		if err := measure(ctx, a, opt); err != nil {
			return errors.Join(err, a.Close())
		}
	}
	return a.Close()
}

// prepare makes the database, unless an earlier run left it whole.
func prepare(ctx context.Context, opt Options) (config.Config, error) {
	cfg := config.Default()
	if err := os.MkdirAll(opt.Dir, 0o700); err != nil {
		return cfg, err
	}
	path := filepath.Join(opt.Dir, fmt.Sprintf("views-%d.db", opt.Entries))
	cfg.URL, cfg.URLDefault, cfg.Name = base, false, "bench"
	cfg.DataDir, cfg.Database = opt.Dir, "sqlite:"+path
	whole := path + ".done"
	if _, err := os.Stat(whole); err == nil {
		return cfg, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return cfg, err
	}
	for _, end := range []string{"", "-wal", "-shm"} { // what a run that was ended left
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return cfg, err
		}
	}
	a, err := app.New(ctx, cfg, app.Options{Claim: true, Offline: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return cfg, err
	}
	err = fill(ctx, a.Store, base, opt.Entries, opt.Progress)
	if err = errors.Join(err, a.Close()); err != nil {
		return cfg, err
	}
	return cfg, os.WriteFile(whole, nil, 0o600)
}

// starts is the building of the indexes from the database, and what they hold.
func starts(ctx context.Context, a *app.App, opt Options) error {
	path := strings.TrimPrefix(a.Config.Database, "sqlite:")
	var built *view.View
	load := func() error {
		built = view.New(view.Config{Store: a.Store})
		return built.Load(ctx)
	}
	// One of each is long enough, and too long for five.
	begun := processorTime()
	if err := bareScan(ctx, path, opt.Entries); err != nil {
		return err
	}
	scanned := processorTime()
	if err := load(); err != nil {
		return err
	}
	spent := processorTime() - scanned
	opt.Report(Figure{Name: "start: map, timeline and facets from the database", Limit: "a bare scan of the same columns",
		Cost: spent, Ratio: float64(spent) / float64(scanned-begun), Bar: 3})
	words := processorTime()
	if err := built.LoadWords(ctx); err != nil {
		return err
	}
	spent = processorTime() - words
	opt.Report(Figure{Name: "start: words into memory, while the database searches", Limit: "a bare scan of the same columns",
		Cost: spent, Ratio: float64(spent) / float64(scanned-begun)})
	built = nil
	before := heap()
	if err := load(); err != nil {
		return err
	}
	held := heap() - before
	opt.Report(Figure{Name: "memory of map, timeline and facets", Ratio: float64(held) / float64(opt.Entries), Unit: "bytes an entry", Bar: 200})
	if err := built.LoadWords(ctx); err != nil {
		return err
	}
	held = heap() - before
	runtime.KeepAlive(built)
	opt.Report(Figure{Name: "memory of them with all words", Ratio: float64(held) / float64(opt.Entries), Unit: "bytes an entry", Bar: 400})
	return nil
}

// heap is what is in use after everything else was let go.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// scanned are the columns that the views are made of.
const scanned = `num, seq, id, uri, origin, name, kind, status, public, theme_mask, theme, has_point, lat, lon, has_date, date_from, date_to,
	last_confirmed, updated, rank, licence, department, rules, terms, date_form, series, country`

// bareScan reads them with nothing of ours.
func bareScan(ctx context.Context, path string, want int) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // reads only
	rows, err := db.QueryContext(ctx, "SELECT "+scanned+" FROM entry WHERE public ORDER BY num")
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // reads only
	row := make([]any, strings.Count(scanned, ",")+1)
	for i := range row {
		row[i] = new(any)
	}
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(row...); err != nil {
			return err
		}
	}
	if n < want {
		return fmt.Errorf("%d rows, want %d: remove the directory and run again", n, want)
	}
	return rows.Err()
}

func firstID(ctx context.Context, a *app.App) (string, error) {
	nums, err := a.Store.SearchNums(ctx, "tag1", 1)
	if err == nil && len(nums) == 0 {
		nums, err = a.Store.SearchNums(ctx, word(40), 1)
	}
	if err != nil || len(nums) == 0 {
		return "", fmt.Errorf("no entry to read: %w", errors.Join(err, directory.ErrNotFound))
	}
	return a.View.Labels(nums)[nums[0]].ID, nil
}

// viewed are requests as people make them. "#" becomes another number each time, so
// that nothing kept for the address answers.
var viewed = []struct{ name, path string }{
	{"home page", "/?c=46.6,2.5,6.#"},
	{"list of a view with filters", "/?fragment=list&theme=eau&kind=commons&c=47.#,2.5,9"},
	{"list found by words", "/?fragment=list&fit=1&q=" + word(3) + "+cou+x#"},
	{"timeline page", "/timeline?n=#"},
	{"genealogy page", "/genealogy?n=#"},
	{"concepts page", "/concepts?n=#"},
	{"tile 6/32/22, kind and period", "/tiles/entries/6/32/22.mvt?kind=commons&from=1#"},
	{"tile 10/518/357, theme", "/tiles/entries/10/518/357.mvt?theme=eau&from=1#"},
	{"tile that was asked for before", "/tiles/entries/6/32/22.mvt"},
	{"facets of a period", "/api/v1/facets?from=1#"},
	{"timeline data of 70 years", "/api/v1/timeline?from=1950&to=2020&n=#"},
	{"suggestions for two words", "/api/v1/entries?limit=8&q=" + word(3) + "+cou&n=#"},
}

// pages is whole requests over HTTP, client and server in one process.
func pages(_ context.Context, a *app.App, opt Options) error {
	srv := httptest.NewServer(a.Handler())
	defer srv.Close()
	empty := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer empty.Close()
	n := 0
	for _, p := range viewed {
		f, err := opt.compare(p.name+", over HTTP", "an empty answer over HTTP", 0, func() error { return get(empty.URL) }, func() error {
			n = (n + 1) % 1000
			return get(srv.URL + strings.ReplaceAll(p.path, "#", fmt.Sprintf("%03d", n)))
		})
		if err != nil {
			return err
		}
		opt.Report(f)
	}
	return nil
}

// get reads a page whole; any status but 200 and 204 is an error.
func get(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // read to its end below
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("%s: %s: %.200s", url, resp.Status, body)
	}
	return nil
}
