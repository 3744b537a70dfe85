package tileset

import (
	"bytes"
	"compress/gzip"
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

// pack is a PMTiles file of the tiles, with leaf directories of two entries each.
func pack(t testing.TB, tiles map[[3]uint32]string, leaves bool) []byte {
	t.Helper()
	var es []entry
	var data []byte
	for at, s := range tiles {
		es = append(es, entry{id: tileID(at[0], at[1], at[2]), offset: uint64(len(data)), length: uint32(len(s)), run: 1})
		data = append(data, s...)
	}
	slices.SortFunc(es, func(a, b entry) int { return int(int64(a.id) - int64(b.id)) })
	root, leaf := zipped(t, encode(es)), []byte(nil)
	if leaves {
		var top []entry
		for part := range slices.Chunk(es, 2) {
			d := zipped(t, encode(part))
			top = append(top, entry{id: part[0].id, offset: uint64(len(leaf)), length: uint32(len(d))})
			leaf = append(leaf, d...)
		}
		root = zipped(t, encode(top))
	}
	meta := zipped(t, []byte(`{"attribution":"© voisins"}`))
	h := make([]byte, headerBytes)
	copy(h, "PMTiles\x03")
	at := uint64(headerBytes)
	for i, part := range [][]byte{root, meta, leaf, data} {
		binary.LittleEndian.PutUint64(h[8+16*i:], at)
		binary.LittleEndian.PutUint64(h[16+16*i:], uint64(len(part)))
		at += uint64(len(part))
	}
	h[97], h[98], h[99], h[100], h[101] = gzip_, plain, 2, 0, 3
	return slices.Concat(h, root, meta, leaf, data)
}

func zipped(t testing.TB, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(raw)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encode(es []entry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(es)))
	last := uint64(0)
	for _, e := range es {
		b, last = binary.AppendUvarint(b, e.id-last), e.id
	}
	for _, e := range es {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range es {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	for i, e := range es {
		if i > 0 && e.offset == es[i-1].offset+uint64(es[i-1].length) {
			b = append(b, 0)
		} else {
			b = binary.AppendUvarint(b, e.offset+1)
		}
	}
	return b
}

var tiles = map[[3]uint32]string{{0, 0, 0}: "world", {1, 1, 0}: "north-east", {2, 1, 3}: "south", {3, 5, 2}: "deep", {3, 7, 7}: "corner"}

// TestTileID has the values of the specification.
func TestTileID(t *testing.T) {
	t.Parallel()
	for at, want := range map[[3]uint32]uint64{{0, 0, 0}: 0, {1, 0, 0}: 1, {1, 0, 1}: 2, {1, 1, 1}: 3, {1, 1, 0}: 4, {2, 0, 0}: 5, {12, 3423, 1763}: 19078479} {
		if got := tileID(at[0], at[1], at[2]); got != want {
			t.Errorf("tile %v has id %d, want %d", at, got, want)
		}
	}
}

func check(t *testing.T, s *Set) {
	t.Helper()
	for at, want := range tiles {
		if got, err := s.Tile(at[0], at[1], at[2]); err != nil || string(got) != want {
			t.Errorf("tile %v: %q, %v; want %q", at, got, err, want)
		}
	}
	for _, at := range [][3]uint32{{1, 0, 0}, {2, 1, 0}, {3, 0, 0}, {4, 1, 1}, {1, 2, 0}, {0, 0, 1}} {
		if _, err := s.Tile(at[0], at[1], at[2]); !errors.Is(err, ErrNoTile) {
			t.Errorf("tile %v: %v, want none", at, err)
		}
	}
	if s.Format != PNG || s.MediaType() != "image/png" || s.Attribution != "© voisins" || s.MaxZoom != 3 {
		t.Errorf("%+v", s)
	}
}

func TestPMTiles(t *testing.T) {
	t.Parallel()
	for _, leaves := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "a.pmtiles")
		if err := os.WriteFile(path, pack(t, tiles, leaves), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		check(t, s)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestMBTiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b.mbtiles")
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{"CREATE TABLE metadata (name TEXT, value TEXT)", "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)",
		"INSERT INTO metadata VALUES ('format', 'png'), ('attribution', '© voisins')"} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	for at, s := range tiles {
		if _, err := db.Exec("INSERT INTO tiles VALUES (?, ?, ?, ?)", at[0], at[1], 1<<at[0]-1-int(at[2]), []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	check(t, s)
}

// TestBadFiles: what cannot be read is said when it is opened.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	good := pack(t, tiles, true)
	edit := func(at int, v byte) []byte {
		b := slices.Clone(good)
		b[at] = v
		return b
	}
	for name, raw := range map[string][]byte{
		"empty.pmtiles": {}, "text.pmtiles": []byte(strings.Repeat("x", 200)), "old.pmtiles": edit(7, 2), "brotli.pmtiles": edit(97, 3),
		"avif.pmtiles": edit(99, 5), "zoom.pmtiles": edit(101, 60), "cut.pmtiles": good[:130], "huge.pmtiles": edit(20, 255),
		"text.mbtiles": []byte("not a database at all, but long enough to look at"), "a.zip": good,
	} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if s, err := Open(path); err == nil {
			t.Errorf("%s: opened as %+v", name, s)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "absent.pmtiles")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
}

func FuzzPMTiles(f *testing.F) {
	f.Add(pack(f, tiles, false))
	f.Add(pack(f, tiles, true))
	f.Fuzz(func(t *testing.T, raw []byte) {
		s, err := readPMTiles(bytes.NewReader(raw))
		if err != nil {
			return
		}
		for z := range uint32(4) {
			for x := range uint32(1) << z {
				_, _ = s.Tile(z, x, x)
			}
		}
	})
}

func TestParseSource(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Source{
		"":                   {},
		"/srv/fr.pmtiles":    {File: "/srv/fr.pmtiles"},
		"data/Ouest.MBTiles": {File: "data/Ouest.MBTiles"},
		"https://tuiles.example/{z}/{x}/{y}.png?k=1": {Template: "https://tuiles.example/{z}/{x}/{y}.png?k=1", Origin: "https://tuiles.example"},
	} {
		if got, err := ParseSource(in); err != nil || got != want {
			t.Errorf("%q: %+v, %v", in, got, err)
		}
	}
	for _, in := range []string{"fr.osm.pbf", "https://tuiles.example/tuiles", "http://tuiles.example/{z}/{x}/{y}.png", "https://a b/{z}/{x}/{y}",
		"javascript://x/{z}/{x}/{y}", "https://x; script-src */{z}/{x}/{y}", "https://u:p@x/{z}/{x}/{y}", "https://*.x'/{z}/{x}/{y}"} {
		if got, err := ParseSource(in); err == nil {
			t.Errorf("%q is taken as %+v", in, got)
		}
	}
	s, err := ParseSource("https://a.tile.openstreetmap.org/{z}/{x}/{y}.png")
	if err != nil || !strings.Contains(s.Warning(), "block") {
		t.Errorf("openstreetmap.org: %v, %q", err, s.Warning())
	}
}
