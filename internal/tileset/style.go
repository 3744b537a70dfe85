package tileset

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Bounds of what a style may bring.
const (
	maxStyleBytes  = 4 << 20
	maxIndexBytes  = 1 << 20 // of a source's TileJSON, and of the sprite's index
	maxSpriteBytes = 2 << 20
	maxStyleDepth  = 64
	maxSources     = 16
	maxStyleLayers = 2000
	maxTemplates   = 4
)

// Style is a vector style (MapLibre style specification, version 8) made ready
// for pages: its sources say their tiles themselves, and it names no other host
// than theirs. A Style is not changed once it is made.
type Style struct {
	URL     string
	Fetched time.Time
	// JSON has version, sources and layers; the sprite's index is its
	// metadata's "bocage:sprite".
	JSON json.RawMessage
	// Sprite is a PNG picture, nil without one.
	Sprite []byte
	// Origins are the scheme://host of the tiles, sorted.
	Origins []string
	// Attribution is what the sources say, as plain text, "" when they say nothing.
	Attribution string
	// Left says what of the style is left out, and why.
	Left []string
}

// styleMaker reads one style.
type styleMaker struct {
	ctx    context.Context
	client *http.Client
	out    Style
	owners []string
}

// FetchStyle asks for the style at the address, for what its sources say of
// themselves and for its sprite. The client must refuse addresses that this
// machine should not reach. A source, layer or sprite that cannot be shown is
// left out and said; a style without a source to show is an error.
func FetchStyle(ctx context.Context, client *http.Client, address string, now time.Time) (*Style, error) {
	m := &styleMaker{ctx: ctx, client: client, out: Style{URL: address, Fetched: now}}
	doc, err := m.object(address, maxStyleBytes)
	if err != nil {
		return nil, fmt.Errorf("style: %w", err)
	}
	if v, _ := doc["version"].(float64); v != 8 {
		return nil, fmt.Errorf("style: version %v, want 8", doc["version"])
	}
	sources := m.sources(doc)
	layers, err := m.layers(doc, sources)
	if err != nil {
		return nil, err
	}
	if len(sources) == 0 || len(layers) == 0 {
		return nil, fmt.Errorf("style: nothing in it can be shown: %s", strings.Join(m.out.Left, "; "))
	}
	ready := map[string]any{"version": 8, "sources": sources, "layers": layers}
	if index := m.sprite(doc["sprite"]); index != nil {
		ready["metadata"] = map[string]any{"bocage:sprite": index}
	}
	if m.out.JSON, err = json.Marshal(ready); err != nil {
		return nil, fmt.Errorf("style: %w", err)
	}
	slices.Sort(m.out.Origins)
	m.out.Origins = slices.Compact(m.out.Origins)
	m.out.Attribution = strings.Join(m.owners, " · ")
	return &m.out, nil
}

// get asks for at most so many bytes.
func (m *styleMaker) get(address string, most int64) ([]byte, error) {
	u, err := safeURL(address)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(m.ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := m.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // only read
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", u.Host, resp.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(raw)) > most {
		return nil, fmt.Errorf("%s sends more than %d bytes", u.Host, most)
	}
	return raw, nil
}

// object asks for a JSON object.
func (m *styleMaker) object(address string, most int64) (map[string]any, error) {
	raw, err := m.get(address, most)
	if err != nil {
		return nil, err
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	if deeper(doc, maxStyleDepth) {
		return nil, fmt.Errorf("is nested deeper than %d", maxStyleDepth)
	}
	return doc, nil
}

func deeper(v any, left int) bool {
	if left == 0 {
		return true
	}
	switch v := v.(type) {
	case map[string]any:
		for _, e := range v {
			if deeper(e, left-1) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return deeper(e, left-1) })
	}
	return false
}

func (m *styleMaker) leave(format string, args ...any) {
	m.out.Left = append(m.out.Left, fmt.Sprintf(format, args...))
}

// sources are those that can be shown, with their tiles.
func (m *styleMaker) sources(doc map[string]any) map[string]any {
	all, _ := doc["sources"].(map[string]any)
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if len(out) == maxSources {
			m.leave("source %q: more than %d", name, maxSources)
			continue
		}
		given, _ := all[name].(map[string]any)
		source, err := m.source(given)
		if err != nil {
			m.leave("source %q: %v", name, err)
			continue
		}
		out[name] = source
	}
	return out
}

// source is one of vector or raster tiles, as the page needs it.
func (m *styleMaker) source(given map[string]any) (map[string]any, error) {
	kind, _ := given["type"].(string)
	if kind != "vector" && kind != "raster" {
		return nil, fmt.Errorf("its type is %q, want vector or raster", kind)
	}
	at, said := m.out.URL, given
	if address, _ := given["url"].(string); address != "" {
		var err error
		if at, err = resolved(m.out.URL, address); err != nil {
			return nil, err
		}
		if said, err = m.object(at, maxIndexBytes); err != nil {
			return nil, err
		}
	}
	tiles, err := m.templates(at, said)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"type": kind, "tiles": tiles}
	for _, key := range []string{"minzoom", "maxzoom", "tileSize"} {
		if n, ok := cmp.Or(said[key], given[key]).(float64); ok && n >= 0 && n <= 1024 {
			out[key] = n
		}
	}
	owner, _ := cmp.Or(said["attribution"], given["attribution"]).(string)
	if owner = Plain(owner); owner != "" && !slices.Contains(m.owners, owner) {
		m.owners = append(m.owners, owner)
	}
	return out, nil
}

// templates are the addresses of a source's tiles, and notes their origins.
func (m *styleMaker) templates(at string, said map[string]any) ([]string, error) {
	list, _ := said["tiles"].([]any)
	var out, origins []string
	for _, e := range list {
		text, _ := e.(string)
		address, err := resolved(at, text)
		if err != nil {
			return nil, err
		}
		src, err := ParseSource(address)
		if err == nil && src.Template == "" {
			err = fmt.Errorf("%.80q is no template of tiles", address)
		}
		if err != nil {
			return nil, err
		}
		if said["scheme"] == "tms" {
			src.Template = strings.Replace(src.Template, "{y}", "{-y}", 1)
		}
		if out, origins = append(out, src.Template), append(origins, src.Origin); len(out) == maxTemplates {
			break
		}
	}
	if len(out) == 0 {
		return nil, errors.New("it names no tiles")
	}
	m.out.Origins = append(m.out.Origins, origins...)
	return out, nil
}

// drawn are the types of layers that the pages draw.
var drawn = []string{"background", "fill", "line", "symbol", "circle", "fill-extrusion", "raster"}

// layers are those that can be shown, of sources that are.
func (m *styleMaker) layers(doc map[string]any, sources map[string]any) ([]any, error) {
	all, _ := doc["layers"].([]any)
	if len(all) > maxStyleLayers {
		return nil, fmt.Errorf("style: %d layers, at most %d are read", len(all), maxStyleLayers)
	}
	var out []any
	left := map[string]int{}
	for _, e := range all {
		l, _ := e.(map[string]any)
		kind, _ := l["type"].(string)
		source, _ := l["source"].(string)
		if !slices.Contains(drawn, kind) || kind != "background" && sources[source] == nil {
			left[kind]++
			continue
		}
		out = append(out, l)
	}
	for _, kind := range slices.Sorted(maps.Keys(left)) {
		m.leave("%d layers of type %q", left[kind], kind)
	}
	return out, nil
}

// sprite fetches the icons; it returns their index, nil without.
func (m *styleMaker) sprite(given any) map[string]any {
	if list, ok := given.([]any); ok && len(list) > 0 {
		first, _ := list[0].(map[string]any)
		given = first["url"]
	}
	text, _ := given.(string)
	if text == "" {
		return nil
	}
	index, err := func() (map[string]any, error) {
		at, err := resolved(m.out.URL, text)
		if err != nil {
			return nil, err
		}
		base, query, _ := strings.Cut(at, "?")
		if query != "" {
			query = "?" + query
		}
		index, err := m.object(base+".json"+query, maxIndexBytes)
		if err != nil {
			return nil, err
		}
		picture, err := m.get(base+".png"+query, maxSpriteBytes)
		if err == nil && !strings.HasPrefix(string(picture), "\x89PNG\r\n\x1a\n") {
			err = errors.New("is no PNG")
		}
		m.out.Sprite = picture
		return index, err
	}()
	if err != nil {
		m.out.Sprite = nil
		m.leave("its icons: %v", err)
		return nil
	}
	return index
}

// resolved is a reference found in a document at an address; braces stay.
func resolved(at, ref string) (string, error) {
	if ref == "" {
		return "", errors.New("an empty address")
	}
	base, err := url.Parse(at)
	if err != nil {
		return "", err
	}
	u, err := base.Parse(strings.NewReplacer("{", "%7B", "}", "%7D").Replace(ref))
	if err != nil {
		return "", err
	}
	if _, err := safeURL(u.String()); err != nil {
		return "", err
	}
	return strings.NewReplacer("%7B", "{", "%7D", "}").Replace(u.String()), nil
}

// safeURL accepts https, and http of this machine, without a user's name or what
// would break out of a header.
func safeURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && !(u.Scheme == "http" && u.Hostname() == "localhost") ||
		strings.ContainsAny(u.Host, " ;,'\"*") {
		return nil, fmt.Errorf("%.80q is not an https address", s)
	}
	return u, nil
}

// markup are the tags that sources put in their attribution.
var markup = regexp.MustCompile(`<[^<>]*>`)

// Plain is an attribution without its markup.
func Plain(attribution string) string {
	return strings.TrimSpace(html.UnescapeString(markup.ReplaceAllString(attribution, "")))
}
