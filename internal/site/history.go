package site

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

// HistoryPage is the versions of one entry, newest first.
type HistoryPage struct {
	page.Base
	Name     Text
	Back     string
	Versions []Version
	// MayRevert shows the forms that bring a version back; RevertHref is where they go.
	MayRevert  bool
	RevertHref string
	Token      string
}

// Version is one step and what it changed of the public fields.
type Version struct {
	Number        string
	Revision      int64
	Date, Machine string
	// Who is shown to editors only.
	Who, Summary string
	Current      bool
	Changes      []Change
}

// Change is one field before and after.
type Change struct{ Field, Before, After string }

// historyMost is how many versions the page shows.
const historyMost = 50

// History is GET /entries/{id}/history and its like for the other kinds.
func (s *Site) History(w http.ResponseWriter, r *http.Request) error {
	e, err := s.cfg.Store.Entry(r.Context(), r.PathValue("id"))
	if err != nil {
		return fmt.Errorf("history of %q: %w", r.PathValue("id"), err)
	}
	public, err := visible(r, e)
	if err != nil {
		return err
	}
	if leaving, err := s.leaving(w, r, e); leaving || err != nil {
		return err
	}
	revisions, err := s.cfg.Store.Revisions(r.Context(), e.ID)
	if err != nil {
		return fmt.Errorf("history of %s: %w", e.ID, err)
	}
	sort.Slice(revisions, func(i, j int) bool { return revisions[i].Number < revisions[j].Number })
	if len(revisions) > historyMost {
		revisions = revisions[len(revisions)-historyMost:]
	}
	for i, rev := range revisions { // the list comes without the documents
		if revisions[i], err = s.cfg.Store.Revision(r.Context(), e.ID, rev.Number); err != nil {
			return fmt.Errorf("history of %s: %w", e.ID, err)
		}
	}
	p := &HistoryPage{Base: s.pages.Base(w, r, "text", "history.title"), Back: entryPath(public)}
	p.Name, p.NoIndex = textIn(p.Locale, public.Name), true
	p.Title = p.T("history.of", "name", p.Name.Text)
	p.MayRevert = s.cfg.Ledger != nil && p.User != nil && auth.From(r.Context()).Who().MayEdit(&e)
	if p.MayRevert {
		if p.Token, err = s.pages.Token(w, r); err != nil {
			return err
		}
	}
	p.RevertHref = "/" + e.Kind.Path() + "/" + e.ID + "/revert"
	p.Versions = versions(p.Locale, revisions, precisionOf(e), p.MayRevert)
	return s.pages.Page(w, r, http.StatusOK, "history", p)
}

// versions turns revisions, oldest first, into what the visitor may see,
// newest first. Visitors see the versions that were public, with places no more
// precise than now: who hides an address hides it in the past too.
func versions(l *i18n.Locale, revisions []store.Revision, now directory.Precision, editor bool) []Version {
	var out []Version
	before := map[string]string{}
	for _, rev := range revisions {
		var e directory.Entry
		if err := json.Unmarshal(rev.Doc, &e); err != nil {
			continue // a document of an older program; the next one shows what it is now
		}
		if !editor {
			e.Place = e.Place.AtMost(now)
		}
		public, ok := e.Public()
		if !ok && !editor {
			continue
		}
		after := fields(l, public)
		v := Version{Number: l.Number(int(rev.Number)), Revision: rev.Number, Date: l.DateTime(rev.At.UTC()),
			Machine: rev.At.UTC().Format("2006-01-02T15:04:05Z"), Changes: changes(l, before, after)}
		if editor {
			v.Who, v.Summary = rev.WhoName, summary(l, rev.Summary)
		}
		out = append(out, v)
		before = after
	}
	if n := len(out); n > 0 {
		out[n-1].Current = true
	}
	slices.Reverse(out)
	return out
}

// precisionOf is how exactly the place of e may be shown.
func precisionOf(e directory.Entry) directory.Precision {
	if e.Place == nil {
		return directory.PrecisionExact
	}
	return e.Place.Precision
}

// unshown are the fields that the program keeps for itself.
var unshown = []string{"id", "uri", "origin", "owner", "ownerUri", "created", "updated", "published", "deleted",
	"sourceKey", "revision", "extra", "contact", "shownAs"}

// fields flattens the public fields: "name.fr" → text, "tags.0" → text…
func fields(l *i18n.Locale, p directory.Public) map[string]string {
	out := map[string]string{}
	if p.Place != nil && p.Place.Shape != "" {
		out["place.shape"] = shapeChange(l, p.Place.Shape)
		plain := *p.Place
		plain.Shape = "" // thousands of coordinates are for no reader
		p.Place = &plain
	}
	raw, err := json.Marshal(p)
	if err != nil {
		return out
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return out
	}
	for k, v := range doc {
		if !slices.Contains(unshown, k) {
			flatten(out, k, v)
		}
	}
	return out
}

func flatten(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			flatten(out, path+"."+k, x)
		}
	case []any:
		plain := make([]string, 0, len(v))
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				plain = nil
				break
			}
			plain = append(plain, s)
		}
		if plain != nil {
			out[path] = strings.Join(plain, ", ")
			return
		}
		for i, x := range v {
			flatten(out, path+"."+strconv.Itoa(i+1), x)
		}
	case string:
		out[path] = v
	case float64:
		out[path] = strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		out[path] = strconv.FormatBool(v)
	}
}

// changes lists the fields that differ, by the order of their names.
func changes(l *i18n.Locale, before, after map[string]string) []Change {
	paths := map[string]bool{}
	for p := range before {
		paths[p] = true
	}
	for p := range after {
		paths[p] = true
	}
	var out []Change
	for p := range paths {
		if before[p] != after[p] {
			out = append(out, Change{Field: p, Before: before[p], After: after[p]})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Field < out[j].Field })
	for i := range out {
		out[i].Field = fieldName(l, out[i].Field)
	}
	return out
}

// fieldName names a flattened field: the name of its first part, then the rest.
func fieldName(l *i18n.Locale, path string) string {
	top, rest, _ := strings.Cut(path, ".")
	name := top
	if key := "field." + top; l.Has(key) {
		name = l.T(key)
	}
	if rest == "" {
		return name
	}
	return l.T("field.part", "field", name, "part", strings.ReplaceAll(rest, ".", " "))
}

// summary words what the program noted of a version; the list of changes says
// better which fields were edited. A person's own words stay.
func summary(l *i18n.Locale, noted string) string {
	switch noted {
	case "created":
		return l.T("history.created")
	case "imported":
		return l.T("history.imported")
	case "received":
		return l.T("history.received")
	case "relation confirmed":
		return l.T("history.relation_confirmed")
	case "relation unconfirmed":
		return l.T("history.relation_unconfirmed")
	case "moved", "returned", "merged", "split", "renamed", "claimed", "unclaimed":
		return l.T("history." + noted)
	}
	if strings.HasPrefix(noted, "edited: ") {
		return ""
	}
	return noted
}
