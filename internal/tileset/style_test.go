package tileset

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const pngHead = "\x89PNG\r\n\x1a\n"

// styleServer serves documents by their path, under the name localhost.
func styleServer(t *testing.T, docs map[string]string) (*http.Client, string) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := docs[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(body)) // the client may have gone
	}))
	t.Cleanup(srv.Close)
	return srv.Client(), strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
}

const styleDoc = `{"version":8,"glyphs":"https://fonts.example/{fontstack}/{range}.pbf","sprite":"sprites/basics","terrain":{"source":"dem"},
"sources":{"plan":{"type":"vector","url":"plan.json"},"photos":{"type":"raster","tiles":["https://photos.example/{z}/{x}/{y}.jpg"],"tileSize":256,"attribution":"© Photos"},
"dem":{"type":"raster-dem","url":"dem.json"},"private":{"type":"vector","url":"mapbox://mapbox.streets"}},
"layers":[{"id":"g","type":"background","paint":{"background-color":"#fff"}},{"id":"w","type":"fill","source":"plan","source-layer":"water"},
{"id":"h","type":"hillshade","source":"dem"},{"id":"s","type":"line","source":"private"},{"id":"p","type":"raster","source":"photos"}]}`

const planDoc = `{"tiles":["tuiles/{z}/{x}/{y}.pbf"],"minzoom":0,"maxzoom":14,"attribution":"<a href=\"https://osm.org\">© OpenStreetMap</a>"}`

func TestFetchStyle(t *testing.T) {
	t.Parallel()
	client, host := styleServer(t, map[string]string{"/s/style.json": styleDoc, "/s/plan.json": planDoc,
		"/s/sprites/basics.json": `{"pin":{"x":0,"y":0,"width":8,"height":8,"pixelRatio":1}}`, "/s/sprites/basics.png": pngHead + "…"})
	s, err := FetchStyle(t.Context(), client, host+"/s/style.json", time.Unix(9, 0))
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Sources  map[string]struct{ Tiles []string }
		Layers   []struct{ ID string }
		Metadata map[string]map[string]any
	}
	if err := json.Unmarshal(s.JSON, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Sources) != 2 || got.Sources["plan"].Tiles[0] != host+"/s/tuiles/{z}/{x}/{y}.pbf" {
		t.Errorf("sources %+v", got.Sources)
	}
	if len(got.Layers) != 3 || got.Layers[1].ID != "w" || got.Layers[2].ID != "p" {
		t.Errorf("layers %+v, want those of the two sources and the ground", got.Layers)
	}
	if got.Metadata["bocage:sprite"]["pin"] == nil || !strings.HasPrefix(string(s.Sprite), pngHead) {
		t.Error("the icons are not had")
	}
	for _, word := range []string{"fonts.example", "glyphs", "mapbox", "dem"} {
		if strings.Contains(string(s.JSON), word) {
			t.Errorf("the style still has %q", word)
		}
	}
	if want := []string{host, "https://photos.example"}; len(s.Origins) != 2 || s.Origins[0] != want[0] || s.Origins[1] != want[1] {
		t.Errorf("origins %q, want %q", s.Origins, want)
	}
	if s.Attribution != "© Photos · © OpenStreetMap" {
		t.Errorf("attribution %q", s.Attribution)
	}
	if left := strings.Join(s.Left, "\n"); !strings.Contains(left, `"private": "mapbox://mapbox.streets" is not an https`) || !strings.Contains(left, "hillshade") {
		t.Errorf("left out: %s", left)
	}
}

func TestFetchStyleRefuses(t *testing.T) {
	t.Parallel()
	tiles := `"sources":{"a":{"type":"vector","tiles":["%s"]}},"layers":[{"id":"l","type":"line","source":"a"}]`
	for name, c := range map[string]struct{ doc, want string }{
		"another version": {`{"version":7}`, "version 7"},
		"no JSON":         {`<html>`, "invalid character"},
		"too deep":        {`{"version":8,"metadata":` + strings.Repeat("[", 80) + strings.Repeat("]", 80) + `}`, "deeper"},
		"too large":       {`{"version":8,"x":"` + strings.Repeat("x", maxStyleBytes) + `"}`, "more than"},
		"nothing to show": {`{"version":8,"sources":{"a":{"type":"geojson","data":"x"}},"layers":[]}`, "geojson"},
		"plain http":      {`{"version":8,` + strings.ReplaceAll(tiles, "%s", "http://tuiles.example/{z}/{x}/{y}.pbf") + `}`, "not an https"},
		"a header's end":  {`{"version":8,` + strings.ReplaceAll(tiles, "%s", "https://a.example;script-src/{z}/{x}/{y}") + `}`, "not an https"},
		"no template":     {`{"version":8,` + strings.ReplaceAll(tiles, "%s", "https://a.example/{z}/{x}.pbf") + `}`, "no {y}"},
		"another style":   {`{"version":8,` + strings.ReplaceAll(tiles, "%s", "https://a.example/style.json") + `}`, "is no template of tiles"},
	} {
		client, host := styleServer(t, map[string]string{"/style.json": c.doc})
		if _, err := FetchStyle(t.Context(), client, host+"/style.json", time.Time{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestKeeper: the copy stays when the server goes, and is there at the next start.
func TestKeeper(t *testing.T) {
	t.Parallel()
	docs := map[string]string{"/style.json": `{"version":8,"sources":{"a":{"type":"raster","tiles":["https://a.example/{z}/{x}/{y}.png"]}},"layers":[{"id":"l","type":"raster","source":"a"}]}`}
	client, host := styleServer(t, docs)
	file := filepath.Join(t.TempDir(), "style.json")
	make := func(url, attribution string) *Keeper {
		t.Helper()
		k, err := NewKeeper(url, file, attribution, client, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	url := host + "/style.json"
	if err := make(url, "").Refresh(t.Context()); err == nil || !strings.Contains(err.Error(), "basemap_attribution") {
		t.Errorf("a style that names nobody: %v", err)
	}
	k := make(url, "© A")
	if k.Style() != nil {
		t.Error("a style before the first copy")
	}
	if err := k.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	k.file = filepath.Join(t.TempDir(), "no", "directory") // as on a full disk
	if err := k.Refresh(t.Context()); err != nil {
		t.Errorf("a style that cannot be kept is asked for again: %v", err)
	}
	client.Transport = http.NewFileTransport(http.Dir(t.TempDir()))
	if err := k.Refresh(t.Context()); err == nil || k.Style() == nil {
		t.Errorf("after the server went: %v, %v", err, k.Style())
	}
	if s := make(url, "© A").Style(); s == nil || s.Origins[0] != "https://a.example" {
		t.Errorf("at the next start: %+v", s)
	}
	if s := make(url, "").Style(); s != nil {
		t.Error("the copy names nobody any more, and is shown")
	}
	if s := make(host+"/other.json", "© A").Style(); s != nil {
		t.Error("the copy of another address is taken")
	}
	if (*Keeper)(nil).Style() != nil {
		t.Error("no keeper has a style")
	}
}
