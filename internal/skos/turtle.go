package skos

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ReadTurtle reads the concepts of a Turtle 1.1 document. The error is an *Error.
func ReadTurtle(data []byte) ([]Concept, error) {
	if len(data) > MaxBytes {
		return nil, &Error{Message: fmt.Sprintf("the file has more than %d MB", MaxBytes>>20)}
	}
	if !utf8.Valid(data) {
		return nil, &Error{Message: "the file is not UTF-8"}
	}
	p := &turtle{in: string(data), line: 1, prefixes: map[string]string{}}
	for {
		p.space()
		if p.at == len(p.in) {
			return concepts(p.out), nil
		}
		if err := p.statement(); err != nil {
			return nil, err
		}
	}
}

// turtle is a reader of one document.
type turtle struct {
	in       string
	at, line int
	base     string
	prefixes map[string]string
	blanks   int
	depth    int
	out      []triple
}

func (p *turtle) fail(format string, args ...any) error {
	return &Error{p.line, fmt.Sprintf(format, args...)}
}

// space skips white space and comments.
func (p *turtle) space() {
	for p.at < len(p.in) {
		switch c := p.in[p.at]; c {
		case '\n':
			p.line++
			p.at++
		case ' ', '\t', '\r':
			p.at++
		case '#':
			for p.at < len(p.in) && p.in[p.at] != '\n' {
				p.at++
			}
		default:
			return
		}
	}
}

func (p *turtle) peek() byte {
	if p.at < len(p.in) {
		return p.in[p.at]
	}
	return 0
}

// eat takes one character after white space, when it is there.
func (p *turtle) eat(c byte) bool {
	p.space()
	if p.peek() != c {
		return false
	}
	p.at++
	return true
}

// keyword takes a directive's word, in any case for SPARQL's.
func (p *turtle) keyword(word string, anyCase bool) bool {
	if len(p.in)-p.at < len(word) {
		return false
	}
	got := p.in[p.at : p.at+len(word)]
	if got != word && (!anyCase || !strings.EqualFold(got, word)) {
		return false
	}
	if next := p.at + len(word); next < len(p.in) && !strings.ContainsRune(" \t\r\n<", rune(p.in[next])) {
		return false
	}
	p.at += len(word)
	return true
}

func (p *turtle) statement() error {
	switch {
	case p.keyword("@prefix", false):
		return p.prefix(true)
	case p.keyword("@base", false):
		return p.setBase(true)
	case p.keyword("PREFIX", true):
		return p.prefix(false)
	case p.keyword("BASE", true):
		return p.setBase(false)
	}
	var subject string
	var err error
	switch p.peek() {
	case '[':
		subject, err = p.blankList()
		p.space()
		if err == nil && p.peek() == '.' { // [ … ] alone is a statement
			p.at++
			return nil
		}
	case '(':
		subject, err = p.collection()
	default:
		subject, err = p.node()
	}
	if err != nil {
		return err
	}
	if err := p.predicates(subject); err != nil {
		return err
	}
	if !p.eat('.') {
		return p.fail("a full stop is missing after what is said of %.80s", subject)
	}
	return nil
}

func (p *turtle) prefix(dot bool) error {
	p.space()
	from := p.at
	for p.at < len(p.in) && p.in[p.at] != ':' {
		if strings.ContainsRune(" \t\r\n<", rune(p.in[p.at])) {
			return p.fail("a prefix ends with a colon")
		}
		p.at++
	}
	if p.at == len(p.in) {
		return p.fail("a prefix ends with a colon")
	}
	name := p.in[from:p.at]
	p.at++
	p.space()
	iri, err := p.iri()
	if err != nil {
		return err
	}
	p.prefixes[name] = iri
	if dot && !p.eat('.') {
		return p.fail("a full stop is missing after the prefix %q", name)
	}
	return nil
}

func (p *turtle) setBase(dot bool) error {
	p.space()
	iri, err := p.iri()
	if err != nil {
		return err
	}
	p.base = iri
	if dot && !p.eat('.') {
		return p.fail("a full stop is missing after the base")
	}
	return nil
}

// predicates reads what is said of a subject, up to what ends it.
func (p *turtle) predicates(subject string) error {
	for {
		p.space()
		line := p.line
		predicate, err := p.verb()
		if err != nil {
			return err
		}
		for {
			object, err := p.object()
			if err != nil {
				return err
			}
			if len(p.out) == maxTriples {
				return p.fail("the file says more than %d things", maxTriples)
			}
			p.out = append(p.out, triple{subject, predicate, object, line})
			if !p.eat(',') {
				break
			}
		}
		again := false
		for p.eat(';') {
			again = true
		}
		if p.space(); !again || p.peek() == '.' || p.peek() == ']' {
			return nil
		}
	}
}

func (p *turtle) verb() (string, error) {
	if p.peek() == 'a' && p.at+1 < len(p.in) && strings.ContainsRune(" \t\r\n<[\"", rune(p.in[p.at+1])) {
		p.at++
		return nsRDF + "type", nil
	}
	return p.node()
}

// object reads a node or a literal.
func (p *turtle) object() (term, error) {
	p.space()
	switch c := p.peek(); {
	case c == '"' || c == '\'':
		return p.text()
	case c == '[':
		s, err := p.blankList()
		return term{value: s}, err
	case c == '(':
		s, err := p.collection()
		return term{value: s}, err
	case c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.':
		return p.numeral()
	}
	for _, word := range []string{"true", "false"} {
		if rest := p.in[p.at:]; strings.HasPrefix(rest, word) && (len(rest) == len(word) || strings.ContainsRune(" \t\r\n.;,])", rune(rest[len(word)]))) {
			p.at += len(word)
			return term{value: word, literal: true}, nil
		}
	}
	s, err := p.node()
	return term{value: s}, err
}

func (p *turtle) numeral() (term, error) {
	from := p.at
	for p.at < len(p.in) && strings.ContainsRune("0123456789+-.eE", rune(p.in[p.at])) {
		p.at++
	}
	for p.at > from && p.in[p.at-1] == '.' { // it ends the statement
		p.at--
	}
	s := p.in[from:p.at]
	if _, err := strconv.ParseFloat(s, 64); err != nil {
		return term{}, p.fail("%.40q is not a number", s)
	}
	return term{value: s, literal: true}, nil
}

// blankList reads "[ … ]" and returns its node.
func (p *turtle) blankList() (string, error) {
	if p.depth++; p.depth > maxDepth {
		return "", p.fail("brackets are nested deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	p.at++
	p.blanks++
	node := "_:[" + strconv.Itoa(p.blanks)
	if p.eat(']') {
		return node, nil
	}
	if err := p.predicates(node); err != nil {
		return "", err
	}
	if !p.eat(']') {
		return "", p.fail("a ] is missing")
	}
	return node, nil
}

// collection reads "( … )", whose members are left aside.
func (p *turtle) collection() (string, error) {
	if p.depth++; p.depth > maxDepth {
		return "", p.fail("brackets are nested deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	p.at++
	p.blanks++
	node := "_:(" + strconv.Itoa(p.blanks)
	for !p.eat(')') {
		if p.at >= len(p.in) {
			return "", p.fail("a ) is missing")
		}
		if _, err := p.object(); err != nil {
			return "", err
		}
	}
	return node, nil
}

// node reads an address, a prefixed name or a blank node.
func (p *turtle) node() (string, error) {
	p.space()
	if p.peek() == '<' {
		return p.iri()
	}
	if strings.HasPrefix(p.in[p.at:], "_:") {
		p.at += 2
		return "_:" + p.local(), nil
	}
	from := p.at
	for p.at < len(p.in) && p.in[p.at] != ':' {
		r, n := utf8.DecodeRuneInString(p.in[p.at:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' && r != '.' {
			break
		}
		p.at += n
	}
	name := p.in[from:p.at]
	if p.peek() != ':' {
		return "", p.fail("an address or a name with a prefix was expected, not %.20q", p.in[from:])
	}
	p.at++
	ns, ok := p.prefixes[name]
	if !ok {
		return "", p.fail("the prefix %q is not declared", name)
	}
	return ns + p.local(), nil
}

// local reads the part of a name after the colon.
func (p *turtle) local() string {
	var b strings.Builder
	for p.at < len(p.in) {
		c := p.in[p.at]
		if c == '\\' && p.at+1 < len(p.in) {
			b.WriteByte(p.in[p.at+1])
			p.at += 2
			continue
		}
		r, n := utf8.DecodeRuneInString(p.in[p.at:])
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune("_-.:%·", r) {
			break
		}
		b.WriteString(p.in[p.at : p.at+n])
		p.at += n
	}
	out := b.String()
	for strings.HasSuffix(out, ".") { // it ends the statement
		out = out[:len(out)-1]
		p.at--
	}
	return out
}

// iri reads "<…>" and joins it to the base.
func (p *turtle) iri() (string, error) {
	if p.peek() != '<' {
		return "", p.fail("an address in <> was expected")
	}
	end := strings.IndexAny(p.in[p.at+1:], ">\n")
	if end < 0 || p.in[p.at+1+end] != '>' {
		return "", p.fail("an address does not end with >")
	}
	s := p.in[p.at+1 : p.at+1+end]
	p.at += end + 2
	s, err := p.unescape(s)
	if err != nil {
		return "", err
	}
	if strings.ContainsAny(s, " \"{}|^`<>") {
		return "", p.fail("%.80q is not an address", s)
	}
	if p.base == "" || strings.Contains(s, "://") || strings.HasPrefix(s, "urn:") {
		return s, nil
	}
	base, err := url.Parse(p.base)
	if err != nil {
		return "", p.fail("the base %.80q is not an address", p.base)
	}
	ref, err := base.Parse(s)
	if err != nil {
		return "", p.fail("%.80q is not an address", s)
	}
	return ref.String(), nil
}

// text reads a literal with its language or type.
func (p *turtle) text() (term, error) {
	quote := p.in[p.at : p.at+1]
	long := strings.HasPrefix(p.in[p.at:], quote+quote+quote)
	if long {
		quote += quote + quote
	}
	p.at += len(quote)
	from := p.at
	for {
		if p.at >= len(p.in) {
			return term{}, p.fail("a text does not end")
		}
		if strings.HasPrefix(p.in[p.at:], quote) {
			break
		}
		switch p.in[p.at] {
		case '\\':
			p.at++
		case '\n':
			if !long {
				return term{}, p.fail("a text does not end on its line")
			}
			p.line++
		}
		p.at++
	}
	if p.at > len(p.in) {
		return term{}, p.fail("a text does not end")
	}
	s, err := p.unescape(p.in[from:p.at])
	if err != nil {
		return term{}, err
	}
	p.at += len(quote)
	if len(s) > maxLiteral {
		return term{}, p.fail("a text has more than %d KB", maxLiteral>>10)
	}
	t := term{value: s, literal: true}
	switch {
	case p.peek() == '@':
		p.at++
		from := p.at
		for p.at < len(p.in) && (p.in[p.at] == '-' || p.in[p.at]|0x20 >= 'a' && p.in[p.at]|0x20 <= 'z' || p.in[p.at] >= '0' && p.in[p.at] <= '9') {
			p.at++
		}
		if t.lang = p.in[from:p.at]; !tag.MatchString(t.lang) {
			return term{}, p.fail("@%.20s is not a language", t.lang)
		}
	case strings.HasPrefix(p.in[p.at:], "^^"):
		p.at += 2
		if _, err := p.node(); err != nil {
			return term{}, err
		}
	}
	return t, nil
}

// unescape reads \n, \u00e9 and their like (Turtle 1.1, 6.4).
func (p *turtle) unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", p.fail("a text ends in a backslash")
		}
		if at := strings.IndexByte(`tbnrf"'\`, s[i]); at >= 0 {
			b.WriteByte("\t\b\n\r\f\"'\\"[at])
			continue
		}
		digits := map[byte]int{'u': 4, 'U': 8}[s[i]]
		if digits == 0 || i+digits >= len(s) {
			return "", p.fail("\\%c is not an escape", s[i])
		}
		v, err := strconv.ParseUint(s[i+1:i+1+digits], 16, 32)
		if err != nil || v > unicode.MaxRune || v >= 0xd800 && v < 0xe000 {
			return "", p.fail("\\%.9s is not a character", s[i:])
		}
		b.WriteRune(rune(v))
		i += digits
	}
	return b.String(), nil
}
