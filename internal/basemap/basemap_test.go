package basemap

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"testing"
	"testing/fstest"

	"codeberg.org/bocage/bocage/internal/mvt"
	"codeberg.org/bocage/bocage/web"
)

// island makes data of one square country: lon -10 to 20, lat 40 to 55, a
// second one that crosses the antimeridian (170 to -170, lat -10 to 10), and a
// cap that goes round the south pole. All scales are alike.
func island(t testing.TB) fs.FS {
	t.Helper()
	const step = 0.5
	q := func(points ...[2]float64) [][2]int {
		var out [][2]int
		px, py := 0, 0
		for _, p := range points {
			x, y := int((p[0]+180)/step), int((p[1]+90)/step)
			out = append(out, [2]int{x - px, y - py})
			px, py = x, y
		}
		return out
	}
	cap := [][2]float64{}
	for lon := -180.0; lon <= 180; lon += 10 {
		cap = append(cap, [2]float64{lon, -75})
	}
	land := map[string]any{"type": "MultiPolygon", "arcs": [][][]int{{{0, 1}}, {{2}}, {{3}}}}
	line := map[string]any{"type": "MultiLineString", "arcs": [][]int{{4}, {5}}}
	topo := map[string]any{
		"type":      "Topology",
		"transform": map[string]any{"scale": [2]float64{step, step}, "translate": [2]float64{-180, -90}},
		"arcs": []any{
			q([2]float64{-10, 40}, [2]float64{20, 40}, [2]float64{20, 55}),
			q([2]float64{20, 55}, [2]float64{-10, 55}, [2]float64{-10, 40}),
			q([2]float64{170, -10}, [2]float64{-170, -10}, [2]float64{-170, 10}, [2]float64{170, 10}, [2]float64{170, -10}),
			q(cap...),
			q([2]float64{0, 40}, [2]float64{0, 55}),
			q([2]float64{175, 0}, [2]float64{-175, 0}),
		},
		"objects": map[string]any{
			"land50": land, "land10": land, "borders50": line, "borders10": line, "departements": line, "regions": line,
			"rivers": map[string]any{"type": "GeometryCollection", "geometries": []any{map[string]any{"type": "LineString", "arcs": []int{4}}, map[string]any{"type": nil}}},
			"lakes":  map[string]any{"type": "GeometryCollection", "geometries": []any{}},
		},
	}
	places := []any{
		[]any{2.35, 48.85, 1, 2138551, "Paris", "", ""},
		[]any{5.0, 50.0, 2, 900000, "Köln", "Cologne", "Cologne"},
		[]any{179.99, 0.5, 2, 100, "Bord", "", ""},
		[]any{3.0, 47.0, 8, 1600, "Bourg", "", ""},
	}
	return fstest.MapFS{"ground.topo.json.gz": zipped(t, topo), "places.json.gz": zipped(t, places)}
}

func zipped(t testing.TB, v any) *fstest.MapFile {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if err := json.NewEncoder(z).Encode(v); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return &fstest.MapFile{Data: b.Bytes()}
}

func loaded(t testing.TB) *Basemap {
	t.Helper()
	b, err := Load(island(t))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// inTile is where a position falls in a tile, in tile units.
func inTile(lon, lat float64, z, x, y uint32) (float64, float64) {
	p, f := project(lon, lat), tileBox(z, x, y)
	s := mvt.Extent / (f.maxX - f.minX)
	return (p.x - f.minX) * s, (p.y - f.minY) * s
}

func TestLandIsWhereItIs(t *testing.T) {
	b := loaded(t)
	for _, c := range []struct {
		lon, lat float64
		land     bool
	}{
		{5, 50, true}, {-20, 50, false}, {5, 30, false}, {-9.9, 40.1, true},
		{175, 0, true}, {-175, 0, true}, {179.9, 5, true}, {-179.9, -5, true}, {160, 0, false},
		{0, -80, true}, {-179, -80, true}, {179, -84.9, true}, {0, -70, false}, {0, 84, false},
	} {
		for z := uint32(0); z <= MaxZoom; z++ {
			p := project(c.lon, c.lat)
			n := float64(uint32(1) << z)
			x, y := uint32(p.x*n), uint32(p.y*n)
			u, v := inTile(c.lon, c.lat, z, x, y)
			if got := decode(t, b.Tile(z, x, y)).contains("land", u, v); got != c.land {
				t.Errorf("land at %v, %v in tile %d/%d/%d: %v", c.lon, c.lat, z, x, y, got)
			}
		}
	}
}

func TestShapesStayNearTheirTile(t *testing.T) {
	b := loaded(t)
	const reach = 64 + 1
	for z := uint32(0); z <= 7; z++ {
		n := uint32(1) << z
		for x := uint32(0); x < n; x += max(1, n/16) {
			for y := uint32(0); y < n; y += max(1, n/16) {
				for name, features := range decode(t, b.Tile(z, x, y)) {
					for _, f := range features {
						for _, part := range f.parts {
							for _, p := range part {
								if p[0] < -reach || p[1] < -reach || p[0] > mvt.Extent+reach || p[1] > mvt.Extent+reach {
									t.Fatalf("tile %d/%d/%d: %s reaches %v", z, x, y, name, p)
								}
							}
						}
					}
				}
			}
		}
	}
}

func TestLineOverTheAntimeridian(t *testing.T) {
	b := loaded(t)
	for _, x := range []uint32{0, 15} {
		d := decode(t, b.Tile(4, x, 8))
		if len(d["borders"]) != 1 {
			t.Fatalf("tile 4/%d/8 has %d borders, want the line's part", x, len(d["borders"]))
		}
		for _, p := range d["borders"][0].parts[0] {
			if p[1] < -64 || p[1] > 64 {
				t.Errorf("tile 4/%d/8: the line along the equator passes %v", x, p)
			}
		}
	}
	if n := len(decode(t, b.Tile(4, 3, 8))["borders"]); n != 0 {
		t.Errorf("the line must not go the long way round: %d", n)
	}
}

func TestPlaces(t *testing.T) {
	b := loaded(t)
	names := func(z, x, y uint32) (out []string) {
		for _, f := range decode(t, b.Tile(z, x, y))["places"] {
			out = append(out, f.tags["name"].(string))
		}
		return out
	}
	if got := names(3, 4, 2); len(got) != 2 || got[0] != "Paris" || got[1] != "Köln" {
		t.Errorf("places of 3/4/2: %v", got)
	}
	if got := names(0, 0, 0); len(got) != 0 {
		t.Errorf("places of the world tile: %v", got)
	}
	p := project(3, 47)
	if got := names(10, uint32(p.x*1024), uint32(p.y*1024)); len(got) != 1 || got[0] != "Bourg" {
		t.Errorf("a village shows at the last zoom: %v", got)
	}
	for _, f := range decode(t, b.Tile(3, 4, 2))["places"] {
		if f.tags["name"] == "Köln" && (f.tags["name_fr"] != "Cologne" || f.tags["population"] != int64(900000) || f.tags["rank"] != int64(2)) {
			t.Errorf("tags: %v", f.tags)
		}
	}
}

func TestTileOutsideTheWorldIsEmpty(t *testing.T) {
	b := loaded(t)
	for _, k := range [][3]uint32{{0, 1, 0}, {3, 8, 0}, {3, 0, 8}, {MaxZoom + 1, 0, 0}, {40, 1, 1}, {math.MaxUint32, 0, 0}} {
		if tile := b.Tile(k[0], k[1], k[2]); len(tile) != 0 {
			t.Errorf("tile %v has %d bytes", k, len(tile))
		}
	}
	var none *Basemap
	if len(none.Tile(0, 0, 0)) != 0 || len((&Basemap{}).Tile(0, 0, 0)) != 0 {
		t.Error("an empty basemap has empty tiles")
	}
}

func TestSameTileAgain(t *testing.T) {
	b := loaded(t)
	first := b.Tile(6, 32, 22)
	if again := b.Tile(6, 32, 22); !bytes.Equal(first, again) {
		t.Error("the kept tile differs")
	}
	fresh := loaded(t)
	fresh.Tile(6, 33, 22) // another tile of the same block first
	if other := fresh.Tile(6, 32, 22); !bytes.Equal(first, other) {
		t.Error("a tile depends on what was asked before")
	}
}

func TestLoadSaysWhatIsMissing(t *testing.T) {
	if _, err := Load(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want fs.ErrNotExist", err)
	}
	bad := fstest.MapFS{"ground.topo.json.gz": zipped(t, map[string]any{"arcs": []any{}, "objects": map[string]any{"land50": map[string]any{"type": "Polygon", "arcs": [][]int{{3}}}}})}
	if _, err := Load(bad); err == nil {
		t.Error("an arc out of range must be an error")
	}
}

func TestCacheForgetsTheOldest(t *testing.T) {
	c := newCache[int](10)
	c.put(1, 1, 4)
	c.put(2, 2, 4)
	c.get(1)
	c.put(3, 3, 4)
	if _, ok := c.get(2); ok {
		t.Error("2 was used least recently and is still there")
	}
	if _, ok := c.get(1); !ok {
		t.Error("1 was used and is gone")
	}
	c.put(4, 4, 100)
	if _, ok := c.get(4); !ok {
		t.Error("a value dearer than the limit is kept alone")
	}
}

// built is the map of the built front end, nil when there is none.
func built(tb testing.TB) *Basemap {
	b, err := Load(web.Geodata())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		tb.Fatal(err)
	}
	return b
}

func TestRealData(t *testing.T) {
	b := built(t)
	if b == nil {
		t.Log("front end not built: only the made-up data was tested")
		return
	}
	for _, c := range []struct {
		name     string
		lon, lat float64
		land     bool
	}{
		{"Rennes", -1.67, 48.11, true}, {"Bay of Biscay", -5, 45.5, false}, {"Chukotka", -175, 66.5, true},
		{"Fiji Sea", 179, -25, false}, {"South Pole", 0, -84.5, true}, {"Arctic Ocean", 0, 84.5, false}, {"Black Sea", 34, 43.5, false}, {"Corsica", 9.1, 42.2, true},
	} {
		for _, z := range []uint32{0, 3, 5, 8} {
			p := project(c.lon, c.lat)
			n := float64(uint32(1) << z)
			x, y := uint32(p.x*n), uint32(p.y*n)
			u, v := inTile(c.lon, c.lat, z, x, y)
			if got := decode(t, b.Tile(z, x, y)).contains("land", u, v); got != c.land {
				t.Errorf("%s at zoom %d: land %v", c.name, z, got)
			}
		}
	}
}

func BenchmarkColdTile(b *testing.B) {
	m := built(b)
	if m == nil {
		m = loaded(b)
	}
	for _, k := range []struct {
		name    string
		z, x, y uint32
	}{{"z0", 0, 0, 0}, {"z4", 4, 8, 5}, {"z5", 5, 15, 11}, {"z8", 8, 126, 89}} {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				m.makeTile(k.z, k.x, k.y)
			}
		})
	}
}
