package admin

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// talkBench is the section over a real store, with two organisations and an
// event of each.
type talkBench struct {
	t      *testing.T
	st     *store.Store
	auth   *auth.Auth
	talk   *discussion.Discussions
	mux    http.Handler
	orgs   [2]directory.Entry
	events [2]directory.Entry
}

func newTalkBench(t *testing.T) *talkBench {
	t.Helper()
	const base = "https://bocage.test"
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	st := storetest.Open(t, "sqlite")
	env, keys, rules := vocab.Env{Base: base}, keyring.New(st, nil, nil), moderation.New(st, clock)
	pub := outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env, Moderation: rules, Clock: clock})
	led := ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Publisher: pub, Clock: clock})
	b := &talkBench{t: t, st: st, talk: discussion.New(discussion.Config{Store: st, Publisher: pub, Moderation: rules, Env: env, Clock: clock})}
	var err error
	if b.auth, err = auth.New(auth.Config{Store: st, Base: base, Clock: clock, Cost: auth.Cost{Time: 1, MemoryKiB: 64, Threads: 1}}); err != nil {
		t.Fatal(err)
	}
	pages, err := page.New(page.Config{URL: base, Auth: b.auth, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	a := New(Config{Store: st, Pages: pages, Discussions: b.talk, Clock: clock})
	mux := http.NewServeMux()
	for pattern, fn := range map[string]func(http.ResponseWriter, *http.Request) error{"GET /admin/discussion": a.Discussion, "POST /admin/discussion": a.PostDiscussion} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			switch err := fn(w, r); {
			case errors.Is(err, directory.ErrForbidden):
				w.WriteHeader(http.StatusForbidden)
			case err != nil:
				t.Errorf("%s: %v", pattern, err)
				w.WriteHeader(http.StatusInternalServerError)
			}
		})
	}
	b.mux = b.auth.Middleware(mux)
	system := directory.Who{System: true}
	for i := range b.orgs {
		b.orgs[i], err = led.CreateOrganisation(t.Context(), system, directory.Entry{Handle: fmt.Sprint("coop", i), Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished})
		if err != nil {
			t.Fatal(err)
		}
		b.events[i], err = led.Create(t.Context(), system, directory.Entry{Kind: directory.KindEvent, Owner: b.orgs[i].ID, Status: directory.StatusPublished,
			Name: directory.LangText{"fr": fmt.Sprint("Foire ", i)}, Period: &directory.Period{Start: "2027-06-05"}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func (b *talkBench) hear(e directory.Entry, id string) store.Reply {
	b.t.Helper()
	author := store.RemoteActor{URI: "https://m.test/ana", Name: "Ana", Handle: "ana@m.test", Inbox: "https://m.test/ana/inbox"}
	err := b.st.Write(b.t.Context(), func(tx *store.Tx) error {
		_, _, err := b.talk.Receive(b.t.Context(), tx, e, vocab.ReceivedReply{ID: "https://m.test/" + id, Type: "Note", Author: author.URI, InReplyTo: e.URI,
			HTML: "<p>texte " + id + "<script>x</script></p>", Public: true}, author)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := b.st.ReplyByURI(b.t.Context(), "https://m.test/"+id)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// as signs somebody in and returns how they ask.
func (b *talkBench) as(u store.User) func(form url.Values) (int, string) {
	b.t.Helper()
	const password = "correct horse battery"
	if _, err := b.auth.CreateUser(b.t.Context(), u, password); err != nil {
		b.t.Fatal(err)
	}
	_, token, err := b.auth.Login(b.t.Context(), u.Name, password, "192.0.2.1")
	if err != nil {
		b.t.Fatal(err)
	}
	w := httptest.NewRecorder()
	b.auth.SetCookie(w, token)
	cookies := w.Result().Cookies()
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(b.t.Context(), method, path, strings.NewReader(body))
		r.Header.Set("Accept-Language", "fr")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://bocage.test")
		for _, c := range cookies {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		b.mux.ServeHTTP(w, r)
		cookies = append(cookies, w.Result().Cookies()...)
		return w
	}
	csrf := regexp.MustCompile(`name="csrf" value="([^"]+)"`)
	return func(form url.Values) (int, string) {
		b.t.Helper()
		path := "/admin/discussion?state=" + form.Get("state")
		w := ask(http.MethodGet, path, "")
		if len(form) > 0 && form.Get("do") != "" {
			m := csrf.FindStringSubmatch(w.Body.String())
			if m == nil {
				b.t.Fatalf("no form at %s: %d", path, w.Code)
			}
			form.Set("csrf", m[1])
			w = ask(http.MethodPost, path, form.Encode())
		}
		return w.Code, w.Body.String()
	}
}

// TestDiscussionQueue: an administrator sees all that waits, an editor what is
// about their entries; removing asks first; what cannot be is said.
func TestDiscussionQueue(t *testing.T) {
	b := newTalkBench(t)
	first, second, other := b.hear(b.events[0], "un"), b.hear(b.events[0], "deux"), b.hear(b.events[1], "trois")
	admin := b.as(store.User{Name: "ada", Admin: true})
	editor := b.as(store.User{Name: "eli", Orgs: []string{b.orgs[0].ID}})
	nobody := b.as(store.User{Name: "noe"})

	if code, body := admin(nil); code != http.StatusOK || !strings.Contains(body, "texte un") || !strings.Contains(body, "texte trois") || strings.Contains(body, "<script>x") {
		t.Errorf("an administrator: %d %s", code, body)
	}
	if code, body := editor(nil); code != http.StatusOK || !strings.Contains(body, "texte un") || strings.Contains(body, "texte trois") || strings.Contains(body, `name="subject"`) {
		t.Errorf("an editor: %d %s", code, body)
	}
	if code, _ := nobody(nil); code != http.StatusForbidden {
		t.Errorf("somebody who edits nothing: %d", code)
	}
	state := func(r store.Reply) store.ReplyState {
		t.Helper()
		v, err := b.st.Reply(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		return v.State
	}
	if code, _ := editor(url.Values{"do": {"approve"}, "reply": {other.ID}}); code != http.StatusForbidden || state(other) != store.ReplyPending {
		t.Errorf("an editor decided about another's entry: %d, %s", code, state(other))
	}
	if code, _ := editor(url.Values{"do": {"approve"}, "reply": {first.ID, second.ID}, "reason": {"bienvenue"}}); code != http.StatusSeeOther || state(first) != store.ReplyShown || state(second) != store.ReplyShown {
		t.Errorf("two at once: %d, %s, %s", code, state(first), state(second))
	}
	if code, body := editor(url.Values{"do": {"hide"}, "state": {"shown"}, "reason": {"ma raison"}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, "ma raison") {
		t.Errorf("none chosen: %d", code)
	}
	if code, body := admin(url.Values{"do": {"remove"}, "state": {"shown"}, "reply": {first.ID}}); code != http.StatusOK || !strings.Contains(body, "Retirer pour de bon") || state(first) != store.ReplyShown {
		t.Errorf("removed without asking: %d, %s", code, state(first))
	}
	if code, _ := admin(url.Values{"do": {"remove"}, "state": {"shown"}, "reply": {first.ID}, "confirm": {"yes"}}); code != http.StatusSeeOther || state(first) != store.ReplyRemoved {
		t.Errorf("remove: %d, %s", code, state(first))
	}
	if code, body := admin(url.Values{"do": {"hide"}, "state": {"shown"}, "reply": {first.ID, second.ID}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, "retirée entre-temps") || state(second) != store.ReplyShown {
		t.Errorf("one is gone: %d, %s", code, state(second))
	}
	if code, body := admin(url.Values{"do": {"report"}, "state": {"shown"}, "reply": {second.ID}}); code != http.StatusOK || !strings.Contains(body, "Ce que leurs modérateurs liront") {
		t.Errorf("reported without asking: %d", code)
	}
	if code, body := admin(url.Values{"do": {"report"}, "state": {"shown"}, "reply": {second.ID}, "confirm": {"yes"}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, "Il faut une raison") {
		t.Errorf("reported without a word: %d", code)
	}
	if code, _ := editor(url.Values{"do": {"report"}, "state": {"shown"}, "reply": {second.ID}, "confirm": {"yes"}, "reason": {"réclame"}}); code != http.StatusForbidden {
		t.Errorf("an editor reported: %d", code)
	}
	if _, body := editor(url.Values{"state": {"shown"}}); strings.Contains(body, `value="report"`) || !strings.Contains(body, `value="hide"`) {
		t.Error("an editor is offered to report")
	}
	if code, body := admin(url.Values{"do": {"exception"}, "subject": {"pas un domaine"}, "action": {"never"}}); code != http.StatusUnprocessableEntity || !strings.Contains(body, "pas un domaine") {
		t.Errorf("an exception for nobody: %d", code)
	}
	for _, form := range []url.Values{{"do": {"exception"}, "state": {"shown"}, "subject": {"spam.test"}, "action": {"never"}, "reason": {"réclames"}}, {"do": {"rule"}, "state": {"shown"}, "rule": {"off"}}} {
		if code, _ := editor(form); code != http.StatusForbidden {
			t.Errorf("an editor: %v: %d", form, code)
		}
		form.Del("csrf")
		if code, _ := admin(form); code != http.StatusSeeOther {
			t.Errorf("%v: %d", form, code)
		}
	}
	if _, body := admin(nil); !strings.Contains(body, "spam.test") || !strings.Contains(body, `<option value="off" selected>`) {
		t.Error("the rule or the exception is not shown")
	}
	if code, _ := admin(url.Values{"do": {"forget"}, "subject": {"spam.test"}}); code != http.StatusSeeOther {
		t.Errorf("forget: %d", code)
	}
}
