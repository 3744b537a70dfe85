package inbox_test

import (
	"encoding/json"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TestJoinIsIgnoredAloud: who asks to take part in an event hears that nobody
// counts here (FEP-8a8e), once for each time that they ask; a Join of anything
// else has no answer.
func TestJoinIsIgnoredAloud(t *testing.T) {
	ctx := t.Context()
	r, them := newRig(t), newRemote(t)
	alice := them.actor("alice", "Person")
	org, err := r.ledger.CreateOrganisation(ctx, system, directory.Entry{Kind: directory.KindOrganisation, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "La Coop"}, Licence: "CC-BY-SA-4.0"})
	if err != nil {
		t.Fatal(err)
	}
	add := func(status directory.Status, name string) directory.Entry {
		t.Helper()
		e, err := r.ledger.Create(ctx, system, directory.Entry{Kind: directory.KindEvent, Owner: org.ID, Status: status, Licence: "CC-BY-SA-4.0",
			Name: directory.LangText{"fr": name}, Period: &directory.Period{Start: "2031-06-06T18:00:00+02:00"}})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	forum, draft := add(directory.StatusPublished, "Forum des communs"), add(directory.StatusDraft, "Pas encore")
	join := r.activity("Join", alice, forum.URI)
	if why := r.deliver(them, join); why != "" {
		t.Fatal(why)
	}
	ds, err := r.st.Deliveries(ctx, them.URL, 10)
	if err != nil || len(ds) != 1 || ds[0].Inbox != alice+"/inbox" {
		t.Fatalf("answers %+v, %v", ds, err)
	}
	var answer struct {
		Type, Actor string
		To          []string
		Object      struct{ ID, Type, Object string }
	}
	if err := json.Unmarshal(ds[0].Body, &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Type != "Ignore" || answer.Actor != org.URI || answer.Object.ID != join["id"] || answer.Object.Object != forum.URI ||
		len(answer.To) != 1 || answer.To[0] != alice {
		t.Errorf("answer %+v", answer)
	}
	for name, object := range map[string]string{"a draft": draft.URI, "an organisation": org.URI, "nothing": base + "/events/none", "theirs": them.URL + "/e/1"} {
		if why := r.deliver(them, r.activity("Join", alice, object)); why == "" {
			t.Errorf("a Join of %s was answered", name)
		}
	}
	if ds, err := r.st.Deliveries(ctx, them.URL, 10); err != nil || len(ds) != 1 {
		t.Errorf("%d answers, %v", len(ds), err)
	}
	if f, err := r.st.Followers(ctx, forum.URI, "", 10); err != nil || len(f) != 0 {
		t.Errorf("a Join made a follower: %+v, %v", f, err)
	}
}
