package site

import (
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// feedReplies is how many replies the feed of a discussion holds.
const feedReplies = 50

type feedLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type feedText struct {
	Type string `xml:"type,attr"`
	Lang string `xml:"xml:lang,attr,omitempty"`
	Text string `xml:",chardata"`
}

type feedEntry struct {
	ID        string   `xml:"id"`
	Title     string   `xml:"title"`
	Updated   string   `xml:"updated"`
	Published string   `xml:"published"`
	Author    string   `xml:"author>name"`
	Link      feedLink `xml:"link"`
	Content   feedText `xml:"content"`
}

type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []feedLink  `xml:"link"`
	Entries []feedEntry `xml:"entry"`
}

// DiscussionFeed is GET /entries/{id}/discussion.atom and its like: the newest
// shown replies to a local public entry (RFC 4287).
func (s *Site) DiscussionFeed(w http.ResponseWriter, r *http.Request) error {
	e, err := s.cfg.Store.Entry(r.Context(), r.PathValue("id"))
	leaving := false
	if err == nil {
		_, leaving, err = s.cfg.Store.Leaving(r.Context(), e)
	}
	if err == nil && (leaving || e.Origin != "" || !e.Status.Public() || kindPath(r) != e.Kind.Path()) {
		err = directory.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("feed of %q: %w", r.PathValue("id"), err)
	}
	replies, err := s.cfg.Store.ShownReplies(r.Context(), e.ID, feedReplies)
	if err != nil {
		return err
	}
	l := s.pages.Locale(r)
	self := s.cfg.Env.Base + r.URL.EscapedPath()
	f := feed{ID: self, Title: l.T("discussion.feed", "name", textIn(l, e.Name).Text), Updated: rfc3339(e.PublishedAt),
		Links: []feedLink{{"self", "application/atom+xml", self}, {"alternate", "text/html", s.cfg.Env.Base + entryPath(directory.Public(e)) + "#discussion"}}}
	var newest time.Time
	for _, reply := range replies {
		at := reply.Published
		if reply.Updated.After(at) {
			at = reply.Updated
		}
		if at.After(newest) {
			newest = at
			f.Updated = rfc3339(at)
		}
		f.Entries = append(f.Entries, feedReply(reply, at))
	}
	body, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return fmt.Errorf("feed of %s: %w", e.ID, err)
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=300")
	w.Header().Add("Vary", "Accept-Language, Cookie")
	_, err = w.Write(append([]byte(xml.Header), body...))
	return err
}

func feedReply(reply store.Reply, at time.Time) feedEntry {
	who := reply.Name
	if who == "" {
		who = reply.Handle
	}
	if who == "" {
		who = originHost(reply.Origin)
	}
	body := string(sanitize.Comment(reply.Body))
	if reply.Warning != "" {
		body = "<p>" + html.EscapeString(reply.Warning) + "</p>"
	}
	return feedEntry{ID: reply.URI, Title: who, Author: who, Updated: rfc3339(at), Published: rfc3339(reply.Published),
		Link: feedLink{"alternate", "text/html", sanitize.URL(reply.URL)}, Content: feedText{"html", reply.Lang, body}}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }
