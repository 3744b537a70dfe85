package fedtest

import (
	"fmt"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Gardens are n published entries of an organisation, each at its own place.
func Gardens(owner string, n int) []directory.Entry {
	out := make([]directory.Entry, n)
	for i := range out {
		out[i] = directory.Entry{
			Kind: directory.KindCommons, Owner: owner, Status: directory.StatusPublished, SourceKey: fmt.Sprintf("garden-%d", i),
			Name:   directory.LangText{"fr": fmt.Sprintf("Jardin numéro %d", i)},
			Themes: []string{"jardin"}, Licence: "ODbL-1.0",
			Place: &directory.Place{Country: "FR", Locality: "Rennes",
				Point: &directory.Point{Lat: 47 + float64(i%100)/100, Lon: -2 + float64(i/100)/100}},
		}
	}
	return out
}
