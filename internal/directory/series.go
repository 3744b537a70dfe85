package directory

import "strings"

// maxSlugBytes bounds the slug of a series.
const maxSlugBytes = 120

// SeriesSlug names a series of events in addresses: its folded words, with
// hyphens. Series of the same words are one, whichever instance says so and
// however it writes them. "" for a name without letters or digits.
func SeriesSlug(name string) string {
	slug := strings.Join(Words(name), "-")
	if len(slug) > maxSlugBytes {
		slug = strings.TrimRight(strings.ToValidUTF8(slug[:maxSlugBytes], ""), "-")
	}
	return slug
}
