package demo

import (
	"strconv"
	"strings"
	"unicode"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/transfer"
)

// Where the rows come from; see data/CREDITS.md.
const (
	ownLicence    = "CC0-1.0"
	placesLicence = "CC0-1.0" // the set is in the Public Domain
	placesSource  = "TransforMap / SUSY map"
)

// publisher is the organisation; it says that it is a demonstration.
func publisher() directory.Entry {
	return directory.Entry{
		Kind: directory.KindOrganisation, Handle: orgHandle, Status: directory.StatusPublished,
		Name: directory.LangText{"fr": "La Coop des Communs (démonstration)", "en": "La Coop des Communs (demonstration)"},
		Summary: directory.LangText{
			"fr": "Données de démonstration : événements, textes, concepts et lieux des communs. Ce n’est pas un compte officiel.",
			"en": "Demonstration data: events, texts, concepts and places of the commons. This is not an official account.",
		},
		Themes: []string{"recherche"}, Licence: ownLicence,
		Place: &directory.Place{Locality: "Paris", Country: "FR"},
	}
}

// base is what all rows share.
func (l *loader) base(kind directory.Kind, key, licence string) directory.Entry {
	return directory.Entry{
		Kind: kind, Owner: l.org.ID, OwnerURI: l.org.URI, Status: directory.StatusPublished,
		SourceKey: "demo/" + key, Licence: licence,
	}
}

func langText(fr, en string) directory.LangText {
	t := directory.LangText{}
	if fr != "" {
		t["fr"] = fr
	}
	if en != "" {
		t["en"] = en
	}
	return t
}

func point(r row, source string) (*directory.Point, string) {
	lat, errLat := strconv.ParseFloat(r["lat"], 64)
	lon, errLon := strconv.ParseFloat(r["lon"], 64)
	if errLat != nil || errLon != nil {
		return nil, ""
	}
	return &directory.Point{Lat: lat, Lon: lon}, source
}

func (l *loader) event(r row) directory.Entry {
	e := l.base(directory.KindEvent, "event/"+r["id"], ownLicence)
	e.Name = directory.LangText{"und": r["title"]} // in the language of its organisers, which the table does not say
	e.Summary = langText(r["summary_fr"], r["summary_en"])
	e.Period = &directory.Period{Start: r["start_date"], End: r["end_date"]}
	e.Event = &directory.Event{Series: r["series"], Edition: r["edition"], Organisers: r["organisers"]}
	e.Website = r["url"]
	e.Themes = eventThemes(r)
	if r["city"] != "" || r["country"] != "" {
		e.Place = &directory.Place{Name: r["venue"], Locality: r["city"], Country: r["country"]}
		source := "gazetteer:city"
		switch {
		case strings.HasPrefix(r["coord_source"], "gazetteer communes_fr"):
			source = "gazetteer:commune"
		case strings.HasPrefix(r["coord_source"], "manual"):
			source = "manual:city"
		}
		e.Place.Point, e.Place.PointSource = point(r, source)
	}
	return e
}

// eventThemes are told by the series, which says what its editions are about.
func eventThemes(r row) []string {
	text := strings.ToLower(r["series"] + " " + r["title"] + " " + r["summary_fr"])
	for _, t := range [...]struct{ words, theme string }{
		{"libre software|rmll|fosdem|jdll|logiciel|bluehats", "logiciel"},
		{"hardware|fab|bidouille|oscedays|hacker", "fabrique"},
		{"open data|okfest|données|numérique", "donnees"},
		{"iasc|recherche|science", "recherche"},
		{"coopérativ|cooperativ|ouishare", "cooperer"},
		{"assembl", "assemblee"},
		{"free culture|culture", "culture"},
		{"sharing cit|ville", "habiter"},
	} {
		for _, w := range strings.Split(t.words, "|") {
			if strings.Contains(text, w) {
				return []string{t.theme}
			}
		}
	}
	return []string{"gouverner"}
}

func (l *loader) text(r row) directory.Entry {
	e := l.base(directory.KindText, "text/"+r["id"], ownLicence)
	e.Name = directory.LangText{}
	lang := r["lang"]
	if lang == "" {
		lang = "und"
	}
	e.Name[lang] = r["title"]
	if r["title_en"] != "" {
		e.Name["en"] = r["title_en"]
	}
	e.Summary = langText(r["summary_fr"], r["summary_en"])
	date := r["date"]
	if date == "" {
		date = r["year"]
	}
	e.Period = &directory.Period{Start: date}
	e.Text = &directory.Text{Form: r["kind"], Authors: r["authors"], Language: r["lang"], Country: r["country"], URL: r["url"]}
	e.Themes = textThemes(r)
	return e
}

func textThemes(r row) []string {
	if r["kind"] == "licence" {
		return []string{"droit", "numerique"}
	}
	if r["kind"] == "law" || r["kind"] == "judgment" || r["kind"] == "charter" {
		return []string{"droit"}
	}
	return []string{"gouverner"}
}

func (l *loader) concept(r row) directory.Entry {
	e := l.base(directory.KindConcept, "concept/"+r["id"], ownLicence)
	e.Name = langText(r["term_fr"], r["term_en"])
	e.Summary = langText(r["definition_fr"], r["definition_en"])
	c := &directory.Concept{FirstUse: year(r["first_use_year"]), FirstAuthor: r["first_use_author"], SourceWork: r["source_work"]}
	for _, v := range strings.Split(r["variants"], ";") {
		if v = strings.TrimSpace(v); v != "" && v != r["term_fr"] && v != r["term_en"] {
			c.AltLabels = append(c.AltLabels, v)
		}
	}
	e.Concept = c
	e.Themes = []string{"gouverner"}
	if c.FirstUse != "" {
		e.Period = &directory.Period{Start: c.FirstUse}
	}
	return e
}

// year writes a year with the four digits of EDTF.
func year(s string) string {
	if n, err := strconv.Atoi(s); err == nil && len(s) < 4 {
		return strings.Repeat("0", 4-len(strconv.Itoa(n))) + strconv.Itoa(n)
	}
	return s
}

func (l *loader) place(r row) directory.Entry {
	e := l.base(directory.KindOrganisation, "place/"+r["id"], placesLicence)
	e.Name = directory.LangText{"und": r["name"]}
	for _, term := range strings.FieldsFunc(r["types"], func(c rune) bool { return c == ';' || c == ',' }) {
		c, ok := transfer.LookupCategory(strings.TrimSpace(term))
		if !ok {
			continue
		}
		if c.Kind == directory.KindPlace {
			e.Kind = directory.KindPlace
		}
		if c.Theme != "" && !contains(e.Themes, c.Theme) && len(e.Themes) < maxThemes {
			e.Themes = append(e.Themes, c.Theme)
		}
	}
	e.Place = &directory.Place{Street: r["street"], PostalCode: r["postcode"], Locality: r["city"], Country: r["country"]}
	e.Place.Point, e.Place.PointSource = point(r, "given")
	e.Website = webAddress(r["website"])
	e.Sources = []directory.Source{{Name: placesSource, URL: r["source_uri"], Licence: placesLicence}}
	return e
}

// maxThemes keeps a place that ticked every box from being about everything.
const maxThemes = 5

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}

// webAddress keeps what is an address of the web.
func webAddress(s string) string {
	// Some rows name two sites, or add an account after a space.
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ';' || unicode.IsSpace(r) }) {
		if directory.WebURL(part) {
			return part
		}
	}
	return ""
}

// relate gives the entries their relations, now that all have an address. A
// relation is stated by the newer entry about the older one, save "inspires",
// which the table writes from the older to the newer.
func (l *loader) relate(es, others []directory.Entry, relations, concepts []row) {
	at := map[string]*directory.Entry{}
	for _, list := range [][]directory.Entry{es, others} {
		for i := range list {
			at[list[i].SourceKey] = &list[i]
		}
	}
	for _, r := range relations {
		subject, object := at["demo/text/"+r["from"]], at["demo/text/"+r["to"]]
		if r["relation"] == string(directory.RelFoundedAt) {
			object = at["demo/event/"+r["to"]]
		}
		if subject == nil || object == nil {
			continue // one of the two is not verified
		}
		l.addRelation(subject, directory.RelationType(r["relation"]), object, r["justification"])
	}
	for _, r := range concepts {
		child, parent := at["demo/concept/"+r["id"]], at["demo/concept/"+r["parent"]]
		if child != nil && parent != nil {
			l.addRelation(child, directory.RelBroader, parent, "")
		}
	}
}

func (l *loader) addRelation(subject *directory.Entry, t directory.RelationType, object *directory.Entry, note string) {
	uri := l.uris[object.SourceKey]
	if uri == "" {
		return
	}
	name, _ := object.Name.In()
	subject.Relations = append(subject.Relations, directory.Relation{Type: t, Object: uri, Name: name, Note: note})
	l.counts.Relations++
}
