package transfer

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"codeberg.org/bocage/bocage/internal/directory"
)

func itoa(n int) string { return strconv.Itoa(n) }

// What neighbours publish, in small.
const (
	openFairDB = "id,created_at,created_by,version,title,description,lat,lng,street,zip,city,country,state,homepage,contact_name,contact_email,contact_phone,opening_hours,founded_on,categories,tags,license,image_url,image_link_url,avg_rating\n" +
		`9f3c,1704067200,,4,Lavoir commun,Bassin entretenu,47.6,-2.9,,56000,Plougrain,FR,,https://lavoir.example,,,,Mo-Su 08:00-20:00,2019-06-01,2cd00bebec0c48ba9db761da48678134,"commun,eau",ODbL-1.0,,,0.0` + "\n"
	goGoCarto = "id,name,taxonomy,streetAddress,addressLocality,postalCode,addressCountry,email,latitude,longitude,images,owner,source\n" +
		`b7,Verger des Six Haies,Jardin partagé,2 chemin du Four,Plougrain,56000,FR,a@b.example,"47,61","-2,9",https://img.example/1.jpg,,Bocage test` + "\n"
	french = "Nom;Commune;Code postal;Site web;Thème;Date de création;Résumé (en);Nombre de ruches\n" +
		"Les Ruches de l’Étang;Redon;35600;ruches.example;Semences et biodiversité|jardin;12 mai 2017;Hives;14\n"
	gogoJSON = `{"licence":"https://opendatacommons.org/licenses/odbl/summary/","ontology":"gogofull","data":[{"id":"b7","name":"Verger des Six Haies","geo":{"latitude":47.61,"longitude":-2.9},"sourceKey":"Bocage test","address":{"streetAddress":"2 chemin du Four","addressLocality":"Plougrain","postalCode":"56000","addressCountry":"FR"},"createdAt":"03/02/2024","updatedAt":"11/05/2026","categories":["Jardin partagé"],"openHours":{"Sa":"10:00-12:30,14:00-18:00"},"website":"https://verger.example"}]}`
	geojson  = `{"type":"FeatureCollection","features":[{"type":"Feature","id":12,"geometry":{"type":"Point","coordinates":[-2.9,47.6]},"properties":{"nom":"Four à pain","tags":["pain","village"]}},
{"type":"Feature","id":"z","geometry":{"type":"Polygon","coordinates":[[[2,48],[4,48],[4,50],[2,50],[2,48]]]},"properties":{"name":"Forêt","theme":"foret"}}]}`
)

// formats are files of each known format and what must come of them.
var formats = []struct {
	name, text string
	check      func(*testing.T, Report, []directory.Entry)
}{
	{"OpenFairDB CSV", openFairDB, func(t *testing.T, r Report, es []directory.Entry) {
		e := es[0]
		if e.SourceKey != "9f3c" || e.Kind != directory.KindCommons || e.Place.Point.Lat != 47.6 || e.Licence != "ODbL-1.0" ||
			e.Period.Start != "2019-06-01" || e.OpeningHours != "Mo-Su 08:00-20:00" || e.Website != "https://lavoir.example" ||
			!cmp.Equal(e.Tags, []string{"commun", "eau"}) || e.Contact != nil {
			t.Errorf("got %+v, place %+v", e, e.Place)
		}
	}},
	{"GoGoCarto CSV", goGoCarto, func(t *testing.T, r Report, es []directory.Entry) {
		e := es[0]
		if e.Kind != directory.KindPlace || !cmp.Equal(e.Themes, []string{"jardin"}) || e.Place.Street != "2 chemin du Four" ||
			e.Place.Point.Lat != 47.61 || e.Place.Point.Lon != -2.9 || e.Contact.Email != "a@b.example" || len(e.Images) != 1 || e.Sources[0].Name != "Bocage test" {
			t.Errorf("got %+v, place %+v", e, e.Place)
		}
	}},
	{"French spreadsheet", french, func(t *testing.T, r Report, es []directory.Entry) {
		e := es[0]
		want := directory.LangText{"fr": "Les Ruches de l’Étang"}
		if !cmp.Equal(e.Name, want) || e.Place.PointSource != "gazetteer:commune" || e.Place.Country != "FR" || e.Period.Start != "2017-05-12" ||
			!cmp.Equal(e.Themes, []string{"vivant", "jardin"}) || e.Summary["en"] != "Hives" || string(e.Extra["Nombre de ruches"]) != `"14"` ||
			e.Website != "https://ruches.example" || r.Geocoded != 1 || r.Delimiter != ";" {
			t.Errorf("got %+v, place %+v, report %+v", e, e.Place, r)
		}
	}},
	{"GoGoCarto JSON", gogoJSON, func(t *testing.T, r Report, es []directory.Entry) {
		e := es[0]
		if e.Place.Point == nil || e.Place.Point.Lon != -2.9 || e.Place.Locality != "Plougrain" || !cmp.Equal(e.Themes, []string{"jardin"}) || e.Website != "https://verger.example" {
			t.Errorf("got %+v, place %+v", e, e.Place)
		}
	}},
	{"GeoJSON", geojson, func(t *testing.T, r Report, es []directory.Entry) {
		if len(es) != 2 || es[0].SourceKey != "12" || !cmp.Equal(es[0].Tags, []string{"pain", "village"}) || es[0].Place.Point.Lat != 47.6 {
			t.Fatalf("got %+v", es)
		}
		if p := es[1].Place; p.Shape != `{"type":"Polygon","coordinates":[[[2,48],[4,48],[4,50],[2,50],[2,48]]]}` ||
			p.PointSource != directory.PointFromShape || p.Point.Lat <= 48 || p.Point.Lat >= 50 || p.Point.Lon != 3 {
			t.Errorf("an area is at %+v", p)
		}
	}},
}

func TestImportFormats(t *testing.T) {
	for _, tt := range formats {
		t.Run(tt.name, func(t *testing.T) {
			i := newInstance(t)
			opt := ImportOptions{Publish: true, Geocode: true}
			r, err := i.read(t, tt.text, opt)
			if err != nil || r.Rejected > 0 {
				t.Fatalf("%v, %+v", err, r)
			}
			tt.check(t, r, i.entries(t))
			again, err := i.read(t, tt.text, opt)
			if err != nil || again.Unchanged != r.Rows || again.Created+again.Updated != 0 {
				t.Errorf("a second import is not without effect: %v, %+v", err, again)
			}
		})
	}
}

func TestEncodings(t *testing.T) {
	text := "id;nom;ville\r\n1;Café de l’été;Orléans\r\n"
	utf16le, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	utf16be, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	cp1252 := strings.NewReplacer("é", "\xe9", "’", "\x92").Replace(text)
	tests := []struct{ name, text, asked, want string }{
		{"UTF-8", text, "", "utf-8"},
		{"UTF-8 with BOM", "\ufeff" + text, "", "utf-8"},
		{"UTF-16 LE with BOM", utf16le, "", "utf-16le"},
		{"UTF-16 BE without BOM", utf16be, "", "utf-16be"},
		{"Windows-1252", cp1252, "", "windows-1252"},
		{"Windows-1252, said", cp1252, "CP1252", "windows-1252"},
		{"old Mac line ends", strings.ReplaceAll(text, "\r\n", "\r"), "", "utf-8"},
		{"mixed line ends", "id;nom;ville\r1;Café de l’été;Orléans\n", "", "utf-8"},
		{"sep line", "sep=;\n" + text, "", "utf-8"},
		{"long file", text + strings.Repeat("\n", 5<<20), "", "utf-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			i := newInstance(t)
			r, err := i.read(t, tt.text, ImportOptions{Encoding: tt.asked})
			if err != nil {
				t.Fatal(err)
			}
			es := i.entries(t)
			if r.Encoding != tt.want || len(es) != 1 || es[0].Name["fr"] != "Café de l’été" || es[0].Place.Locality != "Orléans" {
				t.Errorf("encoding %s, entries %+v", r.Encoding, es)
			}
		})
	}
}

func TestDelimiters(t *testing.T) {
	for head, want := range map[string]byte{
		"name,lat,lon\na,1,2\n":          ',',
		"name;lat;lon\na;1,5;2,5\n":      ';',
		"name\tlat\na\t1\n":              '\t',
		"name|ville\na, b|c\n":           '|',
		"name\na\n":                      ',',
		"\"a;b;c\",name\n\"x;y;z\",n\n":  ',',
		"name;tags\na;\"x,y,z\"\nb;\"\"": ';',
	} {
		if got := detectDelimiter(head); got != want {
			t.Errorf("detectDelimiter(%q) = %q, want %q", head, got, want)
		}
	}
}

func TestMapping(t *testing.T) {
	i := newInstance(t)
	text := "Quoi,Où,name\nLa mare,Rennes,jamais\n"
	r, err := i.read(t, text, ImportOptions{Mapping: map[string]string{"name": "Quoi", "locality": "Où"}})
	if err != nil {
		t.Fatal(err)
	}
	e := i.entries(t)[0]
	if e.Name["fr"] != "La mare" || e.Place.Locality != "Rennes" || string(e.Extra["name"]) != `"jamais"` || e.Status != directory.StatusDraft {
		t.Errorf("got %+v", e)
	}
	if want := map[string]string{"Quoi": "name", "Où": "locality", "name": ""}; !cmp.Equal(r.Columns, want) {
		t.Errorf("columns %v, want %v", r.Columns, want)
	}
	for want, m := range map[string]map[string]string{
		"unknown field":           {"nom": "Quoi"},
		"columns that the file d": {"name": "Quoi", "website": "Site"},
	} {
		if _, err := i.read(t, text, ImportOptions{Mapping: m}); !errors.Is(err, directory.ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("mapping %v: %v, want %q", m, err, want)
		}
	}
}

func TestDryRunAndStrict(t *testing.T) {
	i := newInstance(t)
	text := "id,name,lat,lon\n1,bon,47,-2\n2,mauvais,123,-2\n3,bon aussi,48,-2\n"
	r, err := i.read(t, text, ImportOptions{DryRun: true})
	if err != nil || r.Rows != 3 || r.Created != 2 || r.Rejected != 1 || len(i.entries(t)) != 0 {
		t.Fatalf("dry run: %v, %+v, %d entries", err, r, len(i.entries(t)))
	}
	r, err = i.read(t, text, ImportOptions{Strict: true})
	if !errors.Is(err, directory.ErrInvalid) || r.Created != 2 || len(i.entries(t)) != 0 {
		t.Fatalf("strict: %v, %+v, %d entries", err, r, len(i.entries(t)))
	}
	var seen []int
	r, err = i.read(t, text, ImportOptions{Progress: func(done, total int) { seen = append(seen, done, total) }})
	if err != nil || r.Created != 2 || r.Rejected != 1 || len(i.entries(t)) != 2 {
		t.Fatalf("import: %v, %+v", err, r)
	}
	if !cmp.Equal(seen[len(seen)-2:], []int{3, 3}) {
		t.Errorf("progress %v", seen)
	}
	fixed := strings.Replace(text, "123", "47", 1)
	if r, err = i.read(t, fixed, ImportOptions{Strict: true}); err != nil || r.Created != 1 || r.Unchanged != 2 {
		t.Errorf("strict, once right: %v, %+v", err, r)
	}
	if r, err = i.read(t, strings.Replace(fixed, "bon aussi", "renommé", 1), ImportOptions{}); err != nil || r.Updated != 1 || r.Unchanged != 2 {
		t.Errorf("changed: %v, %+v", err, r)
	}
}

func TestWithoutIDs(t *testing.T) {
	i := newInstance(t)
	text := "nom,ville\nLe Four,Redon\nLe Four,Vannes\n"
	if r, err := i.read(t, text, ImportOptions{}); err != nil || r.Created != 2 {
		t.Fatalf("%v, %+v", err, r)
	}
	if r, err := i.read(t, "nom,ville,site\nle four,REDON,https://f.example\n", ImportOptions{}); err != nil || r.Updated != 1 {
		t.Errorf("the same place is not found again: %v, %+v", err, r)
	}
	if r, err := i.read(t, text, ImportOptions{Source: "autre carte"}); err != nil || r.Created != 2 {
		t.Errorf("another source's entries are others: %v, %+v", err, r)
	}
}

// The files that neighbours publish, when they are beside the repository.
func TestRealFiles(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "import")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Skip("the data directory is not beside the repository")
	}
	// Rows of each file, and how many of them are wrong; -1 = no list of entries.
	want := map[string][2]int{
		"bluehats_ateliers.csv": {37, 0}, "coops_uk_2023Q2_standard.csv": {7387, 0}, "fosdem_commons_tracks_2007-2026.csv": {1097, 0},
		"freifunk_directory.json": {0, -1}, "openfairdb_search_results.json": {99, 0}, "patio_coops.json": {18, 1}, "places_sse_europe.csv": {1782, 11},
	}
	mappings := map[string]map[string]string{
		"coops_uk_2023Q2_standard.csv": {"id": "Identifier", "name": "Name"},
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.IsDir() {
			continue
		}
		t.Run(filepath.Base(f), func(t *testing.T) {
			in, err := os.Open(f)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = in.Close() }()
			i := newInstance(t)
			r, err := Import(t.Context(), i.led, i.who, in, ImportOptions{Owner: i.org.ID, Geocode: true, Mapping: mappings[filepath.Base(f)]})
			w, known := want[filepath.Base(f)]
			if !known || (err != nil) != (w[1] < 0) || r.Rows != w[0] || r.Rejected > max(w[1], 0) || r.Created != r.Rows-r.Rejected {
				t.Errorf("%v: %d rows, %d created, %d rejected, want %v\n%s", err, r.Rows, r.Created, r.Rejected, w, problems(r))
			}
		})
	}
}

// What was deleted here is not brought back by the file that it came from.
func TestDeletedStaysDeleted(t *testing.T) {
	i := newInstance(t)
	text := "id,name\n1,Four\n2,Lavoir\n"
	if _, err := i.read(t, text, ImportOptions{Publish: true}); err != nil {
		t.Fatal(err)
	}
	if err := i.led.Delete(t.Context(), i.who, i.entries(t)[0].ID, "fermé"); err != nil {
		t.Fatal(err)
	}
	r, err := i.read(t, text, ImportOptions{Publish: true})
	if err != nil || r.Unchanged != 1 || r.Rejected != 1 || len(i.entries(t)) != 1 {
		t.Errorf("%v, %+v, %d entries", err, r, len(i.entries(t)))
	}
	if got := problems(r); !strings.HasPrefix(got, "2: : it was deleted here") {
		t.Errorf("problems %q", got)
	}
}
