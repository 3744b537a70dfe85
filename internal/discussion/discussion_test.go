package discussion_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/discussion"
	"codeberg.org/bocage/bocage/internal/keyring"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/moderation"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const base = "https://us.example"

var (
	system = directory.Who{Name: "system", System: true}
	start  = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
)

// rig is an instance with an organisation and an event of it.
type rig struct {
	t      *testing.T
	st     *store.Store
	rules  *moderation.Moderation
	led    *ledger.Ledger
	d      *discussion.Discussions
	at     time.Time
	org    directory.Entry
	event  directory.Entry
	editor directory.Who
	woken  int
}

func newRig(t *testing.T, st *store.Store) *rig {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	r := &rig{t: t, st: st, at: start}
	clock := func() time.Time { return r.at }
	env := vocab.Env{Base: base, InstanceName: "Us"}
	keys := keyring.New(st, nil, nil)
	r.rules = moderation.New(st, clock)
	pub := outbox.New(outbox.Config{Store: st, Keyring: keys, Env: env, Moderation: r.rules, Clock: clock, Logger: quiet})
	r.led = ledger.New(ledger.Config{Store: st, Keyring: keys, Env: env, Publisher: pub, Clock: clock, Logger: quiet})
	r.d = discussion.New(discussion.Config{Store: st, Publisher: pub, Moderation: r.rules, Env: env, Clock: clock, Deliver: func() { r.woken++ }})
	ctx := context.Background()
	var err error
	if r.org, err = r.led.CreateOrganisation(ctx, system, directory.Entry{Handle: "coop", Name: directory.LangText{"fr": "Coop"}, Status: directory.StatusPublished}); err != nil {
		t.Fatal(err)
	}
	r.event, err = r.led.Create(ctx, system, directory.Entry{Kind: directory.KindEvent, Owner: r.org.ID, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "Forum"}, Period: &directory.Period{Start: "2026-06-05T10:00:00+02:00"}})
	if err != nil {
		t.Fatal(err)
	}
	r.editor = directory.Who{UserID: "u1", Name: "ana", Orgs: []string{r.org.ID}}
	return r
}

func actor(name string) store.RemoteActor {
	uri := "https://" + name + ".example/users/" + name
	return store.RemoteActor{URI: uri, Type: "Person", Name: "Dr " + name, Handle: name + "@" + name + ".example", Inbox: uri + "/inbox", Doc: []byte("{}")}
}

// post is a public post by name.
func (r *rig) post(name, id, to, text string) vocab.ReceivedReply {
	r.at = r.at.Add(time.Second)
	return vocab.ReceivedReply{ID: "https://" + name + ".example/" + id, Type: "Note", Author: actor(name).URI, InReplyTo: to,
		HTML: "<p>" + text + "</p>", Public: true, Published: r.at}
}

// send delivers a post by name as the inbox would; "" when it was kept, else why not.
func (r *rig) send(name string, post vocab.ReceivedReply) string {
	r.t.Helper()
	ctx := context.Background()
	e, err := r.d.About(ctx, r.st.Reader, post)
	if errors.Is(err, directory.ErrNotFound) {
		return "about nothing"
	}
	if err != nil {
		r.t.Fatal(err)
	}
	var out string
	err = r.st.Write(ctx, func(tx *store.Tx) error {
		if err := tx.PutRemoteActor(ctx, actor(name)); err != nil {
			return err
		}
		kept, why, err := r.d.Receive(ctx, tx, e, post, actor(name))
		if out = why; kept {
			out = ""
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *rig) reply(uri string) store.Reply {
	r.t.Helper()
	v, err := r.st.ReplyByURI(context.Background(), uri)
	if err != nil {
		r.t.Fatal(err)
	}
	return v
}

// drawn is the discussion as somebody sees it, one word a reply.
func (r *rig) drawn(editor bool) string {
	r.t.Helper()
	t, err := r.d.Thread(context.Background(), &r.event, editor)
	if err != nil {
		r.t.Fatal(err)
	}
	var draw func(ns []*discussion.Node) string
	draw = func(ns []*discussion.Node) string {
		var parts []string
		for _, n := range ns {
			s := n.URI[strings.LastIndexByte(n.URI, '/')+1:]
			switch {
			case n.Gone:
				s = "gone"
				if n.Body+n.Name+n.Handle+n.Actor != "" {
					r.t.Errorf("what is gone says %+v", n.Reply)
				}
			case n.Origin == "":
				s = "ours"
			}
			if n.To != "" {
				s += "→"
			}
			if a := draw(n.Answers); a != "" {
				s += "(" + a + ")"
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, " ")
	}
	return draw(t.Roots)
}

func TestWaitsThenShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		r := newRig(t, st)
		if why := r.send("bob", r.post("bob", "1", r.event.URI, "Je viens <img src=x onerror=y><script>z</script>")); why != "" {
			t.Fatal(why)
		}
		got := r.reply("https://bob.example/1")
		if got.State != store.ReplyPending || got.Body != "<p>Je viens</p>" || got.Name != "Dr bob" || got.EntryID != r.event.ID {
			t.Fatalf("%+v", got)
		}
		if s := r.drawn(false); s != "" {
			t.Errorf("a visitor sees %q", s)
		}
		if s := r.drawn(true); s != "1" {
			t.Errorf("an editor sees %q", s)
		}
		stranger := directory.Who{UserID: "u2", Name: "eve", Orgs: []string{"other"}}
		if err := r.d.Decide(ctx, stranger, discussion.Approve, []string{got.ID}, ""); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("somebody else approved: %v", err)
		}
		if err := r.d.Decide(ctx, r.editor, discussion.Approve, []string{got.ID}, "bienvenue"); err != nil {
			t.Fatal(err)
		}
		// An answer to it, an edit of it, and a hidden one keep their places.
		r.send("cleo", r.post("cleo", "2", "https://bob.example/1", "Moi aussi"))
		if s := r.drawn(true); s != "1(2)" {
			t.Errorf("an editor sees %q", s)
		}
		if err := r.d.Decide(ctx, r.editor, discussion.Approve, []string{r.reply("https://cleo.example/2").ID}, ""); err != nil {
			t.Fatal(err)
		}
		edit := r.post("bob", "1", r.event.URI, "Achetez mes montres")
		edit.Updated = r.at
		if why := r.send("bob", edit); why != "" {
			t.Fatal(why)
		}
		if s := r.drawn(false); s != "2" {
			t.Errorf("an edit was shown unread: %q", s)
		}
		if err := r.d.Decide(ctx, r.editor, discussion.Hide, []string{got.ID}, "réclame"); err != nil {
			t.Fatal(err)
		}
		if s := r.drawn(false); s != "gone(2)" {
			t.Errorf("a visitor sees %q", s)
		}
		if err := r.d.Decide(ctx, r.editor, discussion.Remove, []string{got.ID}, "réclame"); err != nil {
			t.Fatal(err)
		}
		if v := r.reply("https://bob.example/1"); v.Body != "" || v.Name != "" || v.State != store.ReplyRemoved {
			t.Errorf("removed is %+v", v)
		}
		edit.Updated = r.at.Add(time.Second)
		if why := r.send("bob", edit); why != "removed" && why != "about nothing" {
			t.Errorf("what was removed came back: %q", why)
		}
		log, err := st.Audit(ctx, "", 10)
		if err != nil {
			t.Fatal(err)
		}
		var verbs []string
		for _, a := range log {
			if strings.HasPrefix(a.Verb, "discussion.") {
				verbs = append(verbs, strings.TrimPrefix(a.Verb, "discussion.")+" "+a.Detail)
			}
		}
		if want := []string{"remove réclame", "hide réclame", "approve ", "approve bienvenue"}; !slices.Equal(verbs, want) {
			t.Errorf("audit %q, want %q", verbs, want)
		}
	})
}

func TestRules(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		r := newRig(t, st)
		n := 0
		state := func(name string) string {
			t.Helper()
			n++
			p := r.post(name, fmt.Sprint("r", n), r.event.URI, "bonjour")
			if why := r.send(name, p); why != "" {
				return why
			}
			return string(r.reply(p.ID).State)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		want := func(name, what string) {
			t.Helper()
			if got := state(name); got != what {
				t.Errorf("a reply by %s: %q, want %q", name, got, what)
			}
		}
		want("bob", "pending")
		must(r.d.SetException(ctx, system, actor("bob").URI, discussion.ActionShow, "on le connaît"))
		must(r.d.SetException(ctx, system, "spam.example", discussion.ActionNever, "réclames"))
		want("bob", "shown")
		want("spam", "never shown")
		want("cleo", "pending")
		must(r.d.SetRule(ctx, system, directory.DiscussionOpen, ""))
		want("cleo", "shown")
		want("spam", "never shown")
		must(r.rules.Block(ctx, system, "cleo.example", "x"))
		r.at = r.at.Add(time.Minute)
		want("cleo", "blocked")
		must(r.rules.Silence(ctx, system, "dora.example", "x"))
		r.at = r.at.Add(time.Minute)
		want("dora", "pending")
		if _, err := r.led.Edit(ctx, r.editor, r.event.ID, func(e *directory.Entry) error { e.Discussion = directory.DiscussionOff; return nil }); err != nil {
			t.Fatal(err)
		}
		want("bob", "the discussion is closed")
		want("emil", "the discussion is closed")
		must(r.d.SetException(ctx, system, "spam.example", "", ""))
		if _, err := r.led.Edit(ctx, r.editor, r.event.ID, func(e *directory.Entry) error { e.Discussion = ""; return nil }); err != nil {
			t.Fatal(err)
		}
		want("spam", "shown")
		if err := r.d.SetRule(ctx, r.editor, directory.DiscussionOpen, ""); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("an editor set the instance's rule: %v", err)
		}
		if err := r.d.SetException(ctx, system, "javascript:x y", "show", ""); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("an exception for nobody: %v", err)
		}
		if err := r.d.SetRule(ctx, system, "anything", ""); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("a rule that is none: %v", err)
		}
	})
}

func TestLimits(t *testing.T) {
	r := newRig(t, storetest.Open(t, "sqlite"))
	kept := 0
	for i := range 40 {
		if r.send("bob", r.post("bob", fmt.Sprint(i), r.event.URI, "encore")) == "" {
			kept++
		}
	}
	if kept != 30 {
		t.Errorf("%d replies of one day are kept, want 30", kept)
	}
	r.at = r.at.Add(25 * time.Hour)
	if why := r.send("bob", r.post("bob", "x", r.event.URI, "encore")); why != "" {
		t.Errorf("a day later: %q", why)
	}
	if why := r.send("bob", r.post("bob", "x", r.event.URI, "encore")); why == "" {
		t.Error("the same reply was kept twice")
	}
}

func TestAbout(t *testing.T) {
	r := newRig(t, storetest.Open(t, "sqlite"))
	ctx := context.Background()
	private := r.post("bob", "private", r.event.URI, "psst")
	private.Public = false
	if why := r.send("bob", private); why != "not public" {
		t.Errorf("a private post: %q", why)
	}
	mention := r.post("bob", "m", "", "venez")
	mention.Mentions = []string{r.org.URI}
	if why := r.send("bob", mention); why != "about nothing" {
		t.Errorf("a mention alone: %q", why)
	}
	mention.Links = []string{base + "/unknown", r.event.URI + "?x=1#y"}
	if why := r.send("bob", mention); why != "" {
		t.Errorf("a mention with a link: %q", why)
	}
	mention.ID, mention.Mentions = "https://bob.example/m2", []string{"https://else.example/u"}
	if why := r.send("bob", mention); why != "about nothing" {
		t.Errorf("a link without a mention: %q", why)
	}
	mention.ID, mention.Mentions, mention.Links = "https://bob.example/m3", []string{r.org.URI}, []string{base + "/@coop"}
	if why := r.send("bob", mention); why != "" || r.reply(mention.ID).EntryID != r.org.ID {
		t.Errorf("a link to the page: %q", why)
	}
	if why := r.send("bob", r.post("bob", "n", base+"/notes/none", "x")); why != "about nothing" {
		t.Errorf("a note that is none: %q", why)
	}
	if _, err := r.led.SetStatus(ctx, system, r.event.ID, directory.StatusDraft); err != nil {
		t.Fatal(err)
	}
	if why := r.send("bob", r.post("bob", "d", r.event.URI, "x")); why != "about nothing" {
		t.Errorf("an entry that is no longer public: %q", why)
	}
}

func TestThread(t *testing.T) {
	r := newRig(t, storetest.Open(t, "sqlite"))
	ctx := context.Background()
	if err := r.d.SetRule(ctx, system, directory.DiscussionOpen, ""); err != nil {
		t.Fatal(err)
	}
	parent := r.event.URI
	for i := range 7 {
		p := r.post("bob", fmt.Sprint("n", i), parent, "x")
		if why := r.send("bob", p); why != "" {
			t.Fatal(why)
		}
		parent = p.ID
	}
	if s := r.drawn(false); s != "n0(n1(n2(n3 n4→ n5→ n6→)))" {
		t.Errorf("a deep thread is %q", s)
	}
	// Two that answer each other are both there.
	ids := []string{}
	for _, p := range []string{"n1", "n6"} {
		ids = append(ids, r.reply("https://bob.example/"+p).ID)
	}
	if err := r.d.Decide(ctx, system, discussion.Remove, ids, ""); err != nil {
		t.Fatal(err)
	}
	if s := r.drawn(false); s != "n0(gone(n2(n3 n4→ n5→)))" {
		t.Errorf("with two removed: %q", s)
	}
	err := r.st.Write(ctx, func(tx *store.Tx) error {
		v := r.reply("https://bob.example/n0")
		v.InReplyTo = "https://bob.example/n5"
		return tx.PutReply(ctx, v)
	})
	if err != nil {
		t.Fatal(err)
	}
	if s := r.drawn(false); !strings.Contains(s, "n0") || !strings.Contains(s, "n5") {
		t.Errorf("a circle hides replies: %q", s)
	}
}

// TestAuthorDeletes: what its author deletes, and all of an author who leaves, is emptied.
func TestAuthorDeletes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		ctx := context.Background()
		r := newRig(t, st)
		for _, id := range []string{"1", "2"} {
			r.send("bob", r.post("bob", id, r.event.URI, "x"))
		}
		withdraw := func(actor string) error {
			return st.Write(ctx, func(tx *store.Tx) error { return r.d.Withdraw(ctx, tx, "https://bob.example/1", actor) })
		}
		if err := withdraw(actor("cleo").URI); !errors.Is(err, directory.ErrForbidden) {
			t.Errorf("deleted by another: %v", err)
		}
		if err := withdraw(actor("bob").URI); err != nil || r.reply("https://bob.example/1").Body != "" {
			t.Errorf("%v", err)
		}
		err := st.Write(ctx, func(tx *store.Tx) error {
			n, err := tx.EmptyRepliesBy(ctx, actor("bob").URI, "gone")
			if n != 1 {
				t.Errorf("%d replies emptied, want 1", n)
			}
			return err
		})
		if err != nil || r.reply("https://bob.example/2").Body != "" {
			t.Errorf("%v", err)
		}
		counts, err := st.CountReplies(ctx, store.ReplyFilter{State: store.ReplyRemoved, Owners: []string{r.org.ID}})
		if err != nil || counts != 2 {
			t.Errorf("%d removed, %v", counts, err)
		}
		if vs, err := st.Replies(ctx, store.ReplyFilter{Owners: []string{"other"}, Limit: 10}); err != nil || len(vs) != 0 {
			t.Errorf("another organisation's editors see %d, %v", len(vs), err)
		}
	})
}
