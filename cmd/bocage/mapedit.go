package main

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
)

// apply changes what flags were given for, and leaves the rest of m as it is; a
// flag given as "" empties its field.
func (f mapFlags) apply(m *directory.Map, given map[string]bool) error {
	read, err := f.read(m.Handle)
	if err != nil {
		return err
	}
	sel, look := &m.Selection, &m.Look
	text := func(to *directory.LangText, lang string, from directory.LangText) func() {
		return func() {
			next := directory.LangText{}
			for l, s := range *to {
				next[l] = s
			}
			if next[lang] = from[lang]; next[lang] == "" {
				delete(next, lang)
			}
			*to = next
		}
	}
	for name, set := range map[string]func(){
		"name": text(&m.Name, "fr", read.Name), "name-en": text(&m.Name, "en", read.Name),
		"summary": text(&m.Summary, "fr", read.Summary),
		"home":    text(&look.Home, "fr", read.Look.Home), "home-en": text(&look.Home, "en", read.Look.Home),
		"departments": func() { sel.Area.Departments = read.Selection.Area.Departments },
		"regions":     func() { sel.Area.Regions = read.Selection.Area.Regions },
		"bbox":        func() { sel.Area.BBox = read.Selection.Area.BBox },
		"geojson":     func() { sel.Area.GeoJSON = read.Selection.Area.GeoJSON },
		"kinds":       func() { sel.Kinds = read.Selection.Kinds }, "themes": func() { sel.Themes = read.Selection.Themes },
		"tags": func() { sel.Tags = read.Selection.Tags }, "languages": func() { sel.Languages = read.Selection.Languages },
		"origins": func() { sel.Origins = read.Selection.Origins },
		"light":   func() { look.Light = read.Look.Light }, "dark": func() { look.Dark = read.Look.Dark },
		"start": func() { look.Start = read.Look.Start }, "view": func() { look.View = read.Look.View },
		"offered": func() { look.Themes = read.Look.Themes },
	} {
		if given[name] {
			set()
		}
	}
	return nil
}

// changes reports whether a flag of what a map is was given.
func (f mapFlags) changes(given map[string]bool) bool {
	for name := range given {
		switch name {
		case "dry-run", "reason", "config", "url", "database", "data-dir", "secret":
		default:
			return true
		}
	}
	return false
}

func mapEditCommand() command {
	return command{
		name: "map edit", args: "HANDLE", short: "change what a map is limited to and how it looks; what is not named stays",
		example: `bocage map edit bretagne --light "#7a1f4b" --start 48.1,-2.8,7.5 --reason "charte du collectif"`,
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			flags := readMapFlags(fs)
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				given := map[string]bool{}
				fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
				if !flags.changes(given) {
					return usagef("say what is to change, with --name, --regions, --themes, --light…")
				}
				return c.with(ctx, true, func(a *app.App) error { return editMap(ctx, c, a, flags, given) })
			}
		},
	}
}

func editMap(ctx context.Context, c *call, a *app.App, f mapFlags, given map[string]bool) error {
	m, err := findMap(ctx, a, c.args[0])
	if err != nil {
		return err
	}
	next := m
	if err := f.apply(&next, given); err != nil {
		return err
	}
	if err := directory.ValidateMap(&next); err != nil {
		return err
	}
	if *f.dryRun {
		p, err := a.Ledger.Preview(ctx, next.Selection)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.out, "the selection would have %d entries\n", p.Count)
		return nil
	}
	if next, err = a.Ledger.EditMap(ctx, system, m.ID, func(m *directory.Map) error { return f.apply(m, given) }, *f.reason); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s is version %d\n", a.Env.MapURI(m.Handle), next.Revision)
	return nil
}

func mapHistoryCommand() command {
	return command{
		name: "map history", args: "HANDLE", short: "list what a map was, edit by edit", example: "bocage map history bretagne",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON, with the map as each edit left it")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					m, err := findMap(ctx, a, c.args[0])
					if err != nil {
						return err
					}
					const most = 200
					edits, err := a.Store.MapEdits(ctx, m.ID, most)
					if err != nil || *asJSON {
						if err != nil {
							return err
						}
						return c.print(edits)
					}
					for _, e := range edits {
						fmt.Fprintf(c.out, "%4d  %s  %-20s %s\n", e.Map.Revision, e.At.UTC().Format(time.DateTime), e.Who, e.Reason)
					}
					return nil
				})
			}
		},
	}
}

func mapRevertCommand() command {
	return command{
		name: "map revert", args: "HANDLE VERSION", short: "make a map again what one edit had left it", example: `bocage map revert bretagne 3 --reason "contour perdu"`,
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			reason := fs.String("reason", "", "why, for the log")
			return func(ctx context.Context, c *call) error {
				if err := c.want(2, 2); err != nil {
					return err
				}
				revision, err := strconv.ParseInt(c.args[1], 10, 64)
				if err != nil {
					return usagef("%q is not the number of a version: 'bocage map history %s' shows them", c.args[1], c.args[0])
				}
				return c.with(ctx, true, func(a *app.App) error {
					m, err := findMap(ctx, a, c.args[0])
					if err != nil {
						return err
					}
					if m, err = a.Ledger.RevertMap(ctx, system, m.ID, revision, *reason); err != nil {
						return named(err, "version", c.args[1], "map history "+c.args[0])
					}
					fmt.Fprintf(c.out, "%s is version %d, as it was in version %d\n", a.Env.MapURI(m.Handle), m.Revision, revision)
					return nil
				})
			}
		},
	}
}
