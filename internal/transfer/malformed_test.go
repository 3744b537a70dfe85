package transfer

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

const header = "id,name,lat,lon,start,website,tags\n"

// good is a row that is imported whatever is beside it.
const good = "ok,Four banal,47.6,-2.9,2019,https://four.example,pain\n"

// xss is in every field of a row; none of it may be an address.
const xss = `<script>alert(1)</script>`

// malformed are files that people send. Fatal ones write nothing; of others the
// right rows are imported and the wrong ones reported.
var malformed = []struct {
	name, text string
	opt        ImportOptions
	fatal      string // what the error says; "" = the file is imported
	want       string // the problems, as problems() writes them; lines may be cut after the beginning
	created    int
}{
	{name: "empty", text: "", fatal: "the file is empty"},
	{name: "white space", text: " \r\n\t\n", fatal: "the file is empty"},
	{name: "BOM only", text: "\ufeff", fatal: "the file is empty"},
	{name: "header only", text: header, fatal: "the file has no entries"},
	{name: "no header", text: "Four banal,47.6,-2.9\n", fatal: "line 1: no column for the name among Four banal, 47.6, -2.9"},
	{name: "header without a name", text: "lat,lon\n47,-2\n", fatal: "line 1: no column for the name among lat, lon"},
	{name: "a row without a name", text: header + good + "2,,47,-2,,,\n", created: 1, want: "3: name: the row has no name"},

	{name: "quote never closed", text: header + good + "2,\"Le four,47,-2,,,\n3,x,47,-2,,,\n", fatal: "line 3: a quote is opened here and never closed"},
	{name: "quote not doubled", text: header + good + "2,\"Le \"four\" banal\",47,-2,,,\n", fatal: "line 3: a quote inside a quoted cell is not doubled"},
	{name: "quote inside an unquoted cell", text: header + "2,Tuyau de 2\" en cuivre,47,-2,,,\n", created: 1},
	{name: "line break in a quoted cell", text: header + "2,\"Four\nbanal\",200,-2,,,\n3,x,y,-2,,,\n", want: "2: lat: latitude 200 is out of range\n4: lat: latitude \"y\" is not a number"},
	{name: "truncated", text: header + good + "2,Le four,47", fatal: "line 3: the file is truncated: its last row has 3 cells, the header has 7"},
	{name: "too few cells", text: header + "2,Le four,47\n" + good, created: 1, want: "2: : the row has 3 cells, the header has 7"},
	{name: "too many cells", text: header + "2,Le four,47,-2,,,,,x\n" + good, created: 1, want: "2: : the row has 9 cells, the header has 7"},
	{name: "empty cells at the end", text: header + "2,Le four,47,-2,,,,,,\n", created: 1},
	{name: "too many columns", text: "name" + strings.Repeat(",c", MaxColumns) + "\nx\n", fatal: "line 1: the row has more than 500 columns"},
	{name: "huge cell", text: header + "2,\"" + strings.Repeat("x", MaxCell+1) + "\",47,-2,,,\n" + good, created: 1, want: "2: name: the cell is over 64 KB"},
	{name: "long name", text: header + "2," + strings.Repeat("x", 5000) + ",47,-2,,,\n" + good, created: 1, want: "2: name"},
	{name: "mixed line ends", text: "id,name\r\n1,a\r2,b\n3,c", created: 3},
	{name: "blank lines", text: "\n\nid,name\n\n\n1,a\n\n", created: 1},
	{name: "the same column twice", text: "id,name,name\n1,a,b\n", created: 1},

	{name: "NUL byte", text: header + "2,Le \x00four,47,-2,,,\n" + good, created: 1, want: "2: name: the text has a NUL byte"},
	{name: "control character", text: header + "2,Le \x1bfour,47,-2,,,\n" + good, created: 1, want: "2: name: the text has a control character (U+001B)"},
	{name: "spreadsheet file", text: "PK\x03\x04\x14\x00", fatal: "this is a spreadsheet or a ZIP archive, not text"},
	{name: "PDF", text: "%PDF-1.7 …", fatal: "this is a PDF, not text"},
	{name: "XML", text: "<?xml version=\"1.0\"?><kml/>", fatal: "line 1: this is XML or HTML"},
	{name: "not UTF-8 though it is said", text: "id,name\n1,caf\xe9\n", opt: ImportOptions{Encoding: "utf-8"}, fatal: "the file is not valid UTF-8: try the encoding windows-1252"},
	{name: "unknown encoding", text: header + good, opt: ImportOptions{Encoding: "ebcdic"}, fatal: "unknown encoding \"ebcdic\""},
	{name: "unknown delimiter", text: header + good, opt: ImportOptions{Delimiter: "xx"}, fatal: "delimiter \"xx\" is not one of"},
	{name: "unknown format", text: header + good, opt: ImportOptions{Format: "kml"}, fatal: "format \"kml\" cannot be imported"},
	{name: "UTF-16 cut in a character", text: "\xff\xfei\x00d\x00,\x00n\x00a\x00m\x00e\x00\n\x001\x00,\x00\xe9\x00\n\x00z", fatal: "line 3: the file is truncated"},

	{name: "swapped by the town", text: "name,lat,lon,ville,pays\nFour,-2.76,47.65,Vannes,FR\n", want: "2: lat: latitude and longitude are swapped: -2.76, 47.65 is far from Vannes, 47.65, -2.76 is near"},
	{name: "swapped by the country", text: "name,lat,lon,pays\nFour,2.35,48.85,France\n", want: "2: lat: latitude and longitude are swapped: 2.35, 48.85 is not in France"},
	{name: "swapped by the range", text: "name,lat,lon\nFour,103.5,13.4\n", want: "2: lat: latitude 103.5 is out of range, -90 to 90: latitude and longitude look swapped"},
	{name: "perhaps swapped", text: "name,lat,lon\nFour,2.35,48.85\n", created: 1, want: "warning 2: lat: are latitude and longitude swapped?"},
	{name: "swapped in GeoJSON", text: `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[47.6,-97.1]},"properties":{"name":"x"}}]}`, want: "1: geometry: latitude -97.1 is out of range, -90 to 90: longitude and latitude look swapped"},
	{name: "latitude out of range", text: header + "2,x,91,200,,,\n" + good, created: 1, want: "2: lat: latitude 91 is out of range, -90 to 90\n2: lon: longitude 200 is out of range, -180 to 180"},
	{name: "projected", text: header + "2,x,6789000,652000,,,\n" + good, created: 1, want: "2: lat: latitude 6789000 is out of range: these are not degrees but metres of a projection\n2: lon: longitude 652000"},
	{name: "NaN", text: header + "2,x,NaN,NaN,,,\n" + good, created: 1, want: "2: lat: latitude \"NaN\" is not a number\n2: lon: longitude \"NaN\""},
	{name: "1e400", text: header + "2,x,1e400,-1e400,,,\n" + good, created: 1, want: "2: lat: latitude \"1e400\" is not a number of degrees\n2: lon"},
	{name: "words for numbers", text: header + "2,x,nord,ouest,,,\n" + good, created: 1, want: "2: lat: latitude \"nord\" is not a number\n2: lon: longitude \"ouest\" is not a number"},
	{name: "degrees and minutes", text: header + "2,x,47°36'12\"N,2°54'W,,,\n" + good, created: 1, want: "2: lat: latitude \"47°36'12\\\"N\" is in degrees and minutes\n2: lon: longitude \"2°54'W\" is in degrees and minutes"},
	{name: "one coordinate", text: header + "2,x,47,,,,\n" + good, created: 1, want: "2: lon: a latitude and a longitude go together, one of them is missing"},
	{name: "zero, zero", text: header + "2,x,0,0,,,\n", created: 1, want: "warning 2: lat: 0, 0 is in the Gulf of Guinea"},
	{name: "decimal commas", text: "name;coordonnées\nx;47,6 -2,9\ny;47.6, -2.9\nz;ici\n", created: 2, want: "4: coordonnées: \"ici\" is not “latitude, longitude”"},

	{name: "duplicate ids", text: header + good + "ok,Autre,47,-2,,,\n", created: 1, want: "3: id: the id \"ok\" is already that of line 2"},
	{name: "duplicates without ids", text: "name,ville\nFour,Redon\nfour,REDON\n", created: 1, want: "3: name: same kind, name, locality and date as line 2"},
	{name: "bad dates", text: "id,name,start\n1,a,31/02/2024\n2,b,13/13/2024\n3,c,hier\n4,d,31.12.24\n5,e,2024-02-30\n6,f,31/12/2024\n", created: 1,
		want: "2: start: \"31/02/2024\" is not a date of the calendar\n3: start: \"13/13/2024\" is not a date: there is no month 13\n4: start: \"hier\" is not a date\n5: start: \"31.12.24\" is not a date\n6: start: \"2024-02-30\" is not a date"},
	{name: "end before start", text: "id,name,start,end\n1,a,2020,2010\n", want: "2: period"},
	{name: "time without a zone", text: "id,name,start\n1,a,2024-05-01 10:00\n", created: 1, want: "warning 2: start: \"2024-05-01 10:00\" has no time zone"},
	{name: "unknown kind", text: "id,name,kind\n1,a,licorne\n" + "2,b,lieu\n", created: 1, want: "2: kind: unknown kind \"licorne\""},
	{name: "unknown country", text: "id,name,pays\n1,a,Syldavie\n", created: 1, want: "warning 2: pays: unknown country \"Syldavie\""},
	{name: "formulas", text: header + "2,\"=HYPERLINK(\"\"http://x\"\";\"\"y\"\")\",47,-2,,,'+cmd|' /C calc'!A0\n", created: 1},
	{name: "script in every text", text: "id,name,summary,ville,tags,rue\n" + strings.TrimSuffix(strings.Repeat(xss+",", 6), ",") + "\n", created: 1},
	{name: "script in an address", text: header + "2,x,47,-2,,javascript:alert(1),\n" + good, created: 1, want: "2: website: \"javascript:alert(1)\" is not an address that begins with http:// or https://"},
	{name: "data address", text: header + "2,x,47,-2,,data:text/html;base64,PHNj,\n" + good, created: 1, want: "2: website: \"data:text/html;base64\" is not an address"},
	{name: "script in a date and a position", text: header + "2,x," + xss + ",-2," + xss + ",,\n" + good, created: 1, want: "2: lat: latitude \"<script>alert(1)</script>\" is not a number\n2: start: \"<script>alert(1)</script>\" is not a date"},
	{name: "broken JSON in a cell", text: "id,name,links\n1,a,[{\n2,b,\"[{\"\"url\"\":\"\"https://l.example\"\"}]\"\n", created: 1, want: "2: links: the cell must hold JSON"},
	{name: "wrong JSON in a cell", text: "id,name,relations\n1,a,\"{\"\"type\"\":3}\"\n", want: "2: relations: the cell must hold JSON"},

	{name: "JSON truncated", text: `{"type":"FeatureCollection","features":[{"type":"Feature"`, fatal: "line 1: the JSON is truncated"},
	{name: "JSON truncated after a good feature", text: `{"features":[{"type":"Feature","geometry":null,"properties":{"name":"x"}},`, fatal: "line 1: the JSON is truncated"},
	{name: "JSON with a comma too many", text: "{\"features\":[\n{\"properties\":{\"name\":\"x\"}},\n]}", fatal: "line 3: invalid JSON"},
	{name: "JSON followed by text", text: `[{"name":"x"}] x`, fatal: "line 1: there is text after the end of the JSON"},
	{name: "deep JSON", text: `{"features":[` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `]}`, fatal: "line 1: JSON is nested deeper than 32 levels"},
	{name: "bomb of brackets", text: strings.Repeat("[", 1<<20), fatal: "line 1: JSON is nested deeper than 32 levels"},
	{name: "JSON without a list", text: `{"type":"Topology","objects":{}}`, fatal: "no list of entries was found"},
	{name: "JSON that is a number", text: `{"features":3}`, fatal: "no list of entries was found"},
	{name: "empty list", text: `{"type":"FeatureCollection","features":[]}`, fatal: "the file has no entries"},
	{name: "features of wrong types", text: `{"features":[1,"x",null,[],{"properties":{"name":"ok"}}]}`, created: 1,
		want: "1: : expected an object, got 1\n1: : expected an object, got \"x\"\n1: : expected an object, got null\n1: : expected an object, got []"},
	{name: "properties of wrong types", text: `{"features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]},"properties":["name"]},{"type":"Feature","properties":null}]}`,
		want: "1: properties: properties: not a JSON object\n1: name: the row has no name"},
	{name: "names of wrong types", text: `[{"name":{"fr":"Four","en":"Oven"}},{"name":12},{"name":null},{"name":["a","b"]}]`, created: 3, want: "1: name: the row has no name"},
	{name: "geometries of wrong types", text: `{"features":[` + strings.Join([]string{
		feature1(`{"type":"Point","coordinates":["2","48"]}`), feature1(`{"type":"Point","coordinates":[2]}`), feature1(`{"type":"Point","coordinates":[]}`),
		feature1(`{"type":"Point"}`), feature1(`{"type":"Cercle","coordinates":[2,48]}`), feature1(`"Point"`), feature1(`{"type":"GeometryCollection","geometries":[]}`),
		feature1(`{"type":"Point","coordinates":[1e400,48]}`), feature1(`{"type":"Polygon","coordinates":[]}`), feature1(`null`)}, ",\n") + `]}`, created: 1,
		want: "1: geometry: the coordinate 2 is not a number\n2: geometry: a position needs a longitude and a latitude\n3: geometry: the point has no coordinates\n4: geometry: the geometry has no coordinates\n" +
			"5: geometry: unknown geometry type \"Cercle\"\n6: geometry: the geometry is not a GeoJSON geometry\n7: geometry: a GeometryCollection has no single position\n8: geometry: longitude \"1e400\" is not a number of degrees\n9: geometry: the geometry is empty"},
	{name: "duplicate ids in GeoJSON", text: "{\"features\":[{\"type\":\"Feature\",\"id\":1,\"properties\":{\"name\":\"a\"}},\n{\"type\":\"Feature\",\"id\":\"1\",\"properties\":{\"name\":\"b\"}}]}", created: 1, want: "2: id: the id \"1\" is already that of line 1"},
	{name: "too many properties", text: `[{"name":"x"` + many(MaxColumns) + `}]`, want: "1: properties: properties: more than 500 properties"},
	{name: "huge property", text: `[{"name":"x","summary":"` + strings.Repeat("y", MaxCell+1) + `"}]`, want: "1: summary: the value is over 64 KB"},
	{name: "mapping of a column that is not there", text: header + good, opt: ImportOptions{Mapping: map[string]string{"summary": "Résumé"}}, fatal: "the mapping names columns that the file does not have: Résumé"},
}

func feature1(geometry string) string {
	return `{"type":"Feature","geometry":` + geometry + `,"properties":{"name":"x"}}`
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"p%d":%d`, i, i)
	}
	return b.String()
}

func TestMalformed(t *testing.T) {
	shared := newInstance(t)
	for n, tt := range malformed {
		t.Run(tt.name, func(t *testing.T) {
			i := shared.publisher(t, n)
			r, err := i.read(t, tt.text, tt.opt)
			es := i.entries(t)
			if tt.fatal != "" {
				if !errors.Is(err, directory.ErrInvalid) || !strings.HasPrefix(err.Error(), tt.fatal) {
					t.Errorf("error %v, want %q", err, tt.fatal)
				}
				if len(es) != 0 {
					t.Errorf("%d entries are written", len(es))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			compareProblems(t, problems(r), tt.want)
			if r.Created != tt.created || len(es) != tt.created || r.Rows != r.Created+r.Rejected {
				t.Errorf("%d created, %d entries, want %d; %d rows, %d rejected", r.Created, len(es), tt.created, r.Rows, r.Rejected)
			}
			for _, e := range es {
				if strings.HasPrefix(e.Website, "javascript") {
					t.Errorf("the entry has the address %q", e.Website)
				}
			}
		})
	}
}

// compareProblems compares line by line; a wanted line is the beginning of a problem's.
func compareProblems(t *testing.T, got, want string) {
	t.Helper()
	gots, wants := strings.Split(strings.TrimSuffix(got, "\n"), "\n"), strings.Split(want, "\n")
	if len(gots) != len(wants) {
		t.Errorf("problems:\n%s\nwant:\n%s", got, want)
		return
	}
	for n := range gots {
		if !strings.HasPrefix(gots[n], wants[n]) {
			t.Errorf("problem %q, want %q", gots[n], wants[n])
		}
	}
}

func TestTooLarge(t *testing.T) {
	const limit = 5 << 20
	for _, size := range []int{limit, limit + 1} {
		_, err := newSpool(strings.NewReader("name\n"+strings.Repeat("x", size-5)), "", limit)
		if (err != nil) != (size > limit) {
			t.Errorf("%d bytes of %d: %v", size, limit, err)
		}
	}
}
