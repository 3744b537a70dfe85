package app

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

// formOf reads the hidden fields of the first form that posts to action.
func formOf(t *testing.T, page, action string) url.Values {
	t.Helper()
	_, form, ok := strings.Cut(page, `action="`+action+`"`)
	if !ok {
		t.Fatalf("no form for %s", action)
	}
	form, _, _ = strings.Cut(form, "</form>")
	v := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(form, -1) {
		v.Add(m[1], strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(m[2]))
	}
	return v
}

// TestMapPages: a map is made in three steps without script, each with the count
// of what it has; its page, its list and its end.
func TestMapPages(t *testing.T) {
	a := testApp(t)
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	system := directory.Who{System: true, Name: "test"}
	for name, post := range map[string]string{"Jardin de Rennes": "35000", "Verger de Vannes": "56000", "Jardin de Nice": "06000"} {
		_, err := a.Ledger.Create(t.Context(), system, directory.Entry{Kind: directory.KindCommons, Status: directory.StatusPublished,
			Name: directory.LangText{"fr": name}, Place: &directory.Place{PostalCode: post, Country: "FR"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	ask := func(method, path string, form url.Values, status int, want ...string) string {
		t.Helper()
		w := admin.do(method, path, form)
		for _, s := range want {
			if w.Code != status || !strings.Contains(w.Body.String(), s) {
				t.Fatalf("%s %s: %d, want %d with %q: %s", method, path, w.Code, status, s, w.Body)
			}
		}
		return w.Body.String()
	}
	ask("GET", "/maps", nil, http.StatusOK, "Aucune carte à suivre", "/admin/maps/new")
	ask("GET", "/admin/maps", nil, http.StatusOK, "Aucune carte pour l")
	page := ask("GET", "/admin/maps/new", nil, http.StatusOK, "Étape 1 sur 4")
	form := formOf(t, page, "/admin/maps/new")
	form.Set("do", "next")
	form.Set("departments", "35, 99")
	page = ask("POST", "/admin/maps/new", form, http.StatusUnprocessableEntity, "Un code n’est pas celui d’un département", "35, 99", "Étape 1")
	form = formOf(t, page, "/admin/maps/new")
	form.Set("do", "next")
	form["regions"] = []string{"53"}
	page = ask("POST", "/admin/maps/new", form, http.StatusOK, "Étape 2 sur 4", "contient 2 fiches", "Jardin de Rennes")
	form = formOf(t, page, "/admin/maps/new")
	form.Set("do", "next")
	form["kinds"] = []string{"commons"}
	page = ask("POST", "/admin/maps/new", form, http.StatusOK, "Étape 3 sur 4", "contient 2 fiches")
	form = formOf(t, page, "/admin/maps/new")
	if form.Get("regions") != "53" || form.Get("kinds") != "commons" {
		t.Errorf("the third step has forgotten the others: %v", form)
	}
	form.Set("do", "save")
	form.Set("handle", "Bretagne Sud")
	page = ask("POST", "/admin/maps/new", form, http.StatusUnprocessableEntity, "adresse est faite de lettres", "Ce champ est nécessaire")
	form = formOf(t, page, "/admin/maps/new")
	form.Set("do", "save")
	form.Set("handle", "bretagne")
	form.Set("name_fr", "Communs de Bretagne")
	form.Set("summary_fr", "Une carte")
	form.Set("reason", "essai")
	if w := admin.do("POST", "/admin/maps/new", form); w.Code != http.StatusSeeOther {
		t.Fatalf("saving: %d %s", w.Code, w.Body)
	}
	m, err := a.Store.MapByHandle(t.Context(), "bretagne")
	if err != nil {
		t.Fatal(err)
	}
	fill := a.Ledger.MapJobs()[ledger.JobFill]
	if err := fill(t.Context(), jobs.Job{Payload: []byte(`{"id":"` + m.ID + `"}`)}); err != nil {
		t.Fatal(err)
	}
	ask("GET", "/maps", nil, http.StatusOK, "Communs de Bretagne", "2 fiches dans cette carte", "@bretagne@")
	ask("GET", "/maps/bretagne/about", nil, http.StatusOK, "2 fiches dans cette carte", "Verger de Vannes", `/maps/bretagne/timeline`, "Bretagne", `name="uri"`, "/admin/maps/"+m.ID)
	page = ask("GET", "/maps/bretagne?all=1", nil, http.StatusOK, "Jardin de Rennes", "Verger de Vannes", "Communs de Bretagne")
	if strings.Contains(page, "Jardin de Nice") {
		t.Error("the list of a map has what is not in it")
	}
	ask("GET", "/interact?uri="+url.QueryEscape(a.Env.MapURI("bretagne")), nil, http.StatusOK, "@bretagne@")
	page = ask("GET", "/admin/maps/"+m.ID, nil, http.StatusOK, "contient 2 fiches", "Supprimer cette carte")
	form = formOf(t, page, "/admin/maps/"+m.ID+"/delete")
	ask("POST", "/admin/maps/"+m.ID+"/delete", form, http.StatusUnprocessableEntity, "Cochez la case")
	form.Set("sure", "1")
	form.Set("reason", "fini")
	if w := admin.do("POST", "/admin/maps/"+m.ID+"/delete", form); w.Code != http.StatusSeeOther {
		t.Fatalf("deleting: %d %s", w.Code, w.Body)
	}
	ask("GET", "/maps/bretagne", nil, http.StatusGone, "")
	ask("GET", "/admin/audit", nil, http.StatusOK, "supprimer une carte", "fini")
}

// TestMapLookForm: a colour that cannot be read is refused with one that can; what
// is chosen is saved from any step of a map that is there.
func TestMapLookForm(t *testing.T) {
	a := testApp(t)
	m := testMap(t, a, directory.Look{})
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	action := "/admin/maps/" + m.ID
	form := formOf(t, admin.do("GET", action, nil).Body.String(), action)
	form.Set("step", "4")
	form["regions"] = []string{"53"} // the field of the step that was shown
	form.Set("do", "save")
	form.Set("light", "#f0bd45")
	form.Set("start", "48.1, -2.8, 99")
	w := admin.do("POST", action, form)
	for _, want := range []string{"Étape 4 sur 4", "#785e22", "1,4:1", "un zoom de 1 à 18"} {
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d, lacks %q", w.Code, want)
		}
	}
	form.Set("light", "#7a1f4b")
	form.Set("start", "48.1, -2.8, 7.5")
	form.Set("view", "timeline")
	form.Set("home_fr", "Bienvenue.")
	form["offered"] = []string{"nature"}
	if w := admin.do("POST", action, form); w.Code != http.StatusSeeOther {
		t.Fatalf("saving: %d %s", w.Code, w.Body)
	}
	got, err := a.Store.Map(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	l := got.Look
	if l.Light != "#7a1f4b" || l.Start == nil || l.Start.Zoom != 7.5 || l.View != "timeline" || l.Home["fr"] != "Bienvenue." || len(l.Themes) != 1 || len(got.Selection.Area.Regions) != 1 {
		t.Errorf("saved %+v %+v", l, got.Selection)
	}
	form = formOf(t, admin.do("GET", action, nil).Body.String(), action)
	if form.Get("light") != "#7a1f4b" || form.Get("start") != "48.1,-2.8,7.5" {
		t.Errorf("the form of the map has %v", form)
	}
}

// TestRevertMap: an edit of a map is listed with what it changed, and taken back.
func TestRevertMap(t *testing.T) {
	a := testApp(t)
	m := testMap(t, a, directory.Look{})
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	who := directory.Who{System: true, Name: "camille"}
	_, err := a.Ledger.EditMap(t.Context(), who, m.ID, func(m *directory.Map) error {
		m.Name["fr"], m.Look.Light = "Autre nom", "#7a1f4b"
		return nil
	}, "essai de couleur")
	if err != nil {
		t.Fatal(err)
	}
	page := admin.do("GET", "/admin/maps/"+m.ID, nil).Body.String()
	for _, want := range []string{"le nom et les sources, la présentation", "essai de couleur", "première version connue"} {
		if !strings.Contains(page, want) {
			t.Errorf("the history lacks %q", want)
		}
	}
	form := formOf(t, page, "/admin/maps/"+m.ID+"/revert")
	if w := admin.do("POST", "/admin/maps/"+m.ID+"/revert", url.Values{"revision": {"1"}}); w.Code != http.StatusForbidden {
		t.Errorf("without the form's token: %d", w.Code)
	}
	if w := admin.do("POST", "/admin/maps/"+m.ID+"/revert", form); w.Code != http.StatusSeeOther {
		t.Fatalf("reverting: %d %s", w.Code, w.Body)
	}
	got, err := a.Store.Map(t.Context(), m.ID)
	if err != nil || got.Name["fr"] != "Communs de Bretagne" || got.Look.Light != "" || got.Revision != 3 {
		t.Errorf("%v %+v", err, got)
	}
	form.Set("revision", "99")
	if w := admin.do("POST", "/admin/maps/"+m.ID+"/revert", form); w.Code != http.StatusNotFound {
		t.Errorf("a version that never was: %d", w.Code)
	}
}
