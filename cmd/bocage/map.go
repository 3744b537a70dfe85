package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
)

func mapCommands() []command {
	return []command{mapListCommand(), mapShowCommand(), mapCreateCommand(), mapEditCommand(), mapHistoryCommand(), mapRevertCommand(), mapDeleteCommand()}
}

// mapLine is a map as listed.
type mapLine struct {
	directory.Map
	URI       string `json:"uri"`
	Entries   int    `json:"entries"`
	Followers int    `json:"followers"`
	Held      int    `json:"held"`
}

func lineMap(ctx context.Context, a *app.App, m directory.Map) (l mapLine, err error) {
	l = mapLine{Map: m, URI: a.Env.MapURI(m.Handle)}
	if l.Entries, err = a.Store.CountMap(ctx, m.ID); err != nil {
		return l, err
	}
	if l.Followers, err = a.Store.CountFollowers(ctx, l.URI); err != nil {
		return l, err
	}
	l.Held, err = a.Store.CountHeld(ctx, l.URI)
	return l, err
}

func mapListCommand() command {
	return listing("map list", "list the maps that can be followed", "bocage map list --json",
		func(ctx context.Context, a *app.App) ([]mapLine, error) {
			ms, err := a.Store.Maps(ctx)
			if err != nil {
				return nil, err
			}
			lines := make([]mapLine, len(ms))
			for i, m := range ms {
				if lines[i], err = lineMap(ctx, a, m); err != nil {
					return nil, err
				}
			}
			return lines, nil
		},
		func(l mapLine) string {
			return fmt.Sprintf("%-24s %6d entries %6d followers %4d waiting for a digest  %s", l.Handle, l.Entries, l.Followers, l.Held, l.URI)
		})
}

func mapShowCommand() command {
	return command{
		name: "map show", args: "HANDLE", short: "show one map with its selection", example: "bocage map show bretagne --json",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					m, err := findMap(ctx, a, c.args[0])
					if err != nil {
						return err
					}
					l, err := lineMap(ctx, a, m)
					if err != nil || *asJSON {
						if err != nil {
							return err
						}
						return c.print(l)
					}
					name, _ := m.Name.In()
					sel, err := json.Marshal(m.Selection)
					if err != nil {
						return err
					}
					fmt.Fprintf(c.out, "%s\n%s\nselection  %s\nentries    %d\nfollowers  %d\nwaiting    %d\n", name, l.URI, sel, l.Entries, l.Followers, l.Held)
					return nil
				})
			}
		},
	}
}

// mapFlags are what a map can be made from on the command line.
type mapFlags struct {
	home, homeEn, light, dark, start, view, offered                                                             *string
	name, nameEn, summary, departments, regions, bbox, geojson, kinds, themes, tags, languages, origins, reason *string
	dryRun                                                                                                      *bool
}

func readMapFlags(fs *flag.FlagSet) mapFlags {
	text := func(name, usage string) *string { return fs.String(name, "", usage) }
	return mapFlags{
		name: text("name", "name in French"), nameEn: text("name-en", "name in English"), summary: text("summary", "text in French"),
		departments: text("departments", "INSEE codes, separated by commas"), regions: text("regions", "INSEE codes, separated by commas"),
		bbox: text("bbox", "west,south,east,north in degrees"), geojson: text("geojson", "file with a Polygon or MultiPolygon"),
		kinds: text("kinds", "kinds of entries, separated by commas"), themes: text("themes", "themes, separated by commas"),
		tags: text("tags", "tags, separated by commas"), languages: text("languages", "languages, separated by commas"),
		origins: text("origins", "instances, separated by commas; local is this one"), reason: text("reason", "why, for the log"),
		home: text("home", "text at the head of the map, in French"), homeEn: text("home-en", "text at the head of the map, in English"),
		light: text("light", "accent of the light theme, such as #7a1f4b"), dark: text("dark", "accent of the dark theme; made from the other without"),
		start: text("start", "where the map opens: latitude,longitude,zoom"), view: text("view", "page that the map opens with: "+strings.Join(directory.MapViews(), ", ")),
		offered: text("offered", "root themes that its filters offer, separated by commas"),
		dryRun:  fs.Bool("dry-run", false, "only count what the map would have"),
	}
}

// read makes the map of the flags; it is not validated yet.
func (f mapFlags) read(handle string) (directory.Map, error) {
	m := directory.Map{Handle: handle, Name: directory.LangText{}, Summary: directory.LangText{}}
	m.Name["fr"], m.Name["en"], m.Summary["fr"] = *f.name, *f.nameEn, *f.summary
	list := func(s string) (out []string) {
		for part := range strings.SplitSeq(s, ",") {
			if part = strings.TrimSpace(part); part != "" {
				out = append(out, part)
			}
		}
		return out
	}
	m.Look = directory.Look{Home: directory.LangText{"fr": *f.home, "en": *f.homeEn}, Light: *f.light, Dark: *f.dark, View: *f.view, Themes: list(*f.offered)}
	if *f.start != "" {
		p, err := directory.ParseMapStart(*f.start)
		if err != nil {
			return m, err
		}
		m.Look.Start = &p
	}
	sel := &m.Selection
	sel.Themes, sel.Tags, sel.Languages, sel.Origins = list(*f.themes), list(*f.tags), list(*f.languages), list(*f.origins)
	for _, k := range list(*f.kinds) {
		sel.Kinds = append(sel.Kinds, directory.Kind(k))
	}
	sel.Area = directory.Area{Departments: list(*f.departments), Regions: list(*f.regions)}
	var err error
	if sel.Area.BBox, err = directory.ParseBBox(*f.bbox); err != nil {
		return m, err
	}
	if *f.geojson != "" {
		raw, err := os.ReadFile(*f.geojson)
		if err != nil {
			return m, err
		}
		if !json.Valid(raw) {
			return m, fmt.Errorf("%s is not JSON: %w", *f.geojson, directory.ErrInvalid)
		}
		sel.Area.GeoJSON = raw
	}
	return m, nil
}

func mapCreateCommand() command {
	return command{
		name: "map create", args: "HANDLE", short: "make a map that people follow to hear of what enters it",
		example: `bocage map create bretagne --name "Communs de Bretagne" --regions 53 --reason "assemblée de mai"`,
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			flags := readMapFlags(fs)
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				m, err := flags.read(c.args[0])
				if err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error { return createMap(ctx, c, a, m, flags) })
			}
		},
	}
}

func createMap(ctx context.Context, c *call, a *app.App, m directory.Map, f mapFlags) error {
	if err := directory.ValidateMap(&m); err != nil {
		return err
	}
	p, err := a.Ledger.Preview(ctx, m.Selection)
	if err != nil {
		return err
	}
	at := ""
	if p.More {
		at = "at least "
	}
	fmt.Fprintf(c.out, "the selection has %s%d entries; they are not announced\n", at, p.Count)
	if *f.dryRun {
		return nil
	}
	if m, err = a.Ledger.CreateMap(ctx, system, m, *f.reason); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "made %s; the running server counts its entries\n", a.Env.MapURI(m.Handle))
	return nil
}

func mapDeleteCommand() command {
	return command{
		name: "map delete", args: "HANDLE", short: "end a map for good: its followers are told and its handle is never used again",
		example: `bocage map delete bretagne --yes --reason "remplacée"`,
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			yes := fs.Bool("yes", false, "do it")
			reason := fs.String("reason", "", "why, for the log")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					m, err := findMap(ctx, a, c.args[0])
					if err != nil {
						return err
					}
					l, err := lineMap(ctx, a, m)
					if err != nil {
						return err
					}
					if !*yes {
						fmt.Fprintf(c.out, "%s has %d followers, who would be told; add --yes to end it for good\n", l.URI, l.Followers)
						return nil
					}
					if err := a.Ledger.DeleteMap(ctx, system, m.ID, *reason); err != nil {
						return err
					}
					fmt.Fprintf(c.out, "ended %s\n", l.URI)
					return nil
				})
			}
		},
	}
}
