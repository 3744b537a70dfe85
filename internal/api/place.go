package api

import (
	"net/http"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
)

// Bounds of a search of communes.
const (
	maxPlaceBytes = 100
	mostPlaces    = 6
)

type placeJSON struct {
	Name       string  `json:"name"`
	Department string  `json:"department,omitempty"`
	PostalCode string  `json:"postalCode,omitempty"`
	Country    string  `json:"country"`
	Lat        float64 `json:"lat"`
	Lon        float64 `json:"lon"`
}

// Places answers GET /api/v1/places?q=: communes and cities whose name begins
// with q, or the commune of a French postcode, from the gazetteer that the
// program holds; nobody else is asked.
func (a *API) Places(w http.ResponseWriter, r *http.Request) error {
	q := strings.TrimSpace(r.URL.Query().Get("q"))
	if len(q) > maxPlaceBytes {
		return directory.Invalid{{Field: "q", Code: "too_long", Message: "q is the beginning of a name, or a postcode"}}
	}
	g, err := gazetteer.Load()
	if err != nil {
		return err
	}
	var found []gazetteer.Match
	if strings.Trim(q, "0123456789") == "" {
		if m, ok := g.Find(gazetteer.Query{PostalCode: q, Country: "FR"}); ok && len(q) == 5 {
			found = append(found, m)
		}
	} else {
		found = g.Suggest(q, mostPlaces)
	}
	out := []placeJSON{}
	for _, m := range found {
		out = append(out, placeJSON{m.Name, m.Department, m.PostalCode, m.Country, m.Point.Lat, m.Point.Lon})
	}
	return writeJSON(w, r, "application/json", map[string]any{"places": out})
}
