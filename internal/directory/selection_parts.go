package directory

import (
	"net/url"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/gazetteer"
)

// RulesPublished is the value of the key rules: entries that say where their
// rules can be read.
const RulesPublished = "published"

// Prefixes of Selection.Areas.
const (
	AreaRegion     = "region:"
	AreaDepartment = "dep:"
)

// maxEntryName bounds a value of Selection.Concepts and Selection.Member, in bytes.
const maxEntryName = 500

// failFunc notes that a field of a selection cannot be read.
type failFunc func(field, code, format string, args ...any)

// readParts reads licence, language, rules, area, concept and member.
func (s *Selection) readParts(v url.Values, fail failFunc) {
	if l := strings.TrimSpace(v.Get("licence")); KnownLicence(l) {
		s.Licence = l
	} else if l != "" {
		fail("licence", "unknown", "%.40q is not a known SPDX licence id", l)
	}
	for _, l := range terms(v["language"]) {
		p := primaryLanguage(l)
		if !isLanguage(p) || p == "und" {
			fail("language", "invalid_language", "%.20q is not a language such as fr", l)
		} else if !slices.Contains(s.Languages, p) {
			s.Languages = append(s.Languages, p)
		}
	}
	for _, r := range terms(v["rules"]) {
		if r != RulesPublished {
			fail("rules", "unknown", "rules is %q or left out", RulesPublished)
			continue
		}
		s.Rules = true
	}
	for _, a := range terms(v["area"]) {
		code, ok := areaCode(a)
		if !ok {
			fail("area", "unknown", "%.20q is not region: or dep: with an INSEE code, such as region:53 or dep:35", a)
		} else if !slices.Contains(s.Areas, code) {
			s.Areas = append(s.Areas, code)
		}
	}
	for _, c := range v["concept"] { // a URI may hold a comma
		c = strings.TrimSpace(c)
		if c == "" || slices.Contains(s.Concepts, c) || len(s.Concepts) == maxSelectionTerms {
			continue
		}
		if !entryName(c) {
			fail("concept", "unknown", "%.60q is neither the id nor the address of a concept", c)
			continue
		}
		s.Concepts = append(s.Concepts, c)
	}
	if m := strings.TrimPrefix(strings.TrimSpace(v.Get("member")), "@"); entryName(m) {
		s.Member = m
	} else if m != "" {
		fail("member", "unknown", "%.60q is neither the id, the handle nor the address of an entry", m)
	}
}

// areaCode is the tidy form of "region:53" or "dep:35"; false when there is no such.
func areaCode(s string) (string, bool) {
	g, err := gazetteer.Load()
	if err != nil {
		return "", false
	}
	tidy := func(prefix string, known func(string) (gazetteer.Area, bool)) (string, bool) {
		codes := cleanCodes([]string{s[len(prefix):]})
		if len(codes) != 1 {
			return "", false
		}
		a, ok := known(codes[0])
		return prefix + a.Code, ok
	}
	switch {
	case strings.HasPrefix(s, AreaRegion):
		return tidy(AreaRegion, g.Region)
	case strings.HasPrefix(s, AreaDepartment):
		return tidy(AreaDepartment, g.Department)
	}
	return "", false
}

// entryName reports whether s may be an entry's ID, its handle or its ActivityPub id.
func entryName(s string) bool {
	if s == "" || len(s) > maxEntryName || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '�' }) {
		return false
	}
	if strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") {
		_, err := Origin(s)
		return err == nil
	}
	return !strings.ContainsAny(s, ":/?#")
}

// Departments are the INSEE codes of the départements of Areas, a région by its
// own, in order; nil when the selection has no area.
func (s Selection) Departments() []string {
	if len(s.Areas) == 0 {
		return nil
	}
	out := []string{}
	g, err := gazetteer.Load()
	if err != nil {
		return out
	}
	for _, a := range s.Areas {
		if code, ok := strings.CutPrefix(a, AreaDepartment); ok {
			out = append(out, code)
		}
		region, ok := strings.CutPrefix(a, AreaRegion)
		if !ok {
			continue
		}
		for _, d := range g.Departments() {
			if d.Region == region {
				out = append(out, d.Code)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// AreaName is the name of a value of Selection.Areas, "" when there is no such.
func AreaName(area string) string {
	g, err := gazetteer.Load()
	if err != nil {
		return ""
	}
	if code, ok := strings.CutPrefix(area, AreaRegion); ok {
		a, _ := g.Region(code)
		return a.Name
	}
	a, _ := g.Department(strings.TrimPrefix(area, AreaDepartment))
	return a.Name
}

// RulesArePublished reports whether the entry says where its rules can be read.
func (p Public) RulesArePublished() bool { return p.Pillars != nil && p.Pillars.RulesURL != "" }

// Department is the INSEE code of the département of the entry's public place,
// "" when it is unknown or abroad.
func (p Public) Department() string {
	if p.Place == nil {
		return ""
	}
	return Locate(p.Place).Department
}
