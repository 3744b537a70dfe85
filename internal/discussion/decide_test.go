package discussion_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// TestReport: an administrator reports a reply to its author's server, in words;
// the reply stays as it is, and nobody but the instance is named.
func TestReport(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t, "sqlite")
	ctx, r := context.Background(), newRig(t, st)
	if why := r.send("bob", r.post("bob", "1", r.event.URI, "Achetez mes montres")); why != "" {
		t.Fatal(why)
	}
	reply, admin := r.reply("https://bob.example/1"), directory.Who{UserID: "u9", Name: "ada", Admin: true}
	report := func(who directory.Who, reason string) error {
		return r.d.Decide(ctx, who, discussion.Report, []string{reply.ID}, reason)
	}
	if err := report(r.editor, "réclame"); !errors.Is(err, directory.ErrForbidden) {
		t.Errorf("an editor spoke for the instance: %v", err)
	}
	if err := report(admin, " "); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("without a word: %v", err)
	}
	if err := report(admin, "réclame"); err != nil {
		t.Fatal(err)
	}
	ds, err := st.Deliveries(ctx, "https://bob.example", 10)
	if err != nil || len(ds) != 1 || ds[0].Inbox != actor("bob").Inbox {
		t.Fatalf("deliveries %+v, %v", ds, err)
	}
	var flag struct {
		Type, Actor, Content string
		Object               []string
	}
	if err := json.Unmarshal(ds[0].Body, &flag); err != nil {
		t.Fatal(err)
	}
	if want := []string{actor("bob").URI, reply.URI}; flag.Type != "Flag" || flag.Content != "réclame" || !slices.Equal(flag.Object, want) || flag.Actor != base+"/actor" {
		t.Errorf("%s", ds[0].Body)
	}
	if now := r.reply(reply.URI); now.State != store.ReplyPending || now.DecidedBy != "" {
		t.Errorf("the reply changed: %+v", now)
	}
	log, err := st.Audit(ctx, "", 1)
	if err != nil || len(log) != 1 || log[0].Verb != "discussion.report" || log[0].Detail != "réclame" || log[0].Object != reply.URI {
		t.Errorf("audit %+v, %v", log, err)
	}
}
