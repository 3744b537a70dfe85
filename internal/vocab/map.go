package vocab

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
)

// MapType is the AS2 type of a map: an actor that announces and is no member of
// the directory.
const MapType = "Service"

// MapURI is the id of the map of a handle, which is its page too.
func (v Env) MapURI(handle string) string { return v.Base + "/maps/" + handle }

// MapHandle is the handle in the id of a map of ours, "" for any other URI.
func (v Env) MapHandle(uri string) string {
	handle, ok := strings.CutPrefix(uri, v.Base+"/maps/")
	if !ok || strings.ContainsAny(handle, "/?#") {
		return ""
	}
	return handle
}

// FeatureURI is the id of a FeatureAuthorization of ours.
func (v Env) FeatureURI(id string) string { return v.Base + "/features/" + id }

// mapShell is the map as an entry, for what both have: the languages it speaks.
func mapShell(m directory.Map) directory.Public {
	return directory.Public{Name: m.Name, Summary: m.Summary}
}

// MapActor returns the document of a map. It has no catalogue: what a map shows
// is in the catalogues of those who publish it.
func (v Env) MapActor(m directory.Map, k Keys) ([]byte, error) {
	e := mapShell(m)
	lang := language(e)
	uri := v.MapURI(m.Handle)
	name, _ := m.Name.In(lang)
	o := federation.Object{
		ID: uri, Type: MapType, Kind: "map", PreferredUsername: m.Handle, WebFinger: m.Handle + "@" + v.Host(),
		AttributedTo: v.InstanceURI(), Name: name, NameMap: m.Name, InLanguage: lang, Pitch: m.Summary,
		Summary: htmlIn(m.Summary, lang), SummaryMap: htmlMap(m.Summary), URL: uri,
		Published: wireTime(m.Created), Updated: wireTime(m.Updated),
		Featured: uri + "/featured", FeaturedCollections: uri + "/collections",
		Themes: m.Selection.Themes, Keywords: m.Selection.Tags, Tag: v.hashtags(m.Selection.Tags),
		Generator: &federation.Generator{Type: "Application", Name: "Bocage", Implements: implements()},
	}
	if b, ok := m.Selection.Area.Bounds(); ok && b.West <= b.East {
		lat, lon := federation.Decimal((b.South+b.North)/2), federation.Decimal((b.West+b.East)/2)
		o.Location = &federation.Place{Type: "Place", Name: name, Latitude: &lat, Longitude: &lon}
	}
	if themes := themeNames(m.Selection.Themes, lang); len(themes) > 0 {
		o.Attachment = append(o.Attachment, federation.Attachment{Type: "PropertyValue", MediaType: "text/html",
			Name: label("themes", lang), Value: html.EscapeString(clip(strings.Join(themes, ", "), 1000))})
	}
	v.endpoints(&o)
	withKeys(&o, k)
	return v.sealed(o, k)
}

// MapNote returns a map's own Note that an entry entered it: for an entry that
// has no post to share, such as an actor of another instance. link is where
// people read the entry.
func (v Env) MapNote(m directory.Map, e directory.Public, link, uri string, at time.Time) ([]byte, error) {
	text := func(lang string) string {
		name, _ := e.Name.In(lang)
		title, _ := m.Name.In(lang)
		var b strings.Builder
		b.WriteString("<p>" + fmt.Sprintf(label("entered", lang), "<strong>"+html.EscapeString(clip(name, 150))+"</strong>",
			`<a href="`+html.EscapeString(v.MapURI(m.Handle))+`">`+html.EscapeString(clip(title, 100))+"</a>") + "</p>")
		b.WriteString(toHTML(clip(strings.Join(whenWhere(e, lang), " – "), 120)))
		pitch, _ := e.Summary.In(lang)
		b.WriteString(toHTML(strings.ReplaceAll(clip(pitch, 150), "\n\n", "\n")))
		b.WriteString(linkLine(link))
		return b.String()
	}
	return v.plainNote(v.MapURI(m.Handle), uri, link, language(e), text, at, time.Time{})
}

// plainNote is a public Note by one of our actors, in French and English.
func (v Env) plainNote(actor, uri, link, lang string, text func(lang string) string, at, updated time.Time) ([]byte, error) {
	if lang != "en" {
		lang = "fr"
	}
	return federation.Encode(federation.Object{
		ID: uri, Type: "Note", AttributedTo: actor, URL: link, InLanguage: lang,
		Content: text(lang), ContentMap: map[string]string{"fr": text("fr"), "en": text("en")},
		To: []string{federation.Public}, CC: []string{actor + "/followers"}, Published: wireTime(at), Updated: wireTime(updated),
	})
}

func linkLine(link string) string {
	return `<p><a href="` + html.EscapeString(link) + `">` + html.EscapeString(clip(bareURL(link), 60)) + `</a></p>`
}

// Digest is what a post tells when there was too much to tell one by one.
type Digest struct {
	// Actor speaks; Map is its map's name when it is a map.
	Actor string
	Map   directory.LangText
	// New is true when everything in it is new, false when some only changed.
	New bool
	// Count is how many entries there are; Entries are the first of them.
	Count   int
	Entries []DigestEntry
	// Link is the page that has them all.
	Link string
	// Retold is when it was written again, zero for the first time.
	Retold time.Time
}

// DigestEntry is one line of a Digest.
type DigestEntry struct {
	Name directory.LangText
	Link string
}

// DigestNote returns a Note with as many of the entries as fit.
func (v Env) DigestNote(d Digest, uri string, at time.Time) ([]byte, error) {
	text := func(lang string) string {
		key := "digest-changes"
		switch {
		case len(d.Map) > 0:
			key = "digest-map"
		case d.New:
			key = "digest-new"
		}
		if d.Count == 1 {
			key += "-one"
		}
		title, _ := d.Map.In(lang)
		head := strings.NewReplacer("{n}", strconv.Itoa(d.Count), "{map}", html.EscapeString(clip(title, 100))).Replace(label(key, lang)) + label("colon", lang)
		room := maxNote - utf8.RuneCountInString(head) - utf8.RuneCountInString(clip(bareURL(d.Link), 60)) - 4
		var lines []string
		for _, e := range d.Entries {
			name, _ := e.Name.In(lang)
			name = clip(name, 80)
			if room -= utf8.RuneCountInString(name) + 3; room < 0 {
				break
			}
			lines = append(lines, `– <a href="`+html.EscapeString(e.Link)+`">`+html.EscapeString(name)+`</a>`)
		}
		if len(lines) < d.Count {
			lines = append(lines, "…")
		}
		return "<p>" + head + "</p><p>" + strings.Join(lines, "<br>") + "</p>" + linkLine(d.Link)
	}
	return v.plainNote(d.Actor, uri, d.Link, "fr", text, at, d.Retold)
}

// everybodyMayFeature lets any server put an actor of ours in a collection, as
// everything here is public: an absent policy is a refusal (FEP-7aa9).
func everybodyMayFeature() *federation.InteractionPolicy {
	return &federation.InteractionPolicy{CanFeature: &federation.Approval{AutomaticApproval: []string{federation.Public}}}
}

// MaxFeatured is how many actors a collection may have.
const MaxFeatured = 150

// MapCollection returns the collection of the actors of a map, the last to enter
// first. The leave of an actor of ours is implied: it is named, and answers.
func (v Env) MapCollection(m directory.Map, entries []directory.Public) ([]byte, error) {
	lang := language(mapShell(m))
	uri := v.MapURI(m.Handle)
	name, _ := m.Name.In(lang)
	c := federation.FeaturedCollection{ID: uri + "/collection", Type: "FeaturedCollection", AttributedTo: uri,
		Name: name, NameMap: m.Name, Summary: htmlIn(m.Summary, lang), SummaryMap: htmlMap(m.Summary), URL: uri,
		Discoverable: true, Published: wireTime(m.Created), Updated: wireTime(m.Updated), Items: []federation.FeaturedItem{}}
	for _, e := range entries {
		if !e.Kind.IsActor() || len(c.Items) == MaxFeatured {
			continue
		}
		c.Items = append(c.Items, federation.FeaturedItem{ID: c.ID + "#" + e.ID, Type: "FeaturedItem",
			FeaturedObject: v.uri(e), FeaturedObjectType: WireType(e.Kind), Published: wireTime(e.PublishedAt),
			FeatureAuthorization: v.implied(m, e)})
	}
	c.TotalItems = len(c.Items)
	return federation.Encode(c)
}

// implied is the leave of an actor of ours to be in a map of ours.
func (v Env) implied(m directory.Map, e directory.Public) string {
	if e.Origin != "" {
		return "" // nobody asked it: who reads the collection leaves it out
	}
	return v.FeatureURI(e.ID + "-" + m.ID)
}

// Authorization returns the document of a leave.
func (v Env) Authorization(id, collection, actor string) ([]byte, error) {
	return federation.Encode(authorization(id, collection, actor))
}

func authorization(id, collection, actor string) federation.FeatureAuthorization {
	return federation.FeatureAuthorization{ID: id, Type: "FeatureAuthorization", AttributedTo: actor,
		InteractingObject: collection, InteractionTarget: actor}
}

// AcceptFeature answers a FeatureRequest: result is the authorization's id.
func (v Env) AcceptFeature(a Act, request []byte, result string) ([]byte, error) {
	env, err := federation.ParseEnvelope(request)
	if err != nil {
		return nil, fmt.Errorf("Accept: %w: %w", directory.ErrInvalid, err)
	}
	if a.ID == "" || a.Actor == "" {
		return nil, fmt.Errorf("Accept: %w: an activity needs an id and an actor", directory.ErrInvalid)
	}
	return federation.Encode(federation.Act{ID: a.ID, Type: "Accept", Actor: a.Actor, Object: federation.Embed(request),
		Result: result, To: []string{env.Actor}})
}
