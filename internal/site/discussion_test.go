package site

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

// hear receives a post by ana about an entry, or in answer to another post.
func (b *bench) hear(e directory.Entry, id, to, text string) store.Reply {
	b.t.Helper()
	const ana = "https://m.test/users/ana"
	author := store.RemoteActor{URI: ana, Name: "Ana\u202e <b>", Handle: "ana@m.test", Inbox: ana + "/inbox", Doc: []byte("{}")}
	post := vocab.ReceivedReply{ID: "https://m.test/" + id, Type: "Note", Author: ana, InReplyTo: to, HTML: text, Public: true, Lang: "en",
		Published: testNow.Add(-time.Hour), URL: "https://m.test/@ana/" + id, Media: 2}
	err := b.store.Write(b.t.Context(), func(tx *store.Tx) error {
		if err := tx.PutRemoteActor(b.t.Context(), author); err != nil {
			return err
		}
		_, _, err := b.talk.Receive(b.t.Context(), tx, e, post, author)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := b.store.ReplyByURI(b.t.Context(), post.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// TestDiscussion: a reply waits, an editor shows it and answers, and a visitor
// reads both; what is typed wrong is not lost.
func TestDiscussion(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := b.add(forum())
	here := "/events/" + e.ID
	if got := text(b.ok(here)); !strings.Contains(got, "Personne n’a encore répondu") {
		t.Error("no empty state")
	}
	first := b.hear(e, "1", e.URI, `<p>See <a href="https://x.test/">this</a><script>alert(1)</script><img src="https://spy.test/p.png" onerror="x"></p>`)
	if got := text(b.ok(here)); strings.Contains(got, "See this") || strings.Contains(got, "Ana") {
		t.Error("a visitor sees what waits")
	}
	c := b.signIn()
	w, doc := c.get(here)
	if got := text(doc); w.Code != http.StatusOK || !strings.Contains(got, "1 réponse attend votre décision") || !strings.Contains(got, "See this") {
		t.Fatalf("the editor sees %s", got)
	}
	post := func(v url.Values, status int) *html.Node {
		t.Helper()
		w, doc := c.post(here, here+"/discussion", v)
		if w.Code != status {
			t.Fatalf("%v: status %d, want %d: %s", v, w.Code, status, text(doc))
		}
		return doc
	}
	post(url.Values{"do": {"approve"}, "reply": {first.ID}}, http.StatusSeeOther)
	shown := b.ok(here)
	if got := text(shown); !strings.Contains(got, "Discussion · 1 réponse") || !strings.Contains(got, "See this") || !strings.Contains(got, "2 pièces jointes") {
		t.Errorf("a visitor sees %s", got)
	}
	article := find(shown, "#reply-"+first.ID)
	if article == nil {
		t.Fatal("no article of the reply")
	}
	for n := range article.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if n.Data == "img" || n.Data == "script" || attr(n, "onerror") != "" || attr(n, "style") != "" {
			t.Errorf("the reply has a %s", n.Data)
		}
		if n.Data == "a" && !strings.Contains(attr(n, "rel"), "nofollow ugc noopener") {
			t.Errorf("a link has rel %q", attr(n, "rel"))
		}
	}
	if got := text(article); strings.Contains(got, "\u202e") {
		t.Error("a name turns the text")
	}
	doc = post(url.Values{"do": {"answer"}, "reply": {first.ID}, "text": {strings.Repeat("x", 3001)}, "lang": {"fr"}}, http.StatusUnprocessableEntity)
	area := find(doc, "#texte-"+first.ID)
	if area == nil || !strings.Contains(text(area), strings.Repeat("x", 3001)) || !strings.Contains(text(doc), "Ce texte est trop long") {
		t.Error("what was typed is lost, or the fault is not said")
	}
	post(url.Values{"do": {"answer"}, "reply": {first.ID}, "text": {"Merci !"}, "lang": {"fr"}}, http.StatusSeeOther)
	if got := text(b.ok(here)); !strings.Contains(got, "Discussion · 2 réponses") || !strings.Contains(got, "Merci") {
		t.Errorf("a visitor sees %s", got)
	}
	post(url.Values{"do": {"remove"}, "reply": {first.ID}, "reason": {"hors sujet"}}, http.StatusSeeOther)
	if got := text(b.ok(here)); strings.Contains(got, "See this") || strings.Contains(got, "Ana") || !strings.Contains(got, "Réponse retirée") || !strings.Contains(got, "Merci") {
		t.Errorf("after it was removed: %s", got)
	}
	doc = post(url.Values{"do": {"approve"}, "reply": {first.ID}}, http.StatusConflict)
	if !strings.Contains(text(doc), "n’est plus là") {
		t.Errorf("a removed reply is shown again: %s", text(doc))
	}
	post(url.Values{"do": {"rule"}, "rule": {"off"}}, http.StatusSeeOther)
	if got := text(b.ok(here)); !strings.Contains(got, "n’accepte plus de réponses") {
		t.Error("a closed discussion does not say so")
	}
}

// TestDiscussionKeepsWhatWasTyped: also when the session is over.
func TestDiscussionKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := b.add(forum())
	first := b.hear(e, "1", e.URI, "hello")
	c := b.signIn()
	c.cookies = map[string]*http.Cookie{}
	w, doc := c.post("/login", "/events/"+e.ID+"/discussion", url.Values{"do": {"answer"}, "reply": {first.ID}, "text": {"Mon long texte"}, "lang": {"fr"}})
	if w.Code != http.StatusForbidden || !strings.Contains(text(doc), "Mon long texte") || !strings.Contains(text(doc), "rien n’a été envoyé") || strings.Contains(text(doc), "hello") {
		t.Errorf("status %d: %s", w.Code, text(doc))
	}
}

// TestNothingThatWaitsIsOnAnySurface: pending, hidden and removed replies.
func TestNothingThatWaitsIsOnAnySurface(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	e := b.add(garden())
	ids := map[string]string{}
	for _, state := range []string{"pending", "hidden", "removed", "shown"} {
		ids[state] = b.hear(e, state, e.URI, "<p>secret "+state+"</p>").ID
	}
	for verb, state := range map[string]string{"approve": "shown", "hide": "hidden", "remove": "removed"} {
		if err := b.talk.Decide(t.Context(), system, verb, []string{ids[state]}, ""); err != nil {
			t.Fatal(err)
		}
	}
	seen := 0
	for _, path := range append(surfaces(e), "/entries/"+e.ID+"/discussion.atom", "/entries/"+e.ID+"?replies=1") {
		w, _ := b.get(path)
		for _, state := range []string{"pending", "hidden", "removed"} {
			if strings.Contains(w.Body.String(), "secret "+state) {
				t.Errorf("GET %s shows a %s reply", path, state)
			}
		}
		if strings.Contains(w.Body.String(), "secret shown") {
			seen++
		}
	}
	if seen < 3 {
		t.Errorf("the shown reply is on %d surfaces, want the page by both addresses and the feed", seen)
	}
	draft, err := b.ledger.SetStatus(t.Context(), system, e.ID, directory.StatusDraft)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/entries/" + draft.ID, "/entries/" + draft.ID + "/discussion.atom"} {
		if w, _ := b.get(path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s of a draft: status %d", path, w.Code)
		}
	}
}
