package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
)

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// TestFederationPages: an administrator sees what is wrong with a server in
// words, pauses it, lets it go on, and blocks it after a question.
func TestFederationPages(t *testing.T) {
	a := testApp(t)
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	const origin = "https://communs.example"
	err := a.Store.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.PutPeer(t.Context(), store.Peer{Origin: origin, Software: "gancio", Version: "1.21.0", Signature: "draft-cavage"}); err != nil {
			return err
		}
		if err := tx.EnsurePeer(t.Context(), "https://calme.example"); err != nil {
			return err
		}
		if err := tx.PutActivity(t.Context(), store.Activity{ID: "https://us/1", Body: []byte("{}"), Created: time.Now()}); err != nil {
			return err
		}
		if err := tx.Enqueue(t.Context(), store.Delivery{Peer: origin, ActivityID: "https://us/1", Sender: "instance", KeyID: "k", Inbox: origin + "/inbox"}); err != nil {
			return err
		}
		return tx.PeerFailed(t.Context(), origin, "503 Service Unavailable: <b>maintenance</b>")
	})
	if err != nil {
		t.Fatal(err)
	}
	see := func(path string, want ...string) string {
		t.Helper()
		w := admin.do(http.MethodGet, path, nil)
		if w.Code != http.StatusOK {
			t.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
		}
		for _, text := range want {
			if !strings.Contains(w.Body.String(), text) {
				t.Errorf("GET %s does not say %q:\n%s", path, text, w.Body)
			}
		}
		return w.Body.String()
	}
	list := see("/admin/federation?lang=en", "communs.example", "gancio 1.21.0", "It is in maintenance or overloaded (503).", "draft-cavage")
	if strings.Index(list, "communs.example") > strings.Index(list, "calme.example") {
		t.Error("trouble is not listed first")
	}
	if body := see("/admin/federation?lang=en&state=trouble"); strings.Contains(body, "calme.example") {
		t.Error("a server that answers is listed as trouble")
	}
	const path = "/admin/federation/communs.example"
	body := see(path+"?lang=en", "tried again by itself", "&lt;b&gt;maintenance", "Pause")
	token := csrfField.FindStringSubmatch(body)
	if token == nil {
		t.Fatal("the page has no token")
	}
	act := func(do, to string, more ...string) string {
		t.Helper()
		form := url.Values{"csrf": {token[1]}, "do": {do}, "reason": {"essai"}}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		w := admin.do(http.MethodPost, path, form)
		if to == "" && w.Code == http.StatusOK {
			return w.Body.String()
		}
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != path+"?done="+to {
			t.Errorf("%s: %d to %q\n%s", do, w.Code, w.Header().Get("Location"), w.Body)
		}
		return ""
	}
	act("pause", "peer_pause")
	see(path+"?lang=fr", "En pause", "Reprendre")
	if p, err := a.Store.Peer(t.Context(), origin); err != nil || p.Paused.IsZero() || p.Queued != 1 {
		t.Errorf("paused: %+v %v", p, err)
	}
	act("resume", "peer_resume")
	act("retry", "peer_retry")
	act("resync", "peer_resync")
	if p, err := a.Store.Peer(t.Context(), origin); err != nil || !p.Paused.IsZero() || !p.NextTry.IsZero() || p.Heal.IsZero() {
		t.Errorf("resumed: %+v %v", p, err)
	}
	if question := act("block", ""); !strings.Contains(question, `name="confirm" value="yes"`) {
		t.Error("blocking asks nothing")
	}
	if p, _ := a.Store.Peer(t.Context(), origin); p.State == store.PeerBlocked {
		t.Error("blocked without an answer")
	}
	if w := admin.do(http.MethodPost, path, url.Values{"csrf": {token[1]}, "do": {"block"}, "confirm": {"yes"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("blocking without a reason: %d", w.Code)
	}
	act("block", "peer_block", "confirm", "yes")
	if v, err := a.Moderation.CheckOrigin(t.Context(), origin); err != nil || v.Allowed {
		t.Errorf("after blocking: %+v %v", v, err)
	}
	if w := admin.do(http.MethodPost, path, url.Values{"csrf": {token[1]}, "do": {"explode"}}); w.Code != http.StatusBadRequest {
		t.Errorf("an action that is none: %d", w.Code)
	}
	log, err := a.Store.Audit(t.Context(), "", 10)
	if err != nil || len(log) < 5 {
		t.Fatalf("%d decisions are in the log: %v", len(log), err)
	}
}
