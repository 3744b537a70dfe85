package vocab

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// maxBio bounds an actor's summary: Mobilizon refuses an actor beyond 5000 characters.
const maxBio = 4500

// Document returns the ActivityPub document of a local public entry, with a
// proof when the keys sign; the same entry and keys give the same bytes. They
// are those of the entry's organisation, or the instance's when nobody owns it.
func (v Env) Document(e directory.Public, k Keys) ([]byte, error) {
	if !e.Kind.Valid() || v.uri(e) == "" {
		return nil, fmt.Errorf("document of %q: %w: no kind or id", e.ID, directory.ErrInvalid)
	}
	o, err := v.common(e)
	if err != nil {
		return nil, fmt.Errorf("document of %s: %w", v.uri(e), err)
	}
	switch {
	case e.Kind.IsActor():
		v.actor(&o, e, k)
	case e.Kind == directory.KindEvent:
		v.event(&o, e)
	default:
		v.article(&o, e)
	}
	return v.sealed(o, k)
}

// common fills in what all kinds have.
func (v Env) common(e directory.Public) (federation.Object, error) {
	uri := v.uri(e)
	lang := language(e)
	name, _ := e.Name.In(lang)
	o := federation.Object{
		ID: uri, Type: WireType(e.Kind), Kind: string(e.Kind), URL: v.PageURL(e),
		Name: name, NameMap: e.Name, Pitch: e.Summary, InLanguage: lang,
		Content: htmlIn(e.Description, lang), ContentMap: htmlMap(e.Description),
		Location: placeDoc(e.Place), DateEDTF: edtfOf(e.Period),
		Archived: e.Status == directory.StatusArchived,
		Themes:   e.Themes, Keywords: e.Tags, Tag: v.hashtags(e.Tags),
		License: licenceURL(e.Licence), Website: e.Website, OpeningHours: e.OpeningHours,
		LastConfirmed: wireTime(e.LastConfirmed), Published: wireTime(e.PublishedAt), Updated: edited(e),
		Relations: v.relations(uri, e), AlsoKnownAs: e.AlsoKnownAs, MovedTo: e.MovedTo,
	}
	if o.AttributedTo = v.ownerURI(e); o.AttributedTo == uri {
		o.AttributedTo = ""
	}
	if e.Place != nil {
		o.OnlineURL = e.Place.Online
	}
	if e.Period != nil {
		o.Timezone = e.Period.Timezone
	}
	if len(e.Images) > 0 {
		o.Image = imageDoc(e.Images[0], lang)
	}
	return o, v.details(&o, e)
}

// edited is when the public document last changed. An object that never did
// has no `updated`: GoToSocial and Mastodon would show the new post as edited.
// The ledger moves Updated by a second at least.
func edited(e directory.Public) time.Time {
	if !e.Kind.IsActor() && e.Updated.Before(e.PublishedAt.Add(time.Second)) {
		return time.Time{}
	}
	return wireTime(e.Updated)
}

// details writes the parts that only our own dialect has, as JSON literals.
func (v Env) details(o *federation.Object, e directory.Public) error {
	for _, part := range []struct {
		to    *json.RawMessage
		value any
		has   bool
	}{
		{&o.Pillars, e.Pillars, e.Pillars != nil},
		{&o.Edition, e.Event, e.Event != nil},
		{&o.Text, e.Text, e.Text != nil},
		{&o.Concept, e.Concept, e.Concept != nil},
		{&o.Links, e.Links, len(e.Links) > 0},
		{&o.Pictures, e.Images, len(e.Images) > 0},
		{&o.Sources, e.Sources, len(e.Sources) > 0},
		{&o.Identifiers, e.Identifiers, e.Identifiers != nil},
	} {
		if !part.has {
			continue
		}
		raw, err := json.Marshal(part.value)
		if err != nil {
			return err
		}
		*part.to = raw
	}
	return nil
}

// actor fills in what Mastodon, GoToSocial, Mobilizon and Gancio read of an actor.
func (v Env) actor(o *federation.Object, e directory.Public, k Keys) {
	lang := language(e)
	o.PreferredUsername, o.WebFinger = e.Handle, e.Handle+"@"+v.Host()
	o.Summary, o.SummaryMap = v.bio(e, lang), map[string]string{}
	for _, l := range languages(e) {
		o.SummaryMap[l] = v.bio(e, l)
	}
	o.UpcomingEvents, o.Featured = o.ID+"/upcoming", o.ID+"/featured"
	if e.Kind == directory.KindOrganisation {
		o.Catalog, o.Digest = o.ID+"/catalog", o.ID+"/digest"
	}
	v.endpoints(o)
	withKeys(o, k)
	o.Generator = &federation.Generator{Type: "Application", Name: "Bocage", Implements: implements()}
	o.Attachment = v.properties(e, lang)
}

func (v Env) endpoints(o *federation.Object) {
	o.Inbox, o.Outbox = o.ID+"/inbox", o.ID+"/outbox"
	o.Followers, o.Following = o.ID+"/followers", o.ID+"/following"
	o.Endpoints = &federation.Endpoints{SharedInbox: v.SharedInbox()}
	yes, no := true, false
	o.ManuallyApprovesFollowers, o.Discoverable, o.Indexable = &no, &yes, &yes
	o.InteractionPolicy = everybodyMayFeature()
}

func withKeys(o *federation.Object, k Keys) {
	if k.RSAPublicPEM != "" {
		o.PublicKey = &federation.Key{ID: KeyID(o.ID), Owner: o.ID, PublicKeyPEM: k.RSAPublicPEM}
	}
	if k.Ed25519Multibase != "" {
		o.AssertionMethod = []federation.Key{{ID: Ed25519KeyID(o.ID), Type: "Multikey", Controller: o.ID, Multibase: k.Ed25519Multibase}}
	}
}

// implements says what may be spoken to us (FEP-844e).
func implements() []federation.Link {
	return []federation.Link{
		{Type: "Link", Href: "https://datatracker.ietf.org/doc/html/rfc9421", Name: "RFC 9421"},
		{Type: "Link", Href: federation.NS + "catalog", Name: "Bocage catalogue"},
	}
}

// bio is the profile text in lang: the pitch and as much of the description as fits.
func (v Env) bio(e directory.Public, lang string) string {
	pitch, l := e.Summary.In(lang)
	text := pitch
	if d, dl := e.Description.In(lang); d != "" && (l == "" || dl == l) {
		text = strings.TrimSpace(text + "\n\n" + d)
	}
	return toHTML(clip(text, maxBio))
}

// event fills in the superset that Mobilizon, Gancio, the Event Bridge and
// Mastodon each need a part of (see FEDERATION.md).
func (v Env) event(o *federation.Object, e directory.Public) {
	lang := language(e)
	o.Actor = o.AttributedTo
	o.StartTime, o.EndTime = eventTimes(e.Period)
	if o.EndTime == "" {
		no := false
		o.DisplayEndTime = &no
	}
	o.Status = string(directory.EventConfirmed)
	if e.Event != nil && e.Event.Status != "" {
		o.Status = string(e.Event.Status)
	}
	o.JoinMode, o.ExternalURL = "external", o.URL
	if e.Website != "" {
		o.ExternalURL = e.Website
	}
	o.Category = "COMMUNITY"
	o.IsOnline = o.OnlineURL != "" && o.Location == nil
	o.Organizers = &federation.Items{Type: "Collection", TotalItems: 1, Items: []any{o.AttributedTo}}
	o.Summary, o.SummaryMap = v.line(e, lang), map[string]string{}
	for _, l := range languages(e) {
		o.SummaryMap[l] = v.line(e, l)
	}
	v.address(o, e, lang)
	withContent(o, e, lang)
	discussed(o, e)
}

// article fills in a text or a concept.
func (v Env) article(o *federation.Object, e directory.Public) {
	lang := language(e)
	o.Summary, o.SummaryMap = v.line(e, lang), map[string]string{}
	for _, l := range languages(e) {
		o.SummaryMap[l] = v.line(e, l)
	}
	v.address(o, e, lang)
	withContent(o, e, lang)
	discussed(o, e)
}

// withContent gives an object without a description its pitch as content:
// GoToSocial hides the summary's text behind a warning and shows this. It has no
// contentMap, from which other instances read the description.
func withContent(o *federation.Object, e directory.Public, lang string) {
	if o.Content == "" {
		o.Content = htmlIn(e.Summary, lang)
	}
}

// address gives an object its audience, its pictures and its link.
func (v Env) address(o *federation.Object, e directory.Public, lang string) {
	o.To, o.CC = []string{federation.Public}, []string{o.AttributedTo + "/followers"}
	for i, img := range e.Images {
		a := federation.Attachment{Type: "Document", MediaType: mediaType(img), URL: img.URL, Name: alt(img, lang)}
		if i == 0 && a.Name == "" {
			a.Name = "Banner" // Mobilizon's name for the picture on top
		}
		o.Attachment = append(o.Attachment, a)
	}
	if link := v.link(o, e); link != "" {
		o.Attachment = append(o.Attachment, federation.Attachment{Type: "Link", MediaType: "text/html", Name: "Website", Href: link})
	}
}

// link is the one that goes among an object's attachments: of an event where it
// can be joined online, which is all that Mobilizon has for a hybrid one. An
// event without a picture has no other: Gancio takes the first attachment of an
// Update for a picture, and fails.
func (v Env) link(o *federation.Object, e directory.Public) string {
	switch {
	case e.Kind == directory.KindEvent && o.OnlineURL != "":
		return o.OnlineURL
	case e.Kind == directory.KindEvent && len(o.Attachment) == 0:
		return ""
	case e.Website != "":
		return e.Website
	}
	return o.URL
}

// line is the summary of an object: when and where on one line, then the pitch.
// Mastodon shows nothing else of an event, and an edit only when it changes.
func (v Env) line(e directory.Public, lang string) string {
	var facts []string
	if e.Event != nil && e.Event.Status == directory.EventCancelled {
		facts = append(facts, label(string(NoteCancelled), lang))
	}
	facts = append(facts, whenWhere(e, lang)...)
	if e.Text != nil && e.Text.Authors != "" {
		facts = append(facts, e.Text.Authors)
	}
	out := toHTML(strings.Join(facts, " – "))
	pitch, _ := e.Summary.In(lang)
	return out + toHTML(pitch)
}

// whenWhere says when and where in words, and that one can join online: nothing
// else tells people on Mastodon.
func whenWhere(e directory.Public, lang string) []string {
	var facts []string
	when := e.Period.Human(lang)
	if e.Concept != nil && e.Concept.FirstUse != "" {
		when = directory.HumanDate(e.Concept.FirstUse, lang)
	}
	online := e.Place != nil && e.Place.Online != ""
	if when != "" && online && e.Kind == directory.KindEvent && e.Period.Timezone != "" && strings.Contains(e.Period.Start, "T") {
		when += " (" + e.Period.Timezone + ")" // who joins from elsewhere has another clock
	}
	if when != "" {
		facts = append(facts, when)
	}
	if p := e.Place; p != nil {
		switch {
		case p.Name != "" && p.Locality != "" && p.Name != p.Locality:
			facts = append(facts, p.Name+", "+p.Locality)
		case placeName(p) != "":
			facts = append(facts, placeName(p))
		}
	}
	if online && e.Kind == directory.KindEvent {
		facts = append(facts, label("online", lang))
	}
	return facts
}

// properties are the profile fields, the one structured thing that people on
// Mastodon see.
func (v Env) properties(e directory.Public, lang string) federation.Attachments {
	var out federation.Attachments
	add := func(key, value string) {
		if value != "" && len(out) < 50 {
			out = append(out, federation.Attachment{Type: "PropertyValue", MediaType: "text/html", Name: label(key, lang), Value: value})
		}
	}
	text := func(s string) string { return html.EscapeString(clip(s, 1000)) }
	if e.Website != "" {
		add("site", `<a href="`+html.EscapeString(e.Website)+`" rel="me nofollow noopener">`+html.EscapeString(bareURL(e.Website))+`</a>`)
	}
	add("address", text(addressLine(e.Place)))
	add("themes", text(strings.Join(themeNames(e.Themes, lang), ", ")))
	add("dates", text(e.Period.Human(lang)))
	if e.Pillars != nil {
		for _, p := range []struct {
			key  string
			text directory.LangText
		}{{"resource", e.Pillars.Resource}, {"community", e.Pillars.Community}, {"governance", e.Pillars.Governance}} {
			s, _ := p.text.In(lang)
			add(p.key, text(s))
		}
	}
	add("hours", text(e.OpeningHours))
	if e.Licence != "" {
		add("licence", `<a href="`+html.EscapeString(licenceURL(e.Licence))+`">`+html.EscapeString(e.Licence)+`</a>`)
	}
	return out
}

func addressLine(p *directory.Place) string {
	if p == nil {
		return ""
	}
	town := strings.TrimSpace(p.PostalCode + " " + p.Locality)
	var parts []string
	for _, s := range []string{p.Name, p.Street, town, p.Country} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, ", ")
}

func (v Env) hashtags(tags []string) federation.Tags {
	var out federation.Tags
	for _, t := range tags {
		if name := hashtag(t); name != "" {
			out = append(out, federation.Tag{Type: "Hashtag", Name: "#" + name, Href: v.Base + "/?tag=" + url.QueryEscape(t)})
		}
	}
	return out
}

func imageDoc(img directory.Image, lang string) *federation.Image {
	return &federation.Image{Type: "Image", MediaType: mediaType(img), URL: img.URL, Name: alt(img, lang)}
}

func alt(img directory.Image, lang string) string {
	s, _ := img.Alt.In(lang)
	return s
}

// mediaType guesses from the name what the entry does not say.
func mediaType(img directory.Image) string {
	if img.MediaType != "" {
		return img.MediaType
	}
	switch strings.ToLower(path.Ext(img.URL)) {
	case ".png":
		return "image/png"
	case ".webp":
		return "image/webp"
	case ".svg":
		return "image/svg+xml"
	case ".gif":
		return "image/gif"
	}
	return "image/jpeg"
}

func htmlIn(t directory.LangText, lang string) string {
	s, _ := t.In(lang)
	return toHTML(s)
}

func htmlMap(t directory.LangText) map[string]string {
	if len(t) == 0 {
		return nil
	}
	m := make(map[string]string, len(t))
	for lang, s := range t {
		m[lang] = toHTML(s)
	}
	return m
}

// unknown is the language tag of a text whose language nobody said.
const unknown = "und"

// language is the one that an entry speaks to people who cannot choose: its
// name's, else its summary's or description's, else French. A name alone is
// often in no language.
func language(e directory.Public) string {
	for _, t := range []directory.LangText{e.Name, e.Summary, e.Description} {
		if _, lang := t.In(); lang != "" && lang != unknown {
			return lang
		}
	}
	return "fr"
}

// languages are those in which an entry says something, its own first.
func languages(e directory.Public) []string {
	out := []string{language(e)}
	for _, t := range []directory.LangText{e.Name, e.Summary, e.Description} {
		for lang := range t {
			if lang != unknown && !slices.Contains(out, lang) {
				out = append(out, lang)
			}
		}
	}
	return out
}

// bareURL is a URL for people: without scheme and final slash.
func bareURL(s string) string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	return strings.TrimSuffix(rest, "/")
}

// wireTime is UTC to the microsecond, as the store keeps it.
func wireTime(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
