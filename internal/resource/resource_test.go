package resource

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

var (
	now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	env = vocab.Env{Base: "https://b.ex", InstanceName: "Les communs"}
)

// site is a set of handlers over a store, with the routes of package app.
type site struct {
	t   *testing.T
	st  *store.Store
	mux *http.ServeMux
}

func newSiteOf(t *testing.T, keys func(owner string) vocab.Keys) *site {
	t.Helper()
	s := &site{t: t, st: storetest.Open(t, "sqlite"), mux: http.NewServeMux()}
	h := New(Config{Store: s.st, Env: env, Clock: func() time.Time { return now }, Version: "1.2.3", Created: now,
		Keys: func(_ context.Context, owner string) (vocab.Keys, error) {
			return keys(owner), nil
		}})
	for pattern, handler := range map[string]func(http.ResponseWriter, *http.Request) error{
		"/entries/{id}": h.Document, "/events/{id}": h.Document, "/texts/{id}": h.Document, "/concepts/{id}": h.Document, "/{handle}": h.Document,
		"/entries/{id}/outbox": h.Outbox, "/entries/{id}/followers": h.Followers, "/entries/{id}/following": h.Following,
		"/entries/{id}/featured": h.Featured, "/entries/{id}/upcoming": h.Upcoming, "/entries/{id}/catalog": h.Catalog,
		"/actor": h.Instance, "/actor/outbox": h.Outbox, "/actor/followers": h.Followers, "/actor/following": h.Following,
		"/actor/catalog": h.Catalog, "/actor/digest": h.Digest, "/entries/{id}/digest": h.Digest, "/notes/{id}": h.Note, "/activities/{id}": h.Activity, "/features/{id}": h.Feature, "/ns/v1": h.Context,
		"/mirror": h.MirrorList, "/mirror/{host}/catalog": h.MirrorCatalog, "/mirror/document": h.MirrorDocument,
		"/.well-known/webfinger": h.WebFinger, "/.well-known/host-meta": h.HostMeta, "/.well-known/host-meta.json": h.HostMetaJSON,
		"/.well-known/nodeinfo": h.NodeInfoIndex, "/nodeinfo/2.0": h.NodeInfo20, "/nodeinfo/2.1": h.NodeInfo21,
	} {
		s.mux.HandleFunc("GET "+pattern, func(w http.ResponseWriter, r *http.Request) {
			if err := handler(w, r); err != nil {
				w.WriteHeader(statusOf(err))
			}
		})
	}
	return s
}

// statusOf is package app's table in small.
func statusOf(err error) int {
	for target, status := range map[error]int{directory.ErrNotFound: 404, directory.ErrGone: 410, directory.ErrInvalid: 400} {
		if errors.Is(err, target) {
			return status
		}
	}
	return 500
}

func (s *site) get(path string, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest("GET", "https://b.ex"+path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

// collection gets a collection, which must be 200 and readable.
func (s *site) collection(path string) federation.Collection {
	s.t.Helper()
	w := s.get(path)
	c, err := federation.ParseCollection(w.Body.Bytes())
	if w.Code != 200 || err != nil || w.Header().Get("Content-Type") != "application/activity+json" {
		s.t.Fatalf("%s: %d %v %s", path, w.Code, err, w.Body)
	}
	if c.ID != "https://b.ex"+path {
		s.t.Errorf("%s has the id %s", path, c.ID)
	}
	return c
}

const orgID = "019aa000-0000-7000-8000-000000000001"

func entry(n int, kind directory.Kind, change func(*directory.Entry)) *directory.Entry {
	id := fmt.Sprintf("019aa000-0000-7000-8000-%012d", n)
	e := &directory.Entry{ID: id, URI: env.EntryURI(kind, id), Kind: kind, Owner: orgID, OwnerURI: env.EntryURI(directory.KindOrganisation, orgID),
		Status: directory.StatusPublished, Name: directory.LangText{"fr": fmt.Sprint("Fiche ", n)}, Created: now, Updated: now, PublishedAt: now, Revision: 1}
	if kind.IsActor() {
		e.Handle = fmt.Sprint("fiche", n)
	}
	if change != nil {
		change(e)
	}
	return e
}

func on(date string) func(*directory.Entry) {
	return func(e *directory.Entry) { e.Period, e.Event = &directory.Period{Start: date}, &directory.Event{} }
}

// put writes entries as the ledger does: with the hash of their document.
func (s *site) put(es ...*directory.Entry) {
	s.t.Helper()
	ctx := context.Background()
	err := s.st.Write(ctx, func(tx *store.Tx) error {
		for _, e := range es {
			if p, ok := e.Public(); ok && e.Origin == "" {
				doc, err := env.Document(p, vocab.Keys{RSAPublicPEM: "PEM of " + e.Owner, Ed25519Multibase: "z6Mk" + e.Owner})
				if err != nil {
					return err
				}
				e.Hash = proof.Hash(doc)
			}
			if err := tx.PutEntry(ctx, e, store.PutOptions{Public: true}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) write(fn func(context.Context, *store.Tx) error) {
	s.t.Helper()
	ctx := context.Background()
	if err := s.st.Write(ctx, func(tx *store.Tx) error { return fn(ctx, tx) }); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) fill() {
	s.t.Helper()
	s.put(entry(1, directory.KindOrganisation, nil), entry(2, directory.KindCommons, nil),
		entry(3, directory.KindEvent, on("2026-07-02")), entry(4, directory.KindEvent, on("2026-06-15")), entry(5, directory.KindEvent, on("2020-01-01")),
		entry(6, directory.KindCommons, func(e *directory.Entry) { e.Status = directory.StatusDraft }),
		entry(7, directory.KindCommons, func(e *directory.Entry) {
			e.URI, e.Origin, e.Owner, e.OwnerURI = "https://c.ex/entries/7", "https://c.ex", "", "https://c.ex/entries/1"
		}),
		entry(8, directory.KindCommons, nil))
	s.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.DeleteEntry(ctx, entry(8, directory.KindCommons, nil).ID, now)
	})
}

func path(n int, kind directory.Kind) string {
	return strings.TrimPrefix(entry(n, kind, nil).URI, env.Base)
}

func TestDocument(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill()
	for name, tt := range map[string]struct {
		path string
		want int
	}{
		"organisation":         {path(1, directory.KindOrganisation), 200},
		"event":                {path(3, directory.KindEvent), 200},
		"by handle":            {"/@fiche2", 200},
		"draft":                {path(6, directory.KindCommons), 404},
		"remote":               {path(7, directory.KindCommons), 303},
		"deleted":              {path(8, directory.KindCommons), 410},
		"under another kind":   {strings.Replace(path(3, directory.KindEvent), "events", "texts", 1), 404},
		"unknown":              {path(99, directory.KindEvent), 404},
		"not an id":            {"/entries/x", 404},
		"draft's outbox":       {path(6, directory.KindCommons) + "/outbox", 404},
		"deleted's outbox":     {path(8, directory.KindCommons) + "/outbox", 410},
		"remote's followers":   {path(7, directory.KindCommons) + "/followers", 404},
		"catalog of a commons": {path(2, directory.KindCommons) + "/catalog", 404},
	} {
		w := s.get(tt.path)
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d: %s", name, w.Code, tt.want, w.Body)
		}
	}
	w := s.get(path(2, directory.KindCommons))
	a, err := federation.ParseActor(w.Body.Bytes())
	if err != nil || a.ID != env.Base+path(2, directory.KindCommons) || a.PublicKeys[0].PEM != "PEM of "+orgID {
		t.Errorf("actor: %+v, %v", a, err)
	}
	for name, want := range map[string]string{"Content-Type": "application/activity+json", "Vary": "Accept", "Access-Control-Allow-Origin": "*"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if w := s.get(path(2, directory.KindCommons), "If-None-Match", "W/"+w.Header().Get("ETag")); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("with the ETag: %d", w.Code)
	}
	if w := s.get(path(7, directory.KindCommons)); w.Header().Get("Location") != "https://c.ex/entries/7" {
		t.Errorf("remote: %v", w.Header())
	}
	gone := s.get(path(8, directory.KindCommons))
	if o, err := federation.ReadObject(gone.Body.Bytes()); err != nil || o.Type != "Tombstone" {
		t.Errorf("deleted: %s", gone.Body)
	}
}

func TestInstance(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	w := s.get("/actor")
	a, err := federation.ParseActor(w.Body.Bytes())
	if err != nil || a.Type != "Application" || a.KeyByID("https://b.ex/actor#main-key") != "PEM of instance" {
		t.Errorf("%+v, %v", a, err)
	}
	for _, url := range []string{a.Outbox, a.Followers, a.Catalog, a.ID + "/following"} {
		if c := s.collection(strings.TrimPrefix(url, env.Base)); c.First == "" || c.TotalItems != 0 {
			t.Errorf("%s of an empty instance: %+v", url, c)
		} else if page := s.collection(strings.TrimPrefix(c.First, env.Base)); len(page.Items) != 0 || page.PartOf != url {
			t.Errorf("%s: %+v", c.First, page)
		}
	}
}

// post puts n notes into an actor's outbox; the one numbered 3 is not public.
func (s *site) post(org string, n int) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *store.Tx) error {
		for i := range n {
			id := fmt.Sprint("https://b.ex/activities/", i)
			note := json.RawMessage(fmt.Sprintf(`{"id":"https://b.ex/notes/%d","type":"Note","content":"x"}`, i))
			body, err := env.Create(vocab.Act{ID: id, Actor: org, At: now}, note)
			if err != nil {
				return err
			}
			a := store.Activity{ID: id, Actor: org, Type: "Create", Object: org, Body: body, Public: i != 3, Outbox: true, Created: now}
			if err := tx.PutActivity(ctx, a); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestOutbox(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill()
	org := env.Base + path(1, directory.KindOrganisation)
	s.post(org, 30)
	page := s.collection(path(1, directory.KindOrganisation) + "/outbox?page=1")
	seen := map[string]bool{}
	for n := 1; ; n++ {
		for i, raw := range page.Items {
			act, err := federation.Parse(raw)
			if err != nil || act.Actor != org || act.Type != "Create" || seen[act.ID] {
				t.Fatalf("page %d item %d: %+v, %v", n, i, act, err)
			}
			seen[act.ID] = true
		}
		if n == 1 && !seen["https://b.ex/activities/29"] {
			t.Error("the newest is not on the first page")
		}
		if page.Next == "" {
			break
		}
		page = s.collection(strings.TrimPrefix(page.Next, env.Base))
	}
	if len(seen) < 30 {
		t.Errorf("%d activities on all pages", len(seen))
	}
	first := s.collection("/actor/outbox?page=1")
	var events []string
	for _, raw := range first.Items {
		act, err := federation.Parse(raw)
		if err != nil || act.Type != "Announce" || act.Actor != "https://b.ex/actor" || act.Object.Type != "Create" {
			t.Fatalf("instance: %+v, %v", act, err)
		}
		create, err := federation.Parse(act.Object.Raw)
		if err != nil || create.Actor != org || create.Object.Type != "Event" {
			t.Fatalf("inside: %+v, %v", create, err)
		}
		events = append(events, create.Object.ID)
	}
	soonest := []string{env.Base + path(4, directory.KindEvent), env.Base + path(3, directory.KindEvent)}
	if diff := cmp.Diff(soonest, events); diff != "" {
		t.Error(diff)
	}
	if c := s.collection(path(1, directory.KindOrganisation) + "/featured"); len(c.Items) != featuredNotes || string(c.Items[0]) != `"https://b.ex/notes/29"` {
		t.Errorf("featured: %s", c.Items)
	}
	if c := s.collection(path(1, directory.KindOrganisation) + "/upcoming"); len(c.Items) != 2 || string(c.Items[0]) != `"`+soonest[0]+`"` {
		t.Errorf("upcoming: %s", c.Items)
	}
	if w := s.get("/activities/1"); w.Code != 200 {
		t.Errorf("activity: %d", w.Code)
	}
	if w := s.get("/activities/3"); w.Code != 404 {
		t.Errorf("activity that is not public: %d", w.Code)
	}
}

// TestNote: a note is served as it was sent, and is gone once taken back.
func TestNote(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	note := store.Activity{ID: env.NoteURI("7"), Actor: "https://b.ex/entries/1", Type: "Note", Object: "https://b.ex/entries/1",
		Body: []byte(`{"id":"https://b.ex/notes/7","type":"Note"}`), Public: true, Created: now}
	s.write(func(ctx context.Context, tx *store.Tx) error { return tx.PutActivity(ctx, note) })
	if w := s.get("/notes/7"); w.Code != http.StatusOK || w.Body.String() != string(note.Body) {
		t.Errorf("note: %d %s", w.Code, w.Body)
	}
	s.write(func(ctx context.Context, tx *store.Tx) error { return tx.HideActivity(ctx, note.ID) })
	if w := s.get("/notes/7"); w.Code != http.StatusGone || !strings.Contains(w.Body.String(), `"type":"Tombstone","formerType":"Note"`) {
		t.Errorf("note that was taken back: %d %s", w.Code, w.Body)
	}
}

func TestFollow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill()
	org := env.Base + path(1, directory.KindOrganisation)
	s.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PutFollower(ctx, store.Follower{Actor: "https://m.ex/u", Object: org, Inbox: "https://m.ex/u/inbox", State: store.FollowAccepted, Created: now}); err != nil {
			return err
		}
		return tx.PutFollowing(ctx, store.Following{Actor: "https://b.ex/actor", Object: "https://c.ex/actor", Origin: "https://c.ex", State: store.FollowAccepted, Created: now, Changed: now})
	})
	c := s.collection(path(1, directory.KindOrganisation) + "/followers")
	page := s.get(path(1, directory.KindOrganisation) + "/followers?page=1")
	if c.TotalItems != 1 || strings.Contains(page.Body.String(), "m.ex") {
		t.Errorf("followers: %+v %s", c, page.Body)
	}
	if c := s.collection("/actor/following?page=1"); c.TotalItems != 1 || len(c.Items) != 1 || string(c.Items[0]) != `"https://c.ex/actor"` {
		t.Errorf("following: %+v", c)
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill()
	type line struct{ ID, Type, Hash, Deleted string }
	walk := func(next string) (lines []line, raws []json.RawMessage, pages int) {
		for ; next != ""; pages++ {
			page := s.collection(strings.TrimPrefix(next, env.Base))
			for _, raw := range page.Items {
				var l line
				if err := json.Unmarshal(raw, &l); err != nil {
					t.Fatal(err)
				}
				lines, raws = append(lines, l), append(raws, raw)
			}
			next = page.Next
		}
		return lines, raws, pages
	}
	lines, _, pages := walk("/actor/catalog?after=0&limit=2")
	if pages != 3 || len(lines) != 6 || lines[5].Type != "Tombstone" || lines[5].ID != env.Base+path(8, directory.KindCommons) || lines[5].Deleted == "" {
		t.Errorf("%d pages of %+v", pages, lines)
	}
	hashes := map[string]string{}
	for _, l := range lines {
		hashes[l.ID] = l.Hash
	}
	full, raws, _ := walk("/actor/catalog?after=0&limit=100&full=1")
	for i, l := range full {
		if l.Type == "Tombstone" {
			continue
		}
		if got := proof.Hash(raws[i]); got != hashes[l.ID] || got == "" {
			t.Errorf("%s: hash %s of the embedded document, %s in the stub", l.ID, got, hashes[l.ID])
		}
		if got := proof.Hash(s.get(strings.TrimPrefix(l.ID, env.Base)).Body.Bytes()); got != hashes[l.ID] {
			t.Errorf("%s: hash %s of the document alone, %s in the stub", l.ID, got, hashes[l.ID])
		}
		if _, err := vocab.Entry(raws[i], "https://b.ex"); err != nil {
			t.Errorf("%s: %v", l.ID, err)
		}
	}
	var bucketed int
	for b := range 256 {
		in, _, _ := walk(fmt.Sprintf("/actor/catalog?after=0&limit=500&bucket=%02x", b))
		bucketed += len(in)
	}
	if bucketed != len(lines) {
		t.Errorf("%d lines in all buckets", bucketed)
	}
	if own, _, _ := walk(path(1, directory.KindOrganisation) + "/catalog?after=0&limit=500"); len(own) != 6 {
		t.Errorf("the organisation's: %+v", own)
	}
	for _, bad := range []string{"after=x", "after=-1", "after=0&limit=0", "after=0&bucket=zz", "after=0&bucket=abc"} {
		if w := s.get("/actor/catalog?" + bad); w.Code != 400 {
			t.Errorf("%s: %d", bad, w.Code)
		}
	}
}

func TestDigest(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill()
	type answer struct {
		Count   int
		Seq     int64
		Algo    string
		Buckets map[string]string
	}
	read := func() (d answer) {
		w := s.get("/actor/digest")
		if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil || w.Code != 200 || w.Header().Get("ETag") == "" {
			t.Fatalf("%d %v", w.Code, err)
		}
		return d
	}
	d := read()
	if d.Count != 5 || d.Algo != "xor-sha256-v1" || len(d.Buckets) != 256 {
		t.Errorf("%+v", d)
	}
	var digest federation.Digest
	for _, raw := range s.collection("/actor/catalog?after=0&limit=500").Items {
		var l struct{ ID, Type, Hash string }
		if err := json.Unmarshal(raw, &l); err != nil {
			t.Fatal(err)
		}
		if l.Type != "Tombstone" {
			digest.Add(l.ID, l.Hash)
		}
	}
	if diff := cmp.Diff(digest.Buckets(), d.Buckets); diff != "" {
		t.Error(diff)
	}
	s.put(entry(9, directory.KindText, nil))
	if again := read(); again.Count != 6 || again.Seq <= d.Seq || cmp.Equal(again.Buckets, d.Buckets) {
		t.Errorf("after a change: %+v", again)
	}
}

func TestWebFinger(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill()
	uri, instance := env.Base+path(2, directory.KindCommons), "https://b.ex/actor"
	for resource, want := range map[string]string{
		"acct:fiche2@b.ex": uri, "acct:FICHE2@B.ex": uri, "fiche2@b.ex": uri, "@fiche2@b.ex": uri, uri: uri, "https://b.ex/@fiche2": uri, "https://b.ex/@Fiche2": uri,
		"https://b.ex/": instance, "https://b.ex": instance, "acct:b.ex@b.ex": instance, "acct:relay@b.ex": instance, "acct:instance@b.ex": instance, instance: instance,
		"": "400", "fiche2": "400", "acct:nobody@b.ex": "404", "acct:fiche2@c.ex": "404", "acct:fiche6@b.ex": "404", "acct:fiche8@b.ex": "410",
		env.Base + path(3, directory.KindEvent): "404", "mailto:fiche2@b.ex": "404", "https://c.ex/entries/7": "404",
	} {
		for _, query := range []string{"resource=" + url.QueryEscape(resource), "rel=self&resource=" + resource} {
			w := s.get("/.well-known/webfinger?" + query)
			var j federation.JRD
			got := fmt.Sprint(w.Code)
			if w.Code == 200 && json.Unmarshal(w.Body.Bytes(), &j) == nil {
				got = j.Self()
				if w.Header().Get("Content-Type") != "application/jrd+json" {
					t.Errorf("%s: %v", query, w.Header())
				}
			}
			if got != want || w.Header().Get("Access-Control-Allow-Origin") != "*" {
				t.Errorf("%s: %s, want %s", query, got, want)
			}
			if want == uri && j.Subject != "acct:fiche2@b.ex" {
				t.Errorf("%s: subject %s", query, j.Subject)
			}
			if strings.TrimSuffix(resource, "/") == "https://b.ex" && j.Service() != instance {
				t.Errorf("%s: service %+v", query, j)
			}
		}
	}
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.fill()
	for path, want := range map[string]struct{ media, text string }{
		"/.well-known/host-meta":      {"application/xrd+xml", `template="https://b.ex/.well-known/webfinger?resource={uri}"`},
		"/.well-known/host-meta.json": {"application/json", `"template":"https://b.ex/.well-known/webfinger?resource={uri}"`},
		"/.well-known/nodeinfo":       {"application/json", `{"rel":"https://www.w3.org/ns/activitystreams#Application","type":"application/activity+json","href":"https://b.ex/actor"}`},
		"/nodeinfo/2.0":               {federation.NodeInfoType("2.0"), `"version":"2.0","software":{"name":"bocage","version":"1.2.3"},"protocols":["activitypub"]`},
		"/nodeinfo/2.1":               {federation.NodeInfoType("2.1"), `"usage":{"users":{},"localPosts":5},"metadata":{"nodeName":"Les communs"}`},
		"/ns/v1":                      {"application/ld+json", federation.NS},
	} {
		w := s.get(path)
		if w.Code != 200 || w.Header().Get("Content-Type") != want.media || !strings.Contains(w.Body.String(), want.text) || w.Header().Get("ETag") == "" {
			t.Errorf("%s: %d %v %s", path, w.Code, w.Header(), w.Body)
		}
	}
}
