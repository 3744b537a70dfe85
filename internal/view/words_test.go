package view_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/view"
)

// Words of names: accents, ligatures, letters without case, and begins of one another.
var nameWords = strings.Fields("Jardin Jardins jardinière Œuvre oeuvres cœur Éco écolieu École d'été l'eau 水 水力 市民農園 Сад садовод γη café cafés Repair-Café AMAP 35000 x")

// wordWriter writes entries of random words, some of them not for the public.
type wordWriter struct {
	st  *store.Store
	rng *rand.Rand
	all []*directory.Entry
}

func (w *wordWriter) name() string {
	var words []string
	for range 1 + w.rng.IntN(5) {
		words = append(words, nameWords[int(w.rng.ExpFloat64()*5)%len(nameWords)])
	}
	return strings.Join(words, " ")
}

// write puts some new entries in and changes some old ones.
func (w *wordWriter) write(t *testing.T, made, changed int) {
	t.Helper()
	var es []*directory.Entry
	for range made {
		i := len(w.all)
		e := &directory.Entry{ID: fmt.Sprint("id", i), URI: fmt.Sprint("https://b.example/entries/", i), Kind: directory.KindCommons}
		w.all = append(w.all, e)
		es = append(es, e)
	}
	for range changed {
		if e := w.all[w.rng.IntN(len(w.all))]; !slices.Contains(es, e) {
			es = append(es, e)
		}
	}
	for _, e := range es {
		e.Name, e.Tags = directory.LangText{"fr": w.name()}, []string{w.name()}
		e.Status, e.Withheld = directory.StatusPublished, w.rng.IntN(9) == 0
		if w.rng.IntN(4) == 0 {
			e.Status = directory.StatusDraft
		}
	}
	if err := w.st.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutEntries(t.Context(), es, store.PutOptions{Public: true})
	}); err != nil {
		t.Fatal(err)
	}
}

// same compares what memory finds with what the database does.
func same(t *testing.T, v *view.View, st *store.Store, rng *rand.Rand) {
	t.Helper()
	for range 40 {
		var words []string
		for range 1 + rng.IntN(3) {
			words = append(words, nameWords[rng.IntN(len(nameWords))])
		}
		last := []rune(words[len(words)-1])
		words[len(words)-1] = string(last[:1+rng.IntN(len(last))])
		q := strings.Join(words, " ")
		limit := 1 + rng.IntN(40)
		want, err := st.SearchNums(t.Context(), q, limit)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := v.Search(q, -1, limit); !ok || !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Fatalf("first %d of %q: %v, %t, want %v", limit, q, got, ok, want)
		}
		want, err = st.SearchNums(t.Context(), q, 0)
		if err != nil {
			t.Fatal(err)
		}
		if v.Instead(q) != "" { // another query is answered
			continue
		}
		if got, err := v.Set(t.Context(), directory.Selection{Query: q}); err != nil || !slices.Equal(got.Nums(), want) {
			t.Fatalf("all of %q: %v, %v, want %v", q, got.Nums(), err, want)
		}
	}
}

// TestWordsAreThoseOfTheDatabase: memory finds what the database finds, in that
// order, and nothing that is not for the public, after changes and while it is filled.
func TestWordsAreThoseOfTheDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := t.Context()
		w := &wordWriter{st: st, rng: rand.New(rand.NewPCG(1, 9))}
		w.write(t, 600, 0)
		v := view.New(view.Config{Store: st})
		if err := v.Load(ctx); err != nil {
			t.Fatal(err)
		}
		if _, ok := v.Search("jardin", -1, 5); ok || v.WordsInMemory() {
			t.Error("words are in memory that nobody has read")
		}
		if n, err := v.Count(ctx, directory.Selection{Query: "jardin"}, nil); err != nil || n == 0 {
			t.Errorf("the database finds %d, %v", n, err)
		}
		read := make(chan error, 1)
		go func() { read <- v.LoadWords(ctx) }()
		for range 10 {
			w.write(t, 20, 30)
			if _, err := v.Refresh(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if err := <-read; err != nil {
			t.Fatal(err)
		}
		same(t, v, st, w.rng)
		for range 5 {
			w.write(t, 10, 40)
			if _, err := v.Refresh(ctx); err != nil {
				t.Fatal(err)
			}
			same(t, v, st, w.rng)
		}
		if err := v.Load(ctx); err != nil || v.WordsInMemory() {
			t.Errorf("loaded anew: words of before are in memory, %v", err)
		}
	})
}

// TestInstead: words that nobody has are answered by the nearest in every view, and
// drafts are no words that somebody has.
func TestInstead(t *testing.T) {
	st := storetest.Open(t, "sqlite")
	ctx, stop := context.WithCancel(t.Context())
	for i, e := range []directory.Entry{{Name: directory.LangText{"fr": "Médiathèque des haies"}, Status: directory.StatusPublished},
		{Name: directory.LangText{"fr": "Secrète"}, Status: directory.StatusDraft}} {
		e.ID, e.URI, e.Kind = fmt.Sprint("id", i), fmt.Sprint("https://b.example/entries/", i), directory.KindCommons
		if err := st.Write(ctx, func(tx *store.Tx) error { return tx.PutEntry(ctx, &e, store.PutOptions{Public: true}) }); err != nil {
			t.Fatal(err)
		}
	}
	v := view.New(view.Config{Store: st, Poll: time.Millisecond})
	if err := v.Load(ctx); err != nil {
		t.Fatal(err)
	}
	wrong := directory.Selection{Query: "Mediateque"}
	if n, err := v.Count(ctx, wrong, nil); err != nil || n != 0 || v.Instead(wrong.Query) != "" {
		t.Errorf("the database finds %d, %v", n, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- v.Run(ctx) }()
	for begun := time.Now(); !v.WordsInMemory(); time.Sleep(time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatal("Run does not read the words")
		}
	}
	for query, want := range map[string]string{"Mediateque": "mediatheque", "des mediatèqu": "des mediatheque", "mediatheque": "", "secrete": "", "secret": "", " ": ""} {
		if got := v.Instead(query); got != want {
			t.Errorf("instead of %q: %q, want %q", query, got, want)
		}
	}
	f, err := v.Filter(ctx, wrong)
	if n, e := v.Count(ctx, wrong, nil); e != nil || n != 1 || err != nil || f.Only.Len() != 1 {
		t.Errorf("%d are counted, %d on the map, %v, %v", n, f.Only.Len(), e, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
