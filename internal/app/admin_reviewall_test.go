package app

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestReviewAll: everything that a filter of the queue shows is decided at once,
// after a question, and nothing that came after it.
func TestReviewAll(t *testing.T) {
	a := testApp(t)
	n := 0
	propose := func(origin string, kind directory.Kind) {
		t.Helper()
		n++
		e := &directory.Entry{ID: fmt.Sprintf("019aa000-0000-7000-8000-%012d", n), URI: fmt.Sprintf("%s/x/%d", origin, n), Origin: origin, Kind: kind,
			Status: directory.StatusProposed, Name: directory.LangText{"fr": fmt.Sprint("Fiche ", n)}, Hash: fmt.Sprint(n), Revision: 1, Created: time.Unix(1, 0), Updated: time.Unix(1, 0)}
		if err := a.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.PutEntry(t.Context(), e, store.PutOptions{Public: true}) }); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		propose("https://un.example", directory.KindPlace)
	}
	propose("https://un.example", directory.KindText)
	propose("https://deux.example", directory.KindPlace)
	o := newOperator(t, a)
	o.see("/admin/sources/review", "un.example (4)", "deux.example (1)", "(5)")
	o.path = "/admin/sources/review?kind=place&origin=https%3A%2F%2Fun.example"
	status, ask := o.act("reject_all")
	if status != http.StatusOK || !strings.Contains(ask, "Refuser 3 fiches") {
		t.Fatalf("%d, no question:\n%s", status, ask)
	}
	until := between(ask, `name="until" value="`, `"`)
	propose("https://un.example", directory.KindPlace)
	if status, back := o.act("reject_all", "confirm", "yes", "until", until); status != http.StatusSeeOther || !strings.Contains(back, "done=rejected") {
		t.Fatalf("%d %s", status, back)
	}
	counts, err := a.Store.ProposedCounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, c := range counts {
		got += fmt.Sprintf("%s %s %d\n", c.Origin, c.Kind, c.N)
	}
	if want := "https://deux.example place 1\nhttps://un.example place 1\nhttps://un.example text 1\n"; got != want {
		t.Errorf("waiting:\n%swant:\n%s", got, want)
	}
	if status, _ := o.act("approve_all", "confirm", "yes"); status != http.StatusUnprocessableEntity {
		t.Errorf("confirmed without a question: %d", status)
	}
}

// between is what stands in s after one text and before another.
func between(s, from, to string) string {
	_, s, _ = strings.Cut(s, from)
	s, _, _ = strings.Cut(s, to)
	return s
}
