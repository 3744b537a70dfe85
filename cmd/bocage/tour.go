package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
)

func tourCommands() []command {
	return []command{tourListCommand(), tourExportCommand(), tourImportCommand(), tourPublishCommand()}
}

// tourState says in a word who reads a tour.
func tourState(t directory.Tour) string {
	switch t.Live {
	case 0:
		return "draft"
	case t.Revision:
		return "published"
	}
	return "published, newer draft"
}

func tourListCommand() command {
	return listing("tour list", "list the guided tours, drafts too", "bocage tour list --json",
		func(ctx context.Context, a *app.App) ([]directory.Tour, error) { return a.Store.Tours(ctx) },
		func(t directory.Tour) string {
			title, _ := t.Title.In()
			return fmt.Sprintf("%-24s %3d steps  version %d  %-22s %s", t.Slug, len(t.Steps), t.Revision, tourState(t), title)
		})
}

// tourFile is a tour as it travels between instances: its words only.
type tourFile struct {
	Slug    string               `json:"slug"`
	Title   directory.LangText   `json:"title"`
	Summary directory.LangText   `json:"summary,omitempty"`
	Steps   []directory.TourStep `json:"steps"`
}

func tourExportCommand() command {
	return command{
		name: "tour export", args: "SLUG", short: "write a guided tour as JSON: its newest version",
		example: "bocage tour export decouvrir > decouvrir.json",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			published := fs.Bool("published", false, "the version that everybody reads")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					read, what := a.Store.TourBySlug, "tour"
					if *published {
						read, what = a.Store.LiveTour, "published tour"
					}
					t, err := read(ctx, c.args[0])
					if err != nil {
						return named(err, what, c.args[0], "tour list")
					}
					return c.print(tourFile{t.Slug, t.Title, t.Summary, t.Steps})
				})
			}
		},
	}
}

func tourImportCommand() command {
	return command{
		name: "tour import", short: "read a guided tour as JSON from stdin: a new draft, or a new version of the tour of that slug",
		example: "bocage tour import < decouvrir.json",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			publish := fs.Bool("publish", false, "publish it at once")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				var f tourFile
				if err := c.decode(&f); err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					t, err := importTour(ctx, a, f)
					if err != nil {
						return err
					}
					fmt.Fprintf(c.out, "kept %s, version %d, %d steps\n", t.Slug, t.Revision, len(t.Steps))
					if !*publish {
						return nil
					}
					return publishTour(ctx, c, a, t)
				})
			}
		},
	}
}

// importTour makes the tour, or a new version of it when its words changed.
func importTour(ctx context.Context, a *app.App, f tourFile) (directory.Tour, error) {
	next := directory.Tour{Slug: f.Slug, Title: f.Title, Summary: f.Summary, Steps: f.Steps}
	if err := directory.ValidateTour(&next); err != nil {
		return next, err
	}
	old, err := a.Store.TourBySlug(ctx, next.Slug)
	if errors.Is(err, directory.ErrNotFound) {
		return a.Ledger.CreateTour(ctx, system, next)
	}
	if err != nil || old.SameWords(next) {
		return old, err
	}
	return a.Ledger.EditTour(ctx, system, old.ID, 0, func(t *directory.Tour) error {
		t.Title, t.Summary, t.Steps = next.Title, next.Summary, next.Steps
		return nil
	})
}

func publishTour(ctx context.Context, c *call, a *app.App, t directory.Tour) error {
	if err := a.Ledger.PublishTour(ctx, system, t.ID); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "published %s/tours/%s\n", a.Env.Base, t.Slug)
	return nil
}

func tourPublishCommand() command {
	return command{
		name: "tour publish", args: "SLUG", short: "show the newest version of a guided tour to everybody",
		example: "bocage tour publish decouvrir",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			undo := fs.Bool("undo", false, "show it to nobody any more; its words stay")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					t, err := a.Store.TourBySlug(ctx, c.args[0])
					if err != nil {
						return named(err, "tour", c.args[0], "tour list")
					}
					if !*undo {
						return publishTour(ctx, c, a, t)
					}
					if err := a.Ledger.UnpublishTour(ctx, system, t.ID); err != nil {
						return err
					}
					fmt.Fprintf(c.out, "%s is a draft again\n", t.Slug)
					return nil
				})
			}
		},
	}
}
