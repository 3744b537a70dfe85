package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// barCells is the width of a progress bar.
const barCells = 30

// redrawEvery keeps a bar from costing more than the work.
const redrawEvery = 100 * time.Millisecond

// progress shows how far a piece of work is: a bar at a terminal, a line for
// each quarter elsewhere.
type progress struct {
	w       io.Writer
	label   string
	tty     bool
	silent  bool // says nothing, for output that a program reads
	drawn   time.Time
	quarter int
	open    bool
}

func newProgress(w io.Writer, label string) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, label: label, tty: ok && term.IsTerminal(int(f.Fd())), quarter: -1}
}

// set shows done of total; it is called by one goroutine.
func (p *progress) set(done, total int) {
	if p.silent {
		return
	}
	if total <= 0 {
		p.reading(done)
		return
	}
	done = min(done, total)
	if !p.tty {
		if q := done * 4 / total; q > p.quarter {
			p.quarter = q
			fmt.Fprintf(p.w, "%s: %d of %d\n", p.label, done, total)
		}
		return
	}
	if done < total && time.Since(p.drawn) < redrawEvery {
		return
	}
	p.drawn, p.open = time.Now(), true
	full := done * barCells / total
	fmt.Fprintf(p.w, "\r%s [%s%s] %d/%d  ", p.label, strings.Repeat("█", full), strings.Repeat("·", barCells-full), done, total)
}

// reading shows a count at a terminal while nobody knows yet of how many.
func (p *progress) reading(done int) {
	if p.tty && time.Since(p.drawn) >= redrawEvery {
		p.drawn, p.open = time.Now(), true
		fmt.Fprintf(p.w, "\r%s: reading, %d so far", p.label, done)
	}
}

// end closes the line of the bar.
func (p *progress) end() {
	if p.open {
		fmt.Fprintln(p.w)
		p.open = false
	}
}
