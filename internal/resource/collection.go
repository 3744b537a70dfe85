package resource

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// Page sizes. Mobilizon and Gancio read the first page of an outbox and no more.
const (
	outboxPage    = 20
	featuredNotes = 5
	maxUpcoming   = 500
	followingPage = 500
)

// collection serves a collection, or a page of one.
func collection(w http.ResponseWriter, r *http.Request, c federation.OrderedCollection) error {
	if c.Type == "" {
		c.Type = "OrderedCollection"
		if c.PartOf != "" {
			c.Type = "OrderedCollectionPage"
		}
	}
	body, err := federation.Encode(c)
	if err != nil {
		return err
	}
	return serve(w, r, answer{body: body})
}

// Outbox answers {actor}/outbox. An actor's own activities are listed newest
// first. The instance announces the events of all its actors, each Announce
// with the whole Create inside, the upcoming ones on the first page.
func (h *Handlers) Outbox(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	uri, e, err := h.actor(r)
	if err != nil {
		return err
	}
	total, err := h.cfg.Store.CountOutbox(ctx, uri)
	if err != nil {
		return err
	}
	upcoming, err := h.upcoming(ctx, uri, e)
	if err != nil {
		return err
	}
	id := uri + "/outbox"
	if !r.URL.Query().Has("page") && !r.URL.Query().Has("before") {
		return collection(w, r, federation.OrderedCollection{ID: id, TotalItems: max(total, len(upcoming)), First: id + "?page=1"})
	}
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // absent or malformed is the newest
	page := federation.OrderedCollection{ID: id + "?page=1", PartOf: id, TotalItems: max(total, len(upcoming)), Items: []any{}}
	if before > 0 {
		page.ID = id + "?before=" + strconv.FormatInt(before, 10)
		upcoming = nil
	}
	if page.Items, page.Next, err = h.outboxItems(ctx, uri, e, before, upcoming); err != nil {
		return err
	}
	return collection(w, r, page)
}

// outboxItems fills one page: for the instance the upcoming events and then
// what was sent, for others what was sent and then those upcoming events that
// were imported without a word.
func (h *Handlers) outboxItems(ctx context.Context, uri string, e *directory.Entry, before int64, upcoming []directory.Entry) ([]any, string, error) {
	items, listed := []any{}, map[string]bool{}
	announce := func() error {
		for _, ev := range upcoming {
			if len(items) >= outboxPage || listed[ev.URI] {
				continue
			}
			body, err := h.eventActivity(ctx, uri, ev, e == nil)
			if err != nil {
				return err
			}
			items, listed[ev.URI] = append(items, body), true
		}
		return nil
	}
	if e == nil {
		if err := announce(); err != nil {
			return nil, "", err
		}
	}
	sent, err := h.cfg.Store.Outbox(ctx, uri, before, outboxPage)
	if err != nil {
		return nil, "", err
	}
	read := 0
	for _, a := range sent {
		if len(items) >= outboxPage {
			break
		}
		read++
		env, err := federation.ParseEnvelope(a.Body)
		if err != nil || (listed[env.Object.ID] && env.Type == "Announce") {
			continue // announced above with the whole event
		}
		items = append(items, federation.Embed(a.Body))
		listed[env.Object.ID] = true
	}
	next := ""
	switch {
	case read > 0 && (read < len(sent) || len(sent) == outboxPage):
		next = uri + "/outbox?before=" + strconv.FormatInt(sent[read-1].Num, 10)
	case read == 0 && len(sent) > 0: // the page is full of upcoming events
		next = uri + "/outbox?before=" + strconv.FormatInt(sent[0].Num+1, 10)
	}
	if e != nil {
		err = announce()
	}
	return items, next, err
}

// eventActivity is the Create of an event, for the instance inside an Announce.
// Their ids are fragments of the event's, so that they are the same each time.
func (h *Handlers) eventActivity(ctx context.Context, uri string, ev directory.Entry, instance bool) (any, error) {
	doc, err := h.document(ctx, ev)
	if err != nil {
		return nil, err
	}
	owner := uri
	if p, _ := ev.Public(); instance {
		owner = h.cfg.Env.ActorURI(p)
	}
	create, err := h.cfg.Env.Create(vocab.Act{ID: ev.URI + "#create", Actor: owner, At: ev.PublishedAt}, doc)
	if err != nil || !instance {
		return federation.Embed(create), err
	}
	body, err := h.cfg.Env.AnnounceCreate(vocab.Act{ID: ev.URI + "#announce", Actor: uri, At: ev.PublishedAt}, create)
	return federation.Embed(body), err
}

// upcoming are the public local events of an actor that have not ended, the
// soonest first; all of them for the instance.
func (h *Handlers) upcoming(ctx context.Context, uri string, e *directory.Entry) ([]directory.Entry, error) {
	if e != nil && e.Kind != directory.KindOrganisation {
		return nil, nil
	}
	now := h.cfg.Clock()
	f := store.EntryFilter{LocalOnly: true, Limit: maxUpcoming}
	f.Kinds, f.From = []directory.Kind{directory.KindEvent}, now.UTC().Format(time.DateOnly)
	if e != nil {
		f.OwnerURI = uri
	}
	events, err := h.cfg.Store.Entries(ctx, f)
	if err != nil {
		return nil, fmt.Errorf("upcoming events: %w", err)
	}
	start := func(e directory.Entry) int64 { from, _, _ := e.Period.Interval(); return from }
	events = slices.DeleteFunc(events, func(e directory.Entry) bool {
		_, to, ok := e.Period.Interval()
		return !ok || to < now.Unix()
	})
	slices.SortStableFunc(events, func(a, b directory.Entry) int {
		if d := start(a) - start(b); d != 0 {
			return int(max(-1, min(1, d)))
		}
		return 0
	})
	return events, nil
}

// Upcoming answers {actor}/upcoming: ids of events, the soonest first (FEP-8a8e).
func (h *Handlers) Upcoming(w http.ResponseWriter, r *http.Request) error {
	uri, e, err := h.actor(r)
	if err != nil {
		return err
	}
	events, err := h.upcoming(r.Context(), uri, e)
	if err != nil {
		return err
	}
	items := make([]any, len(events))
	for i, ev := range events {
		items[i] = ev.URI
	}
	return collection(w, r, federation.OrderedCollection{ID: uri + "/upcoming", TotalItems: len(items), Items: items})
}

// Featured answers {actor}/featured: the actor's latest notes. Mastodon shows
// nothing else of an actor that nobody on it follows yet.
func (h *Handlers) Featured(w http.ResponseWriter, r *http.Request) error {
	uri, _, err := h.actor(r)
	if err != nil {
		return err
	}
	sent, err := h.cfg.Store.Outbox(r.Context(), uri, 0, outboxPage)
	if err != nil {
		return err
	}
	items := []any{}
	for _, a := range sent {
		env, err := federation.ParseEnvelope(a.Body)
		if err == nil && env.Type == "Create" && env.Object.Type == "Note" && len(items) < featuredNotes {
			items = append(items, env.Object.ID)
		}
	}
	return collection(w, r, federation.OrderedCollection{ID: uri + "/featured", TotalItems: len(items), Items: items})
}

// Followers answers {actor}/followers: how many, and not who, since followers
// are people.
func (h *Handlers) Followers(w http.ResponseWriter, r *http.Request) error {
	uri, _, err := h.actor(r)
	if err != nil {
		return err
	}
	n, err := h.cfg.Store.CountFollowers(r.Context(), uri)
	if err != nil {
		return err
	}
	return paged(w, r, uri+"/followers", n, []any{})
}

// Following answers {actor}/following: the instances and actors that are
// aggregated here.
func (h *Handlers) Following(w http.ResponseWriter, r *http.Request) error {
	uri, _, err := h.actor(r)
	if err != nil {
		return err
	}
	n, err := h.cfg.Store.CountFollowing(r.Context(), uri)
	if err != nil {
		return err
	}
	followed, err := h.cfg.Store.Followings(r.Context(), uri, "", followingPage)
	if err != nil {
		return err
	}
	items := []any{}
	for _, f := range followed {
		if f.State == store.FollowAccepted {
			items = append(items, f.Object)
		}
	}
	return paged(w, r, uri+"/following", n, items)
}

// paged serves a collection whose only page is its first: without "first"
// Mastodon says that the network is hidden.
func paged(w http.ResponseWriter, r *http.Request, id string, total int, items []any) error {
	c := federation.OrderedCollection{ID: id, TotalItems: total, First: id + "?page=1"}
	if r.URL.Query().Has("page") {
		c = federation.OrderedCollection{ID: id + "?page=1", PartOf: id, TotalItems: total, Items: items}
	}
	return collection(w, r, c)
}
