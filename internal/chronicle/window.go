package chronicle

const (
	defaultWidth    = 1200
	defaultRows     = 8
	defaultBinWidth = 4
	// gutter is the room at the left for the names of swim-lanes, when the
	// drawing is wide enough for it.
	gutter         = 190
	gutterMinWidth = 760
	rightMargin    = 10
	// slotWidth is the stretch in which the most important are chosen, so that
	// one dense decade does not leave the others empty.
	slotWidth = 110
	maxRows   = 60
)

func (o Options) withDefaults() Options {
	if o.Width <= 0 {
		o.Width = defaultWidth
	}
	o.Width = min(max(o.Width, 240), 8000)
	if o.Rows <= 0 {
		o.Rows = defaultRows
	}
	o.Rows = min(o.Rows, maxRows)
	if o.BinWidth <= 0 {
		o.BinWidth = defaultBinWidth
	}
	return o
}

// Window lays out what [from, to) shows: counts of all, and the most important
// of each stretch as items with a place for their labels.
func (c *Chronicle) Window(from, to int64, f Filter, opt Options) Window {
	s, m := c.current.Load(), f.mask()
	opt = opt.withDefaults()
	span := Span{From: from, To: to}.tidy()
	w := Window{From: span.From, To: span.To, Width: opt.Width, By: opt.Lanes, Today: -1, Items: []Item{}}
	if opt.Lanes != NoLanes && opt.Width >= gutterMinWidth {
		w.X0 = gutter
	}
	plot := float64(opt.Width) - w.X0 - rightMargin
	st := stepFor(span, plot)
	w.Scale, w.Ticks = st.scale, st.ticks(span, opt.Lang, w.x)
	if opt.Now != 0 && opt.Now >= span.From && opt.Now < span.To {
		w.Today = w.x(opt.Now)
	}
	w.Bins = make([]int, max(1, int(plot)/opt.BinWidth))
	s.density(span, &m, w.Bins)
	p := newPicker(&w, opt, s.laneKeys(span, &m, opt.Lanes))
	p.names = c.names
	if !m.nothing {
		p.scan(s.base, s.dead, &m)
		p.scan(s.plus, nil, &m)
	}
	p.place()
	w.Shown = len(w.Items)
	return w
}

// x is the place of a moment.
func (w *Window) x(at int64) float64 {
	return w.X0 + float64(at-w.From)/float64(w.To-w.From)*(float64(w.Width)-w.X0-rightMargin)
}

// pixels is how long a time is in the drawing.
func (w *Window) pixels(seconds int64) float64 {
	return float64(seconds) / float64(w.To-w.From) * (float64(w.Width) - w.X0 - rightMargin)
}
