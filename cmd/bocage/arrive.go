package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

func orgImportCommand() command {
	return command{
		name: "org import", args: "FILE|-", short: "make the organisation of another instance here, ready for its move",
		example: "bocage org import verger.bocage.json --dry-run",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			dry := fs.Bool("dry-run", false, "only say what it holds and what would be made")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				r := c.in
				if c.args[0] != "-" {
					f, err := os.Open(c.args[0])
					if err != nil {
						return err
					}
					defer func() { _ = f.Close() }() // only read
					r = f
				}
				return c.with(ctx, true, func(a *app.App) error { return importOrganisation(ctx, c, a, r, *dry) })
			}
		},
	}
}

// importSteps is how many steps of an import go between two looks at the context.
const importSteps = 100

func importOrganisation(ctx context.Context, c *call, a *app.App, r io.Reader, dry bool) error {
	archive, err := a.Ledger.BringArchive(ctx, system, r)
	if err != nil {
		return err
	}
	work := func() error {
		for more := true; more; {
			if more, err = a.Ledger.WorkArchive(ctx, archive.ID, importSteps); err != nil {
				return err
			}
		}
		return nil
	}
	if err := work(); err != nil {
		return err
	}
	if dry {
		if err := importCounts(ctx, c, a, archive.ID); err != nil {
			return err
		}
		return a.Ledger.ForgetArchive(ctx, system, archive.ID)
	}
	if err := a.Ledger.ImportArchive(ctx, system, archive.ID); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err
	}
	org, err := a.Store.EntryKnownAs(ctx, archive.Organisation)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "organisation @%s %s\n", org.Handle, org.URI)
	if err := importCounts(ctx, c, a, archive.ID); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "now, on the other instance: bocage move start %s %s\n", archive.Organisation, org.URI)
	return nil
}

// importCounts says what became, or would become, of the entries of an archive.
func importCounts(ctx context.Context, c *call, a *app.App, id string) error {
	const groups = 1000
	counts, err := a.Store.ArchiveCounts(ctx, id, groups)
	if err != nil {
		return err
	}
	n := map[store.ArchivedState]int{}
	for _, g := range counts {
		n[g.State] += g.N
	}
	for _, line := range []struct {
		state store.ArchivedState
		words string
	}{{store.ArchivedNew, "would be made"}, {store.ArchivedMade, "made"}, {store.ArchivedPresent, "were here, and stay as they are"},
		{store.ArchivedDeleted, "were deleted here, and do not come back"}, {store.ArchivedRefused, "refused"}} {
		if n[line.state] > 0 {
			fmt.Fprintf(c.out, "%6d %s\n", n[line.state], line.words)
		}
	}
	refused, err := a.Store.ArchiveEntries(ctx, id, store.ArchivedRefused, -1, store.MaxLimit)
	for _, e := range refused {
		fmt.Fprintf(c.out, "refused  %s  %s: %s\n", e.URI, e.Name, ledger.Refusal(e))
	}
	return err
}
