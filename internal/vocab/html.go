package vocab

import (
	"html"
	"net/url"
	"strings"
	"unicode"

	nethtml "golang.org/x/net/html"
)

// toHTML writes plain text as HTML: a blank line is a paragraph, a newline a
// line break. "" stays "".
func toHTML(text string) string {
	if text == "" {
		return ""
	}
	var b strings.Builder
	for _, paragraph := range strings.Split(text, "\n\n") {
		b.WriteString("<p>")
		b.WriteString(strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>"))
		b.WriteString("</p>")
	}
	return b.String()
}

// fromHTML is toHTML's inverse on our own documents, where white space is as
// it was written.
func fromHTML(s string) string { return plainText(s, true) }

// foreignText turns anybody's HTML into plain text: tags go, with all that
// scripts and styles hold; white space is collapsed as a browser does.
func foreignText(s string) string { return plainText(s, false) }

// block tags end a paragraph.
var block = map[string]bool{
	"p": true, "div": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true,
	"ul": true, "ol": true, "blockquote": true, "pre": true, "table": true, "section": true, "article": true, "hr": true,
}

// hidden tags hold no text for people.
var hidden = map[string]bool{
	"script": true, "style": true, "template": true, "noscript": true, "iframe": true, "object": true,
	"svg": true, "math": true, "head": true, "title": true, "textarea": true, "select": true,
}

func plainText(s string, verbatim bool) string {
	if !strings.ContainsAny(s, "<&\r\x00") { // no HTML
		s = spaces(s, verbatim, &strings.Builder{})
		if !verbatim {
			s = strings.TrimSpace(s)
		}
		return s
	}
	return textOf(s, verbatim)
}

// textOf is plainText of what may have tags.
func textOf(s string, verbatim bool) string {
	z := nethtml.NewTokenizer(strings.NewReader(s))
	var paragraphs []string
	var b strings.Builder
	flush := func() {
		p := b.String()
		b.Reset()
		if !verbatim {
			p = strings.TrimSpace(p)
		}
		if p != "" {
			paragraphs = append(paragraphs, p)
		}
	}
	var skip string // the hidden element that we are in
	depth := 0
	for {
		switch z.Next() {
		case nethtml.ErrorToken: // the end, or what cannot be read on
			flush()
			return strings.Join(paragraphs, "\n\n")
		case nethtml.TextToken:
			if skip == "" {
				b.WriteString(spaces(string(z.Text()), verbatim, &b))
			}
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			raw, _ := z.TagName()
			switch name := string(raw); {
			case skip != "":
				if name == skip {
					depth++
				}
			case hidden[name]:
				skip, depth = name, 1
			case name == "br":
				b.WriteByte('\n')
			case name == "li":
				breakLine(&b)
				b.WriteString("- ")
			case block[name]:
				flush()
			}
		case nethtml.EndTagToken:
			raw, _ := z.TagName()
			switch name := string(raw); {
			case name == skip && skip != "":
				if depth--; depth == 0 {
					skip = ""
				}
			case skip == "" && block[name]:
				if verbatim && name == "p" && b.Len() == 0 {
					paragraphs = append(paragraphs, "") // an empty paragraph of ours
				}
				flush()
			}
		}
	}
}

func breakLine(b *strings.Builder) {
	if s := b.String(); s != "" && !strings.HasSuffix(s, "\n") {
		b.WriteByte('\n')
	}
}

// spaces collapses white space as HTML does, unless verbatim.
func spaces(text string, verbatim bool, before *strings.Builder) string {
	if verbatim {
		return text
	}
	var out strings.Builder
	s := before.String()
	last := s == "" || strings.HasSuffix(s, "\n") || strings.HasSuffix(s, " ")
	for _, r := range text {
		if unicode.IsSpace(r) {
			if !last {
				out.WriteByte(' ')
			}
			last = true
			continue
		}
		out.WriteRune(r)
		last = false
	}
	return out.String()
}

// webURL returns s when it is an http or https URL that a page may link to, else "".
func webURL(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return ""
	}
	return strings.TrimSpace(s)
}

// clip cuts s to at most n characters, at a word where there is one, with an ellipsis.
func clip(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	if n < 2 {
		return ""
	}
	cut := string(runes[:n-1])
	if i := strings.LastIndexAny(cut, " \n"); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " \n.,;:") + "…"
}
