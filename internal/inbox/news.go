package inbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// news is what a Create or Update says of an entry that its signer publishes, read as
// far as that needs neither network nor database. It is what nearly all that comes is
// about, and is applied where it is kept; whatever is out of the ordinary is not news
// but a job, which asks, waits, refuses and counts: see object and accept, whose checks
// these are.
type news struct {
	actor, owner string
	entry        ledger.Remote
	kept         *store.KeptDocument // nil when it has no proof
}

// errOrdinary says that news is to be looked at by a job after all.
var errOrdinary = errors.New("not plain news")

// readNews reads a verified activity of origin; nil when it is not news.
func (in *Inbox) readNews(ctx context.Context, env federation.Envelope, origin string, body []byte) *news {
	obj := env.Object
	if env.Type != "Create" && env.Type != "Update" || !env.OneActor || !obj.Embedded() ||
		obj.ID == env.Actor || vocab.IsPost(obj.Type) || obj.Type == "OrderedCollection" {
		return nil
	}
	if at, err := peer.Origin(obj.ID); err != nil || at != origin {
		return nil
	}
	if bytes.Contains(body, []byte(`"duration"`)) {
		return nil // go-fed panics over some of them, and what it refuses is refused by the job
	}
	o, err := federation.ReadObject(obj.Raw)
	if err != nil || o.ID != obj.ID || o.AttributedTo != env.Actor {
		return nil
	}
	e, err := vocab.EntryOf(o, origin)
	if err != nil {
		return nil
	}
	n := &news{actor: env.Actor, owner: o.AttributedTo, entry: ledger.Remote{Entry: e, Wire: obj.Raw, Hash: proof.Hash(obj.Raw)}}
	if proof.Has(obj.Raw) {
		kept, known, err := in.cfg.Actors.VouchKnown(ctx, obj.Raw, n.entry.Hash)
		if err != nil || !known {
			return nil
		}
		n.kept = kept
	}
	n.entry.Wanted = func(old directory.Entry, known bool) error {
		switch {
		case !known:
			return nil
		case old.Status == directory.StatusDeleted || old.OwnerURI != env.Actor || !stamp(o).After(old.Updated):
			return errOrdinary
		}
		return nil
	}
	return n
}

// applyNews applies what is news among arrivals and may be: its actor is heard, we
// follow who publishes it, and nothing that the actor said before waits. It returns
// which were applied.
func (in *Inbox) applyNews(ctx context.Context, tx *store.Tx, as []arrival) (done []bool, err error) {
	done = make([]bool, len(as))
	page, index := make([]ledger.Remote, 0, len(as)), make([]int, 0, len(as))
	speakers := map[string]*speaker{}
	for i, a := range as {
		s, ok := speakers[a.rec.Actor]
		if !ok {
			if s, err = in.speaker(ctx, tx, a.rec); err != nil {
				return nil, err
			}
			speakers[a.rec.Actor] = s
		}
		if a.news != nil && s.plain && s.scope.covers(a.news.actor, a.news.owner, a.news.entry.Entry.URI) {
			page, index = append(page, a.news.entry), append(index, i)
		} else if a.rec.Type != "Announce" {
			s.plain = false // what comes after it waits for it
		}
	}
	if len(page) == 0 {
		return done, nil
	}
	_, refused, err := in.cfg.Ledger.AcceptRemotes(ctx, tx, page)
	if err != nil {
		return nil, fmt.Errorf("apply news: %w", err)
	}
	for i, err := range refused {
		done[index[i]] = err == nil
		if kept := as[index[i]].news.kept; err == nil && kept != nil {
			if err := tx.KeepCurrent(ctx, *kept); err != nil {
				return nil, fmt.Errorf("apply news: %w", err)
			}
		}
	}
	return done, nil
}

// speaker is an actor as one transaction sees it.
type speaker struct {
	// plain is that it may be heard, without doubt or quarantine, and that nothing it
	// said is still to be applied.
	plain bool
	scope scope
}

func (in *Inbox) speaker(ctx context.Context, tx *store.Tx, rec store.Received) (*speaker, error) {
	s := &speaker{}
	heard, err := in.cfg.Moderation.Unsuspected(ctx, tx, rec.Actor, rec.Origin)
	if err != nil || !heard {
		return s, err
	}
	waits, err := tx.Waiting(ctx, rec.Actor)
	if err != nil || waits {
		return s, err
	}
	sources, err := tx.SourcesOf(ctx, rec.Origin, "")
	if err != nil {
		return s, err
	}
	s.plain = true
	for _, f := range sources {
		if f.State != store.FollowRejected {
			s.scope.objects = append(s.scope.objects, f.Object)
			s.scope.instance = s.scope.instance || f.Type == "Application"
		}
	}
	return s, nil
}
