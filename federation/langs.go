package federation

import (
	"cmp"
	"slices"
)

// versions are those of a text by language, written with the language of the
// plain property first and the others in order: Mastodon takes the first key of
// contentMap (nameMap, summaryMap) for the language of content.
type versions struct {
	by    map[string]string
	plain string // the property without Map
	lang  string // of the object; it decides between versions that are the same
}

// IsZero leaves an empty map out.
func (t versions) IsZero() bool { return len(t.by) == 0 }

// MarshalJSON writes the map.
func (t versions) MarshalJSON() ([]byte, error) {
	langs := make([]string, 0, len(t.by))
	for l := range t.by {
		langs = append(langs, l)
	}
	slices.SortFunc(langs, func(a, b string) int {
		return cmp.Or(cmp.Compare(t.distance(a), t.distance(b)), cmp.Compare(a, b))
	})
	out := []byte{'{'}
	for i, l := range langs {
		if i > 0 {
			out = append(out, ',')
		}
		for j, s := range []string{l, t.by[l]} {
			b, err := plain(s)
			if err != nil {
				return nil, err
			}
			if j > 0 {
				out = append(out, ':')
			}
			out = append(out, b...)
		}
	}
	return append(out, '}'), nil
}

// distance is smaller the better a language fits the plain text.
func (t versions) distance(lang string) int {
	switch same := t.by[lang] == t.plain; {
	case same && lang == t.lang:
		return 0
	case same:
		return 1
	case lang == t.lang:
		return 2
	}
	return 3
}

// spoken is an Object as it is written.
type spoken struct {
	Object
	NameMap    versions `json:"nameMap,omitzero"`
	SummaryMap versions `json:"summaryMap,omitzero"`
	ContentMap versions `json:"contentMap,omitzero"`
}

// recommended is a FeaturedCollection as it is written.
type recommended struct {
	FeaturedCollection
	NameMap    versions `json:"nameMap,omitzero"`
	SummaryMap versions `json:"summaryMap,omitzero"`
}

// inOrder returns v with its texts by language in the order in which they are written.
func inOrder(v any) any {
	switch o := v.(type) {
	case Object:
		return spoken{o, versions{o.NameMap, o.Name, o.InLanguage}, versions{o.SummaryMap, o.Summary, o.InLanguage}, versions{o.ContentMap, o.Content, o.InLanguage}}
	case FeaturedCollection:
		return recommended{o, versions{o.NameMap, o.Name, ""}, versions{o.SummaryMap, o.Summary, ""}}
	}
	return v
}
