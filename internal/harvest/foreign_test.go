package harvest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

type object = map[string]any

// foreign is a server of other software: JSON by path, a bare status for an int,
// 410 for nil, HTML for the rest.
type foreign struct {
	*httptest.Server
	docs map[string]any
	// busy makes that many answers a 429 that says when to come back.
	busy int
	// stuck makes it say of every object, for ever, that it is as it was.
	stuck bool
	hits  []string
}

func newForeign(t *testing.T) *foreign {
	t.Helper()
	f := &foreign{docs: map[string]any{}}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			w.WriteHeader(http.StatusAccepted)
			return
		}
		f.hits = append(f.hits, r.URL.RequestURI())
		doc, ok := f.docs[r.URL.RequestURI()]
		status, isStatus := doc.(int)
		switch {
		case f.busy > 0:
			f.busy--
			w.Header().Set("Retry-After", "300")
			w.WriteHeader(http.StatusTooManyRequests)
		case !ok:
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<html>hello"))
		case doc == nil:
			w.WriteHeader(http.StatusGone)
		case isStatus:
			w.WriteHeader(status)
		case f.stuck && r.Header.Get("If-None-Match") == `"stuck"`:
			w.WriteHeader(http.StatusNotModified)
		default:
			if f.stuck && !strings.HasPrefix(r.URL.Path, "/outbox") {
				w.Header().Set("ETag", `"stuck"`)
			}
			w.Header().Set("Content-Type", federation.ContentType)
			_ = json.NewEncoder(w).Encode(doc) // the reader is the code under test
		}
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *foreign) actor(typ string, more object) string {
	id := f.URL + "/relay"
	doc := object{"id": id, "type": typ, "preferredUsername": "relay", "name": "Agenda", "inbox": id + "/inbox", "outbox": f.URL + "/outbox"}
	for k, v := range more {
		doc[k] = v
	}
	f.docs["/relay"] = doc
	f.docs["/.well-known/nodeinfo"] = object{"links": []object{{"rel": "https://www.w3.org/ns/activitystreams#Application", "href": id}}}
	return id
}

func (f *foreign) event(name string) object {
	id := f.URL + "/" + name
	e := object{"id": id, "type": "Event", "attributedTo": f.URL + "/relay", "name": name, "startTime": "2031-06-06T18:00:00Z", "to": "as:Public", "updated": "2026-03-01T10:00:00Z"}
	f.docs["/"+name] = e
	return e
}

// accept plays the relay's administrator.
func accept(t *testing.T, b *node, actor string) {
	t.Helper()
	ctx := context.Background()
	err := b.st.Write(ctx, func(tx *store.Tx) error {
		f, err := tx.Following(ctx, b.env.InstanceURI(), actor)
		if err != nil {
			return err
		}
		f.State = store.FollowAccepted
		if err := tx.PutFollowing(ctx, f); err != nil {
			return err
		}
		return peer.ScheduleBackfill(ctx, tx, actor, b.now())
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestForeignOutbox: other software is read by its outbox, each object from
// its origin; what is embedded, or of another host, is not believed.
func TestForeignOutbox(t *testing.T) {
	b, f, evil := newNode(t, "sqlite", "B"), newForeign(t), newForeign(t)
	relay := f.actor("Application", nil)
	one, two, gone := f.event("one"), f.event("two"), f.event("gone")
	f.docs["/gone"] = nil
	lie := object{"id": one["id"], "type": "Event", "name": "Faux"}
	elsewhere := evil.event("evil")
	f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "totalItems": 4, "first": f.URL + "/outbox?page=1"}
	f.docs["/outbox?page=1"] = object{"id": f.URL + "/outbox?page=1", "type": "OrderedCollectionPage", "next": f.URL + "/outbox?page=2", "orderedItems": []any{
		object{"type": "Create", "id": f.URL + "/c1", "object": lie}, object{"type": "Announce", "id": f.URL + "/c2", "object": object{"type": "Create", "object": elsewhere}},
		object{"type": "Create", "id": f.URL + "/c3", "object": object{"type": "Note", "id": f.URL + "/note"}}, object{"type": "Create", "id": f.URL + "/c4", "object": gone["id"]},
	}}
	f.docs["/outbox?page=2"] = object{"id": f.URL + "/outbox?page=2", "type": "OrderedCollectionPage", "orderedItems": []any{two["id"], f.URL + "/page.html"}}
	b.follow(f.URL)
	settle(t, b)
	if n := len(b.mirror(f.URL)); n != 0 {
		t.Errorf("%d entries before the relay accepted", n)
	}
	accept(t, b, relay)
	settle(t, b)
	got := b.mirror(f.URL)
	if len(got) != 2 || got[f.URL+"/one"] != "one" || got[f.URL+"/two"] != "two" {
		t.Errorf("mirror: %v", got)
	}
	if n := len(b.mirror(evil.URL)); n != 0 || len(evil.hits) != 0 {
		t.Errorf("another host's event was taken, or asked for: %d, %v", n, evil.hits)
	}
	// An event that goes, or goes unlisted, is noticed at the next pass.
	f.docs["/one"] = nil
	two["to"], two["cc"], two["updated"] = f.URL+"/followers", "as:Public", "2026-03-02T10:00:00Z"
	f.docs["/outbox?page=1"] = object{"id": f.URL + "/outbox?page=1", "type": "OrderedCollectionPage", "orderedItems": []any{one["id"], two["id"]}}
	b.later(17 * time.Minute)
	if err := b.harvester.Schedule(context.Background()); err != nil {
		t.Fatal(err)
	}
	settle(t, b)
	if got := b.mirror(f.URL); len(got) != 0 {
		t.Errorf("after the events went: %v", got)
	}
}

// TestFollowedAgain: what left with a follow comes back with the next one, although
// the outbox says of it what it said.
func TestFollowedAgain(t *testing.T) {
	b, f := newNode(t, "sqlite", "B"), newForeign(t)
	relay := f.actor("Application", nil)
	f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": []any{object{"type": "Create", "id": f.URL + "/c", "object": f.event("fair")}}}
	for pass := range 2 {
		b.follow(f.URL)
		settle(t, b)
		accept(t, b, relay)
		settle(t, b)
		if got := b.mirror(f.URL); len(got) != 1 {
			t.Fatalf("followed %d times: %v", pass+1, got)
		}
		b.later(time.Minute)
		if err := b.harvester.Unfollow(t.Context(), system, relay); err != nil {
			t.Fatal(err)
		}
		settle(t, b)
		if got := b.mirror(f.URL); len(got) != 0 {
			t.Fatalf("followed no more: %v", got)
		}
		b.later(time.Minute)
	}
}

// TestGoneAccount: of an actor that answers 410 nothing stays, told or not, whether
// its document was known for less than a day or for more; others of its host stay.
// A server that was away may be another's now, and its 410 counts for nothing.
func TestGoneAccount(t *testing.T) {
	for _, c := range []struct {
		after time.Duration
		away  bool
		left  int
	}{{17 * time.Minute, false, 1}, {49 * time.Hour, false, 1}, {17 * time.Minute, true, 3}, {49 * time.Hour, true, 3}} {
		b, f := newNode(t, "sqlite", "B"), newForeign(t)
		relay := f.actor("Group", nil)
		hers := f.event("hers")
		hers["attributedTo"] = f.URL + "/ana"
		f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": []any{
			object{"type": "Create", "id": f.URL + "/c", "object": f.event("fair")}, object{"type": "Announce", "id": f.URL + "/a", "object": hers}}}
		b.follow(relay)
		settle(t, b)
		accept(t, b, relay)
		settle(t, b)
		if got := b.mirror(f.URL); len(got) != 3 {
			t.Fatalf("before: %v", got)
		}
		f.docs["/relay"] = nil
		if c.away {
			b.state(f.URL, store.PeerDown)
		}
		for range 2 {
			b.later(c.after)
			if err := b.harvester.Schedule(t.Context()); err != nil {
				t.Fatal(err)
			}
			settle(t, b)
		}
		if got := b.mirror(f.URL); len(got) != c.left || got[f.URL+"/hers"] == "" {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestDeletedUntold: an event that its origin deleted without telling anybody, and of
// which it says 404, is gone a day before it would begin.
func TestDeletedUntold(t *testing.T) {
	b, f := newNode(t, "sqlite", "B"), newForeign(t)
	relay := f.actor("Application", nil)
	f.event("fair")["startTime"] = b.now().Add(72*time.Hour + 5*time.Minute).UTC().Format(time.RFC3339) // time goes on while this runs
	f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": []any{object{"type": "Create", "id": f.URL + "/c", "object": f.docs["/fair"]}}}
	b.follow(f.URL)
	settle(t, b)
	accept(t, b, relay)
	settle(t, b)
	f.docs["/fair"] = http.StatusNotFound
	f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection"}
	for at := 72 * time.Hour; at >= 23*time.Hour; at -= 15 * time.Minute {
		if got := b.mirror(f.URL); at >= 24*time.Hour && len(got) != 1 || at == 23*time.Hour && len(got) != 0 { // a pass may be a step late
			t.Fatalf("%s before it: %v", at, got)
		}
		b.later(15 * time.Minute)
		if err := b.harvester.Schedule(t.Context()); err != nil {
			t.Fatal(err)
		}
		settle(t, b)
	}
}

// TestStuckETag: Friendica's ETag of an event stays when the event is edited, while
// its outbox says the edit. What the outbox says anew is asked for without the tag,
// and so is what is about to begin; what it says as before is asked with it.
func TestStuckETag(t *testing.T) {
	b, f := newNode(t, "sqlite", "B"), newForeign(t)
	relay := f.actor("Application", nil)
	f.stuck = true
	fair := f.event("fair")
	fair["startTime"] = b.now().Add(72 * time.Hour).UTC().Format(time.RFC3339)
	says := func(typ string) {
		f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": []any{object{"type": typ, "id": f.URL + "/" + typ, "object": fair}}}
	}
	pass := func(after time.Duration, want string) {
		t.Helper()
		b.later(after)
		if err := b.harvester.Schedule(t.Context()); err != nil {
			t.Fatal(err)
		}
		settle(t, b)
		if got := b.mirror(f.URL)[f.URL+"/fair"]; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	says("Create")
	b.follow(f.URL)
	settle(t, b)
	accept(t, b, relay)
	settle(t, b)
	pass(0, "fair")
	fair["name"], fair["updated"] = "moved", "2026-03-02T10:00:00Z"
	says("Update")
	pass(17*time.Minute, "moved")
	// The outbox is ahead of the document for a while.
	ahead := object{}
	for k, v := range fair {
		ahead[k] = v
	}
	was := fair
	ahead["name"], ahead["updated"] = "late", b.now().UTC().Format(time.RFC3339)
	fair = ahead
	says("Update")
	pass(17*time.Minute, "moved")
	was["name"], was["updated"] = ahead["name"], ahead["updated"]
	pass(17*time.Minute, "late")
	// Nothing is said of the next edit; it is seen two days before the event.
	line, edit := object{}, object{}
	for k, v := range fair {
		line[k], edit[k] = v, v
	}
	edit["name"], edit["updated"] = "inside", b.now().Add(time.Hour).UTC().Format(time.RFC3339)
	f.docs["/fair"], fair = edit, line
	says("Update")
	pass(20*time.Hour, "late")
	pass(25*time.Hour, "inside")
}

// TestSoonBroken: an event that is about to begin and that its server fails to show
// does not keep back what is new there.
func TestSoonBroken(t *testing.T) {
	b, f := newNode(t, "sqlite", "B"), newForeign(t)
	relay := f.actor("Application", nil)
	soon := f.event("soon")
	soon["startTime"] = b.now().Add(72 * time.Hour).UTC().Format(time.RFC3339)
	items := []any{object{"type": "Create", "id": f.URL + "/c", "object": soon}}
	f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": items}
	b.follow(f.URL)
	settle(t, b)
	accept(t, b, relay)
	settle(t, b)
	f.docs["/soon"] = http.StatusInternalServerError
	f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": append(items, object{"type": "Create", "id": f.URL + "/n", "object": f.event("new")})}
	b.later(24 * time.Hour)
	if err := b.harvester.Schedule(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, _ = b.runner.Step(t.Context()) // the pass fails at the end
	}
	if got := b.mirror(f.URL); got[f.URL+"/new"] == "" || got[f.URL+"/soon"] == "" {
		t.Errorf("held: %v", got)
	}
}

// TestNeverSaid: an outbox may speak of a change that no document ever says: it is
// waited for a day, and not longer.
func TestNeverSaid(t *testing.T) {
	b, f := newNode(t, "sqlite", "B"), newForeign(t)
	relay := f.actor("Application", nil)
	fair := f.event("fair")
	delete(fair, "updated")
	line := object{"updated": b.now().UTC().Format(time.RFC3339)}
	for k, v := range fair {
		line[k] = v
	}
	late := object{"id": f.event("never")["id"], "type": "Event", "updated": "2099-01-01T00:00:00Z"}
	f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "orderedItems": []any{
		object{"type": "Create", "id": f.URL + "/c", "object": line}, object{"type": "Create", "id": f.URL + "/n", "object": late}}}
	b.follow(f.URL)
	settle(t, b)
	accept(t, b, relay)
	settle(t, b)
	b.later(25 * time.Hour) // asked for once more, the day being over
	for range 5 {
		f.hits = nil
		b.later(17 * time.Minute)
		if err := b.harvester.Schedule(t.Context()); err != nil {
			t.Fatal(err)
		}
		settle(t, b)
	}
	if slices.Contains(f.hits, "/fair") || slices.Contains(f.hits, "/never") || !slices.Contains(f.hits, "/outbox") {
		t.Errorf("asked for: %v", f.hits)
	}
}

// TestHostileCatalog: ids of other hosts, pages of other hosts, pages that
// lead nowhere and documents that lie are left out; the rest is taken.
func TestHostileCatalog(t *testing.T) {
	ctx := context.Background()
	b, f, evil := newNode(t, "sqlite", "B"), newForeign(t), newForeign(t)
	catalog := f.URL + "/catalog"
	relay := f.actor("Application", object{"catalog": catalog})
	first := "/catalog?after=0&limit=100&full=1"
	next := "/catalog?after=5&limit=100&full=1"
	page := func(next string, items ...any) object {
		p := object{"id": catalog, "type": "OrderedCollectionPage", "orderedItems": items}
		if next != "" {
			p["next"] = next
		}
		return p
	}
	f.docs[first] = page(f.URL+next, f.event("one"), evil.event("evil"), object{"type": "Tombstone", "id": evil.URL + "/x"},
		"just a string", object{"id": f.URL + "/bad", "type": "Event"}, object{"id": f.URL + "/gone", "type": "Event", "hash": "sha256-x"})
	f.docs["/gone"] = nil
	f.docs[next] = page(evil.URL+"/catalog?after=9", f.event("two"))
	b.follow(f.URL)
	settle(t, b)
	if got := b.mirror(f.URL); len(got) != 1 || got[f.URL+"/one"] != "one" {
		t.Errorf("mirror: %v", got)
	}
	following := func() store.Following {
		t.Helper()
		fl, err := b.st.Following(ctx, b.env.InstanceURI(), relay)
		if err != nil {
			t.Fatal(err)
		}
		return fl
	}
	if fl := following(); !strings.Contains(fl.LastError, "is not on") || len(evil.hits) != 0 {
		t.Errorf("a page of another host: %q, %v", fl.LastError, evil.hits)
	}
	f.docs[next] = page(f.URL+next, f.event("two"))
	b.later(time.Hour)
	settle(t, b)
	if fl := following(); !strings.Contains(fl.LastError, "lead on") {
		t.Errorf("a page that leads to itself: %q", fl.LastError)
	}
	f.docs[next] = page(f.URL + "/catalog?after=9&limit=100&full=1")
	b.later(90 * time.Minute)
	settle(t, b)
	if fl := following(); !strings.Contains(fl.LastError, "lead on") {
		t.Errorf("an empty page that leads on: %q", fl.LastError)
	}
	f.docs[next] = page("", f.event("two"))
	f.docs["/catalog?after=0&limit=500"] = page("", f.event("one"), f.event("two"), evil.event("evil"), "just a string",
		object{"type": "Tombstone", "id": evil.URL + "/x"}, object{"id": f.URL + "/gone", "type": "Event", "hash": "sha256-x"})
	b.later(2 * time.Hour)
	settle(t, b)
	if fl := following(); fl.LastError != "" || len(b.mirror(f.URL)) != 2 {
		t.Errorf("in the end: %q, %v", fl.LastError, b.mirror(f.URL))
	}
}

// TestBusy: a host that says when to come back is asked then, not before.
func TestBusy(t *testing.T) {
	b, f := newNode(t, "sqlite", "B"), newForeign(t)
	f.actor("Application", object{"catalog": f.URL + "/catalog"})
	f.docs["/catalog?after=0&limit=100&full=1"] = object{"id": f.URL + "/catalog", "type": "OrderedCollectionPage", "orderedItems": []any{f.event("one")}}
	b.follow(f.URL)
	f.busy = 1
	settle(t, b)
	f.hits = nil
	b.later(4 * time.Minute)
	settle(t, b)
	if len(f.hits) != 0 || len(b.mirror(f.URL)) != 0 {
		t.Errorf("asked too early: %v", f.hits)
	}
	b.later(2 * time.Minute)
	settle(t, b)
	if n := len(b.mirror(f.URL)); n != 1 {
		t.Errorf("%d entries in the end, %v", n, fmt.Sprint(f.hits))
	}
}
