package vocab

import (
	"fmt"
	"html"
	"strings"
	"time"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// NoteKind is the change that a note tells of; "" is no note.
type NoteKind string

// The changes that are worth a note.
const (
	NoteCreated   NoteKind = "created"
	NoteUpdated   NoteKind = "updated"
	NoteAnnounced NoteKind = "announced" // an event
	NoteCancelled NoteKind = "cancelled"
	NoteMoved     NoteKind = "moved" // an event's date or place changed
	NoteClosed    NoteKind = "closed"
)

// maxNote bounds a note's visible characters: Mastodon's own limit, so that
// nothing is folded away.
const maxNote = 500

// Note returns the readable Note about a change of e: people on Mastodon see
// no Update of an actor, and only a title of an event. id is its URI, or the
// part after /notes/. It is in French and English, whichever the entry has first.
func (v Env) Note(e directory.Public, change NoteKind, id string, at time.Time) ([]byte, error) {
	if _, ok := labels[string(change)]; !ok {
		return nil, fmt.Errorf("note about %s: %w: no such change %q", v.uri(e), directory.ErrInvalid, change)
	}
	if !strings.HasPrefix(id, v.Base) {
		id = v.NoteURI(id)
	}
	lang := language(e)
	if lang != "en" {
		lang = "fr"
	}
	actor := v.ActorURI(e)
	o := federation.Object{
		ID: id, Type: "Note", AttributedTo: actor, URL: v.PageURL(e), InLanguage: lang,
		Content:    v.noteHTML(e, change, lang),
		ContentMap: map[string]string{"fr": v.noteHTML(e, change, "fr"), "en": v.noteHTML(e, change, "en")},
		Tag:        v.hashtags(noteTags(e)),
		To:         []string{federation.Public}, CC: []string{actor + "/followers"},
		Published: wireTime(at), Replies: id + repliesPath, Context: v.uri(e) + discussionPath,
		Likes: id + likesPath, Shares: id + sharesPath,
	}
	if e.Discussion == directory.DiscussionOff {
		o.InteractionPolicy = closedTo(actor)
	}
	if len(e.Images) > 0 {
		img := e.Images[0]
		o.Attachment = federation.Attachments{{Type: "Document", MediaType: mediaType(img), URL: img.URL, Name: alt(img, lang)}}
	}
	return federation.Encode(o)
}

// noteTags are the tags that a note shows.
func noteTags(e directory.Public) []string {
	if len(e.Tags) > 5 {
		return e.Tags[:5]
	}
	return e.Tags
}

// noteHTML gives the pitch what room the title, the facts, the link and the
// hashtags leave.
func (v Env) noteHTML(e directory.Public, change NoteKind, lang string) string {
	name, _ := e.Name.In(lang)
	title := clip(name, 150)
	head := label(string(change), lang) + label("colon", lang)
	facts := clip(strings.Join(whenWhere(e, lang), " – "), 120)
	link := v.PageURL(e)
	shown := clip(bareURL(link), 60)
	var tags []string
	room := maxNote - utf8.RuneCountInString(head+" "+title+facts+shown) - 4
	for _, t := range v.hashtags(noteTags(e)) {
		if n := utf8.RuneCountInString(t.Name) + 1; room > n {
			room -= n
			tags = append(tags, `<a href="`+html.EscapeString(t.Href)+`" class="mention hashtag" rel="tag">`+html.EscapeString(t.Name)+`</a>`)
		}
	}
	pitch, _ := e.Summary.In(lang)
	var b strings.Builder
	b.WriteString("<p>" + html.EscapeString(head) + " <strong>" + html.EscapeString(title) + "</strong></p>")
	b.WriteString(toHTML(facts))
	b.WriteString(toHTML(strings.ReplaceAll(clip(pitch, room), "\n\n", "\n")))
	b.WriteString(`<p><a href="` + html.EscapeString(link) + `">` + html.EscapeString(shown) + `</a></p>`)
	if len(tags) > 0 {
		b.WriteString("<p>" + strings.Join(tags, " ") + "</p>")
	}
	return b.String()
}
