package transfer

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
)

// readAll reads a file as Import does, without a ledger.
func readAll(text string, opt ImportOptions) ([]directory.Entry, []Problem, error) {
	sp, err := newSpool(strings.NewReader(text), opt.Encoding, 1<<20)
	if err != nil {
		return nil, nil, err
	}
	defer sp.close()
	src, err := newSource(sp, opt)
	if err != nil {
		return nil, nil, err
	}
	m, err := newMapper(opt.Mapping)
	if err != nil {
		return nil, nil, err
	}
	places, err := gazetteer.Load()
	if err != nil {
		return nil, nil, err
	}
	c := &converter{opt: opt, mapper: m, places: places}
	var es []directory.Entry
	var ps []Problem
	err = src.each(m.json, func(r row) error {
		d := c.entry(r)
		ps = append(ps, d.problems...)
		if !d.refused() {
			es = append(es, d.Entry)
		}
		return nil
	})
	return es, ps, err
}

// checkRead is what holds of every file: a refusal says why, and what is
// accepted is text with positions on the globe.
func checkRead(t *testing.T, text string) {
	es, ps, err := readAll(text, ImportOptions{Geocode: true})
	if err != nil && !errors.Is(err, directory.ErrInvalid) {
		t.Errorf("the error is not one of the file: %v", err)
	}
	if err != nil && err.Error() == "" {
		t.Error("a refusal without a reason")
	}
	for _, p := range ps {
		if p.Message == "" {
			t.Errorf("a problem without a message: %+v", p)
		}
	}
	for _, e := range es {
		for _, n := range e.Name {
			if !utf8.ValidString(n) || strings.ContainsRune(n, 0) {
				t.Errorf("name %q", n)
			}
		}
		if e.SourceKey == "" || !e.Kind.Valid() {
			t.Errorf("key %q, kind %q", e.SourceKey, e.Kind)
		}
		if e.Place == nil || e.Place.Point == nil {
			continue
		}
		if p := *e.Place.Point; !(math.Abs(p.Lat) <= 90 && math.Abs(p.Lon) <= 180) {
			t.Errorf("point %v", p)
		}
	}
}

func FuzzCSV(f *testing.F) {
	for _, m := range malformed {
		if len(m.text) < 2000 {
			f.Add(m.text)
		}
	}
	f.Add("id;nom;coordonnées\n1;\"a \"\"b\"\"\";48,85 2,35\n")
	f.Fuzz(checkRead)
}

func FuzzGeoJSON(f *testing.F) {
	for _, m := range malformed {
		if len(m.text) < 2000 && strings.ContainsAny(m.text, "{[") {
			f.Add(m.text)
		}
	}
	f.Add(`{"type":"FeatureCollection","features":[{"type":"Feature","id":"x","geometry":{"type":"MultiPolygon","coordinates":[[[[0,0],[1,1]]]]},"properties":{"names":{"fr":"a"},"url":"x","place":{"locality":"Redon"}}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		if first := strings.TrimSpace(text); first == "" || first[0] != '{' && first[0] != '[' {
			text = `{"features":[` + text + `]}`
		}
		checkRead(t, text)
	})
}

// FuzzCSVReader compares our reader with the standard library's where both
// accept the file.
func FuzzCSVReader(f *testing.F) {
	f.Add("a,b\n\"x\ny\",\"\"\"\"\n")
	f.Add("a\r\n\"b\"\r\n\r\nc")
	f.Fuzz(func(t *testing.T, text string) {
		std := csv.NewReader(strings.NewReader(text))
		std.FieldsPerRecord = -1
		want, err := std.ReadAll()
		if err != nil || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r") {
			return // lone CRs end a row for us only
		}
		ours := newCSVReader(strings.NewReader(text), ',')
		for n := 0; ; n++ {
			rec, err := ours.next()
			if errors.Is(err, io.EOF) {
				if rest := want[min(n, len(want)):]; len(rest) > 0 && strings.Join(rest[0], "") != "" {
					t.Errorf("row %d is missing: %q", n, rest[0])
				}
				return
			}
			if err != nil {
				t.Fatalf("the standard library accepts what we refuse: %v", err)
			}
			for n < len(want) && len(want[n]) == 1 && want[n][0] == "" && (len(rec.cells) != 1 || rec.cells[0] != "") {
				want = append(want[:n:n], want[n+1:]...) // a quoted empty cell alone is a blank row for us
			}
			if n >= len(want) || strings.Join(want[n], "\x00") != strings.Join(rec.cells, "\x00") {
				t.Fatalf("row %d: %q, the standard library has %q", n, rec.cells, want)
			}
		}
	})
}

// FuzzDate checks that what is read is EDTF, and that EDTF is left as it is.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"2024", "31/12/2024", "12 mai 2017", "May 3, 2001", "2024-05-01 10:00", "1704067200", "19XX", "2001/2004", "1/2/3", "mai", "2100 0000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, _, err := date(s, nil)
		if err != nil || got == "" {
			return
		}
		if _, err := directory.ParseEDTF(got); err != nil {
			t.Errorf("date(%q) = %q: %v", s, got, err)
		}
	})
}

func TestDates(t *testing.T) {
	for in, want := range map[string]string{
		"2024": "2024", "2024-05": "2024-05", " 2024-05-31 ": "2024-05-31", "31/05/2024": "2024-05-31", "1.5.2024": "2024-05-01", "05/2024": "2024-05",
		"2024/05/31": "2024-05-31", "12 mai 2017": "2017-05-12", "1 août 2020": "2020-08-01", "juin 2020": "2020-06", "May 3, 2001": "2001-05-03", "mars 1999": "1999-03",
		"2012-2015": "2012/2015", "1704067200": "2024-01-01T00:00:00Z", "2024-05-01T10:00:00+02:00": "2024-05-01T10:00:00+02:00", "2024-05-01 10:00:00Z": "2024-05-01T10:00:00Z",
		"1998~": "1998~", "19XX": "19XX", "": "",
	} {
		if got, warn, err := date(in, nil); got != want || warn != "" || err != nil {
			t.Errorf("date(%q) = %q, %q, %v, want %q", in, got, warn, err, want)
		}
	}
}

func TestCategories(t *testing.T) {
	for term, want := range map[string]Category{
		"community_garden": {"jardin", directory.KindPlace}, "Jardins Partagés": {"jardin", directory.KindPlace}, "EAU": {"eau", ""},
		"Tiers-lieux et lieux communs": {"tierslieu", ""}, "2cd00bebec0c48ba9db761da48678134": {"", directory.KindCommons},
		"Agriculture & Alimentation": {"nourrir", ""}, "co-housing": {"logement", ""},
	} {
		got, ok := LookupCategory(term)
		if term == "Jardins Partagés" {
			got.Kind = want.Kind // our own name says nothing of the kind
		}
		if !ok || got != want {
			t.Errorf("LookupCategory(%q) = %+v, want %+v", term, got, want)
		}
	}
	if _, ok := LookupCategory("licorne"); ok {
		t.Error("unknown categories have no meaning")
	}
	for term, c := range categories() {
		if c.Theme != "" && directory.ThemeNumber(c.Theme) < 0 || c.Kind != "" && !c.Kind.Valid() {
			t.Errorf("%s: %+v is not of the taxonomy", term, c)
		}
	}
	if !json.Valid([]byte(scalar(json.RawMessage(`[{"a":1}]`)))) {
		t.Error("a list of objects stays JSON")
	}
}
