//go:build unix

package app_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/config"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// The benchmark of a whole instance on SQLite with scaleEntries entries. Each
// figure is beside a bare limit measured in the same run: "x-bare" is how many
// times as much processor time it takes. On a busy machine "cpu-ms" and
// "x-bare" mean more than the wall clock's ns/op. Nothing asserts a time. Run
//
//	go test -run - -bench Scale -benchtime 20x ./internal/app
//
// BOCAGE_BENCH_DIR keeps the database there from one run to the next.

const scaleEntries = 100_000

const scaleURL = "http://localhost:8999"

// processorTime is what this process used, the server and its client.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure runs op b.N times and reports its processor time, beside bare's.
func measure(b *testing.B, bare, op func() error) {
	b.Helper()
	for _, f := range []func() error{bare, op} {
		if err := f(); err != nil { // what is made once and kept is made here
			b.Fatal(err)
		}
	}
	run := func(n int, f func() error) float64 {
		from := processorTime(b)
		for range n {
			if err := f(); err != nil {
				b.Fatal(err)
			}
		}
		return float64(processorTime(b)-from) / float64(n) / 1e6
	}
	limit := run(max(b.N, 5), bare)
	b.ResetTimer()
	cost := run(b.N, op)
	b.StopTimer()
	b.ReportMetric(cost, "cpu-ms")
	b.ReportMetric(cost/max(limit, 1e-6), "x-bare")
}

// someWords has a long tail, as names and summaries do.
func someWords(r *rand.Rand, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = syllables(int(r.ExpFloat64() * 1500))
	}
	return strings.Join(words, " ")
}

// syllables makes a word of a number.
func syllables(n int) string {
	parts := [...]string{"ba", "cou", "dri", "fen", "gal", "hai", "jar", "lin", "mo", "nat", "pre", "ruis", "sol", "ter", "ver", "zé"}
	word := parts[n%16]
	for n /= 16; n > 0; n /= 16 {
		word += parts[n%16]
	}
	return word
}

// scaleEntry is one of the generated entries: most are places around towns, a
// few hundred are texts and concepts, some events.
func scaleEntry(r *rand.Rand, i int, towns [][2]float64) *directory.Entry {
	id := uuid.Must(uuid.NewV7()).String()
	at := time.Date(2024, 1, 1, 0, 0, i, 0, time.UTC)
	themes := directory.Themes()
	e := &directory.Entry{ID: id, Kind: directory.KindCommons, Status: directory.StatusPublished, Created: at, Updated: at, Revision: 1,
		Name: directory.LangText{"fr": someWords(r, 4)}, Summary: directory.LangText{"fr": someWords(r, 18)},
		Description: directory.LangText{"fr": someWords(r, 80)}, Licence: "CC-BY-SA-4.0", LastConfirmed: at,
		Themes: []string{themes[r.IntN(len(themes))].Slug}, Tags: []string{fmt.Sprint("tag", r.IntN(500)), "commun"},
		Period: &directory.Period{Start: fmt.Sprint(2026 - int(r.ExpFloat64()*25))}}
	switch {
	case i%300 == 1:
		e.Kind, e.Text = directory.KindText, &directory.Text{Form: "charter"}
	case i%1000 == 2:
		e.Kind, e.Period, e.Concept = directory.KindConcept, nil, &directory.Concept{FirstUse: fmt.Sprint(1950 + r.IntN(75))}
	default:
		if i%20 == 0 {
			e.Kind = directory.KindEvent
			e.Period.Start = fmt.Sprintf("%d-%02d-%02d", 2015+r.IntN(12), 1+r.IntN(12), 1+r.IntN(28))
		}
		t := towns[r.IntN(1+r.IntN(len(towns)))]
		e.Place = &directory.Place{Locality: "Plougrain", Country: "FR", Point: &directory.Point{Lat: t[0] + r.NormFloat64()*0.06, Lon: t[1] + r.NormFloat64()*0.06}}
	}
	e.URI = scaleURL + "/" + e.Kind.Path() + "/" + id
	return e
}

// fill writes the generated entries into a new database.
func fill(b *testing.B, cfg config.Config) {
	b.Helper()
	ctx := context.Background()
	a, err := app.New(ctx, cfg, app.Options{Claim: true, Offline: true, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	towns := make([][2]float64, 4000)
	for i := range towns {
		towns[i] = [2]float64{46.5 + r.NormFloat64()*2, 2.5 + r.NormFloat64()*2.5}
	}
	const batch = 1000
	for done := 0; done < scaleEntries; done += batch {
		es := make([]*directory.Entry, batch)
		for i := range es {
			es[i] = scaleEntry(r, done+i, towns)
		}
		if err := a.Store.Write(ctx, func(tx *store.Tx) error {
			return tx.PutEntries(ctx, es, store.PutOptions{Public: true})
		}); err != nil {
			b.Fatal(err)
		}
	}
	if err := a.Close(); err != nil {
		b.Fatal(err)
	}
}

// scaleConfig is the instance's configuration, on a database that is filled.
func scaleConfig(b *testing.B) config.Config {
	b.Helper()
	dir := os.Getenv("BOCAGE_BENCH_DIR")
	if dir == "" {
		dir = b.TempDir()
	}
	cfg := config.Default()
	path := filepath.Join(dir, "scale.db")
	cfg.URL, cfg.URLDefault, cfg.Name = scaleURL, false, "scale"
	cfg.DataDir, cfg.Database = dir, "sqlite:"+path
	if done := path + ".done"; !exists(done) {
		for _, end := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(path + end) // a run that was interrupted left half of it
		}
		fill(b, cfg)
		if err := os.WriteFile(done, nil, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	return cfg
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// bareScan reads the columns of the indexes with nothing of ours.
func bareScan(path string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // reads only
	rows, err := db.Query(`SELECT num, id, name, kind, theme_mask, lat, lon, date_from, date_to, rank FROM entry WHERE public ORDER BY num`)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }() // reads only
	var num, mask, from, to int64
	var id, name, kind string
	var lat, lon, rank float64
	n := 0
	for ; rows.Next(); n++ {
		if err := rows.Scan(&num, &id, &name, &kind, &mask, &lat, &lon, &from, &to, &rank); err != nil {
			return err
		}
	}
	if n != scaleEntries {
		return fmt.Errorf("%d rows, want %d", n, scaleEntries)
	}
	return rows.Err()
}

// BenchmarkScale measures one instance with a hundred thousand entries.
func BenchmarkScale(b *testing.B) {
	cfg := scaleConfig(b)
	ctx := context.Background()
	quiet := app.Options{Claim: true, Logger: slog.New(slog.DiscardHandler)}
	b.Run("start", func(b *testing.B) {
		measure(b, func() error { return bareScan(strings.TrimPrefix(cfg.Database, "sqlite:")) }, func() error {
			a, err := app.New(ctx, cfg, quiet)
			if err != nil {
				return err
			}
			return a.Close()
		})
	})
	a, err := app.New(ctx, cfg, quiet)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = a.Close() }) // the end of a benchmark
	srv := httptest.NewServer(a.Handler())
	b.Cleanup(srv.Close)
	empty := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	b.Cleanup(empty.Close)
	for _, p := range scalePages {
		b.Run(p.name, func(b *testing.B) {
			n := 0
			measure(b, func() error { return read(empty.URL + "/") }, func() error {
				n++
				return read(srv.URL + strings.ReplaceAll(p.path, "#", fmt.Sprintf("%03d", n)))
			})
		})
	}
	for _, q := range []struct {
		name, query string
		limit       int
	}{{"word", syllables(40), 20}, {"prefix", "fe", 20}, {"word and prefix", syllables(3) + " cou", 20}, {"rare", syllables(9000), 20},
		{"all of a word", syllables(40), 0}, {"all of a prefix", "fe", 0}} {
		b.Run("store search "+q.name, func(b *testing.B) {
			measure(b, func() error { return a.Store.Ping(ctx) }, func() error {
				_, err := a.Store.SearchNums(ctx, q.query, q.limit)
				return err
			})
		})
	}
}

// scalePages are requests as the pages make them. "#" becomes a number that is
// another each time, so that nothing kept for the address answers.
var scalePages = []struct{ name, path string }{
	{"home", "/?c=46.6,2.5,6.#"},
	{"home near", "/?c=47.2,0.5,11.#"},
	{"list in view", "/?fragment=list&c=47.#,2.5,9"},
	{"list filtered", "/?fragment=list&theme=eau&kind=commons&c=47.#,2.5,9"},
	{"list all", "/?fragment=list&all=1&n=#"},
	{"search typed word", "/?fragment=list&fit=1&q=" + syllables(40) + "&n=#"},
	{"search typed prefix", "/?fragment=list&fit=1&q=fe&n=#"},
	{"search first letter", "/?fragment=list&fit=1&q=c&n=#"},
	{"search new words", "/?fragment=list&fit=1&q=" + syllables(3) + "+cou+x#"},
	{"tag", "/?fragment=list&fit=1&tag=tag7&n=#"},
	{"timeline", "/timeline?n=#"},
	{"genealogy", "/genealogy?n=#"},
	{"concepts", "/concepts?n=#"},
	{"tile z0 since a year", "/tiles/entries/0/0/0.mvt?from=1#"},
	{"tile z6 since a year", "/tiles/entries/6/32/22.mvt?from=1#"},
	{"tile z10 since a year", "/tiles/entries/10/518/357.mvt?from=1#"},
	{"tile z6 theme, kind, year", "/tiles/entries/6/32/22.mvt?theme=eau&kind=commons&from=1#"},
	{"tile z6 kept", "/tiles/entries/6/32/22.mvt"},
	{"api page", "/api/v1/entries?limit=100&n=#"},
	{"api page of a theme", "/api/v1/entries?limit=100&theme=eau&n=#"},
	{"api box", "/api/v1/entries?limit=100&bbox=2,47,3,48&n=#"},
	{"as you type: word", "/api/v1/entries?limit=8&q=" + syllables(40) + "&n=#"},
	{"as you type: two letters", "/api/v1/entries?limit=8&q=fe&n=#"},
	{"as you type: two words", "/api/v1/entries?limit=8&q=" + syllables(3) + "+cou&n=#"},
	{"api facets since a year", "/api/v1/facets?from=1#"},
	{"api timeline", "/api/v1/timeline?from=1950&to=2020&n=#"},
}

// read gets a page whole; any status but 200 and 204 is an error.
func read(url string) error {
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
