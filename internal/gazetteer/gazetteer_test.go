package gazetteer

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

func open(t testing.TB) *Gazetteer {
	t.Helper()
	g, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestFind(t *testing.T) {
	g := open(t)
	tests := []struct {
		name string
		q    Query
		want string // name, code, precision; "" = not found
	}{
		{"name alone", Query{Locality: "Libourne"}, "Libourne 33243 commune"},
		{"accents and case", Query{Locality: "AMBERIEU EN BUGEY"}, "Ambérieu-en-Bugey 01004 commune"},
		{"ligature", Query{Locality: "Oeyreluy", PostalCode: "40180"}, "Oeyreluy 40207 commune"},
		{"st for saint", Query{Locality: "St Malo"}, "Saint-Malo 35288 commune"},
		{"saint for st", Query{Locality: "SAINT-MALO"}, "Saint-Malo 35288 commune"},
		{"ste", Query{Locality: "Ste Foy", PostalCode: "85150"}, "Sainte-Foy 85214 commune"},
		{"s/ for sur", Query{Locality: "CHALON S/ SAONE"}, "Chalon-sur-Saône 71076 commune"},
		{"cedex and its postcode", Query{Locality: "LILLE CEDEX 9", PostalCode: "59777"}, "Lille 59350 commune"},
		{"paris by postcode", Query{Locality: "Paris", PostalCode: "75011"}, "Paris 11e Arrondissement 75111 district"},
		{"paris 16, second postcode", Query{Locality: "PARIS", PostalCode: "75116"}, "Paris 16e Arrondissement 75116 district"},
		{"paris by ordinal", Query{Locality: "Paris 11ème"}, "Paris 11e Arrondissement 75111 district"},
		{"lyon 07", Query{Locality: "Lyon 07"}, "Lyon 7e Arrondissement 69387 district"},
		{"paris cedex", Query{Locality: "Paris Cedex 05", PostalCode: "75231"}, "Paris 75056 commune"},
		{"homonym by postcode", Query{Locality: "Saint-Denis", PostalCode: "11310"}, "Saint-Denis 11339 commune"},
		{"homonym by département", Query{Locality: "Saint-Denis (11)"}, "Saint-Denis 11339 commune"},
		{"homonym by population", Query{Locality: "Saint-Denis"}, "Saint-Denis 97411 commune"},
		{"homonym by region", Query{Locality: "Saint-Denis", Region: "Île-de-France"}, "Saint-Denis 93066 commune"},
		{"former commune", Query{Locality: "Bellegarde-sur-Valserine", PostalCode: "01200"}, "Bellegarde-sur-Valserine 01033 former-commune"},
		{"Corsica", Query{Locality: "Ajaccio", PostalCode: "20000"}, "Ajaccio 2A004 commune"},
		{"overseas by ISO code", Query{Locality: "Saint-Denis", Country: "re"}, "Saint-Denis 97411 commune"},
		{"postcode in the locality", Query{Locality: "56000 Vannes"}, "Vannes 56260 commune"},
		{"postcode without its zero", Query{Locality: "Bourg-en-Bresse", PostalCode: "1000"}, "Bourg-en-Bresse 01053 commune"},
		{"misspelt, postcode known", Query{Locality: "Capbetron", PostalCode: "40130"}, "Capbreton 40065 postcode"},
		{"postcode wins over another commune's name", Query{Locality: "Lille", PostalCode: "29250"}, "Saint-Pol-de-Léon 29259 postcode"},
		{"country before name", Query{Locality: "Vienne", Country: "AT"}, "Vienna  city"},
		{"no country: France", Query{Locality: "Vienne"}, "Vienne 38544 commune"},
		{"exonym", Query{Locality: "Bruxelles"}, "Brussels  city"},
		{"own spelling", Query{Locality: "München", PostalCode: "80331", Country: "DE"}, "Munich  city"},
		{"same name abroad, by region", Query{Locality: "Portland", Country: "US", Region: "ME"}, "Portland  city"},
		{"not in that country", Query{Locality: "Libourne", Country: "BE"}, ""},
		{"unknown", Query{Locality: "Trifouilly-les-Oies"}, ""},
		{"empty", Query{}, ""},
		{"cedex alone", Query{Locality: "Cedex"}, ""},
		{"unknown postcode", Query{PostalCode: "99999"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, ok := g.Find(tt.q)
			got := ""
			if ok {
				got = m.Name + " " + m.Code + " " + string(m.Precision)
			}
			if got != tt.want {
				t.Errorf("Find(%+v) = %q, want %q", tt.q, got, tt.want)
			}
		})
	}
}

func TestMatchIsComplete(t *testing.T) {
	got, _ := open(t).Find(Query{Locality: "Libourne", PostalCode: "33500", Country: "fr"})
	want := Match{
		Point: Point{44.9138, -0.2356}, Name: "Libourne", Code: "33243", PostalCode: "33500", Department: "Gironde",
		Region: "Nouvelle-Aquitaine", Country: "FR", Population: got.Population, Precision: PrecisionCommune, Source: "gazetteer:commune",
	}
	if kilometres(got.Point, want.Point) > 3 || got.Population < 20000 {
		t.Errorf("Libourne is at %v with %d people", got.Point, got.Population)
	}
	if got.Point = want.Point; got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The French places of the demonstration were located by hand, to the street:
// the centre of the commune must be near.
func TestFrenchPlaces(t *testing.T) {
	f, err := os.Open("../demo/data/places.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	col := map[string]int{}
	for i, h := range rows[0] {
		col[h] = i
	}
	g := open(t)
	var errs []float64
	for _, r := range rows[1:] {
		if r[col["country"]] != "FR" {
			continue
		}
		m, ok := g.Find(Query{PostalCode: r[col["postcode"]], Locality: r[col["city"]], Country: "FR"})
		if !ok {
			t.Errorf("%s %s is not found", r[col["postcode"]], r[col["city"]])
			continue
		}
		lat, _ := strconv.ParseFloat(r[col["lat"]], 64)
		lon, _ := strconv.ParseFloat(r[col["lon"]], 64)
		errs = append(errs, kilometres(m.Point, Point{lat, lon}))
	}
	slices.Sort(errs)
	if len(errs) != 53 {
		t.Fatalf("%d places found, want 53", len(errs))
	}
	t.Logf("median error %.1f km, worst %.1f km", errs[len(errs)/2], errs[len(errs)-1])
	if median := errs[len(errs)/2]; median > 2.5 {
		t.Errorf("median error %.1f km, want at most 2.5", median)
	}
	if worst := errs[len(errs)-1]; worst > 12 {
		t.Errorf("worst error %.1f km, want at most 12", worst)
	}
}

func kilometres(a, b Point) float64 {
	const degree = 111.195
	dx := (a.Lon - b.Lon) * math.Cos(a.Lat*math.Pi/180)
	return degree * math.Hypot(a.Lat-b.Lat, dx)
}

func TestSuggest(t *testing.T) {
	g := open(t)
	tests := []struct {
		prefix string
		limit  int
		want   []string
	}{
		{"marsei", 2, []string{"Marseille", "Marseille 13e Arrondissement"}},
		{"Lib", 2, []string{"Libreville", "Libertad"}},
		{"sai", 1, []string{"Saint Petersburg"}},
		{"SAINT-NAZ", 1, []string{"Saint-Nazaire"}},
		{"33500", 1, []string{"Libourne"}},
		{"335", 1, []string{"Libourne"}},
		{"zzzz", 3, nil},
		{"", 3, nil},
		{"paris", 0, nil},
	}
	for _, tt := range tests {
		var got []string
		for _, m := range g.Suggest(tt.prefix, tt.limit) {
			got = append(got, m.Name)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("Suggest(%q, %d) = %q, want %q", tt.prefix, tt.limit, got, tt.want)
		}
	}
}

func TestTableIsSmall(t *testing.T) {
	if len(packed) > 1_500_000 {
		t.Errorf("the embedded table has %d bytes, want less than 1.5 MB", len(packed))
	}
	g := open(t)
	if n := len(g.keys); n < 60_000 {
		t.Errorf("%d rows, want at least 60 000", n)
	}
	if !slices.IsSorted(g.keys) {
		t.Error("the keys are not sorted: the folding has changed since the table was made")
	}
}

func TestDamagedTable(t *testing.T) {
	for _, b := range [][]byte{nil, []byte("x"), packed[:len(packed)/2]} {
		if _, err := unpack(b); err == nil {
			t.Errorf("%d bytes of a table are accepted", len(b))
		}
	}
}

func TestPackKeepsEveryRow(t *testing.T) {
	rows := []Row{
		{Name: "Ajaccio", INSEE: "2A004", Lat: 41.9347, Lon: 8.7011, Population: 7, Postcodes: []uint32{20000, 20090}},
		{Name: "Suva", Class: ClassCity, Lat: -18.1416, Lon: 178.4415, Population: 9, Country: "FJ", Admin1: "01"},
	}
	var b bytes.Buffer
	if err := Pack(&b, rows, []Area{{"2A", "Corse-du-Sud", "94"}}, []Area{{"94", "Corse", "94"}}); err != nil {
		t.Fatal(err)
	}
	g, err := unpack(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	m, _ := g.Find(Query{Locality: "ajaccio", PostalCode: "20090"})
	if want := (Match{Point{41.9347, 8.7011}, "Ajaccio", "2A004", "20000", "Corse-du-Sud", "Corse", "FR", 7, PrecisionCommune, "gazetteer:commune"}); m != want {
		t.Errorf("got %+v, want %+v", m, want)
	}
	m, _ = g.Find(Query{Locality: "Suva"})
	if want := (Match{Point{-18.1416, 178.4415}, "Suva", "", "", "", "01", "FJ", 9, PrecisionCity, "gazetteer:city"}); m != want {
		t.Errorf("got %+v, want %+v", m, want)
	}
}

func FuzzFind(f *testing.F) {
	f.Add("Paris", "75011", "FR")
	f.Add("Saint-Étienne-du-Rouvray CEDEX 2", "", "")
	f.Add("12345 ", "1234", "é")
	f.Add("\xff(\x00)/,", "\xff\xff\xff\xff\xff", "..")
	g := open(f)
	f.Fuzz(func(t *testing.T, name, post, country string) {
		m, ok := g.Find(Query{Locality: name, PostalCode: post, Country: country})
		if ok && (math.Abs(m.Point.Lat) > 90 || math.Abs(m.Point.Lon) > 180 || m.Name == "") {
			t.Errorf("%+v", m)
		}
		if n := len(g.Suggest(name, 5)); n > 5 {
			t.Errorf("%d suggestions", n)
		}
	})
}

func BenchmarkUnpack(b *testing.B) {
	for b.Loop() {
		if _, err := unpack(packed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	g := open(b)
	b.ReportAllocs()
	for b.Loop() {
		g.Find(Query{Locality: "Saint-Étienne-du-Rouvray", PostalCode: "76800", Country: "FR"})
	}
}

func BenchmarkSuggest(b *testing.B) {
	g := open(b)
	b.ReportAllocs()
	for b.Loop() {
		g.Suggest("s", 8)
	}
}

// Loading must not be felt: a tenth of a second is the limit of what is.
func TestLoadTime(t *testing.T) {
	best := time.Hour
	for range 5 {
		start := time.Now()
		if _, err := unpack(packed); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(start))
	}
	t.Logf("unpacked in %v", best)
}
