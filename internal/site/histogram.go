package site

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/chronicle"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
)

// without takes one value off a repeated key.
func without(q url.Values, key, value string, values []string) url.Values {
	out := page.With(q, key, "")
	for _, v := range values {
		if v != value {
			out.Add(key, v)
		}
	}
	return out
}

// Histogram is how many entries began when.
type Histogram struct {
	Label string
	Bars  []Bar
	Ticks []string
	// First and Last are the years that it spans, both included.
	First, Last int
}

// Bar is one bar of a histogram of 300 × 48, in its own units.
type Bar struct {
	X, Y, W, H string
	On         bool
}

// histogramBins is how many bars the period filter shows.
const histogramBins = 30

// histogram counts the selection, without its period, by when entries began.
func (s *Site) histogram(l *i18n.Locale, filter atlas.Filter) Histogram {
	f := chronicle.Filter(filter)
	f.From, f.To, f.Dated = 0, 0, false
	c := s.cfg.View.Chronicle()
	span, ok := c.Range(f)
	if !ok {
		return Histogram{}
	}
	now := s.cfg.Clock()
	first := max(time.Unix(span.From, 0).UTC().Year(), now.Year()-histogramYears)
	last := min(time.Unix(span.To-1, 0).UTC().Year(), now.Year()+1)
	if last <= first {
		first = last - histogramBins
	}
	span = chronicle.Span{From: yearStart(first), To: yearStart(last + 1)}
	counts := c.Density(span, histogramBins, f)
	most := slices.Max(append([]int{1}, counts...))
	h := Histogram{First: first, Last: last, Label: l.T("filter.histogram", "from", l.Year(first), "to", l.Year(last))}
	const width, height = 300.0, 48.0
	step := (span.To - span.From) / histogramBins
	for i, n := range counts {
		from := span.From + int64(i)*step
		high := 0.0
		if n > 0 {
			high = max(2, height*float64(n)/float64(most))
		}
		h.Bars = append(h.Bars, Bar{X: unit(float64(i)*width/histogramBins + .8), Y: unit(height - high),
			W: unit(width/histogramBins - 1.6), H: unit(high),
			On: !filter.Dated || (from+step > filter.From && from < filter.To)})
	}
	for i := 0; i <= 4; i++ {
		h.Ticks = append(h.Ticks, l.Year(first+(last-first)*i/4))
	}
	return h
}

// histogramYears is how far back the period filter's histogram goes at most.
const histogramYears = 180

func yearStart(y int) int64 { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }

// unit writes a length for an SVG attribute.
func unit(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }
