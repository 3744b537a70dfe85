package transfer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
)

// converter turns rows into entries.
type converter struct {
	opt    ImportOptions
	mapper *mapper
	places *gazetteer.Gazetteer // nil = no geocoding and no check of positions
	nested map[string]bool      // columns whose lists of objects were warned of
}

// draft is an entry that is being read, with what is wrong with it.
type draft struct {
	*converter
	directory.Entry
	values   map[field]string // of single values, by field
	names    map[field]string // of the columns, for messages
	problems []Problem
	lang     string
	geocoded bool
	kindless bool // nothing says the kind
	nameless bool // the name was not text, and that is said
}

// problem notes an error in the column that f was read from.
func (d *draft) problem(f field, code, message string) {
	d.problems = append(d.problems, Problem{Field: d.column(f), Code: code, Message: message})
}

func (d *draft) warn(f field, code, message string) {
	d.problems = append(d.problems, Problem{Field: d.column(f), Code: code, Message: message, Warning: true})
}

func (d *draft) column(f field) string {
	if n := d.names[f]; n != "" {
		return n
	}
	return string(f)
}

func (d *draft) refused() bool {
	return slices.ContainsFunc(d.problems, func(p Problem) bool { return !p.Warning })
}

// entry converts one row. The draft holds the entry and every problem; Line
// and Row of the problems are the caller's.
func (c *converter) entry(r row) *draft {
	d := &draft{converter: c, values: map[field]string{}, names: map[field]string{}, lang: "fr"}
	if c.opt.Lang != "" {
		d.lang = c.opt.Lang
	}
	if r.problem != nil {
		d.problems = append(d.problems, *r.problem)
		return d
	}
	d.Owner, d.Kind, d.Licence = c.opt.Owner, c.opt.Kind, c.opt.Licence
	if d.Kind == "" {
		d.Kind = directory.KindCommons
	}
	inLanguages := d.collect(r)
	if v := d.values["lang"]; v != "" {
		if l := languageOf(v); l != "" {
			d.lang = l
		} else {
			d.warn("lang", "unknown", fmt.Sprintf("unknown language %q: use two letters, such as fr; %s is taken", clip(v), d.lang))
		}
	}
	d.texts(inLanguages)
	d.classify()
	d.place(r)
	d.period()
	d.particulars()
	d.documents()
	d.finish()
	return d
}

// collect sorts the cells by field. Several columns may feed themes, tags and
// images; of the others the first that is not empty counts.
func (d *draft) collect(r row) []struct{ field, lang, text string } {
	var inLanguages []struct{ field, lang, text string }
	for _, cl := range r.cells {
		text := strings.TrimSpace(cl.text)
		col := d.mapper.column(cl.name)
		if text == "" || col.field == ignored {
			continue
		}
		if bad := badText(text); bad != "" {
			d.problems = append(d.problems, Problem{Field: cl.name, Code: "text", Message: bad})
			d.nameless = d.nameless || col.field == "name"
			continue
		}
		switch {
		case col.field == "":
			d.keep(cl.name, text)
			d.warnNested(cl.name, text)
		case col.lang != "":
			inLanguages = append(inLanguages, struct{ field, lang, text string }{string(col.field), col.lang, text})
		case d.values[col.field] == "":
			d.values[col.field], d.names[col.field] = text, cl.name
		case col.field == "themes" || col.field == "tags" || col.field == "images":
			d.values[col.field] += ";" + text
		case d.values[col.field] != text:
			d.keep(cl.name, text)
		}
	}
	return inLanguages
}

// keep puts a value that we have no field for aside, to give it back on export.
func (d *draft) keep(name, text string) {
	if d.Extra == nil {
		d.Extra = map[string]json.RawMessage{}
	}
	raw, err := json.Marshal(text)
	if err == nil && name != "" {
		d.Extra[name] = raw
	}
}

// warnNested says, once for each column, that entries within an entry are not read.
func (d *draft) warnNested(name, text string) {
	if !strings.HasPrefix(text, "[{") && !strings.HasPrefix(text, "[\n") || d.nested[name] {
		return
	}
	var members []map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &members) != nil || len(members) == 0 {
		return
	}
	for key := range members[0] {
		if byAlias[squash(key)] != "name" {
			continue
		}
		if d.nested == nil {
			d.nested = map[string]bool{}
		}
		d.nested[name] = true
		d.problems = append(d.problems, Problem{Field: name, Code: "nested", Warning: true,
			Message: "holds a list of named objects, which is kept aside and not read as entries: to have them, put that list in a file of its own"})
		return
	}
}

// badText says why a value is not text; "" when it is.
func badText(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		return "the text has a NUL byte"
	}
	if !utf8.ValidString(s) {
		return "the text is not valid UTF-8"
	}
	for _, r := range s {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == 0x7f {
			return fmt.Sprintf("the text has a control character (U+%04X)", r)
		}
	}
	return ""
}

// texts fills the fields that have languages.
func (d *draft) texts(inLanguages []struct{ field, lang, text string }) {
	set := func(f, lang, text string) {
		t := d.langText(field(f))
		if t == nil || text == "" {
			return
		}
		if *t == nil {
			*t = directory.LangText{}
		}
		(*t)[lang] = text
	}
	for _, f := range translated {
		if d.values[f] != "" {
			set(string(f), d.lang, d.values[f])
		}
	}
	for _, l := range inLanguages {
		set(l.field, l.lang, l.text)
	}
	if raw := d.values["translations"]; raw != "" {
		var by map[string]map[string]string
		if d.decode("translations", &by) {
			for lang, fields := range by {
				for f, text := range fields {
					set(f, lang, text)
				}
			}
		}
	}
}

func (d *draft) langText(f field) *directory.LangText {
	switch f {
	case "name":
		return &d.Name
	case "summary":
		return &d.Summary
	case "description":
		return &d.Description
	}
	p := d.pillars()
	switch f {
	case "resource":
		return &p.Resource
	case "community":
		return &p.Community
	case "governance":
		return &p.Governance
	case "protection":
		return &p.Protection
	}
	return nil
}

func (d *draft) pillars() *directory.Pillars {
	if d.Pillars == nil {
		d.Pillars = &directory.Pillars{}
	}
	return d.Pillars
}

// classify reads the kind, the themes and the tags. A category that is known
// becomes a theme, and the kind when the row has none; another becomes a tag.
func (d *draft) classify() {
	kind := directory.Kind("")
	if k := d.values["kind"]; k != "" {
		if kind = kindOf(k); kind == "" {
			d.problem("kind", "unknown", fmt.Sprintf("unknown kind %q: use %s", clip(k), kindList()))
		}
	}
	for _, term := range list(d.values["themes"]) {
		if directory.ThemeNumber(term) >= 0 {
			d.Themes = appendNew(d.Themes, term)
			continue
		}
		c, ok := LookupCategory(term)
		if !ok {
			d.Tags = appendNew(d.Tags, term)
			continue
		}
		if c.Theme != "" {
			d.Themes = appendNew(d.Themes, c.Theme)
		}
		if kind == "" && d.opt.Kind == "" {
			kind = c.Kind
		}
	}
	for _, t := range list(d.values["tags"]) {
		d.Tags = appendNew(d.Tags, strings.TrimPrefix(t, "#"))
	}
	if kind != "" {
		d.Kind = kind
	}
	d.kindless = kind == "" && d.opt.Kind == ""
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// kindOf reads a kind in English or French, singular or plural.
func kindOf(s string) directory.Kind {
	w := squash(s)
	if k := directory.Kind(w); k.Valid() {
		return k
	}
	switch strings.TrimSuffix(w, "s") {
	case "commun", "common", "initiative":
		return directory.KindCommons
	case "organisation", "organization", "association", "cooperative", "collectif", "structure", "company":
		return directory.KindOrganisation
	case "place", "lieu", "lieux":
		return directory.KindPlace
	case "practice", "pratique":
		return directory.KindPractice
	case "ecosystem", "ecosysteme":
		return directory.KindEcosystem
	case "event", "evenement":
		return directory.KindEvent
	case "text", "texte":
		return directory.KindText
	case "concept":
		return directory.KindConcept
	}
	return ""
}

func kindList() string {
	var s []string
	for _, k := range directory.Kinds() {
		s = append(s, string(k))
	}
	return strings.Join(s, ", ")
}

// period reads the dates.
func (d *draft) period() {
	p := directory.Period{Timezone: d.values["timezone"]}
	zone := d.zone()
	for _, f := range [...]field{"start", "end"} {
		edtf, warn, err := date(d.values[f], zone)
		if err != nil {
			d.problem(f, "date", err.Error())
			continue
		}
		if warn != "" {
			d.warn(f, "timezone", warn)
		}
		if f == "start" {
			p.Start = edtf
		} else {
			p.End = edtf
		}
	}
	if p.Start != "" || p.End != "" {
		d.Period = &p
	}
	if d.kindless && len(p.Start) >= len("2026-05-01") && slices.Contains(eventDates, squash(d.names["start"])) {
		d.Kind = directory.KindEvent
	}
}

// eventDates are columns that date what takes place, not what was founded: a
// row without a kind that has a day there is an event.
var eventDates = strings.Fields("date startdate dtstart datedebut datededebut bfdatedebutevenement")

// zone is where times of day without an offset are: the row's zone, else that
// of its country when it has only one.
func (d *draft) zone() *time.Location {
	name := d.values["timezone"]
	given := name != ""
	if !given && d.Place != nil {
		name = zones[d.Place.Country]
	}
	if name == "" {
		return nil
	}
	z, err := time.LoadLocation(name)
	if err != nil && !given {
		return nil // a machine without the time zone database
	}
	if err != nil {
		d.problem("timezone", "unknown", fmt.Sprintf("unknown time zone %q", clip(name)))
		return nil
	}
	return z
}

var zones = map[string]string{
	"FR": "Europe/Paris", "BE": "Europe/Brussels", "LU": "Europe/Luxembourg", "DE": "Europe/Berlin", "CH": "Europe/Zurich",
	"IT": "Europe/Rome", "GB": "Europe/London", "NL": "Europe/Amsterdam", "AT": "Europe/Vienna", "MC": "Europe/Monaco", "AD": "Europe/Andorra",
}

// finish sets the status, the source and the key by which a second import finds the entry again.
func (d *draft) finish() {
	d.Status = directory.StatusDraft
	if d.opt.Publish {
		d.Status = directory.StatusPublished
	}
	if s := directory.Status(strings.ToLower(d.values["status"])); d.opt.Publish {
		switch s {
		case directory.StatusDraft, directory.StatusProposed, directory.StatusArchived:
			d.Status = s
		}
	}
	if d.Pillars != nil && emptyPillars(d.Pillars) {
		d.Pillars = nil
	}
	d.SourceKey = d.key()
	if len(d.Name) == 0 && !d.nameless {
		d.problem("name", "required", "the row has no name")
	}
	if d.refused() {
		return
	}
	// Validate sees a copy: it may normalise, and the ledger does so again.
	e := d.Entry
	if e.ID == "" {
		e.ID = "00000000-0000-7000-8000-000000000000"
	}
	err := directory.Validate(&e)
	if inv, ok := err.(directory.Invalid); ok {
		for _, f := range inv {
			d.problems = append(d.problems, Problem{Field: f.Field, Code: f.Code, Message: f.Message})
		}
	} else if err != nil {
		d.problem("", "invalid", err.Error())
	}
}

func emptyPillars(p *directory.Pillars) bool {
	return len(p.Resource)+len(p.Community)+len(p.Governance)+len(p.Protection)+len(p.Ostrom) == 0 &&
		p.RulesURL == "" && p.LegalForm == "" && p.Members == ""
}

// key is the id of the row, after the name of the source or else of the file,
// or a hash of what tells entries apart when the file has no ids. An id that is
// an address is already the only one of its kind.
func (d *draft) key() string {
	prefix := ""
	if d.opt.Source != "" {
		prefix = d.opt.Source + "#"
	}
	if id := d.values["id"]; id != "" {
		if isWeb(id) {
			return shortened(id)
		}
		if prefix == "" && d.opt.Name != "" {
			prefix = d.opt.Name + "#"
		}
		return prefix + shortened(id)
	}
	name, _ := d.Name.In(d.lang)
	locality, start := "", ""
	if d.Place != nil {
		locality = d.Place.Locality
	}
	if d.Period != nil {
		start = d.Period.Start
	}
	return prefix + hash(string(d.Kind), directory.Fold(name), directory.Fold(locality), start)
}

// shortened keeps a key to a size that both engines index.
func shortened(id string) string {
	if len(id) > 200 {
		return hash(id)
	}
	return id
}

func hash(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "sha256-" + base64.RawURLEncoding.EncodeToString(sum[:18])
}

// web reads an address of the web; without a scheme it is https. Of several in
// one cell the first counts and the cell is kept aside.
func (d *draft) web(f field, s string) string {
	if first := strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '\n' || r == ';' }); len(first) > 1 && isWeb(withScheme(first[0])) {
		d.warn(f, "url", "several addresses in one cell: the first is used")
		d.keep(d.column(f), s)
		s = first[0]
	}
	if s == "" {
		return ""
	}
	if s = withScheme(s); !isWeb(s) {
		d.problem(f, "url", fmt.Sprintf("%q is not an address that begins with http:// or https://", clip(s)))
		return ""
	}
	return s
}

func withScheme(s string) string {
	if !strings.Contains(s, ":") && strings.Contains(s, ".") && !strings.ContainsAny(s, " <>\"") {
		return "https://" + s
	}
	return s
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// decode reads a cell that holds JSON.
func (d *draft) decode(f field, into any) bool {
	dec := json.NewDecoder(strings.NewReader(d.values[f]))
	if err := dec.Decode(into); err != nil {
		d.problem(f, "json", "the cell must hold JSON: "+err.Error())
		return false
	}
	return true
}
