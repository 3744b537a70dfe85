package demo

import (
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

func TestLoad(t *testing.T) {
	st := storetest.Open(t, "sqlite")
	env := vocab.Env{Base: "http://demo.test", InstanceName: "Demo"}
	keys := keyring.New(st, nil, nil)
	led := ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Publisher: outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env})})

	last := [2]int{}
	start := time.Now()
	got, err := Load(t.Context(), led, st, func(done, total int) { last = [2]int{done, total} })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v in %v", got, time.Since(start))
	if got.Events != 111 || got.Texts != 145 || got.Concepts < 40 || got.Places < 800 || got.Relations < 80 {
		t.Errorf("the demonstration holds %+v", got)
	}
	if got.Created != got.Total || got.Rejected+got.Updated+got.Unchanged != 0 || last != [2]int{got.Total, got.Total} {
		t.Errorf("first load: %+v, progress %v", got, last)
	}
	n, err := st.CountEntries(t.Context(), store.EntryFilter{})
	if err != nil || n != got.Total+1 {
		t.Errorf("%d public entries, want %d: %v", n, got.Total+1, err)
	}
	seq, err := st.LastSeq(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Load(t.Context(), led, st, nil)
	if err != nil {
		t.Fatal(err)
	}
	if again.Unchanged != again.Total || again.Created+again.Updated != 0 || again.Organisation != got.Organisation || again.Relations != got.Relations {
		t.Errorf("second load: %+v", again)
	}
	if after, err := st.LastSeq(t.Context()); err != nil || after != seq {
		t.Errorf("a second load publishes: seq %d, then %d, %v", seq, after, err)
	}
	checkContent(t, st, got.Organisation)
	tour, err := st.LiveTour(t.Context(), "un-commun")
	if err != nil || len(tour.Steps) != 9 || tour.Revision != 1 {
		t.Errorf("the tour has %d steps in version %d: %v", len(tour.Steps), tour.Revision, err)
	}
	for _, s := range tour.Steps {
		if _, err := st.EntryByURI(t.Context(), s.Entry); s.Entry != "" && err != nil {
			t.Errorf("step %q: %v", s.Title["en"], err)
		}
		if s.Text["fr"] == "" || s.Text["en"] == "" {
			t.Errorf("step %q is not in both languages", s.Title["en"])
		}
	}
}

func checkContent(t *testing.T, st *store.Store, org string) {
	t.Helper()
	find := func(key string) directory.Entry {
		t.Helper()
		e, err := st.EntryBySourceKey(t.Context(), org, key)
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		return e
	}
	magna, linebaugh := find("demo/text/magna-carta-1215"), find("demo/text/linebaugh-2008")
	if !related(magna, directory.RelInspires, linebaugh.URI) {
		t.Errorf("the older text inspires the newer: %+v", magna.Relations)
	}
	if !related(find("demo/text/carta-foresta-1217"), directory.RelVersionOf, magna.URI) {
		t.Error("the newer text is a version of the older")
	}
	if c := find("demo/concept/biens-communs"); !related(c, directory.RelBroader, find("demo/concept/commun").URI) {
		t.Errorf("the parent is the broader concept: %+v", c.Relations)
	}
	if !related(find("demo/text/umd-2010"), directory.RelFoundedAt, find("demo/event/cochabamba-2010").URI) {
		t.Error("a text was born at a conference")
	}
	if _, err := st.EntryBySourceKey(t.Context(), org, "demo/event/iasc-1990"); err == nil {
		t.Error("an event that is not verified is shown")
	}
	nums, err := st.EntryNums(t.Context(), store.EntryFilter{Selection: directory.Selection{Query: "communs latéraux", Kinds: []directory.Kind{directory.KindConcept}}})
	if err != nil || len(nums) != 0 {
		t.Errorf("the concept that is left out is shown: %v, %v", nums, err)
	}
	garden, err := st.Entries(t.Context(), store.EntryFilter{Selection: directory.Selection{Themes: []string{"jardin"}, Kinds: []directory.Kind{directory.KindPlace}}})
	if err != nil || len(garden) < 20 || garden[0].Licence == "" || len(garden[0].Sources) != 1 {
		t.Errorf("%d gardens: %v", len(garden), err)
	}
}

func related(e directory.Entry, t directory.RelationType, object string) bool {
	for _, r := range e.Relations {
		if r.Type == t && r.Object == object {
			return true
		}
	}
	return false
}
