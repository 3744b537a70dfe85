package store_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/store/storetest"
)

// parted is one entry for each part of a selection to find or to miss, and the
// concept that some claim.
func parted() []*directory.Entry {
	concept := entry("Commun négatif", func(e *directory.Entry) { e.Kind = directory.KindConcept })
	claim := func(object string) []directory.Relation {
		return []directory.Relation{{Type: directory.RelCites, Object: base + "/x"}, {Type: directory.RelClaims, Object: object}}
	}
	return []*directory.Entry{
		concept,
		entry("Rennes", func(e *directory.Entry) {
			e.Name["br-FR"] = "Roazhon"
			e.Place = &directory.Place{PostalCode: "35000", Locality: "Rennes", Country: "FR"}
			e.Pillars = &directory.Pillars{RulesURL: "https://rules.example"}
			e.Relations, e.Tags = claim(concept.URI), []string{"Été", "lac"}
		}),
		entry("Brest", func(e *directory.Entry) {
			e.Place = &directory.Place{PostalCode: "29200", Locality: "Brest", Country: "FR", Precision: directory.PrecisionHidden,
				Point: &directory.Point{Lat: 48.39, Lon: -4.49}}
			e.Pillars = &directory.Pillars{LegalForm: "association"}
			e.Relations = claim("https://far.example/c")
		}),
		entry("Lyon", func(e *directory.Entry) { e.Place = at(45.76, 4.83) }),
		entry("Berlin", func(e *directory.Entry) {
			e.Name = directory.LangText{"de": "Berlin"}
			e.Place = &directory.Place{Locality: "Berlin", Country: "DE", Point: &directory.Point{Lat: 52.5, Lon: 13.4}}
		}),
		entry("Caché", func(e *directory.Entry) {
			e.Status, e.Place = directory.StatusDraft, &directory.Place{PostalCode: "35000", Locality: "Rennes", Country: "FR"}
			e.Relations = claim(concept.URI)
		}),
	}
}

func TestPartFilters(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			s := storetest.Open(t, engine)
			es := parted()
			put(t, s, es...)
			concept := es[0]
			for _, tt := range []struct {
				name string
				s    directory.Selection
				want string
			}{
				{"a language", directory.Selection{Languages: []string{"br"}}, "Rennes"},
				{"two languages", directory.Selection{Languages: []string{"br", "de"}}, "Rennes Berlin"},
				{"no such language", directory.Selection{Languages: []string{"es"}}, ""},
				{"rules", directory.Selection{Rules: true}, "Rennes"},
				{"département", directory.Selection{Areas: []string{"dep:35"}}, "Rennes"},
				{"région", directory.Selection{Areas: []string{"region:53"}}, "Rennes Brest"},
				{"by the point", directory.Selection{Areas: []string{"dep:69", "dep:29"}}, "Brest Lyon"},
				{"no such area", directory.Selection{Areas: []string{"dep:xx"}}, ""},
				{"concept by id", directory.Selection{Concepts: []string{concept.ID}}, "Commun négatif Rennes"},
				{"concept by address", directory.Selection{Concepts: []string{concept.URI}}, "Commun négatif Rennes"},
				{"concept from elsewhere", directory.Selection{Concepts: []string{"https://far.example/c"}}, "Brest"},
				{"unknown concept", directory.Selection{Concepts: []string{"nothing"}}, ""},
				{"all at once", directory.Selection{Concepts: []string{concept.ID}, Rules: true, Languages: []string{"br"}, Areas: []string{"dep:35"}}, "Rennes"},
			} {
				f := store.EntryFilter{Selection: tt.s}
				got, err := s.Entries(t.Context(), f)
				if err != nil || strings.Join(names(got), " ") != tt.want {
					t.Errorf("%s: %q, %v, want %q", tt.name, names(got), err, tt.want)
				}
				if n, err := s.CountEntries(t.Context(), f); err != nil || n != len(got) {
					t.Errorf("%s: %d counted, %v, want %d", tt.name, n, err, len(got))
				}
			}
		})
	}
}

// TestTermsAreFilled: the step of the schema gives what is there already the same
// as a write does.
func TestTermsAreFilled(t *testing.T) {
	for _, engine := range storetest.Engines {
		t.Run(engine, func(t *testing.T) {
			url := storetest.URL(t, engine)
			s := open(t, url)
			if _, _, err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			es := parted()
			put(t, s, es...)
			scan := func() (rows []store.IndexRow) {
				if err := s.ScanIndex(t.Context(), func(r store.IndexRow) error { rows = append(rows, r); return nil }); err != nil {
					t.Fatal(err)
				}
				return rows
			}
			want := scan()
			if r := want[1]; !r.Rules || r.Department != "35" || !cmp.Equal(r.Languages, []string{"br", "fr"}) || len(r.Concepts) != 1 ||
				!cmp.Equal(r.Tags, []store.Tag{{Folded: "ete", Shown: "Été"}, {Folded: "lac", Shown: "lac"}}) {
				t.Fatalf("of an entry the index has %+v", r)
			}
			raw := rawDB(t, engine, url)
			for _, q := range []string{"UPDATE entry SET department = '', rules = FALSE, terms = ''", "DELETE FROM entry_language"} {
				if _, err := raw.Exec(q); err != nil {
					t.Fatal(err)
				}
			}
			if err := store.FillTerms(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, scan()); d != "" {
				t.Errorf("filled (-want +got):\n%s", d)
			}
			f := store.EntryFilter{Selection: directory.Selection{Languages: []string{"br"}}}
			if n, err := s.CountEntries(t.Context(), f); err != nil || n != 1 {
				t.Errorf("%d in a language, %v", n, err)
			}
		})
	}
}
