package directory

// Theme is one term of the taxonomy.
type Theme struct {
	Slug string
	// Parent is the slug of the root, "" for a root.
	Parent string
	Name   LangText
	// ExactMatch and CloseMatch are "list:term" names in other taxonomies (SKOS).
	ExactMatch, CloseMatch []string
}

// Themes returns the 40 terms: the eight roots first, then their children.
func Themes() []Theme { return nil }

// RootThemes returns the eight roots.
func RootThemes() []Theme { return nil }

// ThemeNumber is the theme's index in Themes, or -1.
func ThemeNumber(slug string) int { return -1 }

// ThemeRoot is the slug of the theme's root (itself for a root), or "".
func ThemeRoot(slug string) string { return "" }

// ThemeMask has bit ThemeNumber set for each slug, and for its root.
func ThemeMask(slugs []string) uint64 { return 0 }
