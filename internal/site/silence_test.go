package site

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
)

// hush gives the entry and its text the marks of a decision and tells the view.
func (b *bench) hush(e directory.Entry, silenced, withheld bool) {
	b.t.Helper()
	e.Silenced, e.Withheld = silenced, withheld
	err := b.store.Write(b.t.Context(), func(tx *store.Tx) error {
		return tx.PutEntry(b.t.Context(), &e, store.PutOptions{Public: true})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.refresh()
}

// A silenced entry is on its own page and on no other; one that is withheld is
// on none.
func TestSilencedEntriesAreInNoList(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	const word = "Chuchotement"
	made := remoteOrchard()
	made.Name = directory.LangText{"fr": word}
	made.Themes, made.Tags = []string{"jardin"}, []string{"verger"}
	made.Period = &directory.Period{Start: "1998"}
	shown := b.add(garden())
	made.Relations = []directory.Relation{{Type: directory.RelPartnerOf, Object: shown.URI}}
	orchard := b.remote(made)
	text1, concept := manifesto(word+" deux", "1999", directory.Relation{Type: directory.RelInspires, Object: shown.URI}), commonsConcept()
	text1.URI, text1.Origin, text1.Status = "https://ailleurs.test/texts/0193a000-0000-7000-8000-0000000000a1", "https://ailleurs.test", directory.StatusPublished
	concept.URI, concept.Origin, concept.Status, concept.Name = "https://ailleurs.test/concepts/0193a000-0000-7000-8000-0000000000a2", "https://ailleurs.test", directory.StatusPublished, directory.LangText{"fr": word + " trois"}
	all := []directory.Entry{orchard, b.remote(text1), b.remote(concept)}
	before, _ := b.get("/?q=" + word)
	if !strings.Contains(before.Body.String(), orchard.ID) {
		t.Fatal("the search does not find what it must lose")
	}
	for _, withheld := range []bool{false, true} {
		for _, e := range all {
			b.hush(e, !withheld, withheld)
		}
		for _, e := range append(all, shown) {
			for _, path := range append(surfaces(e), "/genealogy?view=list", "/concepts?view=list", "/genealogy/"+e.ID, "/?q="+word, "/timeline?q="+word, "/?origin=https://ailleurs.test", "/?tag=verger") {
				own := strings.HasPrefix(path, "/"+e.Kind.Path()+"/"+e.ID) || strings.HasPrefix(path, "/interact") || strings.HasPrefix(path, "/genealogy/"+e.ID)
				if own && e.ID != shown.ID && !withheld {
					continue // its own address
				}
				w, _ := b.get(path)
				body := strings.NewReplacer("q="+word, "", `value="`+word+`"`, "", "« "+word+" »", "", "“"+word+"”", "").Replace(w.Body.String())
				if strings.Contains(body, word) && !strings.Contains(path, "q="+word) || strings.Contains(body, "/"+orchard.ID) && !strings.Contains(path, orchard.ID) {
					t.Errorf("GET %s (status %d) shows an entry that is in no list (withheld %v)", path, w.Code, withheld)
				}
			}
			w, _ := b.get("/" + e.Kind.Path() + "/" + e.ID)
			want := http.StatusOK
			if withheld && e.ID != shown.ID {
				want = http.StatusNotFound
			}
			if w.Code != want {
				t.Errorf("the page of %s answers %d, want %d", e.URI, w.Code, want)
			}
			if e.ID != shown.ID && !withheld && !strings.Contains(w.Body.String(), "noindex") {
				t.Errorf("the page of the silenced %s asks to be indexed", e.URI)
			}
		}
		if n := b.view.Len(); n != 2 { // the organisation and the garden
			t.Errorf("the indexes hold %d entries", n)
		}
	}
}

// Rules silence and withhold what is held, and give it back.
func TestRulesHideWhatIsHeld(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	orchard := b.remote(remoteOrchard())
	m := moderation.New(b.store, func() time.Time { return testNow })
	for _, step := range []struct {
		do     func() error
		page   int
		listed int
	}{
		{func() error { return m.Silence(t.Context(), system, "ailleurs.test", "rumeurs") }, 200, 1},
		{func() error { return m.Block(t.Context(), system, "ailleurs.test", "menaces") }, 404, 1},
		{func() error { return m.Unset(t.Context(), system, "ailleurs.test", "") }, 200, 2},
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		b.refresh()
		w, _ := b.get("/entries/" + orchard.ID)
		if w.Code != step.page || b.view.Len() != step.listed {
			t.Errorf("the page answers %d, want %d; %d entries are listed, want %d", w.Code, step.page, b.view.Len(), step.listed)
		}
	}
}
