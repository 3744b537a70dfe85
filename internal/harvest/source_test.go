package harvest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/harvest"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

const breton = `{"kinds":["commons"],"themes":["jardin"],"area":{"regions":["53"]},"reviewKinds":["text"]}`

func sourceRule(t *testing.T, raw string) directory.SourceRule {
	t.Helper()
	r, err := directory.ParseSourceRule([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// varied fills the node with gardens in Rennes and Paris, texts and an event.
func (n *node) varied() {
	n.t.Helper()
	n.publish(0)
	rennes := directory.Place{Point: &directory.Point{Lat: 48.11, Lon: -1.68}, Locality: "Rennes", PostalCode: "35000", Country: "FR"}
	paris := directory.Place{Point: &directory.Point{Lat: 48.86, Lon: 2.35}, Locality: "Paris", PostalCode: "75001", Country: "FR"}
	for _, e := range []directory.Entry{
		{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Jardin de Rennes"}, Themes: []string{"jardin"}, Place: &rennes, Licence: "ODbL-1.0", Website: "https://jardin.example/"},
		{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Jardin de Paris"}, Themes: []string{"jardin"}, Place: &paris},
		{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Four de Rennes"}, Themes: []string{"appro"}, Place: &rennes},
		{Kind: directory.KindText, Name: directory.LangText{"fr": "Charte"}, Themes: []string{"droit"}, Text: &directory.Text{Form: "charter"}},
		{Kind: directory.KindEvent, Name: directory.LangText{"fr": "Fête"}, Period: &directory.Period{Start: "2031-06-06"}},
	} {
		n.create(e)
	}
}

func names(m map[string]string) map[string]bool {
	out := map[string]bool{}
	for _, name := range m {
		out[name] = true
	}
	return out
}

func (n *node) uri(t *testing.T, name string) string {
	t.Helper()
	for uri, s := range n.mirror(n.base) {
		if s == name {
			return uri
		}
	}
	t.Fatalf("no entry %q", name)
	return ""
}

// TestRehearsed: what a rehearsal counts is what following then brings, and
// nothing is stored by it; the rule then holds at the first backfill, for
// changes, and when it changes.
func TestRehearsed(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			ctx := context.Background()
			a, b := newNode(t, engine, "A"), newNode(t, engine, "B")
			a.varied()
			b.publish(0)
			b.create(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Le jardin"}, Website: "http://www.jardin.example"})
			id, err := b.harvester.StartRehearsal(ctx, system, a.base)
			if err != nil {
				t.Fatal(err)
			}
			settle(t, b)
			r, err := b.harvester.Rehearsal(ctx, id)
			if err != nil || r.State != store.RehearsalDone {
				t.Fatalf("rehearsal: %+v, %v", r.Rehearsal, err)
			}
			p := r.Preview
			counts := map[string]int{}
			for _, c := range p.Kinds {
				counts[c.Key] = c.N
			}
			if diff := cmp.Diff(map[string]int{"organisation": 1, "commons": 3, "text": 1, "event": 1}, counts); diff != "" {
				t.Errorf("kinds: %s", diff)
			}
			if p.Total != 6 || !p.Complete || p.NoLicence != 5 || p.WithPoint != 3 || p.WithoutPoint != 3 || len(p.Sample) != 6 || p.Approves || p.Backfill <= 0 {
				t.Errorf("preview: %+v", p)
			}
			if p.Twins != 1 || len(p.Pairs) != 1 || p.Pairs[0].Ours.Name["fr"] != "Le jardin" {
				t.Errorf("duplicates: %d %+v", p.Twins, p.Pairs)
			}
			if n := len(b.mirror(a.base)); n != 0 {
				t.Errorf("the rehearsal stored %d entries", n)
			}
			eff, err := b.harvester.EffectOn(ctx, r, sourceRule(t, breton))
			if want := (harvest.Tally{Publish: 1, Review: 1, Ignore: 4}); err != nil || eff.Total != want || eff.Appear != 1 || !eff.Complete {
				t.Errorf("effect: %+v, %v", eff, err)
			}
			if _, err := b.harvester.FollowWith(ctx, system, a.base, sourceRule(t, breton)); err != nil {
				t.Fatal(err)
			}
			settle(t, a, b)
			if diff := cmp.Diff(map[string]bool{"Jardin de Rennes": true}, names(b.mirror(a.base))); diff != "" {
				t.Errorf("shown: %s", diff)
			}
			counted, err := b.st.SourceCounts(ctx)
			if want := (store.SourceCount{Published: 1, Review: 1, Ignored: 4}); err != nil || counted[a.base] != want {
				t.Errorf("held: %+v, %v", counted, err)
			}
			if at, err := b.harvester.Agreed(ctx, a.env.InstanceURI()); err != nil || at.IsZero() {
				t.Errorf("with a rule the digests never agree: %v, %v", at, err)
			}
			ignoredGoes(t, a, b)
			ruleChanges(t, a, b)
		})
	}
}

// ignoredGoes: what is ignored and deleted at its origin is forgotten, and a
// comparison reads nothing of what is ignored again.
func ignoredGoes(t *testing.T, a, b *node) {
	t.Helper()
	ctx := context.Background()
	e := a.create(directory.Entry{Kind: directory.KindPlace, Name: directory.LangText{"fr": "Hangar"}})
	a.later(5 * time.Minute)
	settle(t, a, b)
	if _, err := b.st.IgnoredByURI(ctx, e.URI); err != nil {
		t.Errorf("a new entry outside the rule: %v", err)
	}
	if err := a.ledger.Delete(ctx, system, e.ID, "gone"); err != nil {
		t.Fatal(err)
	}
	a.later(5 * time.Minute)
	settle(t, a, b)
	if _, err := b.st.IgnoredByURI(ctx, e.URI); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("what was deleted at its origin is still known: %v", err)
	}
	a.requests()
	a.later(7*time.Hour - 10*time.Minute)
	b.later(7 * time.Hour)
	if err := b.harvester.Schedule(ctx); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	for _, hit := range a.requests() {
		if strings.Contains(hit, "bucket=") {
			t.Errorf("the digests differ: %s", hit)
		}
	}
}

func ruleChanges(t *testing.T, a, b *node) {
	t.Helper()
	ctx := context.Background()
	object, text := a.env.InstanceURI(), a.uri(t, "Charte")
	if err := b.harvester.Review(ctx, system, []string{text}, store.ReviewApproved, "read it"); err != nil {
		t.Fatal(err)
	}
	if got := names(b.mirror(a.base)); !got["Charte"] {
		t.Errorf("the approved text is not shown: %v", got)
	}
	e, err := a.st.EntryByURI(ctx, text)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.ledger.Edit(ctx, system, e.ID, func(e *directory.Entry) error { e.Name = directory.LangText{"fr": "Charte neuve"}; return nil }); err != nil {
		t.Fatal(err)
	}
	a.later(5 * time.Minute)
	settle(t, a, b)
	if got := names(b.mirror(a.base)); !got["Charte neuve"] {
		t.Errorf("an update of an approved text went back to review: %v", got)
	}
	wide := sourceRule(t, `{"kinds":["commons"]}`)
	eff, err := b.harvester.Effect(ctx, object, wide)
	if want := (harvest.Tally{Publish: 4, Ignore: 2}); err != nil || eff.Total != want || eff.Appear != 2 || eff.ByHand != 1 {
		t.Errorf("effect of the wider rule: %+v, %v", eff, err)
	}
	if err := b.harvester.SetRule(ctx, system, object, wide, "more"); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	want := map[string]bool{"Jardin de Rennes": true, "Jardin de Paris": true, "Four de Rennes": true, "Charte neuve": true}
	if diff := cmp.Diff(want, names(b.mirror(a.base))); diff != "" {
		t.Errorf("after the wider rule: %s", diff)
	}
	if ap, err := b.harvester.Applied(ctx, object); err != nil || ap.Running() || ap.Changed != 2 || ap.Done != 6 {
		t.Errorf("applied: %+v, %v", ap, err)
	}
	if err := b.harvester.Review(ctx, system, []string{text}, store.ReviewRejected, "no"); err != nil {
		t.Fatal(err)
	}
	if err := b.harvester.UndoRule(ctx, system, object); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if diff := cmp.Diff(map[string]bool{"Jardin de Rennes": true}, names(b.mirror(a.base))); diff != "" {
		t.Errorf("after undo: %s", diff)
	}
	if _, err := b.st.EntryByURI(ctx, a.uri(t, "Jardin de Paris")); !errors.Is(err, directory.ErrGone) && !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("what is ignored again is still held: %v", err)
	}
	if err := b.harvester.Review(ctx, system, []string{text}, store.ReviewApproved, "yes after all"); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if got := names(b.mirror(a.base)); !got["Charte neuve"] {
		t.Errorf("what is approved after a rejection does not come back: %v", got)
	}
	if err := b.harvester.Unfollow(ctx, system, object); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if left, err := b.st.MirroredFrom(ctx, a.base, "", 10); err != nil || len(left) != 0 {
		t.Errorf("after unfollowing: %+v, %v", left, err)
	}
}

// TestGenerous: of several followed sources that have an entry, the most
// generous decides, and when it leaves the others do.
func TestGenerous(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	a.varied()
	if _, err := b.harvester.FollowWith(ctx, system, a.base, sourceRule(t, `{"action":"review"}`)); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if n := len(b.mirror(a.base)); n != 0 {
		t.Errorf("%d entries are shown before anybody looked", n)
	}
	if _, err := b.harvester.FollowWith(ctx, system, a.org.URI, sourceRule(t, `{"kinds":["event"]}`)); err != nil {
		t.Fatal(err)
	}
	if err := b.harvester.SetRule(ctx, system, a.org.URI, sourceRule(t, `{"kinds":["event","text"]}`), ""); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if diff := cmp.Diff(map[string]bool{"Fête": true, "Charte": true}, names(b.mirror(a.base))); diff != "" {
		t.Errorf("with the organisation: %s", diff)
	}
	if err := b.harvester.Unfollow(ctx, system, a.org.URI); err != nil {
		t.Fatal(err)
	}
	settle(t, a, b)
	if n := len(b.mirror(a.base)); n != 0 {
		t.Errorf("%d entries are shown after the generous source left", n)
	}
}

// TestRehearsalRefuses: ourselves, who is blocked, who is not there.
func TestRehearsalRefuses(t *testing.T) {
	ctx := context.Background()
	a, b := newNode(t, "sqlite", "A"), newNode(t, "sqlite", "B")
	if _, err := b.harvester.Rehearse(ctx, system, b.base); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("ourselves: %v", err)
	}
	if err := b.rules.Block(ctx, system, a.base, "test"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.harvester.Rehearse(ctx, system, a.base); !errors.Is(err, directory.ErrForbidden) {
		t.Errorf("blocked: %v", err)
	}
	a.setDown(true)
	id, err := a.harvester.StartRehearsal(ctx, system, b.base)
	if err != nil {
		t.Fatal(err)
	}
	b.setDown(true)
	settle(t, a)
	if r, err := a.harvester.Rehearsal(ctx, id); err != nil || r.State != store.RehearsalFailed || r.Error == "" {
		t.Errorf("a server that is down: %+v, %v", r.Rehearsal, err)
	}
	a.later(2 * time.Hour)
	if _, err := a.harvester.Rehearsal(ctx, id); !errors.Is(err, directory.ErrNotFound) {
		t.Errorf("two hours later: %v", err)
	}
	if _, err := a.harvester.StartRehearsal(ctx, directory.Who{}, b.base); !errors.Is(err, directory.ErrForbidden) {
		t.Errorf("anybody: %v", err)
	}
}

// TestForeignRehearsal: other software is rehearsed by its outbox and what is to
// come, with the ids of its own host only, and nothing is stored.
func TestForeignRehearsal(t *testing.T) {
	ctx := context.Background()
	b, f, evil := newNode(t, "sqlite", "B"), newForeign(t), newForeign(t)
	relay := f.actor("Application", object{"manuallyApprovesFollowers": true})
	one, two, gone := f.event("one"), f.event("two"), f.event("gone")
	f.docs["/gone"] = nil
	elsewhere := evil.event("evil")
	f.docs["/outbox"] = object{"id": f.URL + "/outbox", "type": "OrderedCollection", "first": f.URL + "/outbox?page=1"}
	f.docs["/outbox?page=1"] = object{"id": f.URL + "/outbox?page=1", "type": "OrderedCollectionPage", "orderedItems": []any{
		object{"type": "Create", "object": one}, object{"type": "Announce", "object": two["id"]}, object{"type": "Announce", "object": elsewhere["id"]},
		object{"type": "Create", "object": gone}, object{"type": "Note", "id": f.URL + "/note"},
	}}
	r, err := b.harvester.Rehearse(ctx, system, f.URL)
	if err != nil {
		t.Fatal(err)
	}
	p := r.Preview
	if p.Object != relay || p.Catalog || !p.Approves || !p.Complete || p.Read != 2 || len(p.Kinds) != 1 || p.Kinds[0] != (harvest.Count{Key: "event", N: 2}) {
		t.Errorf("preview: %+v", p)
	}
	if len(evil.hits) != 0 {
		t.Errorf("another host was asked: %v", evil.hits)
	}
	if eff, err := b.harvester.EffectOn(ctx, r, sourceRule(t, `{"kinds":["text"],"otherwise":"review"}`)); err != nil || eff.Total != (harvest.Tally{Review: 2}) {
		t.Errorf("effect: %+v, %v", eff, err)
	}
	if held := b.mirror(f.URL); len(held) != 0 {
		t.Errorf("stored: %v", held)
	}
}
