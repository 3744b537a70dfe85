package peer

import (
	"context"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"codeberg.org/bocage/bocage/internal/store"
)

const (
	// softwareAge is how long what a server runs is believed, silenceAge how long that
	// it does not say, softwareEvery the time between two looks for servers to ask,
	// softwareBatch how many are asked at one.
	softwareAge   = 7 * 24 * time.Hour
	silenceAge    = 24 * time.Hour
	softwareEvery = time.Minute
	softwareBatch = 8
	// maxSoftware is what is kept of a name and of a version, in bytes.
	maxSoftware = 64
)

// AskSoftware asks a peer's NodeInfo what it runs and keeps it. What is kept is for
// people, and nothing is inferred from it (FEP-f1d5) save that a Gancio is sent events
// in the shape that it takes. That a server does not say is remembered too.
func (a *Actors) AskSoftware(ctx context.Context, origin string) error {
	info, _, err := a.cfg.Client.Server(ctx, origin)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	name, version := word(info.Software.Name), word(info.Software.Version)
	if err != nil {
		name, version = "", ""
	}
	werr := a.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.NoteSoftware(ctx, origin, name, version) })
	if werr != nil {
		return werr
	}
	if err != nil {
		return classify(err)
	}
	return nil
}

// word is a name from outside on one line.
func word(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	for len(s) > maxSoftware {
		s = strings.ToValidUTF8(s[:maxSoftware], "")
	}
	return strings.TrimSpace(s)
}

// AskAll asks the peers that were not asked for a week, or a day when they never said
// what they run, new ones first, and returns how many were.
func (a *Actors) AskAll(ctx context.Context, log *slog.Logger) (int, error) {
	now := a.cfg.Clock()
	origins, err := a.cfg.Store.PeersToAsk(ctx, now.Add(-softwareAge), now.Add(-silenceAge), softwareBatch)
	if err != nil {
		return 0, err
	}
	for _, origin := range origins {
		if err := a.AskSoftware(ctx, origin); err != nil && ctx.Err() == nil {
			log.DebugContext(ctx, "nodeinfo", "peer", origin, "error", err)
		}
	}
	return len(origins), ctx.Err()
}

// RunSoftware calls AskAll and CheckPins until ctx ends.
func (a *Actors) RunSoftware(ctx context.Context, log *slog.Logger) error {
	t := time.NewTicker(softwareEvery)
	defer t.Stop()
	for {
		if _, err := a.AskAll(ctx, log); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "nodeinfo", "error", err)
		}
		if _, err := a.CheckPins(ctx, log); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "pinned keys", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-t.C:
		}
	}
}
