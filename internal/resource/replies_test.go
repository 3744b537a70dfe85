package resource

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// TestReplies: the collections list what is shown, oldest first, and nothing of
// an entry that is not public.
func TestReplies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		const base, id = "https://us.example", "0193a000-0000-7000-8000-000000000001"
		h := New(Config{Store: st, Env: vocab.Env{Base: base}})
		e := directory.Entry{ID: id, URI: base + "/events/" + id, Kind: directory.KindEvent, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Foire"}}
		note := base + "/notes/1"
		put := func(public bool) {
			t.Helper()
			err := st.Write(ctx, func(tx *store.Tx) error {
				if err := tx.PutActivity(ctx, store.Activity{ID: note, Actor: base + "/actor", Type: "Note", Object: e.URI, Body: []byte("{}"), Public: true}); err != nil {
					return err
				}
				return tx.PutEntry(ctx, &e, store.PutOptions{Public: public})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		put(true)
		at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
		for i, r := range []store.Reply{
			{ID: "a", URI: "https://m.example/shown", InReplyTo: e.URI, State: store.ReplyShown},
			{ID: "b", URI: "https://m.example/pending", InReplyTo: e.URI, State: store.ReplyPending},
			{ID: "c", URI: "https://m.example/hidden", InReplyTo: e.URI, State: store.ReplyHidden},
			{ID: "d", URI: "https://m.example/removed", InReplyTo: e.URI, State: store.ReplyRemoved},
			{ID: "e", URI: "https://m.example/to-note", InReplyTo: note, State: store.ReplyShown},
			{ID: "f", URI: "https://m.example/second", InReplyTo: e.URI, State: store.ReplyShown},
		} {
			r.EntryID, r.Published = id, at.Add(time.Duration(i)*time.Minute)
			if err := st.Write(ctx, func(tx *store.Tx) error { return tx.PutReply(ctx, r) }); err != nil {
				t.Fatal(err)
			}
		}
		get := func(path string) []string { t.Helper(); return replyItems(t, h, base, path) }
		here := "/events/" + id
		for path, want := range map[string][]string{
			here + "/replies":           {"https://m.example/shown", "https://m.example/second"},
			"/notes/1/replies":          {"https://m.example/to-note"},
			here + "/discussion":        {"https://m.example/shown", "https://m.example/to-note", "https://m.example/second"},
			"/texts/" + id + "/replies": nil,
			"/notes/2/replies":          nil,
		} {
			if diff := cmp.Diff(want, get(path)); diff != "" {
				t.Errorf("%s: %s", path, diff)
			}
		}
		e.Status = directory.StatusDraft
		put(false)
		for _, path := range []string{here + "/replies", "/notes/1/replies", here + "/discussion"} {
			if got := get(path); got != nil {
				t.Errorf("%s of a draft: %v", path, got)
			}
		}
	})
}

// replyItems are the items of the collection at path, nil when there is none.
func replyItems(t *testing.T, h *Handlers, base, path string) []string {
	t.Helper()
	mux := http.NewServeMux()
	failed := false
	handle := func(pattern string, fn func(http.ResponseWriter, *http.Request) error) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { failed = fn(w, r) != nil })
	}
	handle("GET /events/{id}/replies", h.Replies)
	handle("GET /texts/{id}/replies", h.Replies)
	handle("GET /notes/{id}/replies", h.Replies)
	handle("GET /events/{id}/discussion", h.Discussion)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	if failed {
		return nil
	}
	var c struct {
		ID           string
		TotalItems   int
		OrderedItems []string
	}
	if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil || c.ID != base+path || c.TotalItems != len(c.OrderedItems) {
		t.Fatalf("%s: %v: %s", path, err, w.Body)
	}
	return c.OrderedItems
}
