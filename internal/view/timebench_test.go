//go:build unix

package view_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store/storetest"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// Run with: go test -run - -bench Timeline ./internal/view
// "x-postgres" is how many times as long the same question takes PostgreSQL by an
// index-only scan, in wall time of the same run; p50 and p99 are of ours. Without a
// PostgreSQL that can be started, the comparison is left out.

const (
	benchEvents = 1_000_000
	benchBins   = 1200
	// benchYear has 400 000 of the events, as in a directory that is busy now.
	benchYear = 2025
)

// timelineEvents are a million events of five years, most of them in one.
func timelineEvents() []chronicle.Interval {
	r := rand.New(rand.NewPCG(7, 7))
	day := directory.Period{Start: "2025-03-12"}
	month := directory.Period{Start: "2025-03"}
	vs := make([]chronicle.Interval, benchEvents)
	for i := range vs {
		y := benchYear
		if i%5 > 1 {
			y = benchYear - 2 + r.IntN(5)
		}
		from := time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Unix() + r.Int64N(365*24*3600)
		v := chronicle.Interval{Num: int64(i), From: from, To: from + 7200, Kind: uint8(directory.KindEvent.Number()), Theme: int8(r.IntN(8)), Form: day.Form(),
			Region: uint16(r.IntN(40)), Series: uint32(r.IntN(3000)), Rank: float32(r.ExpFloat64()), Name: "Rencontre des communs"}
		if i%9 == 0 {
			v.Form, v.To = month.Form(), from+30*24*3600
		}
		v.Themes = 1<<v.Theme | 1<<(8+r.IntN(32))
		vs[i] = v
	}
	return vs
}

func BenchmarkTimeline(b *testing.B) {
	vs := timelineEvents()
	c := chronicle.New(vs)
	from, to := time.Date(benchYear, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(benchYear+1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	year := chronicle.Span{From: from, To: to}
	few := chronicle.Filter{Themes: 1<<2 | 1<<5}
	slow := postgresDensity(b, vs, year, few)
	for name, ask := range map[string]func(){
		"density/year/few":       func() { c.Density(year, benchBins, few) },
		"density/year/all":       func() { c.Density(year, benchBins, chronicle.Filter{}) },
		"window/year/few/theme":  func() { c.Window(from, to, few, chronicle.Options{Lanes: chronicle.ByTheme, Rows: 5}) },
		"window/year/few/region": func() { c.Window(from, to, few, chronicle.Options{Lanes: chronicle.ByRegion, Rows: 5}) },
		"window/year/few/none":   func() { c.Window(from, to, few, chronicle.Options{Rows: 8}) },
		"list/year/few":          func() { c.Latest(year, few, nil, 60) },
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			used := processorTime(b)
			for b.Loop() {
				start := time.Now()
				ask()
				took = append(took, time.Since(start))
			}
			used = processorTime(b) - used
			slices.Sort(took)
			p50 := took[len(took)/2]
			b.ReportMetric(float64(used.Microseconds())/float64(b.N), "cpu-µs/op")
			b.ReportMetric(float64(p50.Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
			if slow > 0 {
				b.ReportMetric(float64(slow)/float64(p50), "x-postgres")
			}
		})
	}
}

// processorTime is what this process has used: the wall clock of a busy machine
// says little.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// postgresDensity is how long PostgreSQL takes for the same density, the median of
// some, by an index that covers the question; 0 without a server.
func postgresDensity(b *testing.B, vs []chronicle.Interval, year chronicle.Span, f chronicle.Filter) time.Duration {
	b.Helper()
	if _, err := storetest.Server(); err != nil {
		b.Logf("no PostgreSQL: %v", err)
		return 0
	}
	db, err := sql.Open("pgx", storetest.URL(b, "postgres"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	ctx := b.Context()
	fill(ctx, b, db, vs)
	query := fmt.Sprintf(`SELECT width_bucket(start, %d, %d, %d) AS bin, COUNT(*) FROM event
		WHERE start >= %d AND start < %d AND themes & %d <> 0 GROUP BY bin`, year.From, year.To, benchBins, year.From, year.To, f.Themes)
	var took []time.Duration
	for range 9 {
		start, n := time.Now(), 0
		rows, err := db.QueryContext(ctx, query)
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			n++
		}
		if err := rows.Err(); err != nil || n < benchBins/2 {
			b.Fatalf("%d bins, %v", n, err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// fill writes the events with an index that holds all that is asked for.
func fill(ctx context.Context, b *testing.B, db *sql.DB, vs []chronicle.Interval) {
	b.Helper()
	exec := func(query string, args ...any) {
		if _, err := db.ExecContext(ctx, query, args...); err != nil {
			b.Fatal(err)
		}
	}
	exec("CREATE TABLE event (start BIGINT NOT NULL, themes BIGINT NOT NULL)")
	const rows = 20_000
	for i := 0; i < len(vs); i += rows {
		starts, themes := make([]int64, 0, rows), make([]int64, 0, rows)
		for _, v := range vs[i:min(len(vs), i+rows)] {
			starts, themes = append(starts, v.From), append(themes, int64(v.Themes))
		}
		exec("INSERT INTO event SELECT * FROM unnest($1::bigint[], $2::bigint[])", starts, themes)
	}
	exec("CREATE INDEX event_start ON event (start) INCLUDE (themes)")
	exec("VACUUM ANALYZE event")
}
