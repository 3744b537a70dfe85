package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestReactionsShown: a page says how many like and share an entry and the
// collections how many, never who; an administrator ends that.
func TestReactionsShown(t *testing.T) {
	a := testApp(t)
	ctx, who := t.Context(), directory.Who{Name: "test", System: true}
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	org, err := a.Ledger.CreateOrganisation(ctx, who, directory.Entry{Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err != nil {
		t.Fatal(err)
	}
	e, err := a.Ledger.Create(ctx, who, directory.Entry{Kind: directory.KindText, Owner: org.ID, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Charte"}, Text: &directory.Text{Form: "charter"}})
	if err != nil {
		t.Fatal(err)
	}
	err = a.Store.Write(ctx, func(tx *store.Tx) error {
		for _, actor := range []string{"ana", "bo"} {
			v := store.Reaction{Object: e.URI, EntryID: e.ID, Kind: store.ReactionLike, Actor: "https://m.example/" + actor, Activity: "https://m.example/likes/" + actor}
			if err := tx.PutReaction(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	count := func(path string) (status, n int) {
		t.Helper()
		w := admin.do(http.MethodGet, path, nil)
		var c struct {
			Type  string `json:"type"`
			Total int    `json:"totalItems"`
		}
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), &c); err != nil || c.Type != "Collection" || strings.Contains(w.Body.String(), "m.example") {
				t.Errorf("%s: %s, %v", path, w.Body, err)
			}
		}
		return w.Code, c.Total
	}
	path := strings.TrimPrefix(e.URI, a.Config.URL)
	body, _ := admin.page(path + "?lang=en")
	wants(t, path, body, "2 people of the fediverse like it")
	if status, n := count(path + "/likes"); status != http.StatusOK || n != 2 {
		t.Errorf("likes: %d, %d", status, n)
	}
	if status, n := count(path + "/shares"); status != http.StatusOK || n != 0 {
		t.Errorf("shares: %d, %d", status, n)
	}
	if status, _ := count("/texts/00000000-0000-7000-8000-000000000000/likes"); status != http.StatusNotFound {
		t.Errorf("likes of nothing: %d", status)
	}
	const section = "/admin/discussion"
	body, token := admin.page(section + "?lang=en")
	wants(t, section, body, "Do not count them any more")
	admin.send(section, token, "do", "reactions")
	if body, _ = admin.page(path + "?lang=en"); strings.Contains(body, "like it") {
		t.Error("the page goes on telling")
	}
	if status, _ := count(path + "/likes"); status != http.StatusNotFound {
		t.Errorf("likes that are not counted: %d", status)
	}
	body, token = admin.page(section + "?lang=en")
	wants(t, section, body, "Count them")
	admin.send(section, token, "do", "reactions", "count", "yes")
	body, _ = admin.page(path + "?lang=en")
	wants(t, path, body, "2 people of the fediverse like it")
}
