package sanitize

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Limits of what Comment keeps.
const (
	// MaxCommentRunes is the longest text of a comment; the rest is cut off with an ellipsis.
	MaxCommentRunes = 5000
	maxCommentLinks = 30
	// maxMarks is how many combining marks may follow one another.
	maxMarks = 4
)

// commentRel is the rel of every link in a comment.
const commentRel = "nofollow ugc noopener noreferrer"

// unseen are elements whose content is no text for people.
var unseen = map[string]bool{
	"script": true, "style": true, "template": true, "noscript": true, "iframe": true, "object": true, "svg": true,
	"math": true, "head": true, "title": true, "textarea": true, "select": true, "noembed": true, "noframes": true,
	"xmp": true, "plaintext": true, "audio": true, "video": true, "button": true,
}

// paragraph are elements that begin and end a paragraph.
var paragraph = map[string]bool{
	"p": true, "div": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "ul": true, "ol": true,
	"blockquote": true, "pre": true, "table": true, "tr": true, "section": true, "article": true, "hr": true, "body": true,
}

// Comment rewrites what a stranger wrote into paragraphs, line ends and links
// to http and https addresses, and nothing else: no element or attribute of the
// original is copied. Custom emojis stay as their :name:. What turns or hides
// text (bidirectional overrides, control characters, piles of marks) goes.
// Comment(string(Comment(s))) is Comment(s).
func Comment(s string) HTML {
	c := &comment{}
	z := html.NewTokenizer(strings.NewReader(s))
	for !c.full {
		tt := z.Next()
		if tt == html.ErrorToken {
			break
		}
		c.token(z, tt)
	}
	c.end()
	return HTML(c.out.String()) //nolint:gosec // every text is escaped and every tag is ours
}

// comment is what Comment has written so far.
type comment struct {
	out   strings.Builder
	para  []byte // the open paragraph, escaped
	space bool   // white space waits for what follows it
	text  bool   // the open paragraph has text
	href  string // of the open link, "" for none
	empty int    // length of para when nothing was written in the open link
	start int    // length of para before the open link
	skip  string // the unseen element that is open
	depth int
	runes int
	links int
	marks int
	full  bool
}

func (c *comment) token(z *html.Tokenizer, tt html.TokenType) {
	if tt == html.TextToken {
		if c.skip == "" {
			c.write(string(z.Text()))
		}
		return
	}
	raw, attrs := z.TagName()
	name := string(raw)
	open := tt == html.StartTagToken || tt == html.SelfClosingTagToken
	switch {
	case c.skip != "":
		if name == c.skip {
			if tt == html.StartTagToken {
				c.depth++
			} else if tt == html.EndTagToken {
				c.depth--
			}
			if c.depth <= 0 {
				c.skip = ""
			}
		}
	case unseen[name]:
		if tt == html.StartTagToken {
			c.skip, c.depth = name, 1
		}
	case name == "a":
		c.closeLink()
		if open && attrs {
			c.openLink(z)
		}
	case name == "br" && open:
		c.lineEnd()
	case name == "li" && open:
		c.lineEnd()
		c.write("– ")
	case name == "img" && open && attrs:
		c.emoji(z)
	case paragraph[name]:
		c.endParagraph()
	}
}

// openLink opens a link when the page may link there.
func (c *comment) openLink(z *html.Tokenizer) {
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		if string(key) != "href" {
			continue
		}
		href := URL(string(value))
		if href == "" || strings.HasPrefix(strings.ToLower(href), "mailto:") || c.links >= maxCommentLinks {
			return
		}
		start := len(c.para)
		c.flushSpace()
		c.links++
		c.link(href)
		c.start = start
		return
	}
}

func (c *comment) link(href string) {
	c.href, c.start = href, len(c.para)
	c.add(`<a href="` + html.EscapeString(href) + `" rel="` + commentRel + `">`)
	c.empty = len(c.para)
}

// closeLink ends the open link; one without text is taken back.
func (c *comment) closeLink() {
	switch {
	case c.href == "":
		return
	case len(c.para) == c.empty:
		if bytes.HasPrefix(c.para[c.start:], []byte(" ")) {
			c.space = true
			c.runes--
		}
		c.para = c.para[:c.start]
	default:
		c.add("</a>")
	}
	c.href = ""
}

func (c *comment) add(s string) { c.para = append(c.para, s...) }

// emoji writes the name of a custom emoji, which is the image's alternative text.
func (c *comment) emoji(z *html.Tokenizer) {
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		alt := string(value)
		if string(key) == "alt" && len(alt) > 2 && len(alt) < 64 && alt[0] == ':' && alt[len(alt)-1] == ':' {
			c.write(alt)
		}
	}
}

// write adds text, white space collapsed as a browser does.
func (c *comment) write(s string) {
	for _, r := range s {
		switch {
		case c.full:
			return
		case unicode.IsSpace(r):
			c.space = true
			continue
		case turns(r):
			continue
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
			if c.marks++; c.marks > maxMarks {
				continue
			}
		default:
			c.marks = 0
		}
		c.flushSpace()
		if c.runes++; c.runes >= MaxCommentRunes {
			c.add("…")
			c.full, c.text = true, true
			return
		}
		c.add(html.EscapeString(string(r)))
		c.text = true
	}
}

// turns reports whether r changes how other characters are shown, or is no character.
func turns(r rune) bool {
	switch {
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x061c,
		r == 0xfeff, r == utf8.RuneError, r >= 0xfff0 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return unicode.IsControl(r)
}

func (c *comment) flushSpace() {
	if c.space && c.text {
		if !bytes.HasSuffix(c.para, []byte("<br>")) {
			c.add(" ")
			c.runes++
		}
	}
	c.space = false
}

func (c *comment) lineEnd() {
	if !c.text {
		return
	}
	href := c.href
	c.closeLink()
	if c.space = false; !bytes.HasSuffix(c.para, []byte("<br><br>")) {
		c.add("<br>")
	}
	if href != "" { // the link goes on in the next line
		c.link(href)
	}
}

func (c *comment) endParagraph() {
	c.closeLink()
	if c.text {
		p := c.para
		for bytes.HasSuffix(p, []byte("<br>")) {
			p = bytes.TrimSuffix(p, []byte("<br>"))
		}
		c.out.WriteString("<p>" + string(p) + "</p>")
	}
	c.para = c.para[:0]
	c.text, c.space, c.marks = false, false, 0
}

func (c *comment) end() { c.endParagraph() }

// Line makes one safe line of a name that a stranger chose, of at most n characters.
func Line(s string, n int) string {
	var b strings.Builder
	count, marks, space := 0, 0, false
	for _, r := range s {
		if unicode.IsSpace(r) {
			space = count > 0
			continue
		}
		if turns(r) {
			continue
		}
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			if marks++; marks > maxMarks {
				continue
			}
		} else {
			marks = 0
		}
		if count++; count >= n {
			b.WriteString("…")
			break
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
