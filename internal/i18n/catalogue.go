package i18n

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"codeberg.org/bocage/bocage/internal/glyph"
)

// Catalogue is every locale of the program. It does not change after Load and
// is safe for concurrent calls.
type Catalogue struct {
	tags    []string
	locales map[string]*Locale
	matcher language.Matcher
}

// Locale is the texts and the writing habits of one language.
type Locale struct {
	// Tag is the BCP 47 tag of the language, "fr" or "en".
	Tag      string
	messages map[string]message
}

// message is one text; forms is nil for a text without plural.
type message struct {
	text  string
	forms map[string]string
}

// UnmarshalJSON reads a string, or an object of plural forms.
func (m *message) UnmarshalJSON(raw []byte) error {
	if len(raw) > 0 && raw[0] == '"' {
		return json.Unmarshal(raw, &m.text)
	}
	if err := json.Unmarshal(raw, &m.forms); err != nil {
		return err
	}
	for _, form := range []string{"one", "other"} {
		if m.forms[form] == "" {
			return fmt.Errorf("plural form %q is missing", form)
		}
	}
	m.text = m.forms["other"]
	return nil
}

// Load reads the catalogues NAME.json at the root of fsys; NAME is the tag of
// the language. The languages are offered in the order French, then the others
// by alphabet.
func Load(fsys fs.FS) (*Catalogue, error) {
	files, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list catalogues: %w", err)
	}
	if len(files) == 0 {
		return nil, errors.New("load catalogues: no locale found")
	}
	c := &Catalogue{locales: map[string]*Locale{}}
	for _, f := range files {
		raw, err := fs.ReadFile(fsys, f)
		if err != nil {
			return nil, fmt.Errorf("read catalogue: %w", err)
		}
		l := &Locale{Tag: strings.TrimSuffix(path.Base(f), ".json")}
		if err := json.Unmarshal(raw, &l.messages); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", f, err)
		}
		l.typeset()
		c.locales[l.Tag] = l
		c.tags = append(c.tags, l.Tag)
	}
	sort.Slice(c.tags, func(i, j int) bool {
		if (c.tags[i] == "fr") != (c.tags[j] == "fr") {
			return c.tags[i] == "fr"
		}
		return c.tags[i] < c.tags[j]
	})
	supported := make([]language.Tag, len(c.tags))
	for i, t := range c.tags {
		supported[i] = language.Make(t)
	}
	c.matcher = language.NewMatcher(supported)
	return c, nil
}

// Tags returns the tags of the languages, in the order in which to offer them.
func (c *Catalogue) Tags() []string { return append([]string(nil), c.tags...) }

// Locale returns the locale of a tag, and whether there is one.
func (c *Catalogue) Locale(tag string) (*Locale, bool) {
	l, ok := c.locales[tag]
	return l, ok
}

// Match returns the locale for the first of wishes that names one: a tag, or
// the value of an Accept-Language header. With none, the first language.
func (c *Catalogue) Match(wishes ...string) *Locale {
	for _, wish := range wishes {
		if wish == "" {
			continue
		}
		if l, ok := c.locales[wish]; ok {
			return l
		}
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, confidence := c.matcher.Match(tags...); confidence > language.No {
			return c.locales[c.tags[i]]
		}
	}
	return c.locales[c.tags[0]]
}

// Keys returns every key of the locale, sorted.
func (l *Locale) Keys() []string {
	keys := make([]string, 0, len(l.messages))
	for k := range l.messages {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Has reports whether the locale has a text for key.
func (l *Locale) Has(key string) bool { _, ok := l.messages[key]; return ok }

// Plural reports whether key has plural forms.
func (l *Locale) Plural(key string) bool { return l.messages[key].forms != nil }

// T returns the text of key with each {name} replaced by the value that
// follows name in pairs. A key without text gives the key between brackets.
func (l *Locale) T(key string, pairs ...any) string {
	m, ok := l.messages[key]
	if !ok {
		return "[" + key + "]"
	}
	return l.fill(m.text, pairs)
}

// N returns the plural form of key for n, with {n} replaced by n and each
// {name} as T does.
func (l *Locale) N(key string, n int, pairs ...any) string {
	m, ok := l.messages[key]
	if !ok {
		return "[" + key + "]"
	}
	text := m.text
	if m.forms != nil {
		text = m.forms[l.form(n)]
	}
	return l.fill(text, append([]any{"n", l.Number(n)}, pairs...))
}

// form is the plural category of n (CLDR): in French 0 and 1 are singular.
func (l *Locale) form(n int) string {
	if n == 1 || n == -1 || (n == 0 && l.Tag == "fr") {
		return "one"
	}
	return "other"
}

func (l *Locale) fill(text string, pairs []any) string {
	if len(pairs) == 0 || !strings.Contains(text, "{") {
		return text
	}
	args := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		args = append(args, "{"+fmt.Sprint(pairs[i])+"}", glyph.Isolate(l.value(pairs[i+1])))
	}
	return strings.NewReplacer(args...).Replace(text)
}

func (l *Locale) value(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return l.Number(v)
	case int64:
		return l.Number(int(v))
	case float64:
		return l.Decimal(v, 1)
	}
	return fmt.Sprint(v)
}

// Number writes n with the language's separator of thousands.
func (l *Locale) Number(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	sep := ","
	if l.Tag == "fr" {
		sep = nnbsp
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}

// Decimal writes v with at most digits decimals, without final zeros.
func (l *Locale) Decimal(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	whole, frac, _ := strings.Cut(s, ".")
	frac = strings.TrimRight(frac, "0")
	n, err := strconv.Atoi(whole)
	if err != nil {
		return s
	}
	out := l.Number(n)
	if n == 0 && v < 0 && frac != "" {
		out = "−0"
	}
	if frac == "" {
		return out
	}
	if l.Tag == "fr" {
		return out + "," + frac
	}
	return out + "." + frac
}

// Compact writes a large n shortly, as on a map: 1,1 k in French, 1.1k in English.
func (l *Locale) Compact(n int) string {
	gap := ""
	if l.Tag == "fr" {
		gap = nnbsp
	}
	switch {
	case n < 1000:
		return l.Number(n)
	case n < 10_000:
		return l.Decimal(float64(n/100)/10, 1) + gap + "k"
	case n < 1_000_000:
		return l.Number(n/1000) + gap + "k"
	}
	return l.Decimal(float64(n/100_000)/10, 1) + gap + "M"
}
