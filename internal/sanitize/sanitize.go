// Package sanitize turns text that others wrote into HTML that is safe to
// print: plain text becomes paragraphs with links, received HTML keeps a short
// list of elements. Its HTML type is the only raw HTML that pages print.
//
// It holds no page layout and no wire format. Packages site and vocab call it.
package sanitize

import (
	"html/template"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// HTML is markup that this package made or cleaned; the zero value is empty.
// html/template prints it as it is.
type HTML = template.HTML

// maxLinkBytes is the length of the longest URL that becomes a link.
const maxLinkBytes = 2048

// linkRel keeps linked sites from the page (noopener), from its address
// (noreferrer) and from gaining rank by spam (nofollow, ugc).
const linkRel = "nofollow noopener noreferrer ugc"

var webAddress = regexp.MustCompile(`https?://[^\s<>"'` + "`" + `]+`)

// Text makes paragraphs of plain text: a blank line parts paragraphs, a line
// end is kept, an http or https address becomes a link. Everything else is
// escaped. An empty text gives "".
func Text(s string) HTML {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	var b strings.Builder
	for _, p := range strings.Split(s, "\n\n") {
		if p = strings.TrimSpace(p); p == "" {
			continue
		}
		b.WriteString("<p>")
		for i, line := range strings.Split(p, "\n") {
			if i > 0 {
				b.WriteString("<br>")
			}
			writeLine(&b, strings.TrimSpace(line))
		}
		b.WriteString("</p>")
	}
	return HTML(b.String()) //nolint:gosec // every byte of s passed through EscapeString
}

// writeLine escapes one line and links its addresses.
func writeLine(b *strings.Builder, line string) {
	at := 0
	for _, m := range webAddress.FindAllStringIndex(line, -1) {
		addr := trimAddress(line[m[0]:m[1]])
		href := URL(addr)
		if href == "" || strings.HasPrefix(href, "mailto:") {
			continue
		}
		b.WriteString(html.EscapeString(line[at:m[0]]))
		b.WriteString(`<a href="` + html.EscapeString(href) + `" rel="` + linkRel + `">` + html.EscapeString(addr) + `</a>`)
		at = m[0] + len(addr)
	}
	b.WriteString(html.EscapeString(line[at:]))
}

// trimAddress drops the punctuation that ends the sentence and not the address.
func trimAddress(s string) string {
	for s != "" {
		switch last := s[len(s)-1]; {
		case strings.IndexByte(".,;:!?*_]}", last) >= 0:
			s = s[:len(s)-1]
		case last == ')' && strings.Count(s, "(") < strings.Count(s, ")"):
			s = s[:len(s)-1]
		case strings.HasSuffix(s, "»"), strings.HasSuffix(s, "”"), strings.HasSuffix(s, "…"):
			s = strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(s, "»"), "”"), "…")
		default:
			return s
		}
	}
	return s
}

// URL returns s when a page may link to it: an absolute http or https address
// with a host and no password, or a mailto address; else "".
func URL(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxLinkBytes {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Hostname() == "" || u.User != nil {
			return ""
		}
	case "mailto":
		if u.Opaque == "" {
			return ""
		}
	default:
		return ""
	}
	if s = u.String(); len(s) > maxLinkBytes { // escaping may have made it longer
		return ""
	}
	return s
}

// Host returns the host of a URL without "www.", for display; "" without host.
func Host(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "www.")
}

var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "ul", "ol", "li", "blockquote", "em", "strong", "b", "i", "code", "pre", "del", "sub", "sup")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("http", "https", "mailto")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	return p
})

// Clean keeps of received HTML the elements of running text and the links to
// http, https and mailto addresses.
func Clean(s string) HTML { return HTML(policy().Sanitize(s)) } //nolint:gosec // cleaned by the policy

// Plain returns the text of received HTML, with paragraphs as blank lines and
// br as line ends. Scripts and styles are dropped. Plain text comes back as it is.
func Plain(s string) string {
	var b strings.Builder
	skip := 0
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		name, _ := z.TagName()
		switch tag := string(name); {
		case tt == html.TextToken && skip == 0:
			b.WriteString(html.UnescapeString(string(z.Raw())))
		case tag == "script" || tag == "style":
			if tt == html.StartTagToken {
				skip++
			} else if tt == html.EndTagToken && skip > 0 {
				skip--
			}
		case tag == "br":
			b.WriteString("\n")
		case tt == html.EndTagToken && (tag == "p" || tag == "ul" || tag == "ol" || tag == "blockquote"):
			b.WriteString("\n\n")
		case tt == html.EndTagToken && tag == "li":
			b.WriteString("\n")
		}
	}
	return strings.TrimSpace(strings.Map(printed, b.String()))
}

// printed leaves out what no text has, and no database keeps: NUL and other control
// characters, not line ends and tabs.
func printed(r rune) rune {
	if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
		return -1
	}
	return r
}

// Drawn marks a drawing made by our own chart packages (basemap, chronicle,
// genealogy) as safe to print. They escape every text that they are given.
func Drawn(svg []byte) HTML { return HTML(svg) } //nolint:gosec // see above

// Webcal is an address of this instance as calendar programs subscribe to it:
// webcal: in the place of https: or http:. "" for anything else.
func Webcal(address string) template.URL {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || scheme != "https" && scheme != "http" {
		return ""
	}
	return template.URL("webcal://" + rest) //nolint:gosec // the scheme is ours, the template escapes the rest
}
