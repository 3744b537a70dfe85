package app

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

const assetPrefix = "/assets/"

// hashedName is what esbuild makes of a name, as in app-3F2ABCDE.css; such a
// file never changes.
var hashedName = regexp.MustCompile(`-[A-Za-z0-9]{8,}\.[a-z0-9]+(\.map)?$`)

// assets are the embedded files of the front end, in memory, with their
// precompressed forms.
type assets struct{ files map[string]asset }

type asset struct {
	plain, br, gz []byte
	kind, etag    string
	immutable     bool
	// maxAge is how long one that is not immutable may be kept; 0 is 5 minutes.
	maxAge time.Duration
}

// contentTypes are those that the system's table may not know or may get wrong.
var contentTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json", ".map": "application/json",
	".png": "image/png", ".webp": "image/webp", ".ico": "image/x-icon", ".txt": "text/plain; charset=utf-8",
}

func loadAssets(files fs.FS) (*assets, error) {
	a := &assets{files: map[string]asset{}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			if name == "." {
				return fs.SkipAll // the front end was not built
			}
			return err
		}
		if d.IsDir() || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") || path.Base(name)[0] == '.' {
			return nil
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(raw)
		kind := contentTypes[path.Ext(name)]
		if kind == "" {
			kind = mime.TypeByExtension(path.Ext(name))
		}
		if kind == "" {
			kind = "application/octet-stream"
		}
		f := asset{plain: raw, kind: kind, etag: hex.EncodeToString(sum[:8]), immutable: hashedName.MatchString(name)}
		f.br, _ = fs.ReadFile(files, name+".br") // absent when it does not pay
		f.gz, _ = fs.ReadFile(files, name+".gz")
		a.files[name] = f
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	return a, nil
}

// serve answers GET /assets/….
func (a *assets) serve(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimPrefix(r.URL.Path, assetPrefix)
	f, ok := a.files[name]
	if !ok {
		return fmt.Errorf("asset %q: %w", name, directory.ErrNotFound)
	}
	return f.serve(w, r)
}

// serve answers with one file.
func (f asset) serve(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Vary", "Accept-Encoding")
	if f.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(cmp.Or(f.maxAge, 5*time.Minute).Seconds())))
	}
	body, etag := f.plain, f.etag
	switch {
	case f.br != nil && accepts(r, "br"):
		h.Set("Content-Encoding", "br")
		body, etag = f.br, etag+"-br"
	case f.gz != nil && accepts(r, "gzip"):
		h.Set("Content-Encoding", "gzip")
		body, etag = f.gz, etag+"-gz"
	}
	h.Set("Etag", strconv.Quote(etag))
	if r.Header.Get("If-None-Match") == strconv.Quote(etag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(body)
	return err
}
