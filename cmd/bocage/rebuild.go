package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/store"
)

func peerRebuildCommand() command {
	return command{
		name: "peer rebuild", args: "HOST", short: "take the entries of a server that is gone from an instance that kept them, with their proofs",
		example: "bocage peer rebuild https://gone.example --from https://communs.example\n" +
			"bocage peer rebuild https://gone.example --from https://communs.example --key z6Mk…",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			from := fs.String("from", "", "the instance that kept copies")
			key := fs.String("key", "", "the key of the server that is gone; needed when this instance never met it")
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				if *from == "" {
					return usagef("say from which instance: --from https://…")
				}
				if err := c.origins(0); err != nil {
					return err
				}
				mirror, err := originOf(*from)
				if err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					out, err := a.Harvest.Rebuild(ctx, system, harvest.RebuildOptions{Origin: c.args[0], Mirror: mirror, Key: *key})
					if *asJSON && out.Origin != "" {
						return errors.Join(c.print(out), err)
					}
					printRebuilt(c, out)
					return err
				})
			}
		},
	}
}

func printRebuilt(c *call, out harvest.Rebuilt) {
	if out.Origin == "" {
		return
	}
	fmt.Fprintf(c.out, "origin     %s\nmirror     %s\nkey        %s\naccepted   %d\nunchanged  %d\nrefused    %d\n",
		out.Origin, out.Mirror, out.Key, out.Accepted, out.Unchanged, out.Refused)
	for _, reason := range slices.Sorted(maps.Keys(out.Reasons)) {
		fmt.Fprintf(c.out, "  %-14s %d\n", reason, out.Reasons[reason])
	}
	for _, r := range out.Refusals {
		fmt.Fprintf(c.out, "  %s: %s (%s)\n", r.ID, r.Reason, r.Detail)
	}
	if out.Accepted+out.Unchanged > 0 {
		fmt.Fprintln(c.out, "they have their pages here; the map and the lists leave out what a dead server published, until it answers")
	}
	if !out.Complete {
		fmt.Fprintln(c.out, "not complete: the same command goes on from here")
	}
}

func peerPinCommand() command {
	return command{
		name: "peer pin", args: "[HOST [KEY]]", short: "show the keys by which documents of other servers are believed, or set one by hand",
		example: "bocage peer pin\nbocage peer pin https://communs.example z6Mk… --reason 'read to me on the phone'",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			reason := fs.String("reason", "", "why the key is set, for the log")
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := cmp.Or(c.want(0, 2), c.origins(0)); err != nil {
					return err
				}
				return c.with(ctx, len(c.args) == 2, func(a *app.App) error {
					if len(c.args) == 2 {
						if err := a.Harvest.Pin(ctx, system, c.args[0], c.args[1], *reason); err != nil {
							return err
						}
						fmt.Fprintf(c.out, "%s: documents are believed by %s from now on\n", c.args[0], c.args[1])
						return nil
					}
					return listPins(ctx, c, a, *asJSON)
				})
			}
		},
	}
}

// pinLine is a pinned key as listed.
type pinLine struct {
	Origin string `json:"origin"`
	Key    string `json:"key"`
	Actor  string `json:"actor,omitempty"`
	How    string `json:"how"`
	Seen   string `json:"seen"`
	// Disputed says that the server names Named, or nobody, as its own actor.
	Disputed bool   `json:"disputed,omitempty"`
	Named    string `json:"named,omitempty"`
}

func listPins(ctx context.Context, c *call, a *app.App, asJSON bool) error {
	pins, err := a.Store.PinnedKeys(ctx)
	if err != nil {
		return err
	}
	lines := []pinLine{}
	for _, p := range pins {
		if len(c.args) == 0 || p.Origin == c.args[0] {
			lines = append(lines, pinLine{p.Origin, p.Multikey, p.Actor, p.How, stamp(p.Seen), !p.Disputed.IsZero(), p.Named})
		}
	}
	if asJSON {
		return c.print(lines)
	}
	if len(lines) == 0 && len(c.args) == 1 {
		return fmt.Errorf("no key of %s is known: %w", c.args[0], directory.ErrNotFound)
	}
	for _, l := range lines {
		fmt.Fprintf(c.out, "%-40s %s %s %s\n", l.Origin, l.Key, l.How, l.Seen)
		if l.Disputed {
			fmt.Fprintf(c.out, "  not believed: it is of %s, and the server names %s as its own\n", l.Actor, cmp.Or(l.Named, "nobody"))
		}
	}
	return nil
}

func peerDeadCommand() command {
	return command{
		name: "peer dead", args: "HOST", short: "say that a server is gone, without waiting for 90 days of silence; it is back when it answers",
		example: "bocage peer dead https://gone.example --reason 'its association was dissolved'",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			reason := fs.String("reason", "", "why, for the log of decisions")
			return func(ctx context.Context, c *call) error {
				if err := cmp.Or(c.want(1, 1), c.origins(0)); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					if err := a.Harvest.DeclareDead(ctx, system, c.args[0], *reason); err != nil {
						return unknownPeer(err, c.args[0])
					}
					fmt.Fprintf(c.out, "%s: dead; what it published leaves the map and the lists here until it answers, and is served under /mirror\n", c.args[0])
					return nil
				})
			}
		},
	}
}

func mirrorCommand() command {
	return command{
		name: "peer mirror", args: "[dead|down]", short: "say of which servers kept documents are served: the dead only, or those that are down too",
		example: "bocage peer mirror\nbocage peer mirror down",
		setup: func(*flag.FlagSet) func(context.Context, *call) error {
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 1); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					if len(c.args) == 1 {
						if c.args[0] != string(store.PeerDead) && c.args[0] != string(store.PeerDown) {
							return usagef("say dead or down, not %q", c.args[0])
						}
						if err := a.Harvest.SetMirrorDown(ctx, system, c.args[0] == string(store.PeerDown)); err != nil {
							return err
						}
					}
					down, err := a.Harvest.MirrorDown(ctx)
					if err != nil {
						return err
					}
					fmt.Fprintf(c.out, "mirrored: %s\n", map[bool]string{false: "servers that are dead", true: "servers that are dead or down"}[down])
					return nil
				})
			}
		},
	}
}
