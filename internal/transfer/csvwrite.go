package transfer

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// csvColumn is one column of our CSV: its name, which is a field that the
// import knows, and its value. Numbers are ours and need no guard.
type csvColumn struct {
	name   string
	value  func(*csvEncoder, *Feature) string
	number bool
}

// csvEncoder writes one row per entry, UTF-8 without BOM, CRLF (RFC 4180). The
// name, summary and description are in the language of column lang; the other
// languages are JSON in column translations.
type csvEncoder struct {
	w    *csv.Writer
	info ExportInfo
	lang string // of the entry being written
}

func newCSVEncoder(w *bufio.Writer, info ExportInfo) *csvEncoder {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	return &csvEncoder{w: c, info: info}
}

func (c *csvEncoder) begin() error {
	names := make([]string, len(csvColumns))
	for i, col := range csvColumns {
		names[i] = col.name
	}
	return c.w.Write(names)
}

func (c *csvEncoder) entry(p directory.Public) error {
	f := NewFeature(p, c.info.Base)
	_, c.lang = p.Name.In()
	rec := make([]string, len(csvColumns))
	for i, col := range csvColumns {
		v := col.value(c, &f)
		if !col.number {
			v = guard(v)
		}
		rec[i] = v
	}
	return c.w.Write(rec)
}

func (c *csvEncoder) end() error {
	c.w.Flush()
	return c.w.Error()
}

// text is a column that is a plain field.
func text(name string, get func(*Properties) string) csvColumn {
	return csvColumn{name: name, value: func(_ *csvEncoder, f *Feature) string { return get(&f.Properties) }}
}

// inLang is a column in the language of the entry.
func inLang(name string, get func(*Properties) directory.LangText) csvColumn {
	return csvColumn{name: name, value: func(c *csvEncoder, f *Feature) string { return get(&f.Properties)[c.lang] }}
}

// document is a column that holds JSON, "" when there is nothing to say.
func document(name string, get func(*Properties) any) csvColumn {
	return text(name, func(p *Properties) string {
		raw, err := json.Marshal(get(p))
		if s := string(raw); err == nil && s != "null" && s != "{}" && s != "[]" {
			return s
		}
		return ""
	})
}

func place(name string, get func(*Place) string) csvColumn {
	return text(name, func(p *Properties) string {
		if p.Place == nil {
			return ""
		}
		return get(p.Place)
	})
}

func coordinate(name string, axis int) csvColumn {
	return csvColumn{name: name, number: true, value: func(_ *csvEncoder, f *Feature) string {
		if f.Geometry == nil {
			return ""
		}
		return strconv.FormatFloat(f.Geometry.Coordinates[axis], 'f', -1, 64)
	}}
}

func period(name string, get func(*directory.Period) string) csvColumn {
	return text(name, func(p *Properties) string {
		if p.Dates == nil {
			return ""
		}
		return get(p.Dates)
	})
}

func event(name string, get func(*directory.Event) string) csvColumn {
	return text(name, func(p *Properties) string {
		if p.Event == nil {
			return ""
		}
		return get(p.Event)
	})
}

func textOf(name string, get func(*directory.Text) string) csvColumn {
	return text(name, func(p *Properties) string {
		if p.Text == nil {
			return ""
		}
		return get(p.Text)
	})
}

func concept(name string, get func(*directory.Concept) string) csvColumn {
	return text(name, func(p *Properties) string {
		if p.Concept == nil {
			return ""
		}
		return get(p.Concept)
	})
}

func pillar(name string, get func(*directory.Pillars) string) csvColumn {
	return text(name, func(p *Properties) string {
		if p.Pillars == nil {
			return ""
		}
		return get(p.Pillars)
	})
}

func pillarIn(name string, get func(*directory.Pillars) directory.LangText) csvColumn {
	return inLang(name, func(p *Properties) directory.LangText {
		if p.Pillars == nil {
			return nil
		}
		return get(p.Pillars)
	})
}

func identifier(name string, get func(*directory.Identifiers) string) csvColumn {
	return text(name, func(p *Properties) string {
		if p.Identifiers == nil {
			return ""
		}
		return get(p.Identifiers)
	})
}

func moment(name string, get func(*Properties) time.Time) csvColumn {
	return text(name, func(p *Properties) string {
		if t := get(p); !t.IsZero() {
			return t.UTC().Format(time.RFC3339)
		}
		return ""
	})
}

// csvColumns are the columns of our CSV, in their order.
var csvColumns = []csvColumn{
	{name: "id", value: func(_ *csvEncoder, f *Feature) string { return f.ID }},
	text("kind", func(p *Properties) string { return string(p.Kind) }),
	text("handle", func(p *Properties) string { return p.Handle }),
	{name: "name", value: func(c *csvEncoder, f *Feature) string { return f.Properties.Names[c.lang] }},
	{name: "lang", value: func(c *csvEncoder, _ *Feature) string { return c.lang }},
	inLang("summary", func(p *Properties) directory.LangText { return p.Summary }),
	inLang("description", func(p *Properties) directory.LangText { return p.Description }),
	text("themes", func(p *Properties) string { return strings.Join(p.Themes, ";") }),
	text("tags", func(p *Properties) string { return joined(p.Tags) }),
	coordinate("lat", 1),
	coordinate("lon", 0),
	{name: "shape", value: func(_ *csvEncoder, f *Feature) string {
		if f.Geometry == nil {
			return ""
		}
		return string(f.Geometry.Shape)
	}},
	place("precision", func(p *Place) string { return string(p.Precision) }),
	place("pointSource", func(p *Place) string { return p.PointSource }),
	place("place", func(p *Place) string { return p.Name }),
	place("street", func(p *Place) string { return p.Street }),
	place("postcode", func(p *Place) string { return p.PostalCode }),
	place("locality", func(p *Place) string { return p.Locality }),
	place("region", func(p *Place) string { return p.Region }),
	place("country", func(p *Place) string { return p.Country }),
	place("online", func(p *Place) string { return p.Online }),
	period("start", func(p *directory.Period) string { return p.Start }),
	period("end", func(p *directory.Period) string { return p.End }),
	period("timezone", func(p *directory.Period) string { return p.Timezone }),
	event("eventStatus", func(e *directory.Event) string { return string(e.Status) }),
	event("series", func(e *directory.Event) string { return e.Series }),
	event("edition", func(e *directory.Event) string { return e.Edition }),
	event("organisers", func(e *directory.Event) string { return e.Organisers }),
	textOf("form", func(t *directory.Text) string { return t.Form }),
	textOf("authors", func(t *directory.Text) string { return t.Authors }),
	textOf("textLanguage", func(t *directory.Text) string { return t.Language }),
	textOf("textCountry", func(t *directory.Text) string { return t.Country }),
	textOf("textUrl", func(t *directory.Text) string { return t.URL }),
	concept("altLabels", func(c *directory.Concept) string { return joined(c.AltLabels) }),
	concept("firstUse", func(c *directory.Concept) string { return c.FirstUse }),
	concept("firstAuthor", func(c *directory.Concept) string { return c.FirstAuthor }),
	concept("sourceWork", func(c *directory.Concept) string { return c.SourceWork }),
	document("definitions", func(p *Properties) any {
		if p.Concept == nil {
			return nil
		}
		return p.Concept.Definitions
	}),
	pillarIn("resource", func(p *directory.Pillars) directory.LangText { return p.Resource }),
	pillarIn("community", func(p *directory.Pillars) directory.LangText { return p.Community }),
	pillarIn("governance", func(p *directory.Pillars) directory.LangText { return p.Governance }),
	pillarIn("protection", func(p *directory.Pillars) directory.LangText { return p.Protection }),
	pillar("rulesUrl", func(p *directory.Pillars) string { return p.RulesURL }),
	pillar("legalForm", func(p *directory.Pillars) string { return p.LegalForm }),
	pillar("members", func(p *directory.Pillars) string { return p.Members }),
	document("ostrom", func(p *Properties) any {
		if p.Pillars == nil {
			return nil
		}
		return p.Pillars.Ostrom
	}),
	document("relations", func(p *Properties) any { return p.Relations }),
	text("licence", func(p *Properties) string { return p.Licence }),
	text("website", func(p *Properties) string { return p.Website }),
	document("links", func(p *Properties) any { return p.Links }),
	document("images", func(p *Properties) any { return p.Images }),
	document("sources", func(p *Properties) any { return p.Sources }),
	identifier("rna", func(i *directory.Identifiers) string { return i.RNA }),
	identifier("siren", func(i *directory.Identifiers) string { return i.SIREN }),
	identifier("siret", func(i *directory.Identifiers) string { return i.SIRET }),
	text("openingHours", func(p *Properties) string { return p.OpeningHours }),
	text("status", func(p *Properties) string { return string(p.Status) }),
	moment("lastConfirmed", func(p *Properties) time.Time { return p.LastConfirmed }),
	{name: "translations", value: func(c *csvEncoder, f *Feature) string { return translations(&f.Properties, c.lang) }},
	document("extra", func(p *Properties) any { return p.Extra }),
	text("origin", func(p *Properties) string { return p.Origin }),
	text("owner", func(p *Properties) string { return p.Owner }),
	text("page", func(p *Properties) string { return p.URL }),
	moment("created", func(p *Properties) time.Time { return p.Created }),
	moment("updated", func(p *Properties) time.Time { return p.Updated }),
}

// translations is the text of every field in the other languages than lang, as
// JSON by language and field, "" without any.
func translations(p *Properties, lang string) string {
	fields := map[string]directory.LangText{"name": p.Names, "summary": p.Summary, "description": p.Description}
	if p.Pillars != nil {
		fields["resource"], fields["community"] = p.Pillars.Resource, p.Pillars.Community
		fields["governance"], fields["protection"] = p.Pillars.Governance, p.Pillars.Protection
	}
	by := map[string]map[string]string{}
	for f, t := range fields {
		for l, s := range t {
			if l == lang || s == "" {
				continue
			}
			if by[l] == nil {
				by[l] = map[string]string{}
			}
			by[l][f] = s
		}
	}
	if len(by) == 0 {
		return ""
	}
	raw, err := json.Marshal(by) // maps are written in the order of their keys
	if err != nil {
		return ""
	}
	return string(raw)
}

// joined puts values in one cell, so that list takes the same ones apart: a
// value that holds a comma or a bar, alone, is followed by a semicolon.
func joined(values []string) string {
	if len(values) == 1 && strings.ContainsAny(values[0], ",|") {
		return values[0] + ";"
	}
	return strings.Join(values, ";")
}
