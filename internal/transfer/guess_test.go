package transfer

import (
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// What a file does not say is guessed so that its author would nod.
func TestGuesses(t *testing.T) {
	english := strings.Repeat("The garden of the people and for the people is by the river with us. ", 3)
	tests := []struct {
		name, text string
		check      func(e directory.Entry) bool
	}{
		{"a list of conferences is one of events", `[{"name":"Conf","url":"https://c.example","startDate":"2025-03-01","endDate":"2025-03-02","city":"Berlin","country":"Germany","online":false,"locales":"EN"}]`,
			func(e directory.Entry) bool {
				return e.Kind == directory.KindEvent && e.Period.End == "2025-03-02" && e.Name["en"] == "Conf" && e.Place.Country == "DE" && e.Place.Online == ""
			}},
		{"online: true is at the site", `[{"name":"Conf","url":"https://c.example","startDate":"2025-03-01","online":true}]`,
			func(e directory.Entry) bool { return e.Place.Online == "https://c.example" }},
		{"a place called online is none", "titre,date,lieu,url,type\nAtelier,2024-05-02,en ligne,https://c.example,atelier en ligne\n",
			func(e directory.Entry) bool {
				return e.Kind == directory.KindEvent && e.Place.Online == "https://c.example" && e.Place.Name == "" && e.Tags[0] == "atelier en ligne"
			}},
		{"what was founded one day is no event", "nom,date de création\nAssociation,2017-05-12\n",
			func(e directory.Entry) bool { return e.Kind == directory.KindCommons }},
		{"a year alone is no event", "nom,date\nAssociation,2017\n",
			func(e directory.Entry) bool { return e.Kind == directory.KindCommons }},
		{"English is heard", "name,description\nGarden," + english + "\n",
			func(e directory.Entry) bool { return e.Name["en"] == "Garden" }},
		{"French is what is left", "name\nGarden\n",
			func(e directory.Entry) bool { return e.Name["fr"] == "Garden" }},
		{"codes with digits are no words", "name,ref\nClub," + strings.Repeat("os130 ", 40) + "\n",
			func(e directory.Entry) bool { return e.Name["fr"] == "Club" }},
		{"of several languages the first", "name,language\nGarden,\"EN,IT\"\n",
			func(e directory.Entry) bool { return e.Name["en"] == "Garden" }},
		{"a country's code by its long name", "Name,Country ID\nClub,GB\n",
			func(e directory.Entry) bool { return e.Place.Country == "GB" }},
	}
	for _, tt := range tests {
		i := newInstance(t)
		r, err := i.read(t, tt.text, ImportOptions{})
		if err != nil || r.Created != 1 {
			t.Errorf("%s: %v, %+v", tt.name, err, r)
			continue
		}
		if e := i.entries(t)[0]; !tt.check(e) {
			t.Errorf("%s: got %+v, place %+v, period %+v", tt.name, e, e.Place, e.Period)
		}
		if r.Language == "" || len(r.Kinds) != 1 {
			t.Errorf("%s: the report is silent about the guesses: %+v", tt.name, r)
		}
	}
}

func TestGivenLanguageAndKindWin(t *testing.T) {
	i := newInstance(t)
	r, err := i.read(t, "name,date\nGarden,2024-05-02\n", ImportOptions{Lang: "de", Kind: directory.KindPlace})
	if e := i.entries(t)[0]; err != nil || e.Name["de"] != "Garden" || e.Kind != directory.KindPlace || r.Language != "de" {
		t.Errorf("%v: %+v", err, e)
	}
}

// The ids of two files are two series of numbers; an address is one everywhere.
func TestFilesWithTheSameNumbers(t *testing.T) {
	i := newInstance(t)
	for _, step := range []struct {
		name, text         string
		created, unchanged int
	}{
		{"jardins", "id,name\n1,Jardin\nhttps://x.example/1,Mare\n", 2, 0},
		{"lavoirs", "id,name\n1,Lavoir\nhttps://x.example/1,Mare\n", 1, 1},
		{"jardins", "id,name\n1,Jardin\n", 0, 1},
	} {
		r, err := i.read(t, step.text, ImportOptions{Name: step.name})
		if err != nil || r.Created != step.created || r.Unchanged != step.unchanged {
			t.Errorf("%s: %v, %+v", step.name, err, r)
		}
	}
}

func TestListsWithinEntriesAreSaid(t *testing.T) {
	i := newInstance(t)
	text := `[{"name":"Argentina","coops":[{"name":"Alt"}]},{"name":"Brazil","coops":[{"name":"Eita"}]},{"name":"Chile","hours":[{"open":"9"}]}]`
	r, err := i.read(t, text, ImportOptions{DryRun: true})
	if err != nil || len(r.Problems) != 1 || r.Problems[0].Code != "nested" || r.Problems[0].Field != "coops" || !r.Problems[0].Warning {
		t.Errorf("%v, %+v", err, r)
	}
	_, err = i.read(t, `{"aachen":"https://a.example/api.json"}`, ImportOptions{})
	if err == nil || !strings.Contains(err.Error(), "FeatureCollection; a list of objects; an object with such a list under features, data") {
		t.Errorf("a file of another shape: %v", err)
	}
}

func TestTagWithAComma(t *testing.T) {
	i := newInstance(t)
	if _, err := i.read(t, "name,tags\nFour,\"a, b;\"\n", ImportOptions{Publish: true}); err != nil {
		t.Fatal(err)
	}
	if got := i.entries(t)[0].Tags; len(got) != 1 || got[0] != "a, b" {
		t.Fatalf("tags %q", got)
	}
	if r, err := i.read(t, i.write(t, CSV), ImportOptions{Publish: true}); err != nil || r.Updated != 0 {
		t.Errorf("its export changes it: %v, %+v", err, r)
	}
}
