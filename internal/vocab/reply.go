package vocab

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"time"

	nethtml "golang.org/x/net/html"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// Where the answers to an object and the whole discussion of an entry are.
const (
	repliesPath    = "/replies"
	discussionPath = "/discussion"
	likesPath      = "/likes"
	sharesPath     = "/shares"
)

// RepliesURI is the collection of the answers to one of our objects.
func (v Env) RepliesURI(object string) string { return object + repliesPath }

// DiscussionURI is the collection of all that is said about one of our entries
// (the `context` of FEP-7888).
func (v Env) DiscussionURI(entry string) string { return entry + discussionPath }

// discussed says of an object where its replies are, and to GoToSocial and Mobilizon
// whether it takes any.
func discussed(o *federation.Object, e directory.Public) {
	open := e.Discussion != directory.DiscussionOff
	o.Replies = o.ID + repliesPath
	if !e.Kind.IsActor() { // nobody likes an actor
		o.Likes, o.Shares = o.ID+likesPath, o.ID+sharesPath
	}
	if !open && !e.Kind.IsActor() {
		o.InteractionPolicy = closedTo(o.AttributedTo)
	}
	if e.Kind != directory.KindEvent {
		return
	}
	o.CommentsEnabled, o.RepliesModeration = &open, "allow_all"
	if !open {
		o.RepliesModeration = "closed"
	}
}

// closedTo is the policy of an object that nobody but its author may answer.
func closedTo(author string) *federation.InteractionPolicy {
	return &federation.InteractionPolicy{CanReply: &federation.Approval{AutomaticApproval: []string{author}}}
}

// Limits of a reply as received.
const (
	maxReplyLinks    = 50
	maxReplyMentions = 100
)

// ReceivedReply is what anybody's post says, before anything is believed or
// cleaned: its HTML is as received.
type ReceivedReply struct {
	ID, Type, Author     string
	InReplyTo            string
	HTML, Title, Warning string
	Lang                 string // "" when unknown or malformed
	URL                  string // a page on the id's own server, else ""
	Media                int
	Public               bool // addressed to everyone, first or second
	// Mentions are the actors that it names or is addressed to, Links the pages
	// that its text links to, mentions and hashtags apart.
	Mentions, Links    []string
	Published, Updated time.Time
}

// postTypes are what is read as a reply: a Question's answers are nothing to us.
var postTypes = map[string]bool{"Note": true, "Article": true, "Page": true, "Image": true, "Video": true, "Audio": true, "Document": true}

// IsPost reports whether objects of a type may be replies.
func IsPost(typ string) bool { return postTypes[typ] }

// Reply reads a post of any software. ErrInvalid when it is none.
func Reply(raw []byte) (ReceivedReply, error) {
	m, err := federation.ParseObject(raw)
	if err != nil {
		return ReceivedReply{}, fmt.Errorf("reply: %w: %w", directory.ErrInvalid, err)
	}
	r := ReceivedReply{
		ID: m.Text("id", "@id"), Type: m.Text("type", "@type"), Author: m.Ref("attributedTo").ID,
		InReplyTo: m.Ref("inReplyTo").ID, Title: m.Text("name"), Published: m.Time("published"), Updated: m.Time("updated"),
		Media: len(m.List("attachment")),
	}
	if r.ID == "" || !IsPost(r.Type) {
		return r, fmt.Errorf("reply: %w: a %q is no post", directory.ErrInvalid, r.Type)
	}
	if r.Author == "" {
		r.Author = m.Ref("actor").ID
	}
	if r.Warning = foreignText(m.Text("summary")); r.Type != "Note" {
		r.Warning = "" // an article's summary is its beginning
	}
	r.content(m)
	r.audience(m)
	if link := webURL(m.Ref("url").ID); link != "" && Origin(link) == Origin(r.ID) {
		r.URL = link
	}
	return r, nil
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$`)

// content reads the text and its language: of one language when contentMap has one.
func (r *ReceivedReply) content(m federation.Members) {
	r.HTML = m.Text("content")
	langs := m.LangMap("contentMap")
	for lang, text := range langs {
		if len(langs) == 1 || text == r.HTML {
			r.Lang = lang
		}
		if r.HTML == "" && len(langs) == 1 {
			r.HTML = text
		}
	}
	if r.Lang == "" {
		r.Lang = m.Text("inLanguage", "language")
	}
	if !languageTag.MatchString(r.Lang) || strings.EqualFold(r.Lang, "und") {
		r.Lang = ""
	}
	if media := m.Text("mediaType"); strings.HasPrefix(media, "text/plain") {
		r.HTML = toHTML(r.HTML)
	}
	r.Links = contentLinks(r.HTML)
}

// audience reads whom the post is for and whom it names.
func (r *ReceivedReply) audience(m federation.Members) {
	for _, id := range append(m.IDs("to"), m.IDs("cc")...) {
		if id == federation.Public {
			r.Public = true
		} else if len(r.Mentions) < maxReplyMentions {
			r.Mentions = append(r.Mentions, id)
		}
	}
	for _, tag := range m.Refs("tag") {
		if t, err := federation.ParseObject(tag.Raw); err == nil && t.Text("type") == "Mention" && len(r.Mentions) < maxReplyMentions {
			r.Mentions = append(r.Mentions, t.Text("href"))
		}
	}
}

// contentLinks are the first links of a text, mentions and hashtags apart.
func contentLinks(s string) []string {
	var out []string
	z := nethtml.NewTokenizer(strings.NewReader(s))
	for len(out) < maxReplyLinks {
		switch z.Next() {
		case nethtml.ErrorToken:
			return out
		case nethtml.StartTagToken:
			href, class := anchor(z)
			if href != "" && !strings.Contains(class, "mention") && !strings.Contains(class, "hashtag") {
				out = append(out, href)
			}
		}
	}
	return out
}

// anchor is the target and the classes of an a element, "" of any other.
func anchor(z *nethtml.Tokenizer) (href, class string) {
	name, more := z.TagName()
	if string(name) != "a" {
		return "", ""
	}
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "href":
			href = webURL(string(value))
		case "class":
			class = string(value)
		}
	}
	return href, class
}

// Person is somebody whom a post of ours names.
type Person struct {
	URI string
	// Handle is name@host, URL their page; both may be "".
	Handle, URL string
}

// Answer is a post by an editor of ours in a discussion.
type Answer struct {
	URI, Actor, InReplyTo string
	Entry                 string // the URI of the entry that the discussion is about
	HTML                  string // made by package sanitize
	Lang                  string
	// To is who is answered, Others take part in the discussion.
	To                 Person
	Others             []string
	Published, Updated time.Time
}

// Answer returns the Note of an answer: to everyone and who is answered, for
// the actor's followers and those who take part.
func (v Env) Answer(a Answer) ([]byte, error) {
	if a.URI == "" || a.Actor == "" || a.InReplyTo == "" || a.To.URI == "" {
		return nil, fmt.Errorf("answer: %w: it needs an id, an actor and what it answers", directory.ErrInvalid)
	}
	name := "@" + a.To.Handle
	if a.To.Handle == "" {
		name = "@" + bareURL(a.To.URI)
	}
	link := a.To.URL
	if link == "" {
		link = a.To.URI
	}
	short, _, _ := strings.Cut(strings.TrimPrefix(name, "@"), "@")
	mention := `<span class="h-card"><a href="` + html.EscapeString(link) + `" class="u-url mention">@<span>` + html.EscapeString(short) + `</span></a></span> `
	content := "<p>" + mention + strings.TrimPrefix(a.HTML, "<p>")
	o := federation.Object{
		ID: a.URI, Type: "Note", AttributedTo: a.Actor, URL: a.URI, InLanguage: a.Lang, Content: content,
		InReplyTo: a.InReplyTo, Context: v.DiscussionURI(a.Entry), Replies: v.RepliesURI(a.URI),
		Tag: federation.Tags{{Type: "Mention", Name: name, Href: a.To.URI}},
		To:  []string{federation.Public, a.To.URI}, CC: append([]string{a.Actor + "/followers"}, a.Others...),
		Published: wireTime(a.Published), Updated: wireTime(a.Updated),
	}
	if a.Lang != "" {
		o.ContentMap = map[string]string{a.Lang: content}
	}
	return federation.Encode(o)
}
