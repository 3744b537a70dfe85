package resource

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// TestMapsTellNothingWithheld: what a map posted about an entry of another instance
// is on none of its collections, and not at its own address, while that entry is
// blocked or silenced.
func TestMapsTellNothingWithheld(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		const base = "https://us.example"
		h := New(Config{Store: st, Env: vocab.Env{Base: base}})
		m := base + "/maps/haies"
		e := directory.Entry{ID: "0193a000-0000-7000-8000-000000000001", URI: "https://away.example/e/1", Origin: "https://away.example",
			Kind: directory.KindCommons, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Secret"}}
		put := func() {
			t.Helper()
			if err := st.Write(ctx, func(tx *store.Tx) error { return tx.PutEntry(ctx, &e, store.PutOptions{Public: true}) }); err != nil {
				t.Fatal(err)
			}
		}
		put()
		err := st.Write(ctx, func(tx *store.Tx) error {
			if err := tx.PutMap(ctx, directory.Map{ID: "m1", Handle: "haies", Name: directory.LangText{"fr": "Haies"}, Status: directory.StatusPublished, Created: time.Now()}); err != nil {
				return err
			}
			note := `{"id":"` + base + `/notes/1","type":"Note","content":"Secret"}`
			if err := tx.PutActivity(ctx, store.Activity{ID: base + "/notes/1", Actor: m, Type: "Note", Object: e.URI, Body: []byte(note), Public: true}); err != nil {
				return err
			}
			create := `{"id":"` + base + `/activities/1","type":"Create","actor":"` + m + `","object":` + note + `}`
			return tx.PutActivity(ctx, store.Activity{ID: base + "/activities/1", Actor: m, Type: "Create", Object: e.URI, Body: []byte(create), Public: true, Outbox: true})
		})
		if err != nil {
			t.Fatal(err)
		}
		look := func() string {
			t.Helper()
			mux := http.NewServeMux()
			for pattern, fn := range map[string]func(http.ResponseWriter, *http.Request) error{"GET /maps/{map}/outbox": h.Outbox,
				"GET /maps/{map}/featured": h.Featured, "GET /notes/{id}": h.Note, "GET /activities/{id}": h.Activity} {
				mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
					if fn(w, r) != nil {
						w.WriteHeader(http.StatusNotFound)
					}
				})
			}
			out := ""
			for _, path := range []string{"/maps/haies/outbox", "/maps/haies/outbox?page=1", "/maps/haies/featured", "/notes/1", "/activities/1"} {
				w := httptest.NewRecorder()
				mux.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, path, nil))
				var c struct {
					TotalItems   int
					OrderedItems []any
				}
				_ = json.Unmarshal(w.Body.Bytes(), &c) // a 404 has none
				out += fmt.Sprint(w.Code, " ", c.TotalItems, " ", len(c.OrderedItems), "; ")
			}
			return out
		}
		shown, hidden := "200 1 0; 200 1 1; 200 1 1; 200 0 0; 200 0 0; ", "200 0 0; 200 0 0; 200 0 0; 410 0 0; 404 0 0; "
		if got := look(); got != shown {
			t.Errorf("published: %s", got)
		}
		for _, hide := range []func(on bool){func(on bool) { e.Silenced = on }, func(on bool) { e.Withheld = on }} {
			hide(true)
			put()
			if got := look(); got != hidden {
				t.Errorf("silenced %v, withheld %v: %s", e.Silenced, e.Withheld, got)
			}
			hide(false)
		}
		put()
		if got := look(); got != shown {
			t.Errorf("afterwards: %s", got)
		}
	})
}
