package app

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/store"
)

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// operator is an administrator at the page of one server.
type operator struct {
	visitor
	path, token string
}

func (o operator) see(path string, want ...string) string {
	o.t.Helper()
	w := o.do(http.MethodGet, path, nil)
	if w.Code != http.StatusOK {
		o.t.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	for _, text := range want {
		if !strings.Contains(w.Body.String(), text) {
			o.t.Errorf("GET %s does not say %q:\n%s", path, text, w.Body)
		}
	}
	return w.Body.String()
}

// act sends the form with one of its buttons; it answers with the status, and with
// where it leads or the page.
func (o operator) act(do string, more ...string) (status int, answer string) {
	o.t.Helper()
	form := url.Values{"csrf": {o.token}, "do": {do}, "reason": {"essai"}}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	w := o.do(http.MethodPost, o.path, form)
	if w.Code == http.StatusSeeOther {
		return w.Code, w.Header().Get("Location")
	}
	return w.Code, w.Body.String()
}

const troubledOrigin = "https://communs.example"

// newOperator is at the page of a server that has trouble; another has none.
func newOperator(t *testing.T, a *App) operator {
	t.Helper()
	err := a.Store.Write(t.Context(), func(tx *store.Tx) error {
		return errors.Join(
			tx.PutPeer(t.Context(), store.Peer{Origin: troubledOrigin, Software: "gancio", Version: "1.21.0", Signature: "draft-cavage"}),
			tx.EnsurePeer(t.Context(), "https://calme.example"),
			tx.PutActivity(t.Context(), store.Activity{ID: "https://us/1", Body: []byte("{}"), Created: time.Now()}),
			tx.Enqueue(t.Context(), store.Delivery{Peer: troubledOrigin, ActivityID: "https://us/1", Sender: "instance", KeyID: "k", Inbox: troubledOrigin + "/inbox"}),
			tx.PeerFailed(t.Context(), troubledOrigin, "503 Service Unavailable: <b>maintenance</b>"))
	})
	if err != nil {
		t.Fatal(err)
	}
	o := operator{visitor: signIn(t, a, store.User{Name: "admin", Admin: true}), path: "/admin/federation/communs.example"}
	token := csrfField.FindStringSubmatch(o.see(o.path))
	if token == nil {
		t.Fatal("the page has no token")
	}
	o.token = token[1]
	return o
}

// TestFederationPages: an administrator sees what is wrong with a server in words.
func TestFederationPages(t *testing.T) {
	o := newOperator(t, testApp(t))
	list := o.see("/admin/federation?lang=en", "communs.example", "gancio 1.21.0", "It is in maintenance or overloaded (503).", "draft-cavage")
	if strings.Index(list, "communs.example") > strings.Index(list, "calme.example") {
		t.Error("trouble is not listed first")
	}
	if body := o.see("/admin/federation?lang=en&state=trouble"); strings.Contains(body, "calme.example") {
		t.Error("a server that answers is listed as trouble")
	}
	o.see("/admin/federation?lang=fr&q=inconnu", "Aucun serveur ne correspond")
	o.see(o.path+"?lang=en", "tried again by itself", "&lt;b&gt;maintenance", "Pause")
}

// TestFederationActions: a server is paused, goes on, and is blocked after a
// question; each decision is in the log.
func TestFederationActions(t *testing.T) {
	a := testApp(t)
	o := newOperator(t, a)
	act := func(do string, more ...string) {
		t.Helper()
		if status, to := o.act(do, more...); status != http.StatusSeeOther || to != o.path+"?done=peer_"+do {
			t.Errorf("%s: %d %s", do, status, to)
		}
	}
	act("pause")
	o.see(o.path+"?lang=fr", "En pause", "Reprendre")
	if p, err := a.Store.Peer(t.Context(), troubledOrigin); err != nil || p.Paused.IsZero() || p.Queued != 1 {
		t.Errorf("paused: %+v %v", p, err)
	}
	act("resume")
	act("retry")
	act("resync")
	if p, err := a.Store.Peer(t.Context(), troubledOrigin); err != nil || !p.Paused.IsZero() || !p.NextTry.IsZero() || p.Heal.IsZero() {
		t.Errorf("resumed: %+v %v", p, err)
	}
	if status, question := o.act("block"); status != http.StatusOK || !strings.Contains(question, `name="confirm" value="yes"`) {
		t.Errorf("blocking asks nothing: %d", status)
	}
	if status, _ := o.act("block", "confirm", "yes", "reason", " "); status != http.StatusUnprocessableEntity {
		t.Errorf("blocking without a reason: %d", status)
	}
	if v, err := a.Moderation.CheckOrigin(t.Context(), troubledOrigin); err != nil || !v.Allowed {
		t.Errorf("blocked without an answer: %+v %v", v, err)
	}
	act("block", "confirm", "yes")
	if v, err := a.Moderation.CheckOrigin(t.Context(), troubledOrigin); err != nil || v.Allowed {
		t.Errorf("after blocking: %+v %v", v, err)
	}
	if status, _ := o.act("explode"); status != http.StatusBadRequest {
		t.Errorf("an action that is none: %d", status)
	}
	log, err := a.Store.Audit(t.Context(), "", 10)
	if err != nil || len(log) < 5 {
		t.Errorf("%d decisions are in the log: %v", len(log), err)
	}
}
