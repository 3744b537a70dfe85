package site

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// formField is one field of the entry form: how it is read from an entry and
// written to it.
type formField struct {
	// name is the form's, path the prefix of the field errors that belong to it.
	name, path string
	// input is "text", "area", "url", "select", "themes"…
	input string
	// kinds limits the field to these; empty is every kind.
	kinds []directory.Kind
	get   func(*directory.Entry) string
	set   func(*directory.Entry, string) error
}

// formGroup is the fields under one heading.
type formGroup struct {
	name   string
	fields []formField
}

func langField(name, lang, input string, at func(*directory.Entry) *directory.LangText) formField {
	return formField{name: name + "_" + lang, path: name + "." + lang, input: input,
		get: func(e *directory.Entry) string { return (*at(e))[lang] },
		set: func(e *directory.Entry, v string) error {
			t := at(e)
			if v == "" {
				delete(*t, lang)
				return nil
			}
			if *t == nil {
				*t = directory.LangText{}
			}
			(*t)[lang] = v
			return nil
		}}
}

func textField(name, path, input string, at func(*directory.Entry) *string) formField {
	return formField{name: name, path: path, input: input,
		get: func(e *directory.Entry) string { return *at(e) },
		set: func(e *directory.Entry, v string) error { *at(e) = v; return nil }}
}

func (f formField) only(kinds ...directory.Kind) formField { f.kinds = kinds; return f }

// under says that the field's errors are reported below a prefix.
func (f formField) under(prefix string) formField { f.path = prefix + f.path; return f }

func (f formField) fits(k directory.Kind) bool {
	return len(f.kinds) == 0 || slices.Contains(f.kinds, k)
}

// The parts of an entry that may be absent, made when a field needs them;
// tidy takes the empty ones off again.
func place(e *directory.Entry) *directory.Place {
	if e.Place == nil {
		e.Place = &directory.Place{}
	}
	return e.Place
}

func period(e *directory.Entry) *directory.Period {
	if e.Period == nil {
		e.Period = &directory.Period{}
	}
	return e.Period
}

func pillarsOf(e *directory.Entry) *directory.Pillars {
	if e.Pillars == nil {
		e.Pillars = &directory.Pillars{}
	}
	return e.Pillars
}

func eventOf(e *directory.Entry) *directory.Event {
	if e.Event == nil {
		e.Event = &directory.Event{}
	}
	return e.Event
}

func textOf(e *directory.Entry) *directory.Text {
	if e.Text == nil {
		e.Text = &directory.Text{}
	}
	return e.Text
}

func conceptOf(e *directory.Entry) *directory.Concept {
	if e.Concept == nil {
		e.Concept = &directory.Concept{}
	}
	return e.Concept
}

func identifiers(e *directory.Entry) *directory.Identifiers {
	if e.Identifiers == nil {
		e.Identifiers = &directory.Identifiers{}
	}
	return e.Identifiers
}

func contact(e *directory.Entry) *directory.Contact {
	if e.Contact == nil {
		e.Contact = &directory.Contact{}
	}
	return e.Contact
}

// listField is a field of one item a line; each line's parts are parted by " | ".
func listField(name, path string, get func(*directory.Entry) [][]string, set func(*directory.Entry, [][]string) error) formField {
	return formField{name: name, path: path, input: "area",
		get: func(e *directory.Entry) string {
			var lines []string
			for _, row := range get(e) {
				lines = append(lines, strings.TrimRight(strings.Join(row, " | "), " |"))
			}
			return strings.Join(lines, "\n")
		},
		set: func(e *directory.Entry, v string) error {
			var rows [][]string
			for line := range strings.Lines(v) {
				if line = strings.TrimSpace(line); line == "" {
					continue
				}
				row := strings.Split(line, "|")
				for i := range row {
					row[i] = strings.TrimSpace(row[i])
				}
				rows = append(rows, row)
			}
			return set(e, rows)
		}}
}

// part is the nth part of a line, "" when it is not there.
func part(row []string, n int) string {
	if n < len(row) {
		return row[n]
	}
	return ""
}

func coordinate(name, path string, limit float64, at func(*directory.Point) *float64) formField {
	return formField{name: name, path: path, input: "number",
		get: func(e *directory.Entry) string {
			if e.Place == nil || e.Place.Point == nil {
				return ""
			}
			return strconv.FormatFloat(*at(e.Place.Point), 'f', -1, 64)
		},
		set: func(e *directory.Entry, v string) error {
			if v == "" {
				return nil // both are empty, or readPlace says which is missing
			}
			f, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64)
			if err != nil || math.IsNaN(f) || math.Abs(f) > limit {
				return directory.Invalid{{Field: path, Code: "out_of_range", Message: fmt.Sprintf("is not a number from %v to %v", -limit, limit)}}
			}
			if place(e).Point == nil {
				e.Place.Point = &directory.Point{}
			}
			*at(e.Place.Point) = f
			return nil
		}}
}

// tidy takes off the optional parts that the form left empty.
func tidy(e *directory.Entry) {
	if e.Place != nil {
		p := *e.Place
		p.Precision = ""
		if p == (directory.Place{}) {
			e.Place = nil
		}
	}
	if e.Period != nil && *e.Period == (directory.Period{}) {
		e.Period = nil
	}
	if e.Event != nil && *e.Event == (directory.Event{}) {
		e.Event = nil
	}
	if e.Text != nil && *e.Text == (directory.Text{}) {
		e.Text = nil
	}
	if c := e.Concept; c != nil && len(c.AltLabels) == 0 && len(c.Definitions) == 0 && c.FirstUse == "" && c.FirstAuthor == "" && c.SourceWork == "" {
		e.Concept = nil
	}
	if p := e.Pillars; p != nil && len(p.Resource)+len(p.Community)+len(p.Governance)+len(p.Protection)+len(p.Ostrom) == 0 &&
		p.RulesURL == "" && p.LegalForm == "" && p.Members == "" {
		e.Pillars = nil
	}
	if e.Identifiers != nil && *e.Identifiers == (directory.Identifiers{}) {
		e.Identifiers = nil
	}
	if e.Contact != nil && *e.Contact == (directory.Contact{}) {
		e.Contact = nil
	}
}
