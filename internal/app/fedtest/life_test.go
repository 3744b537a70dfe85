package fedtest

import (
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TestDeletion: for a while nobody else is told and it can be undone; then it is
// gone everywhere, for ever, and each page says since when.
func TestDeletion(t *testing.T) {
	ctx := t.Context()
	_, is := instances(t, "sqlite", "a", "b")
	from, reader := is[0], is[1]
	org, err := from.Organisation(ctx)
	if err != nil {
		t.Fatal(err)
	}
	e, err := from.App.Ledger.Create(ctx, System, Gardens(org.ID, 1)[0])
	if err != nil {
		t.Fatal(err)
	}
	follows(t, reader, from.URL())
	counts(t, reader, 2, "")
	copied, err := reader.App.Store.EntryByURI(ctx, e.URI)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := from.App.Ledger.DeleteLater(ctx, System, e.ID, "closed"); err != nil {
		t.Fatal(err)
	}
	counts(t, from, 1, "")
	path := strings.TrimPrefix(e.URI, from.URL())
	status := func(i *Instance, path, accept string, want int, words string) {
		t.Helper()
		got, body, err := i.Fetch(ctx, path, accept)
		if err != nil || got != want || !strings.Contains(string(body), words) {
			t.Errorf("%s%s for %s: %d, want %d and %q: %v", i.URL(), path, accept, got, want, words, err)
		}
	}
	status(from, path, activityJSON, http.StatusOK, `"type":"Group"`)
	status(from, path, "text/html", http.StatusNotFound, "supprimée")
	if err := from.App.Ledger.Restore(ctx, System, e.ID); err != nil {
		t.Fatal(err)
	}
	counts(t, from, 2, "")
	if now, err := reader.App.Store.EntryByURI(ctx, e.URI); err != nil || now.Hash != copied.Hash || now.Revision != copied.Revision {
		t.Errorf("the other instance was told: %+v, %v", now, err)
	}
	if err := from.App.Ledger.Delete(ctx, System, e.ID, "closed"); err != nil {
		t.Fatal(err)
	}
	counts(t, reader, 1, "")
	status(from, path, activityJSON, http.StatusGone, `"formerType":"Group"`)
	status(from, path+"/outbox", activityJSON, http.StatusGone, "")
	status(from, path, "text/html", http.StatusGone, "supprimée")
	status(from, "/@"+e.Handle, "text/html", http.StatusGone, "supprimée")
	status(from, "/.well-known/webfinger?resource=acct:"+e.Handle+"@"+host("a"), "", http.StatusGone, "")
	status(reader, "/entries/"+copied.ID, "text/html", http.StatusGone, host("a"))
	if again, err := from.App.Ledger.Create(ctx, System, directory.Entry{Kind: directory.KindCommons, Owner: org.ID, Status: directory.StatusPublished, Name: e.Name}); err != nil || again.Handle == e.Handle {
		t.Errorf("@%s is given again: %v", again.Handle, err)
	}
}

// TestMoveOfOne: a single garden and an event move to an entry that claims them; who
// does not follow the new publisher keeps the old one, which says where it went.
func TestMoveOfOne(t *testing.T) {
	ctx := t.Context()
	_, is := instances(t, "sqlite", "a", "b", "c")
	from, to, reader := is[0], is[1], is[2]
	org, err := from.Organisation(ctx)
	if err != nil {
		t.Fatal(err)
	}
	home, err := to.Organisation(ctx)
	if err != nil {
		t.Fatal(err)
	}
	party := directory.Entry{Kind: directory.KindEvent, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Fête"},
		Event: &directory.Event{}, Period: &directory.Period{Start: "2031-06-01"}}
	follows(t, reader, org.URI)
	for i, e := range []directory.Entry{Gardens("", 1)[0], party} {
		e.Owner = org.ID
		old, err := from.App.Ledger.Create(ctx, System, e)
		if err != nil {
			t.Fatal(err)
		}
		e.Owner = home.ID
		now, err := to.App.Ledger.Create(ctx, System, e)
		if err != nil {
			t.Fatal(err)
		}
		counts(t, reader, 2+i, "")
		if _, err := from.App.Harvest.Move(ctx, System, from.App.Ledger, old.ID, now.URI, ""); err == nil {
			t.Errorf("%s moved to what does not claim it", old.Kind)
		}
		if _, err := to.App.Ledger.Claim(ctx, System, now.ID, old.URI); err != nil {
			t.Fatal(err)
		}
		if _, err := from.App.Harvest.Move(ctx, System, from.App.Ledger, old.ID, now.URI, ""); err != nil {
			t.Fatal(err)
		}
		err = Wait(ctx, func() (bool, error) {
			e, err := reader.App.Store.EntryByURI(ctx, old.URI)
			return e.MovedTo == now.URI, err
		})
		if err != nil {
			t.Fatal(err)
		}
		held, err := reader.App.Store.EntryByURI(ctx, old.URI)
		if err != nil || !held.Listed() {
			t.Errorf("the only copy of the %s is hidden: %+v, %v", old.Kind, held, err)
		}
		status, page, err := reader.Fetch(ctx, "/"+old.Kind.Path()+"/"+held.ID, "text/html")
		if err != nil || status != http.StatusOK || !strings.Contains(string(page), now.URI) {
			t.Errorf("the page of the %s does not say where it went: %d %v", old.Kind, status, err)
		}
	}
	follows(t, reader, to.URL())
	counts(t, reader, 1, "origin="+from.URL()) // its organisation alone, once both sides are here
	counts(t, reader, 3, "origin="+to.URL())
}
