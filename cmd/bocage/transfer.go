package main

import (
	"context"
	"errors"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/transfer"
)

func importCommand() command {
	return command{
		name: "import", args: "FILE|-", short: "read entries from CSV, GeoJSON or JSON, or concepts from SKOS (Turtle, JSON-LD); a second run changes nothing",
		example: "bocage import jardins.csv --owner le-verger-commun --map name=Nom --publish --dry-run",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			var opt transfer.ImportOptions
			owner := fs.String("owner", "", "handle or ID of the organisation; the only one when empty")
			format := fs.String("format", "auto", "csv, geojson, json, ttl or skos (concepts), or auto")
			kind := fs.String("kind", "", "kind of rows that do not say: commons, place, organisation…")
			noGeocode := fs.Bool("no-geocode", false, "do not look up missing coordinates")
			asJSON := fs.Bool("json", false, "print the report as JSON")
			var maps list
			fs.Var(&maps, "map", "FIELD=COLUMN, where the guess is wrong; may be repeated")
			fs.StringVar(&opt.Encoding, "encoding", "", "utf-8, utf-16le, windows-1252…; detected when empty")
			fs.StringVar(&opt.Delimiter, "delimiter", "", "one of , ; | or a tab; detected when empty")
			fs.StringVar(&opt.Licence, "licence", "", "SPDX id for rows that do not say")
			fs.StringVar(&opt.Lang, "lang", "", "language of texts that do not say; guessed from the file when empty")
			fs.StringVar(&opt.Source, "source", "", "name or address of the file's origin; its ids are known by it, else by the file's name")
			fs.BoolVar(&opt.DryRun, "dry-run", false, "say what would happen, write nothing")
			fs.BoolVar(&opt.Strict, "strict", false, "one wrong row refuses the whole file")
			fs.BoolVar(&opt.Publish, "publish", false, "published instead of draft")
			fs.BoolVar(&opt.Notify, "notify", false, "tell followers of each new entry")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				opt.Format, opt.Kind, opt.Geocode = transfer.Format(*format), directory.Kind(*kind), !*noGeocode
				if *kind != "" && !opt.Kind.Valid() {
					return usagef("--kind: %q is not a kind of entry", *kind)
				}
				opt.Mapping = map[string]string{}
				for _, m := range maps {
					field, column, ok := strings.Cut(m, "=")
					if !ok || field == "" {
						return usagef("--map: want FIELD=COLUMN, got %q", m)
					}
					opt.Mapping[field] = column
				}
				return importFile(ctx, c, opt, *owner, *asJSON)
			}
		},
	}
}

func importFile(ctx context.Context, c *call, opt transfer.ImportOptions, owner string, asJSON bool) error {
	in := c.in
	if name := c.args[0]; name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read
		in = f
		opt.Name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
		if opt.Format == transfer.Auto && strings.EqualFold(filepath.Ext(name), "."+string(transfer.Turtle)) {
			opt.Format = transfer.Turtle
		}
	}
	return c.with(ctx, true, func(a *app.App) error {
		var err error
		if opt.Owner, err = ownerID(ctx, a, directory.Entry{Owner: owner}); err != nil {
			return err
		}
		if opt.Owner == "" {
			return usagef("name the organisation that publishes the entries with --owner (see 'bocage org list')")
		}
		bar := newProgress(c.err, "importing")
		bar.silent = !bar.tty
		opt.Progress = bar.set
		rep, err := transfer.Import(ctx, a.Ledger, system, in, opt)
		bar.end()
		if err != nil {
			return err
		}
		if asJSON {
			err = c.print(rep)
		} else {
			printReport(c.out, rep, opt.DryRun)
		}
		if err == nil && rep.Rejected == rep.Rows {
			err = errors.New("no row could be imported")
		}
		return err
	})
}

func exportCommand() command {
	return command{
		name: "export", short: "write public entries as CSV, GeoJSON, ICS or Atom, or concepts as SKOS, to stdout",
		example: "bocage export --format geojson --select 'kind=commons' > communs.geojson",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			format := fs.String("format", "csv", "csv, geojson, ics or atom; ttl or skos are the concepts, in Turtle or JSON-LD")
			selection := fs.String("select", "", "selection as in the address of a page: q, kind, theme, tag, from, to, bbox, origin, member…")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				switch transfer.Format(*format) {
				case transfer.CSV, transfer.GeoJSON, transfer.ICS, transfer.Atom, transfer.Turtle, transfer.SKOS:
				default:
					return usagef("--format: %q is not csv, geojson, ics, atom, ttl or skos", *format)
				}
				values, err := url.ParseQuery(*selection)
				if err != nil {
					return usagef("--select: %s", err)
				}
				sel, err := directory.ParseSelection(values)
				if err != nil {
					return usagef("--select: %s", err)
				}
				return c.with(ctx, false, func(a *app.App) error {
					if f := transfer.Format(*format); f == transfer.Turtle || f == transfer.SKOS {
						return exportConcepts(ctx, c, a, f, sel)
					}
					base := a.Config.URL
					return transfer.Export(ctx, a.Store, c.out, transfer.Format(*format), store.EntryFilter{Selection: sel},
						transfer.ExportInfo{Base: base, Title: a.Config.Name, Self: base + "/feeds/changes.atom", Home: base + "/", Extra: true})
				})
			}
		},
	}
}

// exportConcepts writes the concepts of a selection, and the themes, as SKOS.
func exportConcepts(ctx context.Context, c *call, a *app.App, f transfer.Format, sel directory.Selection) error {
	for _, k := range sel.Kinds {
		if k != directory.KindConcept {
			return usagef("--select: %s has the concepts alone, not entries of kind %s", f, k)
		}
	}
	sel.Kinds = []directory.Kind{directory.KindConcept}
	var list []directory.Public
	filter := store.EntryFilter{Selection: sel, Limit: store.MaxLimit}
	for {
		es, err := a.Store.Entries(ctx, filter)
		if err != nil {
			return err
		}
		for _, e := range es {
			if p, ok := e.Public(); ok {
				list = append(list, p)
			}
		}
		if len(es) < store.MaxLimit {
			break
		}
		filter = filter.After(es[len(es)-1])
	}
	return transfer.WriteSKOS(c.out, f, list, transfer.SKOSInfo{Base: a.Config.URL, Title: a.Config.Name, Themes: true})
}
