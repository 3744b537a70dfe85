package app

import (
	"context"
	"time"

	"codeberg.org/bocage/bocage/federation/httpsig"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

// learnForm keeps the form of signature that an origin has taken, so that the
// next process need not knock twice and an administrator sees it.
func (a *App) learnForm(ctx context.Context, origin string, form httpsig.Form) {
	origin, err := peer.Origin(origin)
	if err == nil {
		err = a.Store.Write(ctx, func(tx *store.Tx) error { return tx.NoteSignature(ctx, origin, form.String()) })
	}
	if err != nil && ctx.Err() == nil {
		a.log.WarnContext(ctx, "form of signature not kept", "origin", origin, "error", err) // memory has it
	}
}

// recallForm is what learnForm kept.
func (a *App) recallForm(ctx context.Context, origin string) (httpsig.Form, time.Time, bool) {
	origin, err := peer.Origin(origin)
	if err != nil {
		return 0, time.Time{}, false
	}
	name, at, err := a.Store.PeerSignature(ctx, origin)
	if err != nil {
		return 0, time.Time{}, false // the first knock finds out
	}
	form, ok := httpsig.ParseForm(name)
	return form, at, ok
}
