package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

const password = "correct horse battery"

// cheap keeps the tests fast; its hashes are outdated for DefaultCost.
var cheap = auth.Cost{Time: 1, MemoryKiB: 64, Threads: 1}

type fixture struct {
	*auth.Auth
	st  *store.Store
	now time.Time
}

func newFixture(t *testing.T, st *store.Store) *fixture {
	t.Helper()
	f := &fixture{st: st, now: time.Now()} // the store drops what has expired by its own clock
	a, err := auth.New(auth.Config{Store: st, Base: "https://b.example", Clock: func() time.Time { return f.now }, Cost: cheap})
	if err != nil {
		t.Fatal(err)
	}
	f.Auth = a
	if _, err := a.CreateUser(t.Context(), store.User{Name: "Alice", Email: "alice@b.example"}, password); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestLogin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		f := newFixture(t, st)
		for _, name := range []string{"alice", "ALICE", "alice@b.example"} {
			if _, token, err := f.Login(t.Context(), name, password, "192.0.2.1"); err != nil || len(token) < 40 {
				t.Errorf("login as %s: %q, %v", name, token, err)
			}
		}
		for _, tt := range [][2]string{{"alice", "wrong"}, {"nobody", password}, {"alice", ""}, {"alice", strings.Repeat("x", 5000)}} {
			if _, _, err := f.Login(t.Context(), tt[0], tt[1], "192.0.2.2"); !errors.Is(err, auth.ErrBadLogin) {
				t.Errorf("login %.20q: %v, want ErrBadLogin", tt, err)
			}
		}
		u, err := st.UserByName(t.Context(), "alice")
		if err != nil || strings.Contains(u.PasswordHash, password) || !strings.HasPrefix(u.PasswordHash, "$argon2id$v=19$m=64,t=1,p=1$") {
			t.Errorf("stored hash %q, %v", u.PasswordHash, err)
		}
		better, err := auth.New(auth.Config{Store: st, Base: "https://b.example", Cost: auth.Cost{Time: 1, MemoryKiB: 128, Threads: 1}})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := better.Login(t.Context(), "alice", password, "192.0.2.3"); err != nil {
			t.Fatal(err)
		}
		if u, err := st.UserByName(t.Context(), "alice"); err != nil || !strings.Contains(u.PasswordHash, "m=128") {
			t.Errorf("hash was not renewed: %q, %v", u.PasswordHash, err)
		}
	})
}

func TestLoginLimits(t *testing.T) {
	f := newFixture(t, storetest.Open(t, "sqlite"))
	var many *auth.TooManyError
	tries := 0
	for ; tries < 100; tries++ {
		if _, _, err := f.Login(t.Context(), "alice", "wrong", "192.0.2.1"); errors.As(err, &many) {
			break
		}
	}
	if tries != 10 || many.RetryAfter <= 0 {
		t.Fatalf("closed after %d attempts, retry after %v", tries, many)
	}
	if _, _, err := f.Login(t.Context(), "alice", password, "198.51.100.1"); !errors.As(err, &many) {
		t.Errorf("the account is open to another address: %v", err)
	}
	f.now = f.now.Add(16 * time.Minute)
	if _, _, err := f.Login(t.Context(), "alice", password, "198.51.100.1"); err != nil {
		t.Errorf("after the window: %v", err)
	}
	for n := range 60 {
		_, _, err := f.Login(t.Context(), "user"+string(rune('a'+n%26))+string(rune('a'+n/26)), "x", "2001:db8:1:2::"+string(rune('1'+n%9)))
		if errors.As(err, &many) {
			if n != 50 {
				t.Errorf("one network was closed after %d attempts, want 50", n)
			}
			return
		}
	}
	t.Error("one IPv6 network may try for ever")
}

func TestSessionCookie(t *testing.T) {
	f := newFixture(t, storetest.Open(t, "sqlite"))
	_, token, err := f.Login(t.Context(), "alice", password, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	f.SetCookie(rec, token)
	c := rec.Result().Cookies()[0]
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || !strings.HasPrefix(c.Name, "__Host-") || c.Path != "/" {
		t.Errorf("cookie = %+v", c)
	}
	who := func() directory.Who {
		var got directory.Who
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(c)
		f.Middleware(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = auth.From(r.Context()).Who() })).
			ServeHTTP(httptest.NewRecorder(), r)
		return got
	}
	if who().Name != "alice" {
		t.Errorf("session of %+v, want alice", who())
	}
	f.now = f.now.Add(31 * 24 * time.Hour)
	if who().Name != "" {
		t.Error("an idle session lives for ever")
	}
}

func TestForms(t *testing.T) {
	f := newFixture(t, storetest.Open(t, "sqlite"))
	rec := httptest.NewRecorder()
	page := httptest.NewRequest(http.MethodGet, "https://b.example/login", nil)
	token, err := f.FormToken(rec, page)
	if err != nil {
		t.Fatal(err)
	}
	again, err := f.FormToken(rec, page)
	if err != nil || again == token || len(rec.Result().Cookies()) != 1 {
		t.Errorf("two forms of a page: same text %v, %d cookies, %v", again == token, len(rec.Result().Cookies()), err)
	}
	cookie := rec.Result().Cookies()[0]
	post := func(token string, change func(*http.Request)) error {
		r := httptest.NewRequest(http.MethodPost, "https://b.example/login", strings.NewReader(url.Values{auth.FormField: {token}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(cookie)
		if change != nil {
			change(r)
		}
		return f.CheckForm(r)
	}
	tests := []struct {
		name, token string
		change      func(*http.Request)
		ok          bool
	}{
		{"good", token, nil, true},
		{"good, same origin", again, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") }, true},
		{"good, behind a proxy", token, func(r *http.Request) { r.Host = "127.0.0.1:8080"; r.Header.Set("Origin", "https://b.example") }, true},
		{"no token", "", nil, false},
		{"garbage", "AAAA", nil, false},
		{"no cookie", token, func(r *http.Request) { r.Header.Del("Cookie") }, false},
		{"another's cookie", token, func(r *http.Request) {
			r.Header.Set("Cookie", cookie.Name+"="+strings.Repeat("x", len(cookie.Value)))
		}, false},
		{"cross site", token, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, false},
		{"foreign origin", token, func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, false},
	}
	for _, tt := range tests {
		if err := post(tt.token, tt.change); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		} else if err != nil && !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("%s: %v does not wrap ErrForbidden", tt.name, err)
		}
	}
}

func TestCreateUserNamesAllErrors(t *testing.T) {
	f := newFixture(t, storetest.Open(t, "sqlite"))
	_, err := f.CreateUser(t.Context(), store.User{Name: "a b", Email: "nope"}, "short")
	var bad directory.Invalid
	if !errors.As(err, &bad) || len(bad) != 3 {
		t.Errorf("error = %v, want three field errors", err)
	}
	if _, err := f.CreateUser(t.Context(), store.User{Name: "ALICE"}, password); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("taken name: %v, want ErrConflict", err)
	}
}
