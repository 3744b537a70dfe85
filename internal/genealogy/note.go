package genealogy

import (
	"slices"
	"strconv"

	"codeberg.org/bocage/bocage/internal/glyph"
)

const (
	noteWidth  = 178
	noteHeight = 24 // of one note, also as a target for the finger (WCAG 2.2, 2.5.8)
	noteGap    = 5
	noteReach  = 22 // from the card to its notes
	noteSize   = 11.5
	// noteMost is how many notes stand beside one card; the last says how many more.
	noteMost = 4
)

func notesHeight(n int) float64 {
	n = min(n, noteMost)
	return float64(n)*(noteHeight+noteGap) - noteGap
}

// makeRoom keeps the room at the right of cards that have notes.
func (o *ordered) makeRoom(rows [][]*vertex) {
	for _, row := range rows {
		for _, v := range row {
			if v.node >= 0 && len(o.nodes[v.node].Notes) > 0 {
				v.after = noteReach + noteWidth
			}
		}
	}
}

// notes draws what stands beside a card whose right side is at x.
func (p *painter) notes(n *Node, x, top float64) {
	shown := n.Notes
	if len(shown) > noteMost {
		shown = shown[:noteMost-1]
	}
	y := top
	for _, note := range shown {
		middle := y + noteHeight/2
		p.printf(`<g class="arete r-%s" data-from="%s" data-to="%s"><title>%s</title><path fill="none" %s stroke="var(--trait-fort)" d="M%s %sC%s %s %s %s %s %s"/>`,
			esc(note.Type), esc(n.ID), esc(note.ID), esc(p.noteName(note)), strokeOf(note.Type).attributes(),
			px(x), px(top+18), px(x+noteReach/2), px(top+18), px(x+noteReach/2), px(middle), px(x+noteReach), px(middle))
		p.printf("</g>")
		p.note(note, x+noteReach, y)
		y += noteHeight + noteGap
	}
	if more := len(n.Notes) - len(shown); more > 0 {
		p.printf(`<text class="s-txt2" x="%s" y="%s" font-size="%v">+ %s %s </text>`, px(x+noteReach+8), px(y+16), noteSize, strconv.Itoa(more), word(p.opt.Lang, "more"))
	}
}

func (p *painter) noteName(note Note) string {
	name := p.opt.typeName(note.Type)
	if note.Unconfirmed {
		name += " (" + word(p.opt.Lang, "doubtful") + ")"
	}
	return name + " — " + note.Title
}

func (p *painter) note(note Note, x, y float64) {
	tag := "g"
	p.printf("<")
	if note.Href != "" {
		tag = "a"
		p.printf(`a href="%s"`, esc(note.Href))
	} else {
		p.printf("g")
	}
	room := float64(noteWidth - 14)
	if note.Unconfirmed {
		room -= 18
	}
	line, _ := glyph.Shorten(note.Title, noteSize, room/1.06)
	p.printf(` class="noeud note" data-id="%s"><title>%s</title><rect class="cadre-n" x="%s" y="%s" width="%d" height="%d" rx="12" fill="var(--papier)" stroke="var(--trait-fort)" stroke-width="1"/><text class="s-txt" x="%s" y="%s" font-size="%v">%s </text>`,
		esc(note.ID), esc(p.noteName(note)), px(x), px(y), noteWidth, noteHeight, px(x+9), px(y+16), noteSize, esc(line))
	if note.Unconfirmed {
		p.doubt(point{x + noteWidth - 12, y + noteHeight/2})
	}
	p.printf("</%s>", tag)
}

// doubtful says whether an edge or a note is stated by one side only.
func (l Layout) doubtful() bool {
	return slices.ContainsFunc(l.order.down, func(k link) bool { return k.doubtful }) ||
		slices.ContainsFunc(l.order.odd, func(k link) bool { return k.doubtful }) ||
		slices.ContainsFunc(l.order.nodes, func(n Node) bool {
			return slices.ContainsFunc(n.Notes, func(note Note) bool { return note.Unconfirmed })
		})
}
