package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

func followCommand() command {
	return command{
		name: "follow", args: "TARGET", short: "follow an instance or an actor and take its entries in",
		example: "bocage follow https://communs.example\nbocage follow @verger@communs.example --kinds commons,event --area dep:35",
		setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
			rule := sourceRuleFlags(fs)
			return func(ctx context.Context, c *call) error {
				if err := c.want(1, 1); err != nil {
					return err
				}
				return c.with(ctx, true, func(a *app.App) error {
					follow := a.Harvest.Follow
					if rule.given() {
						r, err := rule.read(directory.SourceRule{})
						if err != nil {
							return err
						}
						follow = func(ctx context.Context, who directory.Who, target string) (store.RemoteActor, error) {
							return a.Harvest.FollowWith(ctx, who, target, r)
						}
					}
					actor, err := follow(ctx, system, c.args[0])
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
	Paused      time.Time       `json:"paused,omitzero"`
	Software    string          `json:"software,omitempty"`
	Version     string          `json:"version,omitempty"`
	Signature   string          `json:"signature,omitempty"`   // what it takes from us
	SignatureIn string          `json:"signatureIn,omitempty"` // what it sends
	Entries     int             `json:"entries"`
	Queued      int             `json:"queued"`
	Dropped     int64           `json:"dropped,omitempty"`
	Oldest      time.Time       `json:"oldest,omitzero"` // since when the first waits
	NextTry     time.Time       `json:"nextTry,omitzero"`
	LastSuccess time.Time       `json:"lastSuccess,omitzero"`
	Agreed      time.Time       `json:"agreed,omitzero"`
	LastError   string          `json:"lastError,omitempty"`
	Cause       peer.Cause      `json:"cause,omitempty"`
	Follows     []followLine    `json:"follows,omitempty"`
}

type followLine struct {
	Object    string            `json:"object"`
	State     store.FollowState `json:"state"`
	Synced    time.Time         `json:"synced,omitzero"`
	LastError string            `json:"lastError,omitempty"`
}

func linePeer(p store.Peer, oldest time.Time) peerLine {
	return peerLine{Origin: p.Origin, State: p.State, Paused: p.Paused, Software: p.Software, Version: p.Version,
		Signature: p.Signature, SignatureIn: p.SignatureIn, Entries: p.Entries, Queued: p.Queued, Dropped: p.Dropped, Oldest: oldest,
		NextTry: p.NextTry, LastSuccess: p.LastSuccess, Agreed: p.Agreed, LastError: p.LastError, Cause: peer.CauseOfText(p.LastError)}
}

// stateOf is a peer's state in one word.
func stateOf(l peerLine) string {
	if !l.Paused.IsZero() {
		return "paused"
	}
	return string(l.State)
}

func peerListCommand() command {
	return listing("peer list", "list the servers that this instance knows", "bocage peer list --json",
		func(ctx context.Context, a *app.App) ([]peerLine, error) {
			ps, err := a.Store.Peers(ctx)
			if err != nil {
				return nil, err
			}
			oldest, err := a.Store.OldestDeliveries(ctx)
			lines := make([]peerLine, len(ps))
			for i, p := range ps {
				lines[i] = linePeer(p, oldest[p.Origin])
			}
			return lines, err
		},
		func(p peerLine) string {
			return fmt.Sprintf("%-40s %-8s %6d entries %6d waiting  %s", p.Origin, stateOf(p), p.Entries, p.Queued, inWords(p))
		})
}

func peerShowCommand() command {
	return command{
		name: "peer show", args: "HOST", short: "show one server and what is followed there", example: "bocage peer show https://communs.example",
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
	origin, err := originOf(c.args[0])
	if err != nil {
		return err
	}
	p, err := a.Store.Peer(ctx, origin)
	if err != nil {
		return unknownPeer(err, c.args[0])
	}
	oldest, err := a.Store.OldestDelivery(ctx, p.Origin)
	if err != nil {
		return err
	}
	line := linePeer(p, oldest)
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
	printPeer(c.out, line)
	for _, f := range line.Follows {
		fmt.Fprintf(c.out, "follows   %s (%s, complete %s) %s\n", f.Object, f.State, stamp(f.Synced), f.LastError)
	}
	return nil
}

// printPeer prints what is known of a peer, one fact a line.
func printPeer(w io.Writer, l peerLine) {
	for _, row := range [][2]string{
		{"origin", l.Origin}, {"state", stateOf(l)}, {"software", strings.TrimSpace(l.Software + " " + l.Version)},
		{"signature", cmp.Or(l.Signature, "not known yet") + " to it, " + cmp.Or(l.SignatureIn, "not known yet") + " from it"},
		{"entries", fmt.Sprint(l.Entries)}, {"waiting", waitingOf(l)},
		{"dropped", fmt.Sprint(l.Dropped)}, {"next try", stamp(l.NextTry)}, {"last ok", stamp(l.LastSuccess)}, {"agreed", stamp(l.Agreed)}, {"error", inWords(l)},
	} {
		fmt.Fprintf(w, "%-9s %s\n", row[0], row[1])
	}
	if l.Cause != "" {
		fmt.Fprintf(w, "%-9s %s\n", "do", l.Cause.Do())
	}
}

// waitingOf is how much waits for a peer, and since when.
func waitingOf(l peerLine) string {
	if l.Queued == 0 {
		return "0"
	}
	return fmt.Sprintf("%d, the first since %s", l.Queued, stamp(l.Oldest))
}

// inWords is the last error with its cause.
func inWords(l peerLine) string {
	if l.LastError == "" {
		return ""
	}
	return l.Cause.English() + ": " + l.LastError
}

// unknownPeer says how to find the name of a peer.
func unknownPeer(err error, name string) error {
	if errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("no peer %q is known: 'bocage peer list' shows them", name)
	}
	return err
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format(time.RFC3339)
}
