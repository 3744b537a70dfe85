package fedtest

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// desk is an administrator before the pages of an instance.
type desk struct {
	t      *testing.T
	i      *Instance
	cookie string
}

func sitDown(t *testing.T, i *Instance) *desk {
	t.Helper()
	const password = "Des haies et des communs 2026"
	if _, err := i.App.Auth.CreateUser(t.Context(), store.User{Name: "admin", Admin: true}, password); err != nil {
		t.Fatal(err)
	}
	_, token, err := i.App.Auth.Login(t.Context(), "admin", password, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	i.App.Auth.SetCookie(w, token)
	return &desk{t, i, strings.SplitN(w.Header().Get("Set-Cookie"), ";", 2)[0]}
}

func (d *desk) do(method, path string, form url.Values) *http.Response {
	d.t.Helper()
	r := httptest.NewRequestWithContext(d.t.Context(), method, d.i.URL()+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Accept-Language", "en")
	r.Header.Set("Cookie", d.cookie)
	w := httptest.NewRecorder()
	d.i.App.Handler().ServeHTTP(w, r)
	return w.Result()
}

// read is a page that must be there.
func (d *desk) read(path string) string {
	d.t.Helper()
	resp := d.do(http.MethodGet, path, nil)
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		d.t.Fatalf("GET %s: %d %v\n%s", path, resp.StatusCode, err, body)
	}
	return html.UnescapeString(string(body))
}

var csrfInput = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// send posts a form of the page and returns where it led ("" = nowhere) and the
// answer.
func (d *desk) send(path string, form url.Values) (to, body string) {
	d.t.Helper()
	m := csrfInput.FindStringSubmatch(d.read(path))
	if m == nil {
		d.t.Fatalf("%s has no form", path)
	}
	form.Set("csrf", m[1])
	return d.post(path, form)
}

func (d *desk) post(path string, form url.Values) (to, body string) {
	d.t.Helper()
	resp := d.do(http.MethodPost, path, form)
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 400 && resp.StatusCode != http.StatusUnprocessableEntity {
		d.t.Fatalf("POST %s: %d %v\n%s", path, resp.StatusCode, err, raw)
	}
	return strings.TrimPrefix(resp.Header.Get("Location"), d.i.URL()), html.UnescapeString(string(raw))
}

func has(t *testing.T, body string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(body) {
			t.Errorf("the page lacks %q", p)
		}
	}
	if t.Failed() {
		_, main, _ := strings.Cut(body, "<main")
		t.Fatal(main)
	}
}

func publish(t *testing.T, i *Instance, es ...directory.Entry) (uris []string) {
	t.Helper()
	org, err := i.Organisation(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range es {
		e.Owner, e.Status = org.ID, directory.StatusPublished
		e, err := i.App.Ledger.Create(t.Context(), System, e)
		if err != nil {
			t.Fatal(err)
		}
		uris = append(uris, e.URI)
	}
	return uris
}

func until(t *testing.T, what string, fn func() (bool, error)) {
	t.Helper()
	if err := Wait(t.Context(), fn); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// shows waits until an instance shows exactly n entries of another.
func shows(t *testing.T, i, of *Instance, n int) {
	t.Helper()
	got := 0
	until(t, fmt.Sprintf("%s shows %d of %s", i.name, n, of.name), func() (bool, error) {
		held, err := i.Held(t.Context(), of.URL())
		got = len(held)
		return got == n, err
	})
}

func gardenIn(name, town, code string, lat, lon float64) directory.Entry {
	return directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": name}, Themes: []string{"jardin"},
		Place: &directory.Place{Locality: town, PostalCode: code, Country: "FR", Point: &directory.Point{Lat: lat, Lon: lon}}}
}

// TestSourceIsRehearsed: b looks at a on its pages, follows it with a rule whose
// effect it has seen, approves one entry, changes the rule and goes back.
func TestSourceIsRehearsed(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			storetest.Need(t, engine)
			w := NewWorld(t)
			a, err := w.Instance("a", "sqlite")
			if err != nil {
				t.Fatal(err)
			}
			b, err := w.Instance("b", engine)
			if err != nil {
				t.Fatal(err)
			}
			charter := publish(t, a, gardenIn("Jardin de Rennes", "Rennes", "35000", 48.11, -1.68), gardenIn("Jardin de Paris", "Paris", "75011", 48.86, 2.38),
				directory.Entry{Kind: directory.KindText, Name: directory.LangText{"fr": "Charte"}, Text: &directory.Text{Form: "charter"}})[2]
			publish(t, b, gardenIn("Jardin de Rennes", "Rennes", "35000", 48.11, -1.68))
			d := sitDown(t, b)

			m := csrfInput.FindStringSubmatch(d.read("/admin/sources"))
			if to, body := d.post("/admin/sources/rehearse", url.Values{"csrf": {m[1]}}); to != "" || !strings.Contains(body, "Give a handle") {
				t.Errorf("an empty form led to %q", to)
			}
			to, _ := d.post("/admin/sources/rehearse", url.Values{"csrf": {m[1]}, "target": {"a.test"}})
			var page string
			until(t, "the rehearsal ends", func() (bool, error) {
				page = d.read(to)
				return strings.Contains(page, "What to take?"), nil
			})
			has(t, page, `It has 4 entries`, `4 entries without a licence`, `1 likely duplicate`, `same name, same spot`, `2 entries on the map`, `It takes whoever wants`)
			shows(t, b, a, 0)

			rule := url.Values{"kinds": {"commons"}, "regions": {"53"}, "review": {"text"}, "action": {"publish"}, "otherwise": {"ignore"}, "do": {"recompute"}}
			_, page = d.send(to, rule)
			has(t, page, `1 entry published`, `1 to review`, `2 ignored`, `outside the area`)
			seen := regexp.MustCompile(`name="seen" value="([^>]*)">`).FindStringSubmatch(page)[1]
			rule.Set("do", "follow")
			if back, body := d.send(to, rule); back != "" || !strings.Contains(body, "not the one whose effect") {
				t.Fatalf("followed without having seen the effect: %q", back)
			}
			rule.Set("seen", seen)
			if back, _ := d.send(to, rule); back != "/admin/sources?done=followed" {
				t.Fatalf("following led to %q", back)
			}
			shows(t, b, a, 1)
			has(t, d.read("/admin/sources"), `Publish: commons ; area Bretagne`, `Also review: texts`, `1 entry waits`)

			queue := d.read("/admin/sources/review")
			has(t, queue, `Charte`, `kind to review`, regexp.QuoteMeta(charter))
			if status, _, err := b.Fetch(t.Context(), "/entries?q=charte", ""); err != nil || status == 0 {
				t.Fatal(err)
			}
			if n, err := b.Matched(t.Context(), "q=charte"); err != nil || n != 0 {
				t.Errorf("what waits for review is public: %d %v", n, err)
			}
			if back, _ := d.send("/admin/sources/review", url.Values{"do": {"approve"}, "uri": {charter}, "reason": {"read it"}}); !strings.Contains(back, "done=approved") {
				t.Fatalf("approving led to %q", back)
			}
			shows(t, b, a, 2)
			has(t, d.read("/admin/sources/review"), `Nothing waits`, `approved`, `read it`)
			changeRule(t, d, a, b)
		})
	}
}

func changeRule(t *testing.T, d *desk, a, b *Instance) {
	t.Helper()
	href := regexp.MustCompile(`href="(/admin/sources/[A-Za-z0-9_-]{20,})"`).FindStringSubmatch(d.read("/admin/sources"))
	if href == nil {
		t.Fatal("no page of the source")
	}
	rule := url.Values{"kinds": {"commons"}, "action": {"publish"}, "otherwise": {"ignore"}, "do": {"recompute"}}
	_, page := d.send(href[1], rule)
	has(t, page, `3 entries published`, `1 entry would appear`, `1 was decided by hand`)
	rule.Set("do", "save")
	rule.Set("seen", regexp.MustCompile(`name="seen" value="([^>]*)">`).FindStringSubmatch(page)[1])
	if back, _ := d.send(href[1], rule); !strings.Contains(back, "done=rule_saved") {
		t.Fatalf("saving led to %q", back)
	}
	shows(t, b, a, 3)
	if back, _ := d.send(href[1], url.Values{"do": {"undo"}}); !strings.Contains(back, "done=rule_undone") {
		t.Fatalf("undoing led to %q", back)
	}
	shows(t, b, a, 2)
	has(t, d.read(href[1]+"/unfollow"), `2 entries that are shown will leave`)
	if back, _ := d.send(href[1]+"/unfollow", url.Values{}); !strings.Contains(back, "done=unfollowed") {
		t.Fatalf("unfollowing led to %q", back)
	}
	shows(t, b, a, 0)
}

// TestFollowersAreApproved: a looks at who follows it; b hears nothing before a
// has accepted, everything after, and nothing again once it was removed.
func TestFollowersAreApproved(t *testing.T) {
	w := NewWorld(t)
	a, err := w.Instance("a", "sqlite")
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.Instance("b", "sqlite")
	if err != nil {
		t.Fatal(err)
	}
	d := sitDown(t, a)
	has(t, d.read("/admin/followers"), `Nobody waits`, `Nobody follows us yet`)
	if back, _ := d.send("/admin/followers", url.Values{"do": {"approval"}, "approval": {"instances"}}); !strings.Contains(back, "done=approval") {
		t.Fatalf("the setting led to %q", back)
	}
	if _, body, err := a.Fetch(t.Context(), "/actor", "application/activity+json"); err != nil || !strings.Contains(string(body), `"manuallyApprovesFollowers":true`) {
		t.Errorf("the actor does not say that it approves: %v %s", err, body)
	}
	publish(t, a, gardenIn("Jardin", "Rennes", "35000", 48.11, -1.68))
	found, err := b.App.Harvest.Rehearse(t.Context(), System, a.URL())
	if err != nil || !found.Preview.Approves {
		t.Fatalf("the rehearsal does not say that a approves: %+v %v", found.Preview, err)
	}
	actor, err := b.App.Harvest.Follow(t.Context(), System, a.URL())
	if err != nil {
		t.Fatal(err)
	}
	me := b.App.Env.InstanceURI()
	until(t, "b waits", func() (bool, error) {
		n, err := a.App.Store.CountFollowersIn(t.Context(), store.FollowPending)
		return n == 1, err
	})
	if n, err := a.App.Store.CountFollowers(t.Context(), actor.URI); err != nil || n != 0 {
		t.Errorf("who waits is counted: %d %v", n, err)
	}
	if held, err := b.Held(t.Context(), a.URL()); err != nil || len(held) != 0 {
		t.Errorf("b took %d entries before it was accepted: %v", len(held), err)
	}
	pair := me + " " + actor.URI
	if back, _ := d.send("/admin/followers", url.Values{"do": {"accept"}, "follower": {pair}}); !strings.Contains(back, "done=follower_accept") {
		t.Fatalf("accepting led to %q", back)
	}
	shows(t, b, a, 2)
	publish(t, a, gardenIn("Verger", "Rennes", "35000", 48.12, -1.67))
	shows(t, b, a, 3)
	if back, _ := d.send("/admin/followers", url.Values{"do": {"rule"}, "origin": {"b.test"}, "action": {"reject"}}); !strings.Contains(back, "done=follower_rule") {
		t.Fatalf("the rule led to %q", back)
	}
	until(t, "b knows that it was refused", func() (bool, error) {
		f, err := b.App.Store.Following(t.Context(), me, actor.URI)
		return f.State == store.FollowRejected, err
	})
	if err := a.App.Moderation.SetApproval(t.Context(), System, moderation.ApproveNobody, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := b.App.Harvest.Follow(t.Context(), System, a.URL()); err != nil {
		t.Fatal(err)
	}
	until(t, "a refused by rule", func() (bool, error) {
		f, err := b.App.Store.Following(t.Context(), me, actor.URI)
		return f.State == store.FollowRejected && f.LastError != "", err
	})
	if n, err := a.App.Store.CountFollowers(t.Context(), actor.URI); err != nil || n != 0 {
		t.Errorf("who is always refused follows: %d %v", n, err)
	}
}
