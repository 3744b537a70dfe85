package glossary

import (
	"html/template"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Options say how a text is marked; the zero value marks nothing.
type Options struct {
	// Most is how many mentions are marked.
	Most int
	// Base is written before each address; "" leaves them as they are.
	Base string
	// Skip is the address of a concept that is not marked: that of the page itself.
	Skip string
	// Seen are the terms that were marked already, by index; nil = none. It is
	// added to, so that several texts of one page share it.
	Seen map[int]bool
}

// closed are the elements in which nothing is marked.
var closed = map[atom.Atom]bool{
	atom.A: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Code: true, atom.Pre: true, atom.Script: true, atom.Style: true, atom.Button: true, atom.Textarea: true,
	atom.Svg: true, atom.Title: true, atom.Kbd: true, atom.Samp: true,
}

// Link turns the first mention of each term, in markup that is safe already, into
// a link that has the definition as its title. What is not a mention comes out as
// it went in.
func (m *Matcher) Link(in template.HTML, opt Options) template.HTML {
	if m == nil || len(m.terms) == 0 || opt.Most <= 0 || in == "" {
		return in
	}
	seen := opt.Seen
	if seen == nil {
		seen = map[int]bool{}
	}
	for i, t := range m.terms {
		if opt.Skip != "" && t.Href == opt.Skip {
			seen[i] = true
		}
	}
	var b strings.Builder
	b.Grow(len(in) + len(in)/4)
	z := html.NewTokenizer(strings.NewReader(string(in)))
	depth, left := 0, opt.Most
	for {
		tt := z.Next()
		if tt == html.ErrorToken {
			return template.HTML(b.String()) //nolint:gosec // safe markup, with escaped links in it
		}
		raw := string(z.Raw())
		switch tt {
		case html.StartTagToken, html.EndTagToken:
			name, _ := z.TagName()
			if closed[atom.Lookup(name)] {
				depth += map[bool]int{true: 1, false: -1}[tt == html.StartTagToken]
				depth = max(0, depth)
			}
		case html.TextToken:
			if depth == 0 && left > 0 {
				left -= m.mark(&b, raw, seen, left, opt.Base)
				continue
			}
		}
		b.WriteString(raw)
	}
}

// mark writes an escaped text with its mentions as links, and counts them.
func (m *Matcher) mark(b *strings.Builder, raw string, seen map[int]bool, most int, base string) int {
	text := html.UnescapeString(raw)
	found := m.Find(text, seen, most)
	if len(found) == 0 {
		b.WriteString(raw)
		return 0
	}
	at := 0
	for _, f := range found {
		t := m.terms[f.Term]
		b.WriteString(html.EscapeString(text[at:f.From]))
		b.WriteString(`<a class="glose" href="` + html.EscapeString(base+t.Href) + `"`)
		if t.Definition != "" {
			b.WriteString(` title="` + html.EscapeString(t.Definition) + `"`)
		}
		b.WriteString(">" + html.EscapeString(text[f.From:f.To]) + "</a>")
		at = f.To
	}
	b.WriteString(html.EscapeString(text[at:]))
	return len(found)
}
