package site

import (
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// formGroups are the fields of the entry form, in its order. Values of other
// languages and fields that the form does not have stay as they are.
func formGroups() []formGroup {
	type E = directory.Entry
	actors := []directory.Kind{directory.KindCommons, directory.KindOrganisation, directory.KindPlace, directory.KindPractice, directory.KindEcosystem}
	placed := append(append([]directory.Kind(nil), actors...), directory.KindEvent)
	dated := append(append([]directory.Kind(nil), placed...), directory.KindText)
	var event, text, concept = directory.KindEvent, directory.KindText, directory.KindConcept
	return []formGroup{
		{"words", []formField{
			langField("name", "fr", "text", func(e *E) *directory.LangText { return &e.Name }),
			langField("name", "en", "text", func(e *E) *directory.LangText { return &e.Name }),
			langField("summary", "fr", "area", func(e *E) *directory.LangText { return &e.Summary }),
			langField("summary", "en", "area", func(e *E) *directory.LangText { return &e.Summary }),
			langField("description", "fr", "area", func(e *E) *directory.LangText { return &e.Description }),
			langField("description", "en", "area", func(e *E) *directory.LangText { return &e.Description }),
		}},
		{"sorting", []formField{
			{name: "themes", path: "themes", input: "themes",
				get: func(e *E) string { return strings.Join(e.Themes, ",") },
				set: func(e *E, v string) error { e.Themes = commas(v); return nil }},
			{name: "tags", path: "tags", input: "text",
				get: func(e *E) string { return strings.Join(e.Tags, ", ") },
				set: func(e *E, v string) error { e.Tags = commas(strings.ReplaceAll(v, "#", "")); return nil }},
		}},
		{"place", placeFields(placed)},
		{"dates", []formField{
			textField("start", "period.start", "text", func(e *E) *string { return &period(e).Start }).only(dated...),
			textField("end", "period.end", "text", func(e *E) *string { return &period(e).End }).only(dated...),
			{name: "event_status", path: "event.status", input: "select", kinds: []directory.Kind{event},
				get: func(e *E) string {
					if e.Event == nil || e.Event.Status == "" {
						return string(directory.EventConfirmed)
					}
					return string(e.Event.Status)
				},
				set: func(e *E, v string) error { eventOf(e).Status = directory.EventStatus(v); return nil }},
			textField("series", "event.series", "text", func(e *E) *string { return &eventOf(e).Series }).only(event),
			textField("edition", "event.edition", "text", func(e *E) *string { return &eventOf(e).Edition }).only(event),
			textField("organisers", "event.organisers", "text", func(e *E) *string { return &eventOf(e).Organisers }).only(event),
		}},
		{"text", []formField{
			textField("form", "text.form", "select", func(e *E) *string { return &textOf(e).Form }).only(text),
			textField("authors", "text.authors", "text", func(e *E) *string { return &textOf(e).Authors }).only(text),
			textField("language", "text.language", "text", func(e *E) *string { return &textOf(e).Language }).only(text),
			textField("text_url", "text.url", "url", func(e *E) *string { return &textOf(e).URL }).only(text),
		}},
		{"concept", conceptFields(concept)},
		{"pillars", pillarFields(actors)},
		{"links", linkFields()},
		{"register", []formField{
			textField("handle", "handle", "text", func(e *E) *string { return &e.Handle }).only(actors...),
			textField("rna", "identifiers.rna", "text", func(e *E) *string { return &identifiers(e).RNA }).only(actors...),
			textField("siren", "identifiers.siren", "text", func(e *E) *string { return &identifiers(e).SIREN }).only(actors...),
			textField("siret", "identifiers.siret", "text", func(e *E) *string { return &identifiers(e).SIRET }).only(actors...),
			textField("contact_email", "contact.email", "email", func(e *E) *string { return &contact(e).Email }).only(placed...),
		}},
	}
}

func pillarFields(actors []directory.Kind) []formField {
	type E = directory.Entry
	return []formField{
		langField("resource", "fr", "area", func(e *E) *directory.LangText { return &pillarsOf(e).Resource }).under("pillars.").only(actors...),
		langField("community", "fr", "area", func(e *E) *directory.LangText { return &pillarsOf(e).Community }).under("pillars.").only(actors...),
		langField("governance", "fr", "area", func(e *E) *directory.LangText { return &pillarsOf(e).Governance }).under("pillars.").only(actors...),
		textField("rules_url", "pillars.rulesUrl", "url", func(e *E) *string { return &pillarsOf(e).RulesURL }).only(actors...),
		langField("protection", "fr", "area", func(e *E) *directory.LangText { return &pillarsOf(e).Protection }).under("pillars.").only(actors...),
		textField("legal_form", "pillars.legalForm", "text", func(e *E) *string { return &pillarsOf(e).LegalForm }).only(actors...),
		textField("members", "pillars.members", "text", func(e *E) *string { return &pillarsOf(e).Members }).only(actors...),
	}
}

func placeFields(placed []directory.Kind) []formField {
	type E = directory.Entry
	return []formField{
		textField("place_name", "place.name", "text", func(e *E) *string { return &place(e).Name }).only(placed...),
		textField("street", "place.street", "text", func(e *E) *string { return &place(e).Street }).only(placed...),
		textField("postal_code", "place.postalCode", "text", func(e *E) *string { return &place(e).PostalCode }).only(placed...),
		textField("locality", "place.locality", "text", func(e *E) *string { return &place(e).Locality }).only(placed...),
		textField("country", "place.country", "text", func(e *E) *string { return &place(e).Country }).only(placed...),
		{name: "precision", path: "place.precision", input: "select", kinds: placed,
			get: func(e *E) string {
				if e.Place == nil || e.Place.Precision == "" {
					return string(directory.PrecisionExact)
				}
				return string(e.Place.Precision)
			},
			set: func(e *E, v string) error { place(e).Precision = directory.Precision(v); return nil }},
		coordinate("lat", "place.lat", 90, func(p *directory.Point) *float64 { return &p.Lat }).only(placed...),
		coordinate("lon", "place.lon", 180, func(p *directory.Point) *float64 { return &p.Lon }).only(placed...),
		shapeField(placed),
		textField("online", "place.online", "url", func(e *E) *string { return &place(e).Online }).only(placed...),
	}
}

func conceptFields(concept directory.Kind) []formField {
	type E = directory.Entry
	return []formField{
		{name: "alt_labels", path: "concept.altLabels", input: "text", kinds: []directory.Kind{concept},
			get: func(e *E) string {
				if e.Concept == nil {
					return ""
				}
				return strings.Join(e.Concept.AltLabels, ", ")
			},
			set: func(e *E, v string) error { conceptOf(e).AltLabels = commas(v); return nil }},
		textField("first_use", "concept.firstUse", "text", func(e *E) *string { return &conceptOf(e).FirstUse }).only(concept),
		textField("first_author", "concept.firstAuthor", "text", func(e *E) *string { return &conceptOf(e).FirstAuthor }).only(concept),
		textField("source_work", "concept.sourceWork", "text", func(e *E) *string { return &conceptOf(e).SourceWork }).only(concept),
		listField("definitions", "concept.definitions", func(e *E) [][]string {
			var rows [][]string
			if e.Concept != nil {
				for _, d := range e.Concept.Definitions {
					text, _ := d.Text.In("fr")
					rows = append(rows, []string{d.Date, d.Author, oneLine(text), d.Source})
				}
			}
			return rows
		}, setDefinitions).only(concept),
	}
}

// setDefinitions keeps the other languages of a definition whose French, or
// only, text is as it was.
func setDefinitions(e *directory.Entry, rows [][]string) error {
	c := conceptOf(e)
	before := c.Definitions
	c.Definitions = nil
	for _, r := range rows {
		d := directory.Definition{Date: part(r, 0), Author: part(r, 1), Text: directory.LangText{"fr": part(r, 2)}, Source: part(r, 3)}
		for _, old := range before {
			if text, _ := old.Text.In("fr"); oneLine(text) == part(r, 2) {
				d.Text = old.Text
			}
		}
		c.Definitions = append(c.Definitions, d)
	}
	return nil
}

func linkFields() []formField {
	type E = directory.Entry
	return []formField{
		textField("website", "website", "url", func(e *E) *string { return &e.Website }),
		listField("links", "links", func(e *E) [][]string {
			var rows [][]string
			for _, l := range e.Links {
				rows = append(rows, []string{l.Name, l.URL})
			}
			return rows
		}, func(e *E, rows [][]string) error {
			e.Links = nil
			for _, r := range rows {
				l := directory.Link{Name: part(r, 0), URL: part(r, 1)}
				if len(r) == 1 {
					l = directory.Link{URL: r[0]}
				}
				e.Links = append(e.Links, l)
			}
			return nil
		}),
		textField("opening_hours", "openingHours", "text", func(e *E) *string { return &e.OpeningHours }),
		listField("relations", "relations", func(e *E) [][]string {
			var rows [][]string
			for _, r := range e.Relations {
				rows = append(rows, []string{string(r.Type), r.Object, r.Date, oneLine(r.Note)})
			}
			return rows
		}, setRelations),
		textField("licence", "licence", "text", func(e *E) *string { return &e.Licence }),
		listField("sources", "sources", func(e *E) [][]string {
			var rows [][]string
			for _, s := range e.Sources {
				rows = append(rows, []string{s.Name, s.URL, s.Licence})
			}
			return rows
		}, setSources),
	}
}

// setRelations keeps the identity of the relations that are still there.
func setRelations(e *directory.Entry, rows [][]string) error {
	before := e.Relations
	e.Relations = nil
	for _, r := range rows {
		rel := directory.Relation{Type: directory.RelationType(part(r, 0)), Object: part(r, 1)}
		for _, old := range before {
			if old.Type == rel.Type && old.Object == rel.Object {
				rel = old
			}
		}
		rel.Date, rel.Note = part(r, 2), part(r, 3)
		e.Relations = append(e.Relations, rel)
	}
	return nil
}

// setSources keeps when a source that is still there was read.
func setSources(e *directory.Entry, rows [][]string) error {
	before := e.Sources
	e.Sources = nil
	for _, r := range rows {
		s := directory.Source{Name: part(r, 0), URL: part(r, 1), Licence: part(r, 2)}
		for _, old := range before {
			if old.Name == s.Name && old.URL == s.URL {
				s.Retrieved = old.Retrieved
			}
		}
		e.Sources = append(e.Sources, s)
	}
	return nil
}

func commas(s string) []string {
	var out []string
	for p := range strings.SplitSeq(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// oneLine keeps a text on its line of a list field.
func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "|", "¦")), " ")
}
