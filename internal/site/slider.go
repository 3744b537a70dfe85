package site

import (
	"math"
	"time"

	"codeberg.org/bocage/bocage/internal/i18n"
)

// SliderView is the period as two handles under a histogram, for the script;
// without script the filter's two fields do the same.
type SliderView struct {
	Histogram
	// First and Last are the years of the scale, From and To those chosen.
	First, Last, From, To int
	// Words are the years chosen.
	Words string
}

// slider is the period of the selection on the histogram's years; a date within a
// year moves the handle to the year.
func slider(l *i18n.Locale, h Histogram, st homeState) SliderView {
	v := SliderView{Histogram: h, First: h.First, Last: h.Last, From: h.First, To: h.Last}
	if st.sel.From != "" && st.filter.From != math.MinInt64 {
		v.From = time.Unix(st.filter.From, 0).UTC().Year()
	}
	if st.sel.To != "" && st.filter.To != math.MaxInt64 {
		v.To = time.Unix(st.filter.To-1, 0).UTC().Year()
	}
	v.From = max(v.First, min(v.From, v.Last))
	v.To = max(v.From, min(v.To, v.Last))
	v.Words = l.T("slider.words", "from", l.Year(v.From), "to", l.Year(v.To))
	return v
}
