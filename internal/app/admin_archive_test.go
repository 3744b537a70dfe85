package app

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// upload POSTs a form with a file.
func (v visitor) upload(path, token string, file io.Reader) *httptest.ResponseRecorder {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("csrf", token); err != nil {
		v.t.Fatal(err)
	}
	if file != nil {
		part, err := form.CreateFormFile("archive", "verger.bocage.json")
		if err == nil {
			_, err = io.Copy(part, file)
		}
		if err != nil {
			v.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		v.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(v.t.Context(), http.MethodPost, v.a.Config.URL+path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Cookie", v.cookie)
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	v.a.Handler().ServeHTTP(w, r)
	return w
}

// TestArchivePages: an organisation is downloaded from its page at one instance and
// taken in by the pages of another, which say first what it holds; and undone.
func TestArchivePages(t *testing.T) {
	from, to := testAppAt(t, "https://a.example"), testApp(t)
	ctx, who := t.Context(), directory.Who{Name: "test", System: true}
	org, err := from.Ledger.CreateOrganisation(ctx, who, directory.Entry{Name: directory.LangText{"fr": "Coop des haies"}, Status: directory.StatusPublished})
	if err != nil {
		t.Fatal(err)
	}
	for _, licence := range []string{"ODbL-1.0", ""} {
		if _, err := from.Ledger.Create(ctx, who, directory.Entry{Kind: directory.KindPlace, Owner: org.ID, Status: directory.StatusPublished,
			Name: directory.LangText{"fr": "Four " + licence}, Licence: licence}); err != nil {
			t.Fatal(err)
		}
	}
	file := signIn(t, from, store.User{Name: "admin", Admin: true}).do(http.MethodGet, "/entries/"+org.ID+"/archive", nil)
	if file.Code != http.StatusOK || !strings.Contains(file.Header().Get("Content-Disposition"), "coop-des-haies.bocage.json") {
		t.Fatalf("%d %v", file.Code, file.Header())
	}
	archive := file.Body.String()
	admin, editor := signIn(t, to, store.User{Name: "admin", Admin: true}), signIn(t, to, store.User{Name: "editrice"})
	const path = "/admin/moves/archives"
	body, token := admin.page(path + "?lang=en")
	wants(t, path, body, "No archive.", "512")
	_, editors := editor.page("/logout?lang=en")
	for name, c := range map[string]struct {
		w      *httptest.ResponseRecorder
		status int
	}{
		"a forged token":     {admin.upload(path, "forged", strings.NewReader(archive)), http.StatusForbidden},
		"an editor":          {editor.upload(path, editors, strings.NewReader(archive)), http.StatusForbidden},
		"no file":            {admin.upload(path, token, nil), http.StatusUnprocessableEntity},
		"half an archive":    {admin.upload(path, token, strings.NewReader(archive[:len(archive)/2])), http.StatusUnprocessableEntity},
		"something else":     {admin.upload(path, token, strings.NewReader("id,name\n1,x\n")), http.StatusUnprocessableEntity},
		"one of our own":     {admin.upload(path, token, strings.NewReader(strings.ReplaceAll(archive, "https://a.example", "https://b.example"))), http.StatusUnprocessableEntity},
		"not even multipart": {admin.do(http.MethodPost, path, map[string][]string{"csrf": {token}}), http.StatusUnprocessableEntity},
	} {
		if c.w.Code != c.status {
			t.Errorf("%s: %d, want %d\n%s", name, c.w.Code, c.status, c.w.Body)
		}
	}
	if as, err := to.Store.Archives(ctx, 10); err != nil || len(as) != 0 {
		t.Fatalf("%+v, %v", as, err)
	}
	w := admin.upload(path, token, strings.NewReader(archive))
	at := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(at, path+"/") {
		t.Fatalf("%d %s\n%s", w.Code, at, w.Body)
	}
	body, token = admin.page(at + "?lang=en")
	wants(t, at, body, "Coop des haies", "a.example", "3 entries will be made", "ODbL 1.0", "No licence", "Place", "Nothing is in the directory yet")
	if es, err := to.Store.Entries(ctx, store.EntryFilter{}); err != nil || len(es) != 0 {
		t.Errorf("before the yes there is %v, %v", es, err)
	}
	archiveDone(t, to, admin, at, token)
}

// archiveDone imports the archive that waits at an address, and undoes it.
func archiveDone(t *testing.T, to *App, admin visitor, at, token string) {
	t.Helper()
	ctx := t.Context()
	if _, go2 := admin.send(at, token, "do", "import"); go2 != at {
		t.Fatalf("the import leads to %q", go2)
	}
	here, err := to.Store.EntryByHandle(ctx, "coop-des-haies")
	if err != nil {
		t.Fatal(err)
	}
	body, token := admin.page(at + "?lang=en")
	wants(t, at, body, "3 entries made", "/entries/"+here.ID, here.URI, "Delete what was made")
	if w := admin.do(http.MethodPost, at, map[string][]string{"csrf": {token}, "do": {"import"}}); w.Code != http.StatusConflict {
		t.Errorf("imported twice: %d", w.Code)
	}
	audit, _ := admin.page("/admin/audit?lang=en")
	wants(t, "/admin/audit", audit, "organisation imported")
	if _, go2 := admin.send(at, token, "do", "undo"); go2 != at {
		t.Fatalf("the undo leads to %q", go2)
	}
	if es, err := to.Store.Entries(ctx, store.EntryFilter{}); err != nil || len(es) != 0 {
		t.Errorf("after the undo there is %v, %v", es, err)
	}
	body, token = admin.page(at + "?lang=en")
	wants(t, at, body, "3 entries made, then deleted")
	if _, go2 := admin.send(at, token, "do", "forget"); go2 != "/admin/moves/archives?done=archive_forget" {
		t.Errorf("to forget leads to %q", go2)
	}
	if w := admin.do(http.MethodGet, at, nil); w.Code != http.StatusNotFound {
		t.Errorf("forgotten: %d", w.Code)
	}
}
