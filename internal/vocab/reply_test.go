package vocab

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

func TestReplyAsReceived(t *testing.T) {
	t.Parallel()
	const public = "https://www.w3.org/ns/activitystreams#Public"
	published := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, in string
		want     ReceivedReply
	}{
		{"mastodon", `{"id":"https://m.example/users/ana/statuses/1","type":"Note","summary":"météo","inReplyTo":"https://us.example/events/1",
			"published":"2026-05-01T10:00:00Z","url":"https://m.example/@ana/1","attributedTo":"https://m.example/users/ana",
			"to":["https://www.w3.org/ns/activitystreams#Public"],"cc":["https://m.example/users/ana/followers","https://us.example/entries/2"],
			"content":"<p><span class=\"h-card\"><a href=\"https://us.example/@coop\" class=\"u-url mention\">@<span>coop</span></a></span> voir <a href=\"https://x.example/\">là</a></p>",
			"contentMap":{"fr":"<p><span class=\"h-card\"><a href=\"https://us.example/@coop\" class=\"u-url mention\">@<span>coop</span></a></span> voir <a href=\"https://x.example/\">là</a></p>"},
			"attachment":[{"type":"Document"}],"tag":[{"type":"Mention","href":"https://us.example/entries/2","name":"@coop@us.example"}]}`,
			ReceivedReply{ID: "https://m.example/users/ana/statuses/1", Type: "Note", Author: "https://m.example/users/ana", InReplyTo: "https://us.example/events/1",
				HTML:    `<p><span class="h-card"><a href="https://us.example/@coop" class="u-url mention">@<span>coop</span></a></span> voir <a href="https://x.example/">là</a></p>`,
				Warning: "météo", Lang: "fr", URL: "https://m.example/@ana/1", Media: 1, Public: true,
				Mentions: []string{"https://m.example/users/ana/followers", "https://us.example/entries/2", "https://us.example/entries/2"},
				Links:    []string{"https://x.example/"}, Published: published}},
		{"short audience, url elsewhere", `{"id":"https://g.example/1","type":"Note","actor":"https://g.example/u","to":"as:Public","url":"https://evil.example/","content":"x","contentMap":{"<b>":"x"}}`,
			ReceivedReply{ID: "https://g.example/1", Type: "Note", Author: "https://g.example/u", HTML: "x", Public: true}},
		{"unlisted", `{"id":"https://g.example/1","type":"Page","attributedTo":[{"type":"Person","id":"https://g.example/u"}],"name":"Titre","summary":"début","cc":"` + public + `","mediaType":"text/plain","content":"a <b"}`,
			ReceivedReply{ID: "https://g.example/1", Type: "Page", Author: "https://g.example/u", Title: "Titre", HTML: "<p>a &lt;b</p>", Public: true}},
		{"for followers", `{"id":"https://g.example/1","type":"Note","attributedTo":"https://g.example/u","to":"https://g.example/u/followers","content":"x"}`,
			ReceivedReply{ID: "https://g.example/1", Type: "Note", Author: "https://g.example/u", HTML: "x", Mentions: []string{"https://g.example/u/followers"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := Reply([]byte(tt.in))
			if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
	for _, in := range []string{`{"id":"https://g.example/1","type":"Question"}`, `{"id":"https://g.example/1","type":"Event"}`, `{"type":"Note"}`, `[]`, `{`} {
		if _, err := Reply([]byte(in)); !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("Reply(%s): %v", in, err)
		}
	}
}

func TestAnswerDocument(t *testing.T) {
	t.Parallel()
	v := Env{Base: "https://us.example"}
	a := Answer{URI: v.NoteURI("1"), Actor: "https://us.example/entries/2", InReplyTo: "https://m.example/1", Entry: "https://us.example/events/3",
		HTML: "<p>Oui.</p>", Lang: "fr", To: Person{URI: "https://m.example/u/ana", Handle: `ana"><script>@m.example`}, Others: []string{"https://n.example/u"}}
	doc, err := v.Answer(a)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Content, InReplyTo, Context, Replies string
		ContentMap                           map[string]string
		To, CC                               []string
	}
	if err := json.Unmarshal(doc, &got); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(got.Content, "<script") || !strings.HasSuffix(got.Content, " Oui.</p>") || got.ContentMap["fr"] != got.Content {
		t.Errorf("content %q", got.Content)
	}
	if got.InReplyTo != a.InReplyTo || got.Context != "https://us.example/events/3/discussion" || got.Replies != a.URI+"/replies" {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{"https://us.example/entries/2/followers", "https://n.example/u"}, got.CC); diff != "" || got.To[1] != a.To.URI {
		t.Errorf("%v %s", got.To, diff)
	}
	if _, err := v.Answer(Answer{URI: "x"}); !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("an answer to nobody: %v", err)
	}
}

// TestEventSaysWhetherItTakesReplies: Mobilizon closes its own form then.
func TestEventSaysWhetherItTakesReplies(t *testing.T) {
	t.Parallel()
	v := Env{Base: "https://us.example"}
	for rule, want := range map[directory.Discussion]string{"": `"commentsEnabled":true,"repliesModerationOption":"allow_all"`, directory.DiscussionOff: `"commentsEnabled":false,"repliesModerationOption":"closed"`} {
		doc, err := v.Document(directory.Public{ID: "1", URI: "https://us.example/events/1", Kind: directory.KindEvent, Name: directory.LangText{"fr": "Foire"}, Discussion: rule}, Keys{})
		if err != nil || !strings.Contains(string(doc), want) || !strings.Contains(string(doc), `"replies":"https://us.example/events/1/replies"`) {
			t.Errorf("%q: %v\n%s", rule, err, doc)
		}
	}
}

func FuzzReply(f *testing.F) {
	for _, s := range []string{
		`{"id":"https://m.example/1","type":"Note","inReplyTo":"https://us.example/events/1","content":"<p>x</p>","contentMap":{"fr":"<p>x</p>"},"to":["as:Public"]}`,
		`{"id":"https://m.example/1","type":["Note"],"inReplyTo":{"id":"x"},"content":null,"tag":{"type":"Mention"},"url":[{"type":"Link","href":"https://m.example/"}]}`,
		`{"id":"a","type":"Article","summary":"<script>","mediaType":"text/plain","content":"\u0000\u202e","attachment":"x","published":"never"}`,
		`{"id":"https://m.example/1","type":"Note","content":"<a href=https://us.example/ class=mention><a href='`, `{"@id":"x","@type":"Note","to":[[[["as:Public"]]]]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := Reply(raw)
		if err != nil {
			if !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("%v is no %v", err, directory.ErrInvalid)
			}
			return
		}
		if r.URL != "" && Origin(r.URL) != Origin(r.ID) || len(r.Links) > maxReplyLinks || len(r.Mentions) > maxReplyMentions {
			t.Errorf("%+v", r)
		}
	})
}

// TestClosed: what takes no replies says so where GoToSocial looks, its notes too;
// what takes some says nothing.
func TestClosed(t *testing.T) {
	t.Parallel()
	const policy = `"interactionPolicy":{"canReply":{"automaticApproval":["https://b.ex/entries/org"]}}`
	text := event()
	text.Kind, text.Event, text.Text = directory.KindText, nil, &directory.Text{}
	for _, e := range []directory.Public{event(), text} {
		for rule, closed := range map[directory.Discussion]bool{directory.DiscussionOff: true, directory.DiscussionReview: false, "": false} {
			e.Discussion = rule
			doc, err := env.Document(e, Keys{})
			if err != nil {
				t.Fatal(err)
			}
			note, err := env.Note(e, NoteMoved, "1", at)
			if err != nil {
				t.Fatal(err)
			}
			for _, raw := range [][]byte{doc, note} {
				if got := strings.Contains(string(federation.Embed(raw)), policy); got != closed {
					t.Errorf("%s, rule %q: closed is %v in %s", e.Kind, rule, got, federation.Embed(raw))
				}
			}
		}
	}
}
