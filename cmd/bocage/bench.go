package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"codeberg.org/bocage/bocage/internal/bench"
)

// benchEntries is how many entries the views are measured with; the bars are for
// this many.
const benchEntries = 1_000_000

func benchCommand() command {
	return command{
		name: "bench views", bare: true,
		short:   "measure the map, the timeline, facets, search and pages of a generated instance, as ratios to this machine's own limits",
		example: "bocage bench views --entries 100000",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			n := fs.Int("entries", benchEntries, "how many entries to generate")
			dir := fs.String("dir", filepath.Join(os.TempDir(), "bocage-bench"), "where the generated database is kept for the next run (4 GB a million)")
			postgres := fs.String("postgres", "", "address of a PostgreSQL database in which a table may be made and dropped, to compare the search with its own")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				if *n < 1000 {
					return usagef("--entries is at least 1000")
				}
				return benchViews(ctx, c, bench.Options{Entries: *n, Dir: *dir, Postgres: *postgres})
			}
		},
	}
}

func benchViews(ctx context.Context, c *call, opt bench.Options) error {
	bar := newProgress(c.err, "entries generated")
	missed := 0
	opt.Progress = func(done, total int) {
		bar.set(done, total)
		if done == total {
			bar.end()
		}
	}
	opt.Report = func(f bench.Figure) {
		if f.Missed() {
			missed++
		}
		printFigure(c.out, f)
	}
	err := bench.Views(ctx, opt)
	if err != nil {
		return err
	}
	if missed > 0 {
		return fmt.Errorf("%d figures are above their bar", missed)
	}
	return nil
}

// printFigure writes one line: a ratio to a limit, or a number in a unit.
func printFigure(w io.Writer, f bench.Figure) {
	verdict := ""
	switch {
	case f.Missed():
		verdict = fmt.Sprintf("  ABOVE THE BAR of %g", f.Bar)
	case f.Bar > 0:
		verdict = fmt.Sprintf("  (bar %g)", f.Bar)
	}
	if f.Unit != "" {
		fmt.Fprintf(w, "%s: %.1f %s%s\n", f.Name, f.Ratio, f.Unit, verdict)
		return
	}
	cost := ""
	if f.Cost > 0 {
		cost = fmt.Sprintf(" %v,", f.Cost.Round(100))
	}
	fmt.Fprintf(w, "%s:%s ratio=%.3g × %s%s\n", f.Name, cost, f.Ratio, f.Limit, verdict)
}
