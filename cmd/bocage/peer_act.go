package main

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"strings"

	"codeberg.org/bocage/bocage/internal/app"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
)

// originOf is the origin that an administrator names: a host or a URL.
func originOf(name string) (string, error) {
	address := name
	if !strings.Contains(name, "://") {
		address = "https://" + name
		if u, err := url.Parse(address); err == nil && peer.IsLoopbackName(u.Hostname()) {
			address = "http://" + name // nobody has a certificate for this machine
		}
	}
	origin, err := peer.Origin(address)
	if err != nil {
		return "", usagef("%.200q is neither a host nor a URL", name)
	}
	return origin, nil
}

// origins replaces the arguments at these places by the origins that they name.
func (c *call) origins(at ...int) error {
	for _, i := range at {
		if i >= len(c.args) {
			continue
		}
		origin, err := originOf(c.args[i])
		if err != nil {
			return err
		}
		c.args[i] = origin
	}
	return nil
}

// act is one thing to do to a peer.
type act struct {
	name, short, done string
	do                func(ctx context.Context, a *app.App, who directory.Who, origin, reason string) error
}

var peerActs = [...]act{
	{"peer pause", "send nothing to a server and fetch nothing, until it is resumed",
		"paused: nothing is sent there and nothing is fetched; what it sends is taken, and what is for it waits",
		func(ctx context.Context, a *app.App, who directory.Who, origin, reason string) error {
			return a.Harvest.Pause(ctx, who, origin, reason)
		}},
	{"peer resume", "end a pause", "resumed: what waited goes out, and what was missed is looked for",
		func(ctx context.Context, a *app.App, who directory.Who, origin, reason string) error {
			return a.Harvest.Resume(ctx, who, origin, reason)
		}},
	{"peer retry", "try what waits for a server now", "the running server tries it now",
		func(ctx context.Context, a *app.App, who directory.Who, origin, reason string) error {
			return a.Harvest.Retry(ctx, who, origin, reason)
		}},
	{"peer resync", "compare everything held from a server with what it has", "the running server compares now",
		func(ctx context.Context, a *app.App, who directory.Who, origin, reason string) error {
			return a.Harvest.Resync(ctx, who, origin, reason)
		}},
	{"peer block", "refuse a server: what it says is refused, what it said is hidden, it is told nothing", "blocked, with its subdomains; what waited for it is dropped",
		func(ctx context.Context, a *app.App, who directory.Who, origin, reason string) error {
			_, host, _ := strings.Cut(origin, "://")
			host, _, _ = strings.Cut(host, ":") // a rule is on a domain
			return a.Moderation.Block(ctx, who, host, reason)
		}},
}

func peerActCommands() []command {
	out := make([]command, len(peerActs))
	for i, p := range peerActs {
		out[i] = command{name: p.name, args: "HOST", short: p.short, example: "bocage " + p.name + " communs.example --reason '…'",
			setup: func(fs *flag.FlagSet) func(context.Context, *call) error {
				reason := fs.String("reason", "", "why, for the log of decisions")
				return func(ctx context.Context, c *call) error { return actOnPeer(ctx, c, p, *reason) }
			}}
	}
	return out
}

func actOnPeer(ctx context.Context, c *call, p act, reason string) error {
	if err := c.want(1, 1); err != nil {
		return err
	}
	origin, err := originOf(c.args[0])
	if err != nil {
		return err
	}
	return c.with(ctx, true, func(a *app.App) error {
		if err := p.do(ctx, a, system, origin, reason); err != nil {
			return unknownPeer(err, c.args[0])
		}
		done := p.done
		if p.name == "peer retry" {
			idle, err := nothingToTry(ctx, a, origin)
			if err != nil {
				return err
			}
			if idle {
				done = "nothing waits for it and nothing is followed there, so there is nothing to try; 'bocage follow " + origin + "' asks it"
			}
		}
		_, err := fmt.Fprintf(c.out, "%s: %s\n", origin, done)
		return err
	})
}

// nothingToTry reports whether a retry of a peer asks it nothing.
func nothingToTry(ctx context.Context, a *app.App, origin string) (bool, error) {
	p, err := a.Store.Peer(ctx, origin)
	if err != nil || p.Queued > 0 {
		return false, err
	}
	fs, err := a.Store.FollowingByOrigin(ctx, origin)
	return len(fs) == 0, err
}
