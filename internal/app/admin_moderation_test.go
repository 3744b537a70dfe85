package app

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
)

var tokenOf = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// page GETs a page, which must be shown, and returns it with its form's token.
func (v visitor) page(path string) (body, token string) {
	v.t.Helper()
	w := v.do(http.MethodGet, path, nil)
	if w.Code != http.StatusOK {
		v.t.Fatalf("GET %s: %d\n%s", path, w.Code, w.Body)
	}
	m := tokenOf.FindStringSubmatch(w.Body.String())
	if m == nil {
		return w.Body.String(), ""
	}
	return w.Body.String(), m[1]
}

// send POSTs a form with a token and returns the answer and where it leads.
func (v visitor) send(path, token string, pairs ...string) (body, location string) {
	v.t.Helper()
	form := url.Values{"csrf": {token}}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	w := v.do(http.MethodPost, path, form)
	if w.Code != http.StatusOK && w.Code != http.StatusSeeOther && w.Code != http.StatusUnprocessableEntity {
		v.t.Fatalf("POST %s %v: %d\n%s", path, pairs, w.Code, w.Body)
	}
	return w.Body.String(), w.Header().Get("Location")
}

// far puts an entry of another server into the directory.
func far(t *testing.T, a *App) directory.Entry {
	t.Helper()
	e := directory.Entry{URI: "https://loin.example/entries/1", Origin: "https://loin.example", Kind: directory.KindPlace, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Verger lointain"}, Place: &directory.Place{Locality: "Brest", Country: "FR", Point: &directory.Point{Lat: 48.39, Lon: -4.48}}}
	err := a.Store.Write(t.Context(), func(tx *store.Tx) error {
		if _, err := a.Ledger.AcceptRemote(t.Context(), tx, e, []byte(`{}`), "sha256-x"); err != nil {
			return err
		}
		return tx.EnsurePeer(t.Context(), e.Origin)
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err = a.Store.EntryByURI(t.Context(), e.URI)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func wants(t *testing.T, where, body string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(body, s) {
			t.Errorf("%s does not say %q\n%s", where, s, body)
		}
	}
}

// TestReportOfAnActor: its page is at /@handle, and its report is sent where it is taken.
func TestReportOfAnActor(t *testing.T) {
	a := testApp(t)
	who := directory.Who{Name: "test", System: true}
	org, err := a.Ledger.CreateOrganisation(t.Context(), who, directory.Entry{Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
	if err != nil {
		t.Fatal(err)
	}
	path := "/entries/" + org.ID + "/report"
	form, _ := signIn(t, a, store.User{Name: "lectrice"}).page(path)
	wants(t, "the form", form, `action="`+path+`"`)
}

// A visitor reports an entry; an administrator reads it, sees what a decision
// does, takes it, and opens the report again.
func TestReportFromVisitorToDecision(t *testing.T) {
	a := testApp(t)
	e := far(t, a)
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	reader := signIn(t, a, store.User{Name: "lectrice"})
	body, _ := reader.page("/entries/" + e.ID)
	wants(t, "the entry's page", body, "/entries/"+e.ID+"/report", "Signaler un problème")
	form, token := reader.page("/entries/" + e.ID + "/report")
	wants(t, "the form", form, "Verger lointain", "loin.example", `name="website"`)
	if w := reader.do(http.MethodPost, "/entries/"+e.ID+"/report", url.Values{"csrf": {token}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("an empty report: %d", w.Code)
	}
	if w := reader.do(http.MethodPost, "/entries/"+e.ID+"/report", url.Values{"csrf": {"forged"}, "content": {"x"}}); w.Code != http.StatusForbidden {
		t.Errorf("a forged report: %d", w.Code)
	}
	reader.send("/entries/"+e.ID+"/report", token, "content", "buy", "website", "https://spam.example")
	if n, err := a.Store.CountReports(t.Context(), true); n != 0 || err != nil {
		t.Errorf("a program's report is kept: %d, %v", n, err)
	}
	_, to := reader.send("/entries/"+e.ID+"/report", token, "content", "Ce <b>n’est</b> plus là", "category", "closed", "contact", "ada@prive.example")
	sent, _ := reader.page(to)
	wants(t, "the answer", sent, "votre message est arrivé")
	for range 6 { // a burst is told to wait
		reader.do(http.MethodPost, "/entries/"+e.ID+"/report", url.Values{"csrf": {token}, "content": {"encore"}})
	}
	if w := reader.do(http.MethodPost, "/entries/"+e.ID+"/report", url.Values{"csrf": {token}, "content": {"encore"}}); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("a burst: %d", w.Code)
	}
	rs, err := a.Store.Reports(t.Context(), true, "", 10)
	if err != nil || len(rs) != 2 {
		t.Fatalf("reports: %+v, %v", rs, err)
	}
	queue, _ := admin.page("/admin/moderation")
	here := "/admin/moderation/reports/" + rs[1].ID
	wants(t, "the queue", queue, here, "Cela n’existe plus")
	one, token := admin.page(here)
	wants(t, "the report", one, "ada@prive.example", "Ce &lt;b&gt;n’est&lt;/b&gt; plus là", "/entries/"+e.ID, `value="silenced"`, "Transmettre")
	if _, to := admin.send(here, token, "do", "close", "outcome", "silenced"); !strings.Contains(to, "fault=reason") {
		t.Errorf("without a reason: %s", to)
	}
	ask, _ := admin.send(here, token, "do", "close", "outcome", "silenced", "reason", "fermé")
	wants(t, "the question", ask, "1 fiche sort des listes", "1 d’entre elles quitte la carte", `name="sure"`)
	if got, _ := a.Store.Report(t.Context(), rs[1].ID); !got.Open {
		t.Error("asking has decided")
	}
	admin.send(here, token, "outcome", "silenced", "reason", "fermé", "sure", "yes")
	if got, err := a.Store.EntryByURI(t.Context(), e.URI); err != nil || !got.Silenced {
		t.Errorf("not silenced: %+v, %v", got, err)
	}
	closed, _ := admin.page("/admin/moderation?state=closed")
	wants(t, "the closed ones", closed, here, "Fiche mise en sourdine")
	admin.send(here, token, "do", "reopen", "reason", "trop vite")
	one, _ = admin.page(here)
	wants(t, "the history", one, "rouvrir le signalement", "trop vite", "fiche mise en sourdine (admin)")
}

// Rules: what would change is told, then done; a list is shown before it is taken
// over; the mode, the limits and the quarantine have their pages.
func TestRulesPages(t *testing.T) {
	a := testApp(t)
	far(t, a)
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	const rules = "/admin/moderation/rules"
	_, token := admin.page(rules)
	ask, _ := admin.send(rules, token, "target", "loin.example", "action", "block", "reason", "menaces", "days", "30")
	wants(t, "the question", ask, "Bloquer loin.example", "1 fiche n’est plus lisible", `value="menaces"`)
	admin.send(rules, token, "target", "loin.example", "action", "block", "reason", "menaces", "days", "30", "sure", "yes")
	list, _ := admin.page(rules + "?done=moderation_rule")
	wants(t, "the rules", list, "loin.example", "menaces", "jusqu’au", "Règle enregistrée")
	for fault, pairs := range map[string][]string{"target": {"target", "::", "action", "block", "reason", "<x>"}, "reason": {"target", "x.example", "action", "block"},
		"target-faute": {"target", "https://x.example/u", "action", "allow", "sure", "yes"}, "days": {"target", "x.example", "action", "block", "reason", "x", "days", "-1"},
		"list": {"do", "import", "list", strings.Repeat("a.example\n", 50_002)}} {
		body, _ := admin.send(rules, token, pairs...)
		wants(t, fault, body, `aria-invalid="true"`, `id="`+strings.TrimSuffix(fault, "-faute")+`-faute"`)
		if fault == "target" { // what was typed is still there
			wants(t, fault, body, `value="::"`, `value="&lt;x&gt;"`, `<option value="block" selected`)
		}
	}
	csv := "#domain,#severity\nworse.example,suspend\nloud.example,silence\nb**.example,suspend\n"
	ask, _ = admin.send(rules, token, "do", "import", "list", csv)
	wants(t, "the list's question", ask, "2 nouvelles règles", "1 domaine est masqué")
	admin.send(rules, token, "do", "import", "list", csv, "sure", "yes")
	out, _ := admin.page(rules + ".csv")
	wants(t, "the export", out, "#domain,#severity", "worse.example,suspend", "loud.example,silence", "loin.example,suspend")
	ask, _ = admin.send(rules, token, "do", "allowlist", "mode", "on", "reason", "calme")
	wants(t, "the mode's question", ask, "N’écouter que les domaines autorisés")
	body, _ := admin.send("/admin/moderation/limits", token, "origin", "loin.example", "entries", "douze", "bytes", "5")
	wants(t, "a limit that is no number", body, `id="entries-faute"`, `value="douze"`, `value="5"`)
	admin.send("/admin/moderation/limits", token, "origin", "loin.example", "entries", "12", "rate", "-1", "bytes", "3221225472")
	limits, _ := admin.page("/admin/moderation/limits")
	wants(t, "the limits", limits, "https://loin.example", "12", "sans limite", "3\u202fGio")
	err := a.Store.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.PutPeer(t.Context(), store.Peer{Origin: "https://revenu.example", State: store.PeerDead}); err != nil {
			return err
		}
		return a.Moderation.KeyChanged(t.Context(), tx, peer.KeyChange{Actor: "https://revenu.example/actor", Old: "old", New: "new"})
	})
	if err != nil {
		t.Fatal(err)
	}
	queue, _ := admin.page("/admin/moderation")
	wants(t, "the quarantine", queue, "https://revenu.example", "SHA256:", "Croire sa clé", "il ne répondait plus depuis le", "Nouvelle clé")
	doubtful(t, a, admin, token)
	ask, _ = admin.send("/admin/moderation/quarantine", token, "origin", "https://revenu.example", "do", "refuse", "reason", "inconnu")
	wants(t, "the refusal's question", ask, "Refuser la clé de")
	admin.send("/admin/moderation/quarantine", token, "origin", "https://revenu.example", "do", "accept", "reason", "au téléphone")
	if qs, err := a.Moderation.Quarantines(t.Context()); err != nil || len(qs) != 0 {
		t.Errorf("still there: %+v, %v", qs, err)
	}
	log, _ := admin.page("/admin/audit")
	wants(t, "the log", log, "croire la clé de", "bloquer le domaine", "fixer les limites de", "au téléphone", "Bocage, automatiquement")
}

// doubtful shows the server that is back and has signed nothing, which an
// administrator may recognise; and each cause of a quarantine, in both languages.
func doubtful(t *testing.T, a *App, admin visitor, token string) {
	t.Helper()
	const origin = "https://muet.example"
	err := a.Store.Write(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.PutFollowing(t.Context(), store.Following{Actor: a.Env.InstanceURI(), Object: origin + "/actor", Origin: origin, State: store.FollowAccepted}),
			tx.PutPeer(t.Context(), store.Peer{Origin: origin, State: store.PeerDead}), tx.PeerAnswered(t.Context(), origin))
	})
	if err != nil {
		t.Fatal(err)
	}
	queue, _ := admin.page("/admin/moderation")
	wants(t, "the doubt", queue, "Revenus, et pas encore reconnus", origin, "Absent depuis", "Le reconnaître maintenant")
	admin.send("/admin/moderation/quarantine", token, "origin", origin, "do", "accept", "reason", "au téléphone")
	if ds, err := a.Moderation.Doubts(t.Context()); err != nil || len(ds) != 0 {
		t.Errorf("still in doubt: %+v, %v", ds, err)
	}
	for _, cause := range store.QuarantineCauses() {
		err := a.Store.Write(t.Context(), func(tx *store.Tx) error {
			return tx.PutQuarantine(t.Context(), store.Quarantine{Origin: "https://" + string(cause) + ".example", Actor: "x", OldKey: "x", NewKey: "x", Cause: cause, Arg: "2026-05-01"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	fr, _ := admin.page("/admin/moderation")
	wants(t, "in French", fr, "répondait plus depuis le 1", "passait pour disparu", "absent jusqu’au 1", "rien n’avait été entendu de lui", "n’a rien signé avec elle", "mai 2026")
	for _, cause := range store.QuarantineCauses() {
		if err := a.Store.Write(t.Context(), func(tx *store.Tx) error {
			_, err := tx.DeleteQuarantine(t.Context(), "https://"+string(cause)+".example")
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}
