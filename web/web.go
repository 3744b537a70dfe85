// Package web holds what the browser is given: page templates, locales, and
// the scripts, styles, fonts and basemap data that `npm run build` writes to
// dist. It embeds them and names them; it holds no handler and no page logic.
//
// Package app serves Assets, package site executes Templates with Locales, and
// package basemap reads Geodata.
package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

//go:embed all:templates
var templates embed.FS

//go:embed all:locales
var locales embed.FS

// Assets holds the files served under /assets/, by their hashed name. A file
// that compresses well stands beside its ".br" and ".gz" forms. It is empty
// when the front end has not been built.
func Assets() fs.FS { return sub(dist, "dist/assets") }

// Geodata holds the basemap's source data, which is not served as it is. It is
// empty when the front end has not been built.
func Geodata() fs.FS { return sub(dist, "dist/geo") }

// Templates holds the *.html page templates.
func Templates() fs.FS { return sub(templates, "templates") }

// Locales holds fr.json and en.json.
func Locales() fs.FS { return sub(locales, "locales") }

// sub cannot fail: the paths are constants that fs.ValidPath accepts.
func sub(f fs.FS, dir string) fs.FS {
	s, err := fs.Sub(f, dir)
	if err != nil {
		panic(err)
	}
	return s
}

// Manifest gives the hashed name of each asset by its plain one, such as
// "app.css". A nil Manifest knows no asset.
type Manifest map[string]string

// LoadManifest reads the manifest that the build wrote. It wraps
// fs.ErrNotExist when the front end has not been built; the nil Manifest that
// it then returns is good enough for tests.
func LoadManifest() (Manifest, error) {
	raw, err := dist.ReadFile("dist/manifest.json")
	if err != nil {
		return nil, fmt.Errorf("front end not built, run make: %w", err)
	}
	var m Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("read asset manifest: %w", err)
	}
	return m, nil
}

// URL is the path at which the asset is served, e.g. "/assets/app-3F2A.css".
// A name that the manifest does not know keeps its plain form.
func (m Manifest) URL(name string) string {
	if hashed := m[name]; hashed != "" {
		name = hashed
	}
	return "/assets/" + name
}
