package site

import (
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// garden is a complete entry with a public place.
func garden() directory.Entry {
	return directory.Entry{
		Kind: directory.KindCommons, Name: directory.LangText{"fr": "Jardin des Six Haies", "en": "Six Hedges Garden"},
		Summary:     directory.LangText{"fr": "Un verger tenu par le hameau."},
		Description: directory.LangText{"fr": "Né en 2011.\n\nVoir https://jardin.example/page."},
		Themes:      []string{"jardin", "eau"}, Tags: []string{"verger"},
		Place: &directory.Place{Street: "2 chemin du Four", PostalCode: "35000", Locality: "Rennes", Region: "Bretagne", Country: "FR",
			Point: &directory.Point{Lat: 48.111, Lon: -1.68}},
		Period:  &directory.Period{Start: "2011-03-12"},
		Pillars: &directory.Pillars{Resource: directory.LangText{"fr": "Un hectare de verger"}, LegalForm: "Association", Ostrom: []directory.Ostrom{{Principle: 1, Answer: "yes"}}},
		Licence: "CC-BY-SA-4.0", Website: "https://jardin.example",
		Links: []directory.Link{{Name: "Journal", URL: "https://journal.example/a"}}, Sources: []directory.Source{{Name: "Relevé du hameau"}},
		Contact:       &directory.Contact{Name: "Secrète Personne", Email: "secret@prive.example", Phone: "+33600000000"},
		LastConfirmed: testNow.Add(-20 * 24 * time.Hour),
	}
}

func forum() directory.Entry {
	return directory.Entry{Kind: directory.KindEvent, Name: directory.LangText{"fr": "Forum des communs"},
		Period: &directory.Period{Start: "2026-12-05"}, Place: &directory.Place{Locality: "Lyon", Country: "FR", Point: &directory.Point{Lat: 45.76, Lon: 4.84}},
		Themes: []string{"gouverner"}, Licence: "CC-BY-SA-4.0"}
}

func manifesto(name, date string, relations ...directory.Relation) directory.Entry {
	return directory.Entry{Kind: directory.KindText, Name: directory.LangText{"fr": name}, Period: &directory.Period{Start: date},
		Text: &directory.Text{Form: "manifesto", Authors: "Un collectif"}, Relations: relations, Licence: "CC-BY-SA-4.0"}
}

func commonsConcept() directory.Entry {
	return directory.Entry{Kind: directory.KindConcept, Name: directory.LangText{"fr": "Communs négatifs"}, Licence: "CC-BY-SA-4.0",
		Concept: &directory.Concept{FirstUse: "2001", FirstAuthor: "Maria Mies", Definitions: []directory.Definition{
			{Text: directory.LangText{"fr": "Troisième définition"}, Author: "C", Date: "2020"},
			{Text: directory.LangText{"fr": "Première définition"}, Author: "A", Date: "2001"},
			{Text: directory.LangText{"fr": "Deuxième définition"}, Author: "B", Date: "2014-05"},
		}}}
}

func remoteOrchard() directory.Entry {
	return directory.Entry{URI: "https://ailleurs.test/entries/0193a000-0000-7000-8000-000000000001", Origin: "https://ailleurs.test", Kind: directory.KindPlace,
		Handle: "verger", Status: directory.StatusPublished, Name: directory.LangText{"fr": "Verger d’ailleurs"}, OwnerURI: "https://ailleurs.test/entries/0193a000-0000-7000-8000-000000000009",
		Place:   &directory.Place{Locality: "Nantes", Country: "FR", Point: &directory.Point{Lat: 47.2, Lon: -1.55}},
		Updated: testNow.Add(-3 * 24 * time.Hour), Licence: "ODbL-1.0", LastConfirmed: testNow.Add(-24 * 31 * 24 * time.Hour)}
}
