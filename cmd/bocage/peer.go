package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

func followCommand() command {
	return command{
		name: "follow", args: "TARGET", short: "follow an instance or an actor and take its entries in",
		example: "bocage follow https://communs.example\nbocage follow @verger@communs.example",
		setup: func(*flag.FlagSet) func(context.Context, *call) error {
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					actor, err := a.Harvest.Follow(ctx, system, c.args[0])
					if err != nil {
						return err
					}
					fmt.Fprintf(c.out, "following %s %s; the running server asks and fills in\n", actor.Name, actor.URI)
					return nil
				})
			}
		},
	}
}

func unfollowCommand() command {
	return command{
		name: "unfollow", args: "ACTOR", short: "stop following an actor and remove its entries",
		example: "bocage unfollow https://communs.example/actor",
		setup: func(*flag.FlagSet) func(context.Context, *call) error {
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					object := c.args[0]
					if actor, err := a.Actors.Resolve(ctx, object); err == nil {
						object = actor.URI // an unreachable one is taken as its id
					}
					if err := a.Harvest.Unfollow(ctx, system, object); err != nil {
						return err
					}
					fmt.Fprintf(c.out, "no longer following %s\n", object)
					return nil
				})
			}
		},
	}
}

// peerLine is a peer as listed.
type peerLine struct {
	Origin      string          `json:"origin"`
	State       store.PeerState `json:"state"`
	Software    string          `json:"software,omitempty"`
	Entries     int             `json:"entries"`
	Queued      int             `json:"queued"`
	LastSuccess time.Time       `json:"lastSuccess,omitzero"`
	LastError   string          `json:"lastError,omitempty"`
	Follows     []followLine    `json:"follows,omitempty"`
}

type followLine struct {
	Object    string            `json:"object"`
	State     store.FollowState `json:"state"`
	Synced    time.Time         `json:"synced,omitzero"`
	LastError string            `json:"lastError,omitempty"`
}

func linePeer(p store.Peer) peerLine {
	return peerLine{Origin: p.Origin, State: p.State, Software: p.Software, Entries: p.Entries, Queued: p.Queued,
		LastSuccess: p.LastSuccess, LastError: p.LastError}
}

func peerListCommand() command {
	return command{
		name: "peer list", short: "list the servers that this instance knows", example: "bocage peer list --json",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(0, 0); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error {
					ps, err := a.Store.Peers(ctx)
					if err != nil {
						return err
					}
					lines := make([]peerLine, len(ps))
					for i, p := range ps {
						lines[i] = linePeer(p)
					}
					if *asJSON {
						return c.print(lines)
					}
					for _, p := range lines {
						fmt.Fprintf(c.out, "%-40s %-8s %6d entries %6d waiting  %s\n", p.Origin, p.State, p.Entries, p.Queued, p.LastError)
					}
					return nil
				})
			}
		},
	}
}

func peerShowCommand() command {
	return command{
		name: "peer show", args: "ORIGIN", short: "show one server and what is followed there", example: "bocage peer show https://communs.example",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			asJSON := fs.Bool("json", false, "print JSON")
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, false, func(a *app.App) error { return showPeer(ctx, c, a, *asJSON) })
			}
		},
	}
}

func showPeer(ctx context.Context, c *call, a *app.App, asJSON bool) error {
	p, err := a.Store.Peer(ctx, strings.TrimSuffix(c.args[0], "/"))
	if errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("no peer %q is known: 'bocage peer list' shows them", c.args[0])
	}
	if err != nil {
		return fmt.Errorf("peer %q: %w", c.args[0], err)
	}
	line := linePeer(p)
	if line.Entries, err = countFrom(ctx, a.Store, p.Origin); err != nil {
		return err
	}
	fs, err := a.Store.FollowingByOrigin(ctx, p.Origin)
	if err != nil {
		return err
	}
	for _, f := range fs {
		line.Follows = append(line.Follows, followLine{f.Object, f.State, f.Synced, f.LastError})
	}
	if asJSON {
		return c.print(line)
	}
	fmt.Fprintf(c.out, "origin    %s\nstate     %s\nsoftware  %s\nentries   %d\nwaiting   %d\nlast ok   %s\nerror     %s\n",
		line.Origin, line.State, line.Software, line.Entries, line.Queued, stamp(line.LastSuccess), line.LastError)
	for _, f := range line.Follows {
		fmt.Fprintf(c.out, "follows   %s (%s, complete %s) %s\n", f.Object, f.State, stamp(f.Synced), f.LastError)
	}
	return nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}
