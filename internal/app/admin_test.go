package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"codeberg.org/bocage/bocage/internal/store"
)

// visitor sends requests as somebody; the zero cookie is nobody.
type visitor struct {
	t      *testing.T
	a      *App
	cookie string
}

func (v visitor) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	v.t.Helper()
	r := httptest.NewRequestWithContext(v.t.Context(), method, v.a.Config.URL+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "text/html")
	if v.cookie != "" {
		r.Header.Set("Cookie", v.cookie)
	}
	w := httptest.NewRecorder()
	v.a.Handler().ServeHTTP(w, r)
	return w
}

// signIn makes an account and signs it in.
func signIn(t *testing.T, a *App, u store.User) visitor {
	t.Helper()
	const password = "Des haies et des communs 2026"
	if _, err := a.Auth.CreateUser(t.Context(), u, password); err != nil {
		t.Fatal(err)
	}
	_, token, err := a.Auth.Login(t.Context(), u.Name, password, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	a.Auth.SetCookie(w, token)
	return visitor{t, a, strings.SplitN(w.Header().Get("Set-Cookie"), ";", 2)[0]}
}

// Nothing under /admin shows or does anything for who is no administrator, or
// for a form that is not ours.
func TestAdministrationIsForAdministrators(t *testing.T) {
	a := testApp(t)
	nobody := visitor{t, a, ""}
	editor := signIn(t, a, store.User{Name: "editrice"})
	admin := signIn(t, a, store.User{Name: "admin", Admin: true})
	fill := strings.NewReplacer("{id}", "00000000-0000-7000-8000-000000000000", "{host}", "nowhere.example", "{slug}", "nulle-part", "{handle}", "nobody")
	routes := 0
	err := chi.Walk(a.Handler().(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if route != "/admin" && !strings.HasPrefix(route, "/admin/") {
			return nil
		}
		routes++
		path := fill.Replace(route)
		if strings.Contains(path, "{") {
			t.Errorf("%s: this test does not know how to fill the address", route)
			return nil
		}
		if method == http.MethodPost {
			for who, v := range map[string]visitor{"nobody": nobody, "an editor": editor, "an administrator": admin} {
				if w := v.do(method, path, url.Values{"csrf": {"forged"}}); w.Code != http.StatusForbidden {
					t.Errorf("POST %s by %s with a forged token: %d, want 403", path, who, w.Code)
				}
			}
			return nil
		}
		if route == "/admin" {
			return nil
		}
		if w := nobody.do(method, path, nil); w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/login?") {
			t.Errorf("GET %s by nobody: %d %s, want the way to sign in", path, w.Code, w.Header().Get("Location"))
		}
		if w := editor.do(method, path, nil); w.Code != http.StatusForbidden {
			t.Errorf("GET %s by an editor: %d, want 403", path, w.Code)
		}
		w := admin.do(method, path, nil)
		if ok := w.Code == http.StatusOK || strings.Contains(route, "{") && w.Code == http.StatusNotFound; !ok {
			t.Errorf("GET %s by an administrator: %d\n%s", path, w.Code, w.Body)
		}
		if got := w.Header().Get("Cache-Control"); w.Code == http.StatusOK && got != "private, no-store" {
			t.Errorf("GET %s may be kept: Cache-Control %q", path, got)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if routes < 2 {
		t.Errorf("%d routes under /admin", routes)
	}
}
