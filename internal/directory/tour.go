package directory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

// Tour is a guided tour: a sequence of steps that explains the commons to people
// who hear of them for the first time. Its words are the instance's own; what a
// step points at are entries, places on the map and windows of the timeline.
type Tour struct {
	// ID is a UUIDv7.
	ID string `json:"id,omitempty"`
	// Slug is the last part of the tour's address; it never changes.
	Slug    string     `json:"slug"`
	Title   LangText   `json:"title"`
	Summary LangText   `json:"summary,omitempty"` // plain text, blank line = paragraph
	Steps   []TourStep `json:"steps,omitempty"`
	// Revision counts the versions from 1; Live is the version that everybody
	// reads, 0 when none is published.
	Revision  int64     `json:"revision,omitempty"`
	Live      int64     `json:"live,omitempty"`
	Created   time.Time `json:"created,omitzero"`
	Updated   time.Time `json:"updated,omitzero"`
	DeletedAt time.Time `json:"deleted,omitzero"`
}

// TourStep is one step: words, and what the map and the timeline show meanwhile.
type TourStep struct {
	Title LangText `json:"title"`
	Text  LangText `json:"text,omitempty"` // plain text, blank line = paragraph
	// Entry is the ActivityPub id, or the address of the page, of an entry; it is
	// shown only while anyone may see that entry.
	Entry string `json:"entry,omitempty"`
	// Map is where the map is; nil = where the entry is, or no map.
	Map *TourView `json:"map,omitempty"`
	// From and To are the window of the timeline, EDTF; both empty = no timeline.
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// Picture is the address of an entry whose first picture goes with the step.
	Picture string `json:"picture,omitempty"`
}

// TourView is the centre of the map, degrees WGS 84, and its zoom, at which the
// world is 256·2^zoom pixels wide.
type TourView struct {
	Lat  float64 `json:"lat"`
	Lon  float64 `json:"lon"`
	Zoom float64 `json:"zoom"`
}

// Limits of tours.
const (
	MaxTours     = 100
	MaxTourSteps = 40
	MaxStepText  = 4000 // characters in one language
	// The zooms that a step may ask for.
	minTourZoom, maxTourZoom = 1, 18
)

// MayWriteTours reports whether w may write drafts of tours: administrators and
// those who edit an organisation of this instance. Publishing is for
// administrators: a tour speaks for the instance.
func (w Who) MayWriteTours() bool { return w.MayAdminister() || len(w.Orgs) > 0 }

// ValidateTour normalises t in place and returns nil, or an Invalid with every
// field error; fields of step i are "steps[i].NAME", i from 0.
func ValidateTour(t *Tour) error {
	v := &validator{}
	t.Slug = strings.ToLower(strings.TrimSpace(t.Slug))
	switch {
	case t.Slug == "":
		v.fail("slug", "required", "is required")
	case !ValidHandle(t.Slug) || strings.Contains(t.Slug, "."):
		v.fail("slug", "invalid_handle", "is not made of a-z, 0-9 and _ with - between them")
	case t.Slug == "new":
		v.fail("slug", "reserved_handle", "belongs to the instance itself")
	}
	v.langText("title", &t.Title, MaxName, false)
	v.failIf(len(t.Title) == 0, "title", "required", "is required")
	v.langText("summary", &t.Summary, MaxNote, true)
	v.failIf(len(t.Steps) > MaxTourSteps, "steps", "too_many", "are more than %d", MaxTourSteps)
	for i := range t.Steps {
		v.tourStep(fmt.Sprintf("steps[%d].", i), &t.Steps[i])
	}
	if len(v.bad) == 0 {
		return nil
	}
	return v.bad
}

func (v *validator) tourStep(at string, s *TourStep) {
	v.langText(at+"title", &s.Title, MaxName, false)
	v.failIf(len(s.Title) == 0, at+"title", "required", "is required")
	v.langText(at+"text", &s.Text, MaxStepText, true)
	v.webURL(at+"entry", &s.Entry)
	v.webURL(at+"picture", &s.Picture)
	v.edtf(at+"from", &s.From, false)
	v.edtf(at+"to", &s.To, false)
	if _, _, _, err := (Selection{From: s.From, To: s.To}).Interval(); err != nil {
		v.fail(at+"to", "invalid_period", "is not after the start")
	}
	if m := s.Map; m != nil {
		bad := func(n, least, most float64) bool { return math.IsNaN(n) || n < least || n > most }
		v.failIf(bad(m.Lat, -90, 90) || bad(m.Lon, -180, 180), at+"map", "invalid_position", "is not a latitude and a longitude")
		v.failIf(bad(m.Zoom, minTourZoom, maxTourZoom), at+"map", "invalid_zoom", "has a zoom that is not between %d and %d", minTourZoom, maxTourZoom)
	}
}

// SameWords reports whether two tours say and show the same.
func (t Tour) SameWords(o Tour) bool {
	a, errA := json.Marshal([]any{t.Title, t.Summary, t.Steps})
	b, errB := json.Marshal([]any{o.Title, o.Summary, o.Steps})
	return errA == nil && errB == nil && bytes.Equal(a, b)
}
