package transfer

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/skos"
)

// Turtle and SKOS are concepts in the two syntaxes of package skos.
const (
	Turtle Format = "ttl"
	SKOS   Format = "skos" // JSON-LD
)

// maxSKOS is how many concepts one file may have.
const maxSKOS = 20_000

// skosFormat recognises a file of concepts by how it begins; "" for others.
func skosFormat(head string) Format {
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		upper := strings.ToUpper(line)
		if strings.HasPrefix(line, "@prefix") || strings.HasPrefix(line, "@base") || strings.HasPrefix(upper, "PREFIX ") || strings.HasPrefix(upper, "BASE <") {
			return Turtle
		}
		break
	}
	if strings.Contains(head, `"@context"`) && strings.Contains(head, "http://www.w3.org/2004/02/skos/core#") {
		return SKOS
	}
	return ""
}

// conceptFile is the format of a file of concepts, "" when it is none.
func conceptFile(sp *spool, asked Format) Format {
	switch asked {
	case Turtle, SKOS:
		return asked
	case "", Auto:
		const most = 64 << 10
		head, err := io.ReadAll(io.LimitReader(sp.open(), most))
		if err == nil {
			return skosFormat(string(head))
		}
	}
	return ""
}

// importConcepts reads a file of concepts: relations between those of the file lead
// to what they become here, the others to their own address.
func (im *importer) importConcepts(sp *spool) error {
	data, err := io.ReadAll(io.LimitReader(sp.open(), skos.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	read := skos.ReadTurtle
	if im.report.Format == SKOS {
		read = skos.ReadJSONLD
	}
	list, err := read(data)
	var bad *skos.Error
	if errors.As(err, &bad) {
		return &FileError{bad.Line, bad.Message}
	}
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, isTheme)
	if len(list) == 0 {
		return &FileError{Message: "the file has no skos:Concept"}
	}
	if len(list) > maxSKOS {
		return &FileError{Message: fmt.Sprintf("the file has more than %d concepts", maxSKOS)}
	}
	im.report.Rows = len(list)
	im.bad, im.report.Kinds = map[int]bool{}, map[directory.Kind]int{}
	var es []directory.Entry
	var rows []row
	for i, c := range list {
		e, problems := im.concept(c)
		r := row{line: c.Line, number: i + 1}
		im.note(r, problems)
		if slices.ContainsFunc(problems, func(p Problem) bool { return !p.Warning }) {
			im.report.Rejected++
			continue
		}
		im.report.Kinds[directory.KindConcept]++
		es, rows = append(es, e), append(rows, r)
	}
	if im.opt.Strict && im.report.Rejected > 0 && !im.opt.DryRun {
		return &FileError{Message: fmt.Sprintf("%d of %d concepts are wrong, and strict imports nothing then", im.report.Rejected, im.report.Rows)}
	}
	return im.upsertConcepts(es, rows, list)
}

// upsertConcepts writes concepts that refer to one another. Those that are new are
// written without their relations first: only then have they an address.
func (im *importer) upsertConcepts(es []directory.Entry, rows []row, list []skos.Concept) error {
	res, err := im.led.Upsert(im.ctx, im.who, es, ledger.UpsertOptions{DryRun: true, Complete: completeConcept})
	if err != nil {
		return fmt.Errorf("import concepts: %w", err)
	}
	var fresh []directory.Entry
	for i, x := range res {
		if x.Outcome == ledger.Created {
			fresh = append(fresh, es[i])
		}
	}
	if !im.opt.DryRun && len(fresh) > 0 {
		made, err := im.led.Upsert(im.ctx, im.who, fresh, ledger.UpsertOptions{Notify: im.opt.Notify})
		if err != nil {
			return fmt.Errorf("import concepts: %w", err)
		}
		for i, at := 0, 0; i < len(res); i++ {
			if res[i].Outcome == ledger.Created {
				res[i] = made[at]
				at++
			}
		}
	}
	names, uris := map[string]string{}, map[string]string{}
	for i := range res {
		iri := list[rows[i].number-1].IRI
		uris[iri] = res[i].URI
		names[iri], _ = es[i].Name.In(im.opt.Lang)
	}
	for i := range es {
		es[i].Relations = conceptRelations(list, list[rows[i].number-1], uris, names)
	}
	now, err := im.led.Upsert(im.ctx, im.who, es, ledger.UpsertOptions{DryRun: im.opt.DryRun, Complete: completeConcept})
	if err != nil {
		return fmt.Errorf("import concepts: %w", err)
	}
	for i, x := range now {
		switch {
		case x.Outcome == ledger.Rejected:
			im.report.Rejected++
			im.note(rows[i], refusal(x.Err))
		case res[i].Outcome == ledger.Created:
			im.report.Created++
		case x.Outcome == ledger.Updated:
			im.report.Updated++
		default:
			im.report.Unchanged++
		}
	}
	im.progress(len(list))
	return nil
}

// completeConcept keeps what SKOS has no word for.
func completeConcept(e, old *directory.Entry) {
	if e.Sources == nil {
		e.Sources = old.Sources
	}
	if e.Licence == "" {
		e.Licence = old.Licence
	}
	if e.Concept != nil && e.Concept.FirstUse == "" {
		e.Period = old.Period
	}
	e.Website, e.Links, e.Images = old.Website, old.Links, old.Images
	for _, r := range old.Relations {
		switch r.Type {
		case directory.RelBroader, directory.RelNarrower, directory.RelRelated:
		default:
			e.Relations = append(e.Relations, r)
		}
	}
}

// conceptRelations are the edges of one concept. Broader and narrower between two of
// the file are stated by the narrower one, so that the edge is there once.
func conceptRelations(list []skos.Concept, c skos.Concept, uris, names map[string]string) []directory.Relation {
	var out []directory.Relation
	add := func(t directory.RelationType, iri string) {
		r := directory.Relation{Type: t, Object: iri, Name: nameOfIRI(iri)}
		if uri := uris[iri]; uri != "" {
			r.Object, r.Name = uri, names[iri]
		}
		self := uris[c.IRI]
		if r.Object == self || len(out) == directory.MaxRelations || !directory.WebURL(r.Object) ||
			slices.ContainsFunc(out, func(x directory.Relation) bool { return x.Type == r.Type && x.Object == r.Object }) {
			return
		}
		out = append(out, r)
	}
	for _, iri := range c.Broader {
		add(directory.RelBroader, iri)
	}
	for _, other := range list {
		if uris[other.IRI] != "" && slices.Contains(other.Narrower, c.IRI) {
			add(directory.RelBroader, other.IRI)
		}
	}
	for _, iri := range c.Narrower {
		if uris[iri] == "" {
			add(directory.RelNarrower, iri)
		}
	}
	for _, iri := range c.Related {
		add(directory.RelRelated, iri)
	}
	return out
}

// nameOfIRI is what an address that is not here is shown as.
func nameOfIRI(iri string) string {
	name := iri[strings.LastIndexAny(iri, "/#")+1:]
	if name == "" {
		return iri
	}
	return name
}

// concept turns a concept of a file into an entry, without its relations.
func (im *importer) concept(c skos.Concept) (directory.Entry, []Problem) {
	e := directory.Entry{Kind: directory.KindConcept, Owner: im.opt.Owner, SourceKey: c.IRI, Licence: im.opt.Licence,
		Name: im.langText(c.Pref), Summary: im.langText(c.Scope), Description: im.langText(c.Note)}
	if im.opt.Publish {
		e.Status = directory.StatusPublished
	}
	var bad []Problem
	if len(e.Name) == 0 {
		bad = append(bad, Problem{Field: "name", Code: "required", Message: "the concept " + clip(c.IRI) + " has no skos:prefLabel"})
	}
	if strings.HasPrefix(c.IRI, "_:") {
		bad = append(bad, Problem{Field: "id", Code: "required", Message: "a concept without an address cannot be found again"})
	}
	e.Concept = &directory.Concept{AltLabels: c.Alt, FirstUse: im.date(c.Created, "created", &bad), FirstAuthor: c.Creator, SourceWork: c.Source,
		ExactMatch: webOnly(c.ExactMatch), CloseMatch: webOnly(c.CloseMatch)}
	for _, d := range c.Definitions {
		e.Concept.Definitions = append(e.Concept.Definitions, directory.Definition{Text: im.langText(d.Text), Author: d.Creator,
			Date: im.date(d.Date, "definition date", &bad), Source: d.Source})
	}
	if e.Concept.FirstUse != "" {
		e.Period = &directory.Period{Start: e.Concept.FirstUse}
	}
	if l, ok := directory.LicenceByURL(c.License); ok {
		e.Licence = l.ID
	} else if directory.KnownLicence(c.License) {
		e.Licence = c.License
	}
	for _, s := range c.Subjects {
		slug := nameOfIRI(s)
		switch {
		case directory.WebURL(s) && directory.ThemeNumber(slug) >= 0:
			e.Themes = append(e.Themes, slug)
		case !directory.WebURL(s):
			e.Tags = append(e.Tags, s)
		}
	}
	if im.opt.Source != "" {
		e.Sources = []directory.Source{{Name: im.opt.Source}}
	}
	return e, bad
}

// langText puts the language of the import where a text says none.
func (im *importer) langText(t skos.Text) directory.LangText {
	out := directory.LangText{}
	for lang, s := range t {
		if lang != "" && s != "" {
			out[lang] = s
		}
	}
	if s := t[""]; s != "" && out[im.opt.Lang] == "" {
		out[im.opt.Lang] = s
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// date keeps dates that can be read; the others are told of.
func (im *importer) date(s, field string, bad *[]Problem) string {
	if s == "" {
		return ""
	}
	if _, err := directory.ParseEDTF(s); err != nil {
		*bad = append(*bad, Problem{Field: field, Code: "invalid_date", Message: fmt.Sprintf("%q is not a date such as 1990 or 2011-03", clip(s)), Warning: true})
		return ""
	}
	return s
}

func webOnly(list []string) []string {
	var out []string
	for _, s := range list {
		if directory.WebURL(s) {
			out = append(out, s)
		}
	}
	return out
}
