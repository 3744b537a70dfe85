package directory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// Map is a regional or thematic map of the directory, which people follow to
// hear of what enters it: an actor of type Service. It holds no entries of its
// own; its Selection says which of ours and of other instances are in it.
type Map struct {
	// ID is a UUIDv7.
	ID string `json:"id,omitempty"`
	// Handle is the local part of the acct: URI and the last part of the map's
	// address; it never changes and is shared with no entry.
	Handle    string       `json:"handle"`
	Name      LangText     `json:"name"`
	Summary   LangText     `json:"summary,omitempty"` // plain text, blank line = paragraph
	Selection MapSelection `json:"selection"`
	Look      Look         `json:"look,omitzero"`
	// Status is StatusPublished, or StatusDeleted for ever.
	Status Status `json:"status,omitempty"`
	// Revision counts the edits from 1.
	Revision  int64     `json:"revision,omitempty"`
	Created   time.Time `json:"created,omitzero"`
	Updated   time.Time `json:"updated,omitzero"`
	DeletedAt time.Time `json:"deleted,omitzero"`
}

// MapSelection says what is in a map: an entry that has one of each list. Empty
// lists and the zero Area leave nothing out.
type MapSelection struct {
	Kinds     []Kind   `json:"kinds,omitempty"`
	Themes    []string `json:"themes,omitempty"` // a root includes its children
	Tags      []string `json:"tags,omitempty"`
	Languages []string `json:"languages,omitempty"` // BCP 47, compared by the primary language
	Area      Area     `json:"area,omitzero"`
	// Origins are scheme://host[:port] of instances, OriginLocal for our own.
	Origins []string `json:"origins,omitempty"`
}

// Limits of a map.
const (
	MaxMaps       = 200
	MaxMapOrigins = 50
)

// ValidateMap normalises m in place and returns nil, or an Invalid with every
// field error. That its handle is free is for who keeps it.
func ValidateMap(m *Map) error {
	v := &validator{}
	m.Handle = strings.ToLower(strings.TrimSpace(m.Handle))
	switch {
	case m.Handle == "":
		v.fail("handle", "required", "is required")
	case !ValidHandle(m.Handle):
		v.fail("handle", "invalid_handle", "is not made of a-z, 0-9 and _ with - or . between them")
	case ReservedHandle(m.Handle, "") || m.Handle == "new":
		v.fail("handle", "reserved_handle", "belongs to the instance itself")
	}
	v.langText("name", &m.Name, MaxName, false)
	v.failIf(len(m.Name) == 0, "name", "required", "is required")
	v.langText("summary", &m.Summary, MaxNote, true)
	if m.Status == "" {
		m.Status = StatusPublished
	}
	v.mapSelection(&m.Selection)
	v.look(&m.Look)
	if len(v.bad) == 0 {
		return nil
	}
	return v.bad
}

func (v *validator) mapSelection(s *MapSelection) {
	for _, k := range s.Kinds {
		v.failIf(!k.Valid(), "kinds", "unknown_kind", "%.40q is not a kind of entry", string(k))
	}
	shell := Entry{Themes: s.Themes, Tags: s.Tags}
	v.terms(&shell)
	s.Themes, s.Tags = shell.Themes, shell.Tags
	for i, l := range s.Languages {
		tag, err := language.Parse(strings.TrimSpace(l))
		v.failIf(err != nil, "languages", "invalid_language", "%.20q is not a language such as fr or en", l)
		if err == nil {
			base, _ := tag.Base()
			s.Languages[i] = base.String()
		}
	}
	slices.Sort(s.Languages)
	s.Languages = slices.Compact(s.Languages)
	v.failIf(len(s.Languages) > MaxLanguages, "languages", "too_many", "are more than %d", MaxLanguages)
	if err, ok := s.Area.Validate().(Invalid); ok {
		v.bad = append(v.bad, err...)
	}
	v.failIf(len(s.Origins) > MaxMapOrigins, "origins", "too_many", "are more than %d", MaxMapOrigins)
	for i, o := range s.Origins {
		if o = strings.TrimSpace(o); o == OriginLocal {
			continue
		}
		origin, err := Origin(o)
		v.failIf(err != nil, fmt.Sprintf("origins[%d]", i), "invalid_url", "%.80q is not the address of an instance, nor %q", o, OriginLocal)
		if err == nil {
			s.Origins[i] = origin
		}
	}
}

// Has reports whether a public entry is in the selection; s is where it is.
func (s MapSelection) Has(e Public, at Spot) bool {
	switch {
	case len(s.Kinds) > 0 && !slices.Contains(s.Kinds, e.Kind),
		len(s.Origins) > 0 && !s.hasOrigin(e.Origin),
		len(s.Themes) > 0 && !s.hasTheme(e.Themes),
		len(s.Tags) > 0 && !s.hasTag(e.Tags),
		len(s.Languages) > 0 && !s.hasLanguage(e):
		return false
	}
	return s.Area.Has(at)
}

func (s MapSelection) hasOrigin(origin string) bool {
	if origin == "" {
		origin = OriginLocal
	}
	return slices.Contains(s.Origins, origin)
}

func (s MapSelection) hasTheme(themes []string) bool {
	for _, want := range s.Themes {
		if slices.Contains(themes, want) {
			return true
		}
		for _, child := range ThemeChildren(want) {
			if slices.Contains(themes, child) {
				return true
			}
		}
	}
	return false
}

func (s MapSelection) hasTag(tags []string) bool {
	return slices.ContainsFunc(s.Tags, func(want string) bool {
		want = Fold(want)
		return slices.ContainsFunc(tags, func(t string) bool { return Fold(t) == want })
	})
}

func (s MapSelection) hasLanguage(e Public) bool {
	for _, t := range []LangText{e.Name, e.Summary, e.Description} {
		for l := range t {
			if primary, _, _ := strings.Cut(l, "-"); slices.Contains(s.Languages, primary) {
				return true
			}
		}
	}
	if e.Text != nil {
		primary, _, _ := strings.Cut(e.Text.Language, "-")
		return slices.Contains(s.Languages, primary)
	}
	return false
}

// Entries is the part of the selection that a listing can be filtered by before
// each entry is asked: what it leaves out is not in the map.
func (s MapSelection) Entries() Selection {
	sel := Selection{Kinds: s.Kinds, Themes: s.Themes, Tags: s.Tags}
	if len(s.Origins) == 1 {
		sel.Origin = s.Origins[0]
	}
	a := s.Area
	if len(a.Departments)+len(a.Regions) == 0 {
		if b, ok := a.Bounds(); ok && b.West >= -180 && b.East <= 180 {
			sel.BBox = &b
		}
	}
	return sel
}
