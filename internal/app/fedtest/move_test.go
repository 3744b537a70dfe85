package fedtest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

const activityJSON = "application/activity+json"

// instances starts some instances, the first of them on the given engine.
func instances(t *testing.T, engine string, names ...string) (*World, []*Instance) {
	t.Helper()
	w := NewWorld(t)
	var out []*Instance
	for n, name := range names {
		if n > 0 {
			engine = "sqlite"
		}
		i, err := w.Instance(name, engine)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, i)
	}
	return w, out
}

// counts waits until an instance matches n entries.
func counts(t *testing.T, i *Instance, n int, query string) {
	t.Helper()
	got := 0
	err := Wait(t.Context(), func() (ok bool, err error) { got, err = i.Matched(t.Context(), query); return got == n, err })
	if err != nil {
		t.Fatalf("%s counts %d for %q, want %d: %v", i.name, got, query, n, err)
	}
}

func follows(t *testing.T, i *Instance, target string) {
	t.Helper()
	if _, err := i.App.Harvest.Follow(t.Context(), System, target); err != nil {
		t.Fatal(err)
	}
}

// redirect GETs a path and returns where it leads, "" when it is shown.
func redirect(t *testing.T, i *Instance, path, accept string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, i.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	resp, err := i.world.visitor.Transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close() // nothing of it was read
	return resp.StatusCode, resp.Header.Get("Location")
}

// TestMove: an organisation with its gardens moves from one instance to another;
// a third one and a person on Mastodon go with it, and it can be taken back.
func TestMove(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			w, is := instances(t, engine, "a", "b", "c")
			from, to, reader := is[0], is[1], is[2]
			org, err := from.Organisation(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := from.App.Ledger.Upsert(ctx, System, Gardens(org.ID, 3), ledger.UpsertOptions{}); err != nil {
				t.Fatal(err)
			}
			follows(t, reader, org.URI)
			counts(t, reader, 4, "")
			ann, err := w.Person("ann")
			if err != nil {
				t.Fatal(err)
			}
			if err := ann.Send(ctx, object{"type": "Follow", "object": org.URI}, org.URI); err != nil {
				t.Fatal(err)
			}
			if _, err := ann.Hears(ctx, regexp.MustCompile(`"type":"Accept"`)); err != nil {
				t.Fatal(err)
			}
			before, err := reader.App.Store.EntryByURI(ctx, org.URI)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := from.App.Harvest.Move(ctx, System, from.App.Ledger, org.ID, to.URL()+"/@coop", ""); err == nil {
				t.Fatal("moved to where nobody knows it")
			}
			here := emigrate(t, from, to, org.ID)
			p, err := from.App.Harvest.PlanMove(ctx, System, org.ID, "@coop@"+host("b"))
			if err != nil || p.Target != here.URI || len(p.Entries) != 3 || len(p.Staying) != 0 || p.Followers != 2 {
				t.Fatalf("%+v, %v", p, err)
			}
			m, err := from.App.Harvest.Move(ctx, System, from.App.Ledger, org.ID, p.Target, "to the region")
			if err != nil || m.Entries != 3 {
				t.Fatalf("%+v, %v", m, err)
			}
			arrived(ctx, t, from, to, reader, ann, org, here, before)
			takeBack(ctx, t, from, reader, org)
		})
	}
}

// emigrate takes an organisation to another instance by a file.
func emigrate(t *testing.T, from, to *Instance, id string) directory.Entry {
	t.Helper()
	ctx := t.Context()
	var file bytes.Buffer
	if err := from.App.Ledger.WriteArchive(ctx, System, id, &file); err != nil {
		t.Fatal(err)
	}
	l := to.App.Ledger
	a, err := l.BringArchive(ctx, System, &file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.WorkArchive(ctx, a.ID, 100); err != nil {
		t.Fatal(err)
	}
	if err := l.ImportArchive(ctx, System, a.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := l.WorkArchive(ctx, a.ID, 100); err != nil {
		t.Fatal(err)
	}
	here, err := to.App.Store.EntryKnownAs(ctx, a.Organisation)
	if err != nil {
		t.Fatal(err)
	}
	return here
}

func arrived(ctx context.Context, t *testing.T, from, to, reader *Instance, ann *Person, org, here, before directory.Entry) {
	t.Helper()
	move, err := ann.Hears(ctx, regexp.MustCompile(`"type":"Move"`))
	if err != nil || !strings.Contains(string(move), `"target":"`+here.URI+`"`) || !strings.Contains(string(move), `"object":"`+org.URI+`"`) {
		t.Errorf("%s, %v", move, err)
	}
	status, doc, err := from.Fetch(ctx, strings.TrimPrefix(org.URI, from.URL()), activityJSON)
	if err != nil || status != http.StatusOK || !strings.Contains(string(doc), `"movedTo":"`+here.URI+`"`) {
		t.Errorf("the old document: %d %s %v", status, doc, err)
	}
	status, page, err := from.Fetch(ctx, "/@coop", "text/html")
	if err != nil || status != http.StatusOK || !strings.Contains(string(page), `href="`+here.URI+`"`) {
		t.Errorf("the old page: %d %v", status, err)
	}
	counts(t, from, 0, "")
	counts(t, reader, 4, "origin="+to.URL())
	counts(t, reader, 4, "")
	f, err := reader.App.Store.Following(ctx, reader.URL()+"/actor", here.URI)
	if err != nil || f.State == store.FollowRejected {
		t.Errorf("%+v, %v", f, err)
	}
	now, err := reader.App.Store.EntryByURI(ctx, here.URI)
	if err != nil {
		t.Fatal(err)
	}
	if status, to := redirect(t, reader, "/entries/"+before.ID, "text/html"); status != http.StatusPermanentRedirect || to != "/entries/"+now.ID {
		t.Errorf("the old permalink answers %d %s, want %s", status, to, now.ID)
	}
	_, page, err = reader.Fetch(ctx, "/entries/"+now.ID, "text/html")
	if err != nil || !strings.Contains(string(page), "/entries/"+before.ID+"/history") {
		t.Errorf("the new page does not lead to the old history: %v", err)
	}
	if _, err := to.App.Ledger.Edit(ctx, System, here.ID, func(e *directory.Entry) error { e.Name["fr"] = "Coop de la région"; return nil }); err != nil {
		t.Fatal(err)
	}
	counts(t, reader, 1, "q=région")
}

// takeBack: the Move is undone, and the third instance shows both again.
func takeBack(ctx context.Context, t *testing.T, from, reader *Instance, org directory.Entry) {
	t.Helper()
	if err := from.App.Ledger.Return(ctx, System, org.ID, "a mistake"); err != nil {
		t.Fatal(err)
	}
	counts(t, from, 4, "")
	counts(t, reader, 8, "")
	counts(t, reader, 4, "origin="+from.URL())
}

// TestMerge: twins of two instances are one on the map, each goes on hearing from
// its origin, and they can be split.
func TestMerge(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := t.Context()
			_, is := instances(t, engine, "a", "b")
			reader, other := is[0], is[1]
			org, err := other.Organisation(ctx)
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := other.App.Ledger.Create(ctx, System, Gardens(org.ID, 1)[0])
			if err != nil {
				t.Fatal(err)
			}
			home, err := reader.Organisation(ctx)
			if err != nil {
				t.Fatal(err)
			}
			garden := Gardens(home.ID, 1)[0]
			garden.Licence = "CC0-1.0"
			ours, err := reader.App.Ledger.Create(ctx, System, garden)
			if err != nil {
				t.Fatal(err)
			}
			follows(t, reader, other.URL())
			counts(t, reader, 4, "")
			copied, err := reader.App.Store.EntryByURI(ctx, theirs.URI)
			if err != nil {
				t.Fatal(err)
			}
			pairs, err := reader.App.Store.TwinPairs(ctx, store.TwinPair{}, 10)
			if err != nil || len(pairs) != 1 || (pairs[0] != store.TwinPair{A: ours.Num, B: copied.Num}) {
				t.Fatalf("suggested %+v, %v", pairs, err)
			}
			if err := reader.App.Ledger.Merge(ctx, System, ours.ID, copied.ID, "one garden"); err != nil {
				t.Fatal(err)
			}
			counts(t, reader, 3, "")
			counts(t, reader, 1, "q=jardin")
			if status, to := redirect(t, reader, "/entries/"+copied.ID, "text/html"); status != http.StatusFound || to != "/@"+ours.Handle {
				t.Errorf("the twin's page: %d %s", status, to)
			}
			if status, to := redirect(t, reader, "/entries/"+copied.ID, activityJSON); status != http.StatusSeeOther || to != theirs.URI {
				t.Errorf("the twin's document: %d %s", status, to)
			}
			_, page, err := reader.Fetch(ctx, "/@"+ours.Handle, "text/html")
			for _, want := range []string{host("b"), "ODbL-1.0", theirs.URI} {
				if err != nil || !strings.Contains(string(page), want) {
					t.Errorf("the page says nothing of %s: %v", want, err)
				}
			}
			if _, err := other.App.Ledger.Edit(ctx, System, theirs.ID, func(e *directory.Entry) error { e.Website = "https://garden.example"; return nil }); err != nil {
				t.Fatal(err)
			}
			if err := Wait(ctx, func() (bool, error) {
				e, err := reader.App.Store.Entry(ctx, copied.ID)
				return e.Website != "", err
			}); err != nil {
				t.Fatal(err)
			}
			counts(t, reader, 3, "")
			if held, err := reader.Held(ctx, other.URL()); err != nil || len(held) != 1 {
				t.Errorf("%v, %v", held, err)
			}
			if err := reader.App.Ledger.Split(ctx, System, copied.ID, ""); err != nil {
				t.Fatal(err)
			}
			counts(t, reader, 4, "")
			if err := reader.App.Ledger.Merge(ctx, System, copied.ID, ours.ID, ""); err != nil {
				t.Fatal(err)
			}
			if err := other.App.Ledger.Delete(ctx, System, theirs.ID, "closed"); err != nil {
				t.Fatal(err)
			}
			counts(t, reader, 3, "") // ours is shown again
			counts(t, reader, 1, "q=jardin&origin=local")
		})
	}
}

// TestRenamed: an old handle leads to the new one, by WebFinger and by its page.
func TestRenamed(t *testing.T) {
	ctx := t.Context()
	_, is := instances(t, "sqlite", "a")
	i := is[0]
	org, err := i.Organisation(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := i.App.Ledger.Rename(ctx, System, org.ID, "la-coop"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"coop", "la-coop", "COOP"} {
		status, body, err := i.Fetch(ctx, "/.well-known/webfinger?resource=acct:"+name+"@"+host("a"), "")
		if err != nil || status != http.StatusOK || !strings.Contains(string(body), `"subject":"acct:la-coop@`+host("a")+`"`) || !strings.Contains(string(body), org.URI) {
			t.Errorf("%s: %d %s %v", name, status, body, err)
		}
		if status, to := redirect(t, i, "/@"+name, "text/html"); name != "la-coop" && (status != http.StatusPermanentRedirect || to != "/@la-coop") {
			t.Errorf("@%s: %d %s", name, status, to)
		}
		status, doc, err := i.Fetch(ctx, "/@"+name, activityJSON)
		if err != nil || status != http.StatusOK || !strings.Contains(string(doc), fmt.Sprintf(`"id":%q`, org.URI)) || !strings.Contains(string(doc), `"preferredUsername":"la-coop"`) {
			t.Errorf("document of @%s: %d %v", name, status, err)
		}
	}
}
