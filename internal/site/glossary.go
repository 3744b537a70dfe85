package site

import (
	"context"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/glossary"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

const (
	// glossMost is how many words of one text lead to their definition: more would
	// be a page of links.
	glossMost = 12
	// definitionMost is the length of a definition beside a word, in characters.
	definitionMost = 240
)

// allConcepts are the public concepts of this revision.
func (s *Site) allConcepts(ctx context.Context) ([]directory.Public, error) {
	all, err := s.concepts.get(s.cfg.View.Revision(), func() ([]directory.Public, error) { return s.conceptList(ctx) })
	if err != nil {
		return nil, fmt.Errorf("concepts: %w", err)
	}
	return all, nil
}

// glossary is the matcher of a language's texts, with definitions in the page's.
func (s *Site) glossary(ctx context.Context, l *i18n.Locale) (*glossary.Matcher, error) {
	all, err := s.allConcepts(ctx)
	if err != nil {
		return nil, err
	}
	byLang, err := s.glossaries.get(s.cfg.View.Revision(), func() (*sync.Map, error) { return new(sync.Map), nil })
	if err != nil {
		return nil, err
	}
	if m, ok := byLang.Load(l.Tag); ok {
		return m.(*glossary.Matcher), nil
	}
	m := glossary.New(terms(l, all))
	byLang.Store(l.Tag, m)
	return m, nil
}

// terms are the concepts as a text of the page's language names them: by its
// label in that language, and by the others that nobody says the language of.
func terms(l *i18n.Locale, all []directory.Public) []glossary.Term {
	out := make([]glossary.Term, 0, len(all))
	for _, c := range all {
		t := glossary.Term{Href: entryPath(c), Definition: shorten(shortDefinition(l, c).Text, definitionMost)}
		for _, lang := range [...]string{l.Tag, "und"} {
			if name := c.Name[lang]; name != "" {
				t.Labels = append(t.Labels, glossary.Plain(name))
			}
		}
		if c.Concept != nil {
			for _, alt := range c.Concept.AltLabels {
				t.Labels = append(t.Labels, glossary.Plain(alt))
			}
		}
		out = append(out, t)
	}
	return out
}

// shorten cuts a text between words to at most most characters.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	r := []rune(s)[:most-1]
	cut := string(r)
	if i := strings.LastIndexFunc(cut, unicode.IsSpace); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// gloss makes links of the concepts that a text in the page's language names.
// lang is the text's own language when it is another: such a text stays as it is.
func (s *Site) gloss(ctx context.Context, l *i18n.Locale, in sanitize.HTML, lang string, opt glossary.Options) (sanitize.HTML, error) {
	if in == "" || lang != "" {
		return in, nil
	}
	m, err := s.glossary(ctx, l)
	if err != nil {
		return in, err
	}
	opt.Most = glossMost
	return m.Link(in, opt), nil
}

// GlossaryPage is the concepts from A to Z.
type GlossaryPage struct {
	page.Base
	Letters []GlossaryLetter
	Count   string
}

// GlossaryLetter is the words that begin with a letter.
type GlossaryLetter struct {
	Letter, ID string
	Words      []GlossaryWord
}

// GlossaryWord is one word with its definition.
type GlossaryWord struct {
	Name, Definition Text
	Href, When       string
	// Also are its other names.
	Also string
	key  string
}

// Glossary is GET /glossary.
func (s *Site) Glossary(w http.ResponseWriter, r *http.Request) error {
	p := &GlossaryPage{Base: s.pages.Base(w, r, "glossary", "glossary.title")}
	p.Section, p.Canonical, p.Description = "concepts", s.cfg.Env.Base+"/glossary", p.T("glossary.words")
	p.Picture = s.viewPicture(r.Context(), p.Locale, "")
	all, err := s.allConcepts(r.Context())
	if err != nil {
		return err
	}
	p.Letters = letters(p.Locale, all)
	p.Count = p.N("concepts.count", len(all))
	return s.pages.Page(w, r, http.StatusOK, "glossary", p)
}

// letters sorts the concepts by name and parts them by first letter; what begins
// with none comes last.
func letters(l *i18n.Locale, all []directory.Public) []GlossaryLetter {
	words := make([]GlossaryWord, 0, len(all))
	for _, c := range all {
		word := GlossaryWord{Name: textIn(l, c.Name), Definition: shortDefinition(l, c), Href: entryPath(c), When: whenLine(l, c)}
		word.key = directory.Fold(word.Name.Text)
		if c.Concept != nil {
			word.Also = strings.Join(others(word.key, c.Concept.AltLabels), ", ")
		}
		words = append(words, word)
	}
	sort.SliceStable(words, func(i, j int) bool {
		a, b := firstLetter(words[i].key), firstLetter(words[j].key)
		if a != b {
			return b == "#" || a != "#" && a < b
		}
		return words[i].key < words[j].key
	})
	var out []GlossaryLetter
	for _, word := range words {
		first := firstLetter(word.key)
		if n := len(out); n == 0 || out[n-1].Letter != first {
			id := "lettre-" + strings.ToLower(first)
			if first == "#" {
				id = "lettre-autres"
			}
			out = append(out, GlossaryLetter{Letter: first, ID: id})
		}
		g := &out[len(out)-1]
		g.Words = append(g.Words, word)
	}
	return out
}

// firstLetter is the letter under which a folded name stands, "#" when it begins with none.
func firstLetter(key string) string {
	r, _ := utf8.DecodeRuneInString(key)
	if !unicode.IsLetter(r) {
		return "#"
	}
	return string(unicode.ToUpper(r))
}

// others are the labels but the name itself.
func others(key string, labels []string) []string {
	var out []string
	for _, a := range labels {
		if directory.Fold(a) != key {
			out = append(out, a)
		}
	}
	return out
}
