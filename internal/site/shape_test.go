package site

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

const meadow = `{"type":"Polygon","coordinates":[[[-1.7,48.1],[-1.6,48.1],[-1.6,48.2],[-1.7,48.2],[-1.7,48.1]]]}`

// TestShapeForm: a shape comes as a file, is previewed and saved with a point in
// it, is drawn and told of, and is in the history; when the place becomes
// approximate it is nowhere.
func TestShapeForm(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	c := b.signIn()
	e := b.add(directory.Entry{Kind: directory.KindCommons, Name: directory.LangText{"fr": "Pré commun"}})
	here := "/entries/" + e.ID
	send := func(do, file string, set ...string) (int, string) {
		t.Helper()
		_, doc := c.get(here + "/edit")
		v := asShown(doc)
		for _, n := range findAll(doc, "#entry-form textarea") {
			v.Set(attr(n, "name"), text(n))
		}
		v.Set("do", do)
		for i := 0; i < len(set); i += 2 {
			v.Set(set[i], set[i+1])
		}
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		for k, vs := range v {
			for _, s := range vs {
				_ = m.WriteField(k, s)
			}
		}
		f, _ := m.CreateFormFile("shape_file", "pre.geojson")
		_, _ = f.Write([]byte(file))
		_ = m.Close()
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, here+"/edit", &body)
		r.Header.Set("Content-Type", m.FormDataContentType())
		w, _ := c.send(r)
		return w.Code, w.Body.String()
	}
	if code, body := send("shape", meadow); code != 200 || !strings.Contains(body, `class="aire choisi`) || !strings.Contains(body, "Aire de 82 km²") {
		t.Fatalf("preview: %d\n%s", code, body)
	}
	if code, body := send("save", `{"type":"Point","coordinates":[1,2]}`); code != http.StatusUnprocessableEntity || !strings.Contains(body, "doit être une ligne ou une aire") {
		t.Errorf("a point as a shape: %d", code)
	}
	if code, _ := send("save", meadow); code != http.StatusSeeOther {
		t.Fatalf("save: %d", code)
	}
	got, err := b.store.Entry(t.Context(), e.ID)
	if err != nil || string(got.Place.Shape) != meadow || got.Place.Point == nil || got.Place.PointSource != directory.PointFromShape {
		t.Fatalf("saved %+v, %v", got.Place, err)
	}
	b.refresh()
	drawn := func(what string, want bool) {
		t.Helper()
		for path, mark := range map[string]string{here: `class="aire choisi`, "/?c=48.15,-1.65,10": `class="contour"`, "/?c=48.15,-1.65,10&entry=" + e.ID: "Aire de 82", here + "/history": "Aire de 82 km², 5 points"} {
			w, _ := b.get(path)
			if has := strings.Contains(w.Body.String(), mark); has != want {
				t.Errorf("%s, %s: %q is there: %v", what, path, mark, has)
			}
			if strings.Contains(w.Body.String(), "[-1.7,") {
				t.Errorf("%s, %s prints coordinates", what, path)
			}
		}
	}
	drawn("exact", true)
	// A new shape without a point of its own moves the pin.
	if code, _ := send("save", strings.ReplaceAll(meadow, "48.", "49.")); code != http.StatusSeeOther {
		t.Fatalf("second save: %d", code)
	}
	if got, _ := b.store.Entry(t.Context(), e.ID); got.Place.Point.Lat < 49 {
		t.Errorf("the pin stayed at %+v", got.Place.Point)
	}
	if code, _ := send("save", "", "precision", "approximate", "shape", meadow); code != http.StatusSeeOther {
		t.Fatalf("third save: %d", code)
	}
	b.refresh()
	drawn("approximate", false)
}
