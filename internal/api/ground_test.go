package api

import (
	"bytes"
	"encoding/binary"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"codeberg.org/bocage/bocage/internal/tileset"
)

// TestGroundTile: a file's tile is served as it is, and what it does not have is empty.
func TestGroundTile(t *testing.T) {
	h := make([]byte, 127)
	copy(h, "PMTiles\x03")
	root := []byte{1, 0, 1, 3, 1} // one entry: tile 0, run 1, 3 bytes, at 0
	binary.LittleEndian.PutUint64(h[8:], 127)
	binary.LittleEndian.PutUint64(h[16:], uint64(len(root)))
	binary.LittleEndian.PutUint64(h[56:], uint64(127+len(root)))
	binary.LittleEndian.PutUint64(h[64:], 3)
	h[97], h[98], h[99], h[101] = 1, 1, 4, 2
	path := filepath.Join(t.TempDir(), "a.pmtiles")
	if err := os.WriteFile(path, append(append(h, root...), "abc"...), 0o644); err != nil {
		t.Fatal(err)
	}
	set, err := tileset.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer set.Close()
	get := func(a *API, z, x, y, etag string) (*httptest.ResponseRecorder, error) {
		r := httptest.NewRequest("GET", "/tiles/base/own/"+z+"/"+x+"/"+y, nil)
		r.SetPathValue("z", z)
		r.SetPathValue("x", x)
		r.SetPathValue("y", y)
		r.Header.Set("If-None-Match", etag)
		w := httptest.NewRecorder()
		return w, a.GroundTile(w, r)
	}
	a := New(Config{Ground: set})
	w, err := get(a, "0", "0", "0", "")
	if err != nil || w.Code != 200 || !bytes.Equal(w.Body.Bytes(), []byte("abc")) || w.Header().Get("Content-Type") != "image/webp" {
		t.Errorf("%v, %d %v %q", err, w.Code, w.Header(), w.Body)
	}
	if w, err := get(a, "0", "0", "0", w.Header().Get("ETag")); err != nil || w.Code != 304 {
		t.Errorf("again: %v, %d", err, w.Code)
	}
	if w, err := get(a, "1", "0", "0", ""); err != nil || w.Code != 204 {
		t.Errorf("a tile that is not there: %v, %d", err, w.Code)
	}
	if _, err := get(New(Config{}), "0", "0", "0", ""); err == nil {
		t.Error("without a background: no error")
	}
}
