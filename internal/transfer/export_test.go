package transfer

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/store"
)

// samples are entries that use every field, and texts that files must survive.
func samples(org string) []directory.Entry {
	nasty := "=cmd|' /C calc'!A0, \"cité\";\nsuite 🌱 <b>&amp;</b>"
	return []directory.Entry{
		{
			Kind: directory.KindCommons, SourceKey: "1", Owner: org, Status: directory.StatusPublished,
			Name: directory.LangText{"fr": "Forêt des Haies", "en": "Hedge Forest", "br": "Koad ar garzhioù"}, Summary: directory.LangText{"fr": nasty, "en": "@sum"},
			Description: directory.LangText{"en": "Only in English\n\n-second paragraph"}, Themes: []string{"foret", "assemblee"}, Tags: []string{"bois", "haie-vive"},
			Place:  &directory.Place{Name: "La loge", Street: "-3 rue du Bois", PostalCode: "35000", Locality: "Rennes", Region: "Bretagne", Country: "FR", Point: &directory.Point{Lat: 48.1173, Lon: -1.6778}, Precision: directory.PrecisionExact, PointSource: "given"},
			Period: &directory.Period{Start: "1998-05", End: "2020~"},
			Pillars: &directory.Pillars{Resource: directory.LangText{"fr": "Bois", "en": "Wood"}, Community: directory.LangText{"fr": "+20 familles"}, Governance: directory.LangText{"en": "Assembly"},
				RulesURL: "https://f.example/regles", Protection: directory.LangText{"fr": "Charte"}, LegalForm: "Association", Members: "42", Ostrom: []directory.Ostrom{{Principle: 1, Answer: "yes", Evidence: "https://f.example/1"}}},
			Licence: "CC-BY-SA-4.0", Website: "https://f.example/", Links: []directory.Link{{Name: "wiki", URL: "https://w.example/"}},
			Images:  []directory.Image{{URL: "https://f.example/i.jpg", Alt: directory.LangText{"fr": "Un chêne"}, Credit: "A."}},
			Sources: []directory.Source{{Name: "enquête", URL: "https://s.example/", Licence: "ODbL-1.0"}}, Identifiers: &directory.Identifiers{RNA: "W595037092"},
			Contact: &directory.Contact{Name: "Secrète", Email: "secret@f.example", Phone: "+33 6 00 00 00 00"}, OpeningHours: "Mo-Fr 09:00-17:00",
			LastConfirmed: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Extra: map[string]json.RawMessage{"ruches": json.RawMessage(`14`)},
		},
		{
			Kind: directory.KindEvent, SourceKey: "2", Owner: org, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Chantier, haies; et fossés " + strings.Repeat("é", 60)},
			Period: &directory.Period{Start: "2027-04-18T10:00:00+02:00", End: "2027-04-18T12:00:00+02:00", Timezone: "Europe/Paris"},
			Event:  &directory.Event{Status: directory.EventCancelled, Series: "Chantiers", Edition: "3", Organisers: "Les voisins"}, Tags: []string{"haie"},
			Place: &directory.Place{Locality: "Redon", Country: "FR", Point: &directory.Point{Lat: 47.65, Lon: -2.08}, Precision: directory.PrecisionExact, PointSource: "given"},
		},
		{Kind: directory.KindEvent, SourceKey: "3", Owner: org, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Forum"}, Period: &directory.Period{Start: "2026-10-02", End: "2026-10-04"}},
		{Kind: directory.KindEvent, SourceKey: "4", Owner: org, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Ancien forum"}, Period: &directory.Period{Start: "2009-01"}},
		{Kind: directory.KindEvent, SourceKey: "5", Owner: org, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Un jour"}, Period: &directory.Period{Start: "2031~"}},
		{Kind: directory.KindText, SourceKey: "6", Owner: org, Status: directory.StatusPublished, Name: directory.LangText{"la": "Carta de Foresta"}, Period: &directory.Period{Start: "1217-11"},
			Text: &directory.Text{Form: "charter", Authors: "Henri III", Language: "la", Country: "GB", URL: "https://c.example/"}},
		{Kind: directory.KindConcept, SourceKey: "7", Owner: org, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Communs négatifs"},
			Concept: &directory.Concept{AltLabels: []string{"negative commons"}, FirstUse: "2001", FirstAuthor: "M. Mies", SourceWork: "Œuvre",
				Definitions: []directory.Definition{{Text: directory.LangText{"fr": "Ce dont on hérite"}, Author: "A. Monnin", Date: "2017"}}}},
		{Kind: directory.KindPlace, SourceKey: "8", Owner: org, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Lieu discret"},
			Place: &directory.Place{Street: "12 rue Cachée", Locality: "Nantes", Country: "FR", Point: &directory.Point{Lat: 47.218371, Lon: -1.553621}, Precision: directory.PrecisionApproximate, PointSource: "given",
				Shape: `{"type":"LineString","coordinates":[[-1.567,47.2],[-1.568,47.3]]}`}},
		{Kind: directory.KindPlace, SourceKey: "9", Owner: org, Status: directory.StatusPublished, Name: directory.LangText{"fr": "Refuge"},
			Place: &directory.Place{Street: "7 rue Secrète", Locality: "Lille", Country: "FR", Point: &directory.Point{Lat: 50.6292, Lon: 3.0573}, Precision: directory.PrecisionHidden}},
		{Kind: directory.KindCommons, SourceKey: "10", Owner: org, Status: directory.StatusDraft, Name: directory.LangText{"fr": "Brouillon invisible"}},
		{Kind: directory.KindCommons, SourceKey: "11", Owner: org, Status: directory.StatusProposed, Name: directory.LangText{"fr": "Proposition invisible"}},
		{Kind: directory.KindCommons, SourceKey: "12", Owner: org, Status: directory.StatusArchived, Name: directory.LangText{"fr": "'=quoted"},
			Place: &directory.Place{Locality: "Redon", Country: "FR", Point: &directory.Point{Lat: 47.65, Lon: -2.08}, Precision: directory.PrecisionExact, PointSource: "given",
				Shape: `{"type":"MultiPolygon","coordinates":[[[[-2.1,47.6],[-2,47.6],[-2,47.7],[-2.1,47.6]]],[[[-3,47],[-2.9,47],[-2.9,47.1],[-3,47]]]]}`}},
	}
}

// filled is an instance with the samples.
func filled(t testing.TB) *instance {
	t.Helper()
	i := newInstance(t)
	res, err := i.led.Upsert(context.Background(), i.who, samples(i.org.ID), ledger.UpsertOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for n, r := range res {
		if r.Err != nil {
			t.Fatalf("sample %d: %v", n, r.Err)
		}
	}
	return i
}

func (i *instance) write(t testing.TB, f Format) string {
	t.Helper()
	var b bytes.Buffer
	info := ExportInfo{Base: base, Title: "Test, commons", Self: base + "/feeds/x", Home: base + "/", Extra: true}
	if err := Export(context.Background(), i.st, &b, f, store.EntryFilter{Owner: i.org.ID}, info); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What an instance exports another imports, and neither adds nor loses anything public.
func TestRoundTrip(t *testing.T) {
	for _, f := range []Format{CSV, GeoJSON} {
		t.Run(string(f), func(t *testing.T) {
			from, to := filled(t), newInstance(t)
			text := from.write(t, f)
			r, err := to.read(t, text, ImportOptions{Publish: true})
			if err != nil || len(r.Problems) > 0 {
				t.Fatalf("%v\n%s", err, problems(r))
			}
			want, got := publics(t, from), publics(t, to)
			ignore := cmpopts.IgnoreFields(directory.Public{}, "ID", "Num", "URI", "Owner", "OwnerURI", "SourceKey", "Created", "Updated", "PublishedAt", "Seq", "Hash", "Revision")
			if d := cmp.Diff(want, got, ignore, cmpopts.EquateEmpty()); d != "" {
				t.Errorf("want -, got +\n%s", d)
			}
			if again, err := to.read(t, text, ImportOptions{Publish: true}); err != nil || again.Unchanged != again.Rows {
				t.Errorf("a second import: %v, %+v\n%s", err, again, problems(again))
			}
		})
	}
}

// An export that comes back to where it was made changes nothing, and takes
// nothing away from what only the instance knows.
func TestExportComesBack(t *testing.T) {
	for _, f := range []Format{CSV, GeoJSON} {
		i := filled(t)
		before := i.entries(t)
		r, err := i.read(t, i.write(t, f), ImportOptions{Publish: true})
		if err != nil || r.Unchanged != r.Rows || r.Rows != 11 {
			t.Errorf("%s: %v, %+v\n%s", f, err, r, problems(r))
		}
		if d := cmp.Diff(before, i.entries(t)); d != "" {
			t.Errorf("%s: want -, got +\n%s", f, d)
		}
	}
}

// publics are the public entries of the organisation other than itself, by name.
func publics(t testing.TB, i *instance) map[string]directory.Public {
	t.Helper()
	out := map[string]directory.Public{}
	for _, e := range i.entries(t) {
		name, _ := e.Name.In()
		if p, ok := e.Public(); ok && !strings.HasPrefix(name, "Association ") {
			out[name] = p
		}
	}
	return out
}

func TestExportsLeakNothing(t *testing.T) {
	i := filled(t)
	for _, f := range []Format{CSV, GeoJSON, ICS, Atom} {
		text := i.write(t, f)
		for _, secret := range []string{"secret@f.example", "Secrète", "+33 6", "rue Cachée", "rue Secrète", "47.218371", "1.553621", "50.6292", "3.0573", "-1.567", "invisible"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s tells %q", f, secret)
			}
		}
		if f != ICS && !strings.Contains(text, "Lieu discret") {
			t.Errorf("%s does not have the public part", f)
		}
	}
}

func TestCSVIsHarmless(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(filled(t).write(t, CSV))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 12 {
		t.Fatalf("%d rows, want the header, the organisation and ten entries", len(rows))
	}
	for n, row := range rows[1:] {
		for c, v := range row {
			number := rows[0][c] == "lat" || rows[0][c] == "lon"
			if v != "" && strings.ContainsRune("=+-@\t\r", rune(v[0])) && !number {
				t.Errorf("row %d, column %s: a spreadsheet would run %q", n+1, rows[0][c], v)
			}
		}
	}
}

func TestGuard(t *testing.T) {
	for _, s := range []string{"", "a", "=1", "+1", "-1", "@x", "\tx", "\rx", "'=1", "''=1", "'a", "'", "1-1"} {
		g := guard(s)
		if got := unguard(g); got != s {
			t.Errorf("unguard(guard(%q)) = %q", s, got)
		}
		if g != "" && strings.ContainsRune(formulaSigns, rune(g[0])) {
			t.Errorf("guard(%q) = %q", s, g)
		}
	}
}

func TestICS(t *testing.T) {
	text := filled(t).write(t, ICS)
	if !strings.HasPrefix(text, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n") || !strings.HasSuffix(text, "END:VCALENDAR\r\n") {
		t.Errorf("not a calendar: %q", text)
	}
	for n, line := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line %d has %d octets: %q", n+1, len(line), line)
		}
	}
	unfolded := strings.ReplaceAll(text, "\r\n ", "")
	if !strings.Contains(unfolded, `SUMMARY:Chantier\, haies\; et fossés `+strings.Repeat("é", 60)+"\r\n") {
		t.Error("the summary is not escaped, or folded inside a character")
	}
	for _, want := range []string{
		"DTSTART:20270418T080000Z", "DTEND:20270418T100000Z", "STATUS:CANCELLED", "GEO:47.65;-2.08", "LOCATION:Redon\\, FR", "CATEGORIES:haie", "DTSTAMP:20260501T120000Z",
		"DTSTART;VALUE=DATE:20261002", "DTEND;VALUE=DATE:20261005",
		"DTSTART;VALUE=DATE:20090101", "DTEND;VALUE=DATE:20090201", "TRANSP:TRANSPARENT", "X-BOCAGE-DATE:2009-01", "DTSTART;VALUE=DATE:20310101", "DTEND;VALUE=DATE:20320101", "X-BOCAGE-DATE:2031~", "X-WR-CALNAME:Test\\, commons",
	} {
		if !strings.Contains(unfolded, "\r\n"+want+"\r\n") {
			t.Errorf("no line %q in\n%s", want, unfolded)
		}
	}
	if n := strings.Count(text, "BEGIN:VEVENT"); n != 4 {
		t.Errorf("%d events, want 4", n)
	}
	if n := strings.Count(unfolded, "\r\nUID:"+base+"/events/"); n != 4 {
		t.Errorf("%d stable identifiers, want 4", n)
	}
}

func TestAtom(t *testing.T) {
	i := filled(t)
	text := i.write(t, Atom)
	var f struct {
		XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		ID      string   `xml:"http://www.w3.org/2005/Atom id"`
		Updated string   `xml:"http://www.w3.org/2005/Atom updated"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Summary string `xml:"summary"`
			Links   []struct {
				Href string `xml:"href,attr"`
			} `xml:"link"`
		} `xml:"http://www.w3.org/2005/Atom entry"`
	}
	if err := xml.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	if f.ID != base+"/feeds/x" || len(f.Entries) != 11 || f.Updated != "2026-05-01T12:00:00Z" {
		t.Errorf("feed %s of %s, %d entries", f.ID, f.Updated, len(f.Entries))
	}
	for _, e := range f.Entries {
		if !strings.HasPrefix(e.ID, base+"/") || e.Title == "" || e.Updated == "" || len(e.Links) != 1 {
			t.Errorf("entry %+v", e)
		}
		if strings.HasPrefix(e.Title, "Forêt") && e.Summary != samples("")[0].Summary["fr"] {
			t.Errorf("summary %q", e.Summary)
		}
	}
	if i.write(t, Atom) != text {
		t.Error("the same entries give other bytes")
	}
}

// TestAtomSaysWhen: who reads a feed must see when an event is.
func TestAtomSaysWhen(t *testing.T) {
	t.Parallel()
	e := directory.Public{Kind: directory.KindEvent, Name: directory.LangText{"fr": "Foire"},
		Period: &directory.Period{Start: "2027-06-06T16:00:00Z", End: "2027-06-06T18:00:00Z", Timezone: "Europe/Paris"}}
	if got := summary(e); got == nil || got.Text != "dimanche 6 juin 2027, 18:00–20:00" {
		t.Errorf("without a pitch: %+v", got)
	}
	e.Summary = directory.LangText{"fr": "Venez."}
	if got := summary(e); got == nil || got.Text != "dimanche 6 juin 2027, 18:00–20:00 – Venez." {
		t.Errorf("with a pitch: %+v", got)
	}
	e.Kind = directory.KindCommons
	if got := summary(e); got == nil || got.Text != "Venez." {
		t.Errorf("a commons: %+v", got)
	}
}

func TestGeoJSON(t *testing.T) {
	var c struct {
		Type     string
		Features []Feature
	}
	if err := json.Unmarshal([]byte(filled(t).write(t, GeoJSON)), &c); err != nil {
		t.Fatal(err)
	}
	if c.Type != "FeatureCollection" || len(c.Features) != 11 {
		t.Fatalf("%s of %d", c.Type, len(c.Features))
	}
	for _, f := range c.Features {
		if f.Properties.Name == "Forêt des Haies" && (f.Geometry == nil || f.Geometry.Coordinates != [2]float64{-1.6778, 48.1173}) {
			t.Errorf("position %+v, want longitude first", f.Geometry)
		}
		if f.Properties.Name == "'=quoted" && (f.Geometry == nil || !strings.Contains(string(f.Geometry.Shape), "MultiPolygon") || f.Properties.Place.Lat == nil || *f.Properties.Place.Lat != 47.65) {
			t.Errorf("an area is %+v in %+v", f.Geometry, f.Properties.Place)
		}
		if f.Properties.Name == "Refuge" && f.Geometry != nil {
			t.Errorf("a hidden place has a position")
		}
	}
}
