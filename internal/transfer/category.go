package transfer

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"

	"codeberg.org/bocage/bocage/internal/directory"
)

// categoriesCSV maps the categories of other directories to our themes and,
// where the word says it, to a kind: list, term, theme, kind.
//
//go:embed data/categories.csv
var categoriesCSV string

// Category is what a category of another directory means here. Theme is a slug
// or ""; Kind is "" when the category does not say.
type Category struct {
	Theme string
	Kind  directory.Kind
}

// categories is the table by squashed term, with our own slugs and names: a
// constant that is read once.
var categories = sync.OnceValue(func() map[string]Category {
	m := map[string]Category{}
	rows, err := csv.NewReader(strings.NewReader(categoriesCSV)).ReadAll()
	if err != nil {
		panic("transfer: data/categories.csv: " + err.Error()) // embedded, and tested
	}
	for _, r := range rows[1:] {
		m[squash(r[1])] = Category{r[2], directory.Kind(r[3])}
	}
	for _, t := range directory.Themes() {
		for _, term := range append(t.ExactMatch, t.CloseMatch...) {
			if _, name, ok := strings.Cut(term, ":"); ok {
				addCategory(m, name, t.Slug)
			}
		}
	}
	for _, t := range directory.Themes() {
		for _, name := range t.Name {
			m[squash(name)] = Category{Theme: t.Slug}
		}
		m[squash(t.Slug)] = Category{Theme: t.Slug, Kind: m[squash(t.Slug)].Kind}
	}
	return m
})

func addCategory(m map[string]Category, name, slug string) {
	if _, ok := m[squash(name)]; !ok {
		m[squash(name)] = Category{Theme: slug}
	}
}

// LookupCategory finds what a category, a theme's slug or its name means.
func LookupCategory(term string) (Category, bool) {
	c, ok := categories()[squash(term)]
	return c, ok
}
