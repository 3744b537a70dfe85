package harvest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const (
	// maxOutboxPages and maxOutboxItems bound the first walk of a foreign
	// outbox; later ones read its first page.
	maxOutboxPages = 20
	maxOutboxItems = 500
	// upcomingEvery is how often a source's upcoming events are read, and how many
	// pages of them.
	upcomingEvery = 24 * time.Hour
	upcomingPages = 5
	// lookAgain is how often an object that the outbox still names in the same way
	// is asked for.
	lookAgain = 24 * time.Hour
)

// looks are how long before it begins an event is looked at again, the first one first.
// Between the first two lies what a 404 takes to be believed: of an event that it
// deletes Friendica tells nobody, and answers 404.
var looks = []time.Duration{49 * time.Hour, 24 * time.Hour, 2 * time.Hour}

// listed is an object that a collection names, and the hash of the line that does:
// the same line says nothing new. Of what is anew no "as it was" is believed:
// Friendica's ETag of an event stays when the event is edited. updated is the age
// that the line gives the object, zero when it gives none.
type listed struct {
	id, mark string
	anew     bool
	updated  time.Time
}

// walkOutbox reads what software without a catalogue offers: the first page of its
// outbox (at first contact more), once a day its upcoming events; and looks again
// at events that are about to begin, since such software often never says that
// one was cancelled. Each object is fetched from its origin by id.
func (h *Harvester) walkOutbox(ctx context.Context, f store.Following) (changed int, err error) {
	ra, err := h.cfg.Actors.Actor(ctx, f.Object)
	if err != nil {
		return 0, err
	}
	tags := h.tagsOf(f)
	lines, err := h.outboxLines(ctx, f, tags)
	if err != nil {
		return 0, err
	}
	more, noteUpcoming, err := h.upcoming(ctx, f, ra)
	if err != nil {
		return 0, err
	}
	soon, err := h.aboutToBegin(ctx, f)
	if err != nil {
		return 0, err
	}
	lines = slices.DeleteFunc(slices.Concat(lines, more), func(l listed) bool { // what is said of it as before is no answer
		return slices.ContainsFunc(soon, func(s listed) bool { return s.id == l.id })
	})
	lines = slices.Concat([]listed{{id: f.Object}}, lines, soon) // last: the first failure ends the pass
	seen := make(map[string]bool)
	for _, l := range lines {
		if seen[l.id] || !peer.SameOrigin(l.id, f.Origin) {
			continue
		}
		seen[l.id] = true
		did, err := h.look(ctx, f, l)
		if err != nil {
			return changed, err
		}
		if did {
			changed++
		}
	}
	err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		if noteUpcoming != nil {
			if err := tx.PutRemoteDocument(ctx, *noteUpcoming); err != nil {
				return err
			}
		}
		return h.move(ctx, tx, &f, "", "")
	})
	if err != nil {
		return changed, err
	}
	tags.keep()
	return changed, h.answered(ctx, f.Origin)
}

// upcoming lists the source's upcoming events, once a day; note is to be kept when
// they were read.
func (h *Harvester) upcoming(ctx context.Context, f store.Following, ra store.RemoteActor) (lines []listed, note *store.RemoteDocument, err error) {
	act, err := federation.ParseActor(ra.Doc)
	if err != nil || act.Upcoming == "" || !peer.SameOrigin(act.Upcoming, f.Origin) {
		return nil, nil, nil
	}
	d, err := h.cfg.Store.RemoteDocument(ctx, act.Upcoming)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, nil, err
	}
	if h.now().Sub(d.Checked) < upcomingEvery && d.Checked.After(f.Created) {
		return nil, nil, nil
	}
	lines, err = h.lines(ctx, f.Origin, act.Upcoming, upcomingPages, nil)
	return lines, &store.RemoteDocument{URI: act.Upcoming, Origin: f.Origin, Checked: h.now()}, err
}

// aboutToBegin lists the events that we hold and that are to be looked at again: two
// days, a day and two hours before they begin.
func (h *Harvester) aboutToBegin(ctx context.Context, f store.Following) (lines []listed, err error) {
	now := h.now()
	soon, err := h.cfg.Store.UpcomingFrom(ctx, f.Origin, now, now.Add(looks[0]), maxOutboxItems)
	for _, u := range soon {
		due := func(before time.Duration) bool {
			at := u.Start.Add(-before)
			return !now.Before(at) && u.Checked.Before(at)
		}
		if slices.ContainsFunc(looks, due) {
			lines = append(lines, listed{id: u.URI, anew: true})
		}
	}
	return lines, err
}

func (h *Harvester) outboxLines(ctx context.Context, f store.Following, tags *tags) ([]listed, error) {
	if f.Outbox == "" {
		return nil, nil
	}
	pages := maxOutboxPages
	if !f.Synced.IsZero() {
		pages = 1
	}
	return h.lines(ctx, f.Origin, f.Outbox, pages, tags)
}

// lines lists the objects of a collection's first pages.
func (h *Harvester) lines(ctx context.Context, origin, rawURL string, pages int, tags *tags) (out []listed, err error) {
	col, _, err := h.page(ctx, origin, rawURL, tags)
	if err != nil {
		return nil, err
	}
	switch {
	case col.FirstPage != nil:
		col = *col.FirstPage
	case len(col.Items) == 0 && col.First != "":
		if col, _, err = h.page(ctx, origin, col.First, tags); err != nil {
			return nil, err
		}
	}
	for ; ; pages-- {
		for _, raw := range col.Items {
			if id, updated := objectOf(raw); id != "" {
				out = append(out, listed{id: id, mark: lineMark(raw), updated: updated})
			}
		}
		if pages <= 1 || len(out) >= maxOutboxItems || col.Next == "" {
			return out, nil
		}
		if col, _, err = h.page(ctx, origin, col.Next, tags); err != nil {
			return nil, err
		}
	}
}

// lineMark is the hash of a line, "" of one that is only an id and so never says
// anything new.
func lineMark(raw json.RawMessage) string {
	if len(raw) > 0 && raw[0] == '"' {
		return ""
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// look fetches an object unless the same line named it within the day, in this follow:
// what an earlier one brought was forgotten with it.
func (h *Harvester) look(ctx context.Context, f store.Following, l listed) (changed bool, err error) {
	if l.mark != "" {
		d, err := h.cfg.Store.RemoteDocument(ctx, l.id)
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			return false, err
		}
		if err == nil && d.Mark == l.mark && h.now().Sub(d.Checked) < lookAgain && !d.Checked.Before(f.Created) && d.Missing.IsZero() {
			return false, nil
		}
		l.anew = d.Mark != l.mark
	}
	return h.takeLine(ctx, f, l)
}

// objectOf is the id of what an outbox item is about, "" for what is no entry, and
// when the item says that it was changed.
func objectOf(raw json.RawMessage) (id string, updated time.Time) {
	for range 3 {
		m, err := federation.ParseObject(raw)
		if err != nil {
			_ = json.Unmarshal(raw, &id) // neither object nor string is no item
			return id, time.Time{}
		}
		switch m.Text("type") {
		case "Create", "Update", "Announce", "Delete", "Invite":
			raw = m.Ref("object").Raw
		case "Note", "Question", "Follow", "Accept", "Like", "Undo":
			return "", time.Time{}
		default:
			return m.Text("id"), m.Time("updated")
		}
	}
	return "", time.Time{}
}

// take fetches one object and writes it. What is no entry is left out.
func (h *Harvester) take(ctx context.Context, f store.Following, id string) (changed bool, err error) {
	return h.takeLine(ctx, f, listed{id: id})
}

func (h *Harvester) takeLine(ctx context.Context, f store.Following, l listed) (changed bool, err error) {
	if d, err := h.cfg.Moderation.Doubt(ctx, f.Origin); err != nil || d.Any() {
		return false, err // not even a 404 is noted; it is asked for again afterwards
	}
	raw, err := h.fetch(ctx, f, l)
	switch {
	case errors.Is(err, directory.ErrGone) && l.id == f.Object:
		n, err := h.ownerGone(ctx, f)
		return n > 0, err
	case errors.Is(err, directory.ErrGone):
		return h.write(ctx, f, batch{remove: []string{l.id}})
	case errors.Is(err, directory.ErrNotFound):
		if gone, err := h.missingTwice(ctx, l.id); err != nil || !gone {
			return false, err
		}
		return h.write(ctx, f, batch{remove: []string{l.id}})
	case errors.Is(err, directory.ErrInvalid), errors.Is(err, directory.ErrForbidden):
		h.skip(ctx, f, l.id, err)
		return false, nil
	case err != nil:
		return false, fmt.Errorf("harvest %s: %w", l.id, err)
	case raw == nil:
		return false, nil // as it was
	}
	id := l.id
	if old, err := h.cfg.Store.EntryByURI(ctx, id); err == nil { // a document that is silent about who may see it changes nothing of that
		raw = federation.CompleteAs(raw, old.OwnerURI)
	}
	e, err := vocab.Entry(raw, f.Origin)
	if errors.Is(err, directory.ErrForbidden) {
		return h.write(ctx, f, batch{remove: []string{id}}) // not to be listed, or no more
	}
	if err != nil {
		return false, nil // a Person, a Note: followed for its events, no entry itself
	}
	d, err := h.vouched(ctx, f, e, raw)
	if errors.Is(err, peer.ErrAltered) {
		h.skip(ctx, f, id, err)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return h.write(ctx, f, batch{accept: []document{d}})
}

// ownerGone removes what the followed actor published, as its Delete would: an
// account's end is told to nobody that Friendica takes for a relay, as it takes us.
// A 410 of a server that was away, or that is not believed yet, is none.
func (h *Harvester) ownerGone(ctx context.Context, f store.Following) (changed int, err error) {
	err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.Peer(ctx, f.Origin)
		if err != nil && !errors.Is(err, directory.ErrNotFound) || p.State == store.PeerDown || p.State == store.PeerDead {
			return err
		}
		if waits, err := h.cfg.Moderation.Waits(ctx, tx, f.Origin); err != nil || waits {
			return err
		}
		if err := tx.DeleteIgnoredOf(ctx, f.Origin, f.Object); err != nil {
			return err
		}
		es, err := tx.Entries(ctx, store.EntryFilter{OwnerURI: f.Object, Limit: store.MaxLimit,
			Statuses: []directory.Status{directory.StatusPublished, directory.StatusArchived, directory.StatusProposed}})
		if err != nil {
			return err
		}
		b := batch{remove: []string{f.Object}}
		for _, e := range es {
			if e.URI != f.Object {
				b.remove = append(b.remove, e.URI)
			}
		}
		changed, err = h.apply(ctx, tx, f, b)
		return err
	})
	return changed, err
}

// fetch gets a document, nil when it is as we have it, and remembers what is needed
// to ask for it again.
func (h *Harvester) fetch(ctx context.Context, f store.Following, l listed) ([]byte, error) {
	done, err := h.pace.wait(ctx, l.id)
	if err != nil {
		return nil, err
	}
	defer done()
	d, err := h.cfg.Store.RemoteDocument(ctx, l.id)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, err
	}
	etag := d.ETag
	if _, err := h.cfg.Store.EntryByURI(ctx, l.id); err != nil || l.anew {
		etag = "" // what we do not hold is not "as it was"
	}
	raw, tag, err := h.cfg.Actors.FetchIf(ctx, l.id, etag)
	if err != nil {
		return nil, err
	}
	d.URI, d.Origin, d.ETag, d.Checked, d.Missing = l.id, f.Origin, tag, h.now(), time.Time{}
	if l.mark != "" && !h.older(raw, l.updated) {
		d.Mark = l.mark
	}
	return raw, h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return tx.PutRemoteDocument(ctx, d) })
}

// older reports whether the document is one from before the change of today that the
// outbox speaks of: a Friendica serves it for a quarter of an hour more. It is asked
// for again with the next pass, for a day: it may never say that change.
func (h *Harvester) older(raw []byte, updated time.Time) bool {
	if h.now().Sub(updated).Abs() >= lookAgain {
		return false
	}
	m, err := federation.ParseObject(raw)
	return err == nil && m.Time("updated").Before(updated)
}

func (h *Harvester) write(ctx context.Context, f store.Following, b batch) (changed bool, err error) {
	err = h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := h.apply(ctx, tx, f, b)
		changed = n > 0
		return err
	})
	return changed, err
}
