package vocab

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// Limits of what is taken from a foreign document, in characters.
const (
	maxName        = 300
	maxSummary     = 1000
	maxDescription = 20000
	maxForeignTags = 20
)

// Entry reads a document fetched from, or signed by, the given origin
// (scheme://host[:port]; "" when the caller has checked) into an entry without
// ID, Num and Owner, published or archived. Documents of our own dialect come
// back whole; of other software's, events and organisations are read. The error
// wraps ErrInvalid: a document that is malformed, of another origin than its id,
// or of a type that is no entry; or ErrForbidden: one that is not to be listed.
func Entry(raw []byte, origin string) (directory.Entry, error) {
	o, err := federation.ReadObject(raw)
	if err != nil {
		return directory.Entry{}, fmt.Errorf("read entry: %w: %w", directory.ErrInvalid, err)
	}
	return EntryOf(o, origin)
}

// EntryOf is Entry of a document that is read already.
func EntryOf(o federation.Object, origin string) (_ directory.Entry, err error) {
	own := Origin(o.ID)
	if own == "" || (origin != "" && own != Origin(origin)) {
		return directory.Entry{}, fmt.Errorf("read entry %s: %w: not from its origin", o.ID, directory.ErrInvalid)
	}
	e := directory.Entry{URI: o.ID, Origin: own, Status: directory.StatusPublished, PublishedAt: o.Published, Updated: o.Updated}
	if e.Updated.IsZero() {
		e.Updated = o.Published // an object that was never edited says it once
	}
	e.AlsoKnownAs, e.MovedTo = otherIDs(o)
	if o.Archived {
		e.Status = directory.StatusArchived
	}
	if kind := directory.Kind(o.Kind); kind.Valid() && WireType(kind) == o.Type {
		e.Kind = kind
		err = readOwn(&e, o)
	} else {
		err = readForeign(&e, o)
	}
	if err == nil && !e.Kind.IsActor() && !slices.Contains(o.To, federation.Public) {
		// FEP-8a8e, discoverability: what has Public in cc is unlisted.
		err = fmt.Errorf("%w: not addressed to the public", directory.ErrForbidden)
	}
	if err != nil {
		return directory.Entry{}, fmt.Errorf("read entry %s: %w", o.ID, err)
	}
	if e.OwnerURI != e.URI && Origin(e.OwnerURI) != own {
		// A server speaks for its own actors only: the page of an organisation
		// lists what names it, whoever it comes from.
		e.OwnerURI = ""
		if e.Kind.IsActor() {
			e.OwnerURI = e.URI
		}
	}
	return e, nil
}

// readOwn reads a document of our dialect: the inverse of Document.
func readOwn(e *directory.Entry, o federation.Object) error {
	if e.Name = o.NameMap; len(e.Name) == 0 {
		e.Name = langText(o.Name, o.InLanguage)
	}
	if len(e.Name) == 0 {
		return fmt.Errorf("%w: no name", directory.ErrInvalid)
	}
	e.Summary = o.Pitch
	for lang, s := range o.ContentMap {
		if e.Description == nil {
			e.Description = directory.LangText{}
		}
		e.Description[lang] = fromHTML(s)
	}
	e.OwnerURI = o.AttributedTo
	if e.Kind.IsActor() {
		e.Handle = o.PreferredUsername
		if e.OwnerURI == "" {
			e.OwnerURI = e.URI
		}
	}
	e.Themes, e.Tags = o.Themes, o.Keywords
	e.Place = readPlace(o.Location, o.OnlineURL, true)
	e.Period = periodOf(o.DateEDTF, o.Timezone)
	e.Licence, e.Website, e.OpeningHours = licenceID(o.License), webURL(o.Website), o.OpeningHours
	e.LastConfirmed = o.LastConfirmed
	e.Relations, e.Confirmed = readRelations(o, e.URI)
	for _, part := range []struct {
		raw json.RawMessage
		to  any
	}{
		{o.Pillars, &e.Pillars}, {o.Edition, &e.Event}, {o.Text, &e.Text}, {o.Concept, &e.Concept},
		{o.Links, &e.Links}, {o.Pictures, &e.Images}, {o.Sources, &e.Sources}, {o.Identifiers, &e.Identifiers},
	} {
		if len(part.raw) == 0 {
			continue
		}
		if err := json.Unmarshal(part.raw, part.to); err != nil {
			return fmt.Errorf("%w: %w", directory.ErrInvalid, err)
		}
	}
	safeURLs(e)
	return nil
}

// safeURLs drops every URL that a page must not link to, such as javascript:.
func safeURLs(e *directory.Entry) {
	links := e.Links[:0]
	for _, l := range e.Links {
		if l.URL = webURL(l.URL); l.URL != "" {
			links = append(links, l)
		}
	}
	e.Links = links
	images := e.Images[:0]
	for _, img := range e.Images {
		if img.URL = webURL(img.URL); img.URL != "" {
			images = append(images, img)
		}
	}
	e.Images = images
	for i := range e.Sources {
		e.Sources[i].URL = webURL(e.Sources[i].URL)
	}
	if e.Pillars != nil {
		e.Pillars.RulesURL = webURL(e.Pillars.RulesURL)
	}
	if e.Text != nil {
		e.Text.URL = webURL(e.Text.URL)
	}
}

// readForeign reads other software's events and organisations.
func readForeign(e *directory.Entry, o federation.Object) error {
	switch o.Type {
	case "Event":
		e.Kind = directory.KindEvent
		e.Event = &directory.Event{Status: eventStatus(o.Status)}
		if e.Period = foreignPeriod(o.StartTime, o.EndTime, o.Timezone); e.Period == nil {
			return fmt.Errorf("%w: an event without a start", directory.ErrInvalid)
		}
		e.OwnerURI = o.AttributedTo
		if e.OwnerURI == "" {
			e.OwnerURI = o.Actor
		}
	case "Organization", "Group":
		e.Kind, e.Handle, e.OwnerURI = directory.KindOrganisation, o.PreferredUsername, e.URI
	default:
		return fmt.Errorf("%w: a %s is not an entry", directory.ErrInvalid, o.Type)
	}
	lang := onlyLanguage(o)
	e.Name = foreignMap(o.NameMap, o.Name, lang, maxName)
	e.Summary = foreignMap(o.SummaryMap, o.Summary, lang, maxSummary)
	e.Description = foreignMap(o.ContentMap, o.Content, lang, maxDescription)
	if len(e.Name) == 0 {
		e.Name = e.Summary // Friendica's events have no name
		for lang, s := range e.Name {
			e.Name[lang] = clip(strings.ReplaceAll(s, "\n", " "), maxName)
		}
		e.Summary = nil
	}
	if len(e.Name) == 0 {
		return fmt.Errorf("%w: no name", directory.ErrInvalid)
	}
	foreignExtras(e, o)
	if o.OnlineURL == "" && o.IsOnline {
		o.OnlineURL = e.Website // Mobilizon's online address
	}
	e.Place = readPlace(o.Location, o.OnlineURL, false)
	e.Licence = licenceID(o.License)
	return nil
}

// foreignExtras reads tags, pictures and links.
func foreignExtras(e *directory.Entry, o federation.Object) {
	for _, t := range o.Tag {
		if name := strings.TrimLeft(foreignText(t.Name), "#"); name != "" && (t.Type == "Hashtag" || t.Type == "") && len(e.Tags) < maxForeignTags {
			e.Tags = append(e.Tags, name)
		}
	}
	e.Website = webURL(o.URL)
	if u := webURL(o.ExternalURL); u != "" {
		e.Website = u
	}
	seen := map[string]bool{}
	picture := func(url, mediaType, name string) {
		if url = webURL(url); url == "" || seen[url] {
			return
		}
		seen[url] = true
		img := directory.Image{URL: url, MediaType: mediaType}
		if name = foreignText(name); name != "" && name != "Banner" {
			img.Alt = directory.LangText{"und": clip(name, maxSummary)}
		}
		e.Images = append(e.Images, img)
	}
	if o.Image != nil {
		picture(o.Image.URL, o.Image.MediaType, o.Image.Name)
	}
	for _, a := range o.Attachment {
		switch {
		case a.Type == "Image" || (a.Type == "Document" && (a.MediaType == "" || strings.HasPrefix(a.MediaType, "image/"))):
			picture(a.URL, a.MediaType, a.Name)
		case a.Type == "Link" && webURL(a.Href) != "":
			if a.Name == "Website" {
				e.Website = webURL(a.Href)
			} else if len(e.Links) < maxForeignTags {
				e.Links = append(e.Links, directory.Link{Name: clip(foreignText(a.Name), maxName), URL: webURL(a.Href)})
			}
		}
	}
}

// eventStatus reads iCalendar's words in any case, schema.org's and FEP-8a8e's.
func eventStatus(s string) directory.EventStatus {
	s = strings.ToUpper(s[strings.LastIndexAny(s, "/#:")+1:])
	switch strings.TrimPrefix(s, "EVENT") {
	case "CANCELLED", "CANCELED":
		return directory.EventCancelled
	case "TENTATIVE", "POSTPONED":
		return directory.EventTentative
	}
	return directory.EventConfirmed
}

// onlyLanguage is the document's language: what it says, else the one of its
// maps when they agree on one, else "".
func onlyLanguage(o federation.Object) string {
	lang := o.InLanguage
	if lang != "" {
		return lang
	}
	for _, m := range []map[string]string{o.NameMap, o.ContentMap} {
		for l := range m {
			if lang != "" && l != lang {
				return ""
			}
			lang = l
		}
	}
	return lang
}

func langText(s, lang string) directory.LangText {
	if s == "" {
		return nil
	}
	if lang == "" || len(lang) > 35 {
		lang = "und"
	}
	return directory.LangText{lang: s}
}

// foreignMap reads a text in each language, or in one, as plain text. Of one
// language s is the text and the map says the language: Friendica's contentMap
// has an event's title, dates and place in it again, its content has not.
func foreignMap(m map[string]string, s, lang string, limit int) directory.LangText {
	if len(m) == 1 && foreignText(s) != "" {
		for l := range m {
			lang = l
		}
		return langText(clip(foreignText(s), limit), lang)
	}
	if len(m) == 0 || len(m) > 50 {
		return langText(clip(foreignText(s), limit), lang)
	}
	out := directory.LangText{}
	for l, text := range m {
		if text = clip(foreignText(text), limit); text != "" && l != "" && len(l) <= 35 {
			out[l] = text
		}
	}
	if len(out) == 0 {
		return langText(clip(foreignText(s), limit), lang)
	}
	return out
}
