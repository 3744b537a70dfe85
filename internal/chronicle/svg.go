package chronicle

// SVGOptions are what the drawing needs to know of the page.
type SVGOptions struct {
	// Title is the accessible name of the drawing, Lang "fr" or "en".
	Title, Lang string
	// Href gives the address of an entry's page.
	Href func(num int64) string
	// WindowHref gives the address of the timeline at another window; nil draws
	// the rest without links.
	WindowHref func(from, to int64) string
	// ThemeName and ThemeSlug name a root theme (0 to 7, or NoTheme).
	ThemeName func(theme int8) string
	ThemeSlug func(theme int8) string
}

// SVG draws a window: swim-lanes, ticks, items as links, the rest as counts.
// The bytes are escaped and safe to print in a page with a strict CSP.
func SVG(w Window, opt SVGOptions) []byte { return nil }

// OverviewSVG draws the density of a whole span with the window on it. Each
// stretch is a link to a window when opt.WindowHref is set.
func OverviewSVG(all Span, bins []int, window Span, width int, opt SVGOptions) []byte { return nil }

// ZoomIn returns a window about half as long with nice bounds, ZoomOut twice as
// long, Pan one moved by steps of half its length (negative to the past).
func ZoomIn(s Span) Span { return s }

// ZoomOut is ZoomIn's inverse, as near as nice bounds allow.
func ZoomOut(s Span) Span { return s }

// Pan moves a window by half-lengths; negative goes to the past.
func Pan(s Span, steps int) Span { return s }

// AtScale returns the window of a scale's usual length about the middle of s.
func AtScale(s Span, scale Scale) Span { return s }
