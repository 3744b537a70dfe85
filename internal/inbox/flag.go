package inbox

import (
	"context"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// flag keeps a report by another server about what is ours or held here.
// Mastodon sends it as its instance actor, with an array of ids: the account,
// then its posts. What we know nothing about is left out.
func (in *Inbox) flag(ctx context.Context, act federation.Activity) (effect, error) {
	m, err := federation.ParseObject(act.Raw)
	if err != nil {
		return effect{}, fmt.Errorf("%w: %w", directory.ErrInvalid, err)
	}
	ids := m.IDs("object")
	ids = ids[:min(len(ids), moderation.MaxReportObjects)]
	objects, err := in.known(ctx, ids)
	if err != nil {
		return effect{}, err
	}
	if len(objects) == 0 {
		return effect{}, drop("reports nothing that is known here")
	}
	report := moderation.NewReport{Reporter: act.Actor, Category: "other", Objects: objects, Content: sanitize.Plain(m.Text("content"))}
	return effect{run: func(ctx context.Context, tx *store.Tx) error {
		_, err := in.cfg.Moderation.TakeReport(ctx, tx, report)
		return err
	}}, nil
}

// known keeps the ids that are on this instance or of entries that it holds.
func (in *Inbox) known(ctx context.Context, ids []string) ([]string, error) {
	held, err := in.cfg.Store.EntriesByURI(ctx, ids)
	if err != nil {
		return nil, err
	}
	here := map[string]bool{}
	for _, e := range held {
		here[e.URI] = true
	}
	var out []string
	for _, id := range ids {
		if origin, err := peer.Origin(id); err == nil && (here[id] || origin == in.origin) {
			out = append(out, id)
		}
	}
	return out, nil
}

// heard ends what is not to be acted on: a rule may be newer than the activity,
// and of a server in quarantine only new documents are looked at, which the Judge
// puts aside. The rest waits until an administrator has decided on its key; and all
// of a server in doubt, until it has signed something with a key that was known.
func (in *Inbox) heard(ctx context.Context, act federation.Activity) error {
	v, err := in.cfg.Moderation.CheckActor(ctx, act.Actor)
	if err != nil {
		return err
	}
	if !v.Allowed {
		return blocked("%s is blocked: %s", act.Actor, v.Reason)
	}
	origin, err := peer.Origin(act.Actor)
	if err != nil {
		return err
	}
	suspect, err := in.cfg.Moderation.Quarantined(ctx, origin)
	if err != nil {
		return err
	}
	if suspect {
		own := peer.SameOrigin(shared(act).ID, act.Actor) // what is of another server, the Judge would not put aside
		if own && (act.Type == "Announce" || act.Type == "Create" && !vocab.IsPost(act.Object.Type)) {
			return nil
		}
		return held{origin}
	}
	return in.undoubted(ctx, act, origin)
}
