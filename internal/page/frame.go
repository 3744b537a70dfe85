package page

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// Frame is the map whose own pages a request is for: the views then show what is
// in it, in its colours and under its name.
type Frame struct {
	Map directory.Map
	// URL is the map's full address; Handle how it is followed.
	URL, Handle string
	// Name, Lang, Summary and Intro are its texts in the page's language, filled
	// in by Base; Lang is "" when it is that language.
	Name, Lang, Summary string
	Intro               sanitize.HTML
	IntroLang           string
	// IntroLong says that the intro is folded.
	IntroLong bool
	// Style is the address of its colours, "" when it has none of its own.
	Style string
}

type frameKey struct{}

// WithFrame says that a request is for the pages of a map.
func WithFrame(ctx context.Context, f *Frame) context.Context {
	return context.WithValue(ctx, frameKey{}, f)
}

// FrameOf is the map that a request is for, nil for the whole directory.
func FrameOf(ctx context.Context) *Frame {
	f, _ := ctx.Value(frameKey{}).(*Frame)
	return f
}

type embedKey struct{}

// ForEmbed says that a request is for a frame of another site: its page sets no
// cookie and knows no session.
func ForEmbed(ctx context.Context) context.Context { return context.WithValue(ctx, embedKey{}, true) }

func embeddedIn(ctx context.Context) bool {
	in, _ := ctx.Value(embedKey{}).(bool)
	return in
}

// Offers reports whether the filters offer a theme; a nil frame offers all.
func (f *Frame) Offers(theme string) bool {
	return f == nil || len(f.Map.Look.Themes) == 0 || slices.Contains(f.Map.Look.Themes, directory.ThemeRoot(theme))
}

// Placed reports whether the map is limited to a part of the world: what has no
// place, as texts and concepts, is not in it.
func (f *Frame) Placed() bool { return f != nil && !f.Map.Selection.Area.IsZero() }

// introFolded is the length in bytes from which the home text is folded.
const introFolded = 360

// in returns the frame with its texts in a language.
func (f Frame) in(lang string) *Frame {
	other := func(l string) string {
		if l == lang {
			return ""
		}
		return l
	}
	var l string
	f.Name, l = f.Map.Name.In(lang)
	f.Lang = other(l)
	f.Summary, _ = f.Map.Summary.In(lang)
	intro, l := f.Map.Look.Home.In(lang)
	f.Intro, f.IntroLang, f.IntroLong = sanitize.Text(intro), other(l), len(intro) > introFolded
	return &f
}

// views are the paths of the pages that a map has of its own, but the first, "/".
var views = [...]string{"/timeline", "/genealogy", "/concepts"}

// MapPath is the path of a view in a map: the map's own page when there is one.
func MapPath(handle, path string) (string, bool) {
	own := path == "/" || slices.ContainsFunc(views[:], func(v string) bool { return path == v || strings.HasPrefix(path, v+"/") })
	if !own || !directory.ValidHandle(handle) {
		return path, false
	}
	return "/maps/" + handle + strings.TrimSuffix(path, "/"), true
}

// inMap moves the map from the query of a view to its path, where it belongs.
func inMap(path string, q url.Values) (string, url.Values) {
	handle := strings.ToLower(strings.TrimSpace(q.Get("map")))
	if handle == "" {
		return path, q
	}
	own, ok := MapPath(handle, path)
	if ok || path == "/maps/"+handle || strings.HasPrefix(path, "/maps/"+handle+"/") {
		return own, With(q, "map", "")
	}
	return path, q
}

// At is the address of a page: in a map, of the map's own.
func (b *Base) At(path string) string {
	if b.Frame == nil {
		return path
	}
	own, _ := MapPath(b.Frame.Map.Handle, path)
	return own
}

// InMap is the address of what is not a view, such as a feed, limited to the map.
func (b *Base) InMap(path string) string {
	if b.Frame == nil {
		return path
	}
	return path + "?map=" + url.QueryEscape(b.Frame.Map.Handle)
}

// settle gives a page of a map the map's name and address.
func (b *Base) settle(base string) {
	f := b.Frame
	if f == nil {
		return
	}
	if b.Class == "home" {
		b.Title, b.Description = f.Name, f.Summary
	} else {
		b.Title += " – " + f.Name
	}
	if path, ok := strings.CutPrefix(b.Canonical, base); ok {
		if own, ok := MapPath(f.Map.Handle, path); ok {
			b.Canonical = base + own
		}
	}
}
