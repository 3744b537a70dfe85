package app

import (
	"net/http"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// TestMovesPage: twins are suggested, compared, merged and split; a deletion is
// restored; a move is listed with what can be done about it.
func TestMovesPage(t *testing.T) {
	a := testApp(t)
	ctx, who := t.Context(), directory.Who{Name: "test", System: true}
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	org, err := a.Ledger.CreateOrganisation(ctx, who, directory.Entry{Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for range 2 {
		e, err := a.Ledger.Create(ctx, who, directory.Entry{Kind: directory.KindPlace, Owner: org.ID, Status: directory.StatusPublished,
			Name: directory.LangText{"fr": "Four banal"}, Website: "https://four.example"})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, e.ID)
	}
	err = a.Store.Write(ctx, func(tx *store.Tx) error {
		return tx.PutMove(ctx, store.Move{ID: "1", Direction: store.MoveIn, OldURI: "https://c.example/entries/1", NewURI: "https://d.example/entries/1", Name: "Verger"})
	})
	if err != nil {
		t.Fatal(err)
	}
	const path = "/admin/moves"
	body, token := admin.page(path + "?lang=en")
	wants(t, path, body, "Four banal", "same website", "/entries/"+ids[0]+"/life?twin="+ids[1], "https://d.example/entries/1", "Follow the new address", "No merged entries.")
	life := "/entries/" + ids[0] + "/life?twin=" + ids[1]
	compare, token2 := admin.page(life + "&lang=en")
	wants(t, life, compare, "Both sheets are kept here", "Keep this sheet")
	if w := admin.do(http.MethodPost, "/entries/"+ids[0]+"/life", map[string][]string{"csrf": {token2}, "do": {"merge"}, "other": {ids[1]}, "reason": {"one oven"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("merge: %d\n%s", w.Code, w.Body)
	}
	body, token = admin.page(path + "?lang=en")
	wants(t, path, body, "one oven", "No entry looks like another.")
	if _, to := admin.send(path, token, "do", "split", "entry", ids[1]); to != path+"?done=moves_split" {
		t.Errorf("split leads to %q", to)
	}
	if w := admin.do(http.MethodPost, path, map[string][]string{"csrf": {token}, "do": {"split"}, "entry": {ids[1]}}); w.Code != http.StatusConflict {
		t.Errorf("split again: %d", w.Code)
	}
	if _, to := admin.send(path, token, "do", "not_twins", "entry", ids[0], "other", ids[1]); to != path+"?done=moves_not_twins" {
		t.Errorf("not twins leads to %q", to)
	}
	if _, err := a.Ledger.DeleteLater(ctx, who, ids[0], "closed"); err != nil {
		t.Fatal(err)
	}
	body, token = admin.page(path + "?lang=en")
	wants(t, path, body, "About to be deleted", "Restore the entry")
	if _, to := admin.send(path, token, "do", "restore", "entry", ids[0]); to != path+"?done=moves_restore" {
		t.Errorf("restore leads to %q", to)
	}
	if e, err := a.Store.Entry(ctx, ids[0]); err != nil || !e.Listed() {
		t.Errorf("%+v, %v", e, err)
	}
}
