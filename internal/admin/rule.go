package admin

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/gazetteer"
	"codeberg.org/bocage/bocage/internal/harvest"
)

// RuleForm is the form of a source's rule.
type RuleForm struct {
	Kinds, ReviewKinds, Themes, Languages []Option
	Regions, Departments                  []Option
	Actions, Otherwise                    []Option
	OtherLanguages, BBox, GeoJSON         string
	Placeless                             bool
	// What is unfolded, because something is chosen in it.
	AreaOpen, DepartmentsOpen, ThemesOpen, LanguagesOpen, ReviewOpen bool
	// Seen is the rule whose effect the page shows: who saves another sees first.
	Seen string
	// Faults are by field.
	Faults []RuleFault
}

// Option is one box to tick.
type Option struct {
	Value, Label string
	On           bool
}

// refused gives the form its faults, what was typed where it could not be read,
// and unfolds the parts that have them.
func (f *RuleForm) refused(form url.Values, faults []RuleFault) {
	f.Faults = faults
	for _, fault := range faults {
		switch fault.Field {
		case "bbox", "geojson", "regions", "departments":
			f.AreaOpen, f.BBox, f.GeoJSON = true, form.Get("bbox"), form.Get("geojson")
		case "languages":
			f.LanguagesOpen, f.OtherLanguages = true, form.Get("other_languages")
		case "themes":
			f.ThemesOpen = true
		}
	}
}

// Fault is what is wrong with a field, "" for nothing.
func (f RuleForm) Fault(field string) string {
	for _, fault := range f.Faults {
		if fault.Field == field {
			return fault.Text
		}
	}
	return ""
}

// RuleFault is what is wrong with the rule, and where.
type RuleFault struct{ Field, Text string }

// ruleForm shows a rule.
func ruleForm(b *Base, r directory.SourceRule) RuleForm {
	f := RuleForm{Placeless: r.Placeless, Seen: r.String(), ThemesOpen: len(r.Themes) > 0, LanguagesOpen: len(r.Languages) > 0, ReviewOpen: len(r.ReviewKinds) > 0}
	for _, k := range directory.Kinds() {
		label := b.T("kinds." + string(k))
		f.Kinds = append(f.Kinds, Option{string(k), label, slices.Contains(r.Kinds, k)})
		f.ReviewKinds = append(f.ReviewKinds, Option{string(k), label, slices.Contains(r.ReviewKinds, k)})
	}
	for _, root := range directory.RootThemes() {
		f.Themes = append(f.Themes, themeChoice(b, root, r))
		for _, slug := range directory.ThemeChildren(root.Slug) {
			if t, ok := directory.ThemeBySlug(slug); ok {
				f.Themes = append(f.Themes, themeChoice(b, t, r))
			}
		}
	}
	var others []string
	shown := []string{"fr", "br", "en", "es", "oc", "eu", "ca", "de", "it", "nl", "pt"}
	for _, l := range shown {
		f.Languages = append(f.Languages, Option{l, b.T("language." + l), slices.Contains(r.Languages, l)})
	}
	for _, l := range r.Languages {
		if !slices.Contains(shown, l) {
			others = append(others, l)
		}
	}
	f.OtherLanguages = strings.Join(others, ", ")
	for _, a := range []directory.DecisionAction{directory.DecidePublish, directory.DecideReview, directory.DecideIgnore} {
		f.Actions = append(f.Actions, Option{string(a), b.T("admin.sources.action." + string(a)), r.ActionOf() == a})
	}
	for _, a := range []directory.DecisionAction{directory.DecideIgnore, directory.DecideReview} {
		f.Otherwise = append(f.Otherwise, Option{string(a), b.T("admin.sources.action." + string(a)), r.OtherwiseOf() == a})
	}
	f.area(r.Area)
	return f
}

func themeChoice(b *Base, t directory.Theme, r directory.SourceRule) Option {
	name, _ := t.Name.In(b.Tag)
	if t.Parent != "" {
		name = "– " + name
	}
	return Option{t.Slug, name, slices.Contains(r.Themes, t.Slug)}
}

func (f *RuleForm) area(a *directory.Area) {
	if a == nil {
		a = &directory.Area{}
	}
	f.AreaOpen, f.DepartmentsOpen = !a.IsZero(), len(a.Departments) > 0
	if a.BBox != nil {
		f.BBox = a.BBox.String()
	}
	f.GeoJSON = string(a.GeoJSON)
	g, err := gazetteer.Load()
	if err != nil {
		return // the boxes are left out; a bbox and a polygon can still be given
	}
	for _, r := range g.Regions() {
		f.Regions = append(f.Regions, Option{r.Code, r.Name, slices.Contains(a.Regions, r.Code)})
	}
	for _, d := range g.Departments() {
		f.Departments = append(f.Departments, Option{d.Code, d.Code + " " + d.Name, slices.Contains(a.Departments, d.Code)})
	}
}

// readRule reads the form. The rule comes back as far as it was understood,
// with what is wrong with it.
func readRule(b *Base, form url.Values) (r directory.SourceRule, faults []RuleFault) {
	for _, k := range form["kinds"] {
		r.Kinds = append(r.Kinds, directory.Kind(k))
	}
	for _, k := range form["review"] {
		r.ReviewKinds = append(r.ReviewKinds, directory.Kind(k))
	}
	r.Themes = form["themes"]
	r.Languages = append(slices.Clone(form["languages"]), strings.FieldsFunc(form.Get("other_languages"), func(c rune) bool { return c == ',' || c == ' ' })...)
	r.Placeless = form.Get("placeless") != ""
	r.Action, r.Otherwise = directory.DecisionAction(form.Get("action")), directory.DecisionAction(form.Get("otherwise"))
	area := &directory.Area{Departments: form["departments"], Regions: form["regions"], GeoJSON: []byte(strings.TrimSpace(form.Get("geojson")))}
	if s := strings.TrimSpace(form.Get("bbox")); s != "" {
		box, err := directory.ParseBBox(s)
		if err != nil {
			faults = append(faults, RuleFault{"bbox", b.T("admin.sources.fault.bbox")})
		} else {
			area.BBox = box
		}
	}
	r.Area = area
	var bad directory.Invalid
	if err := r.Validate(); errors.As(err, &bad) {
		for _, f := range bad {
			faults = append(faults, ruleFault(b, f))
		}
	}
	return r, faults
}

func ruleFault(b *Base, f directory.FieldError) RuleFault {
	field := strings.TrimPrefix(f.Field, "area.")
	key := "admin.sources.fault." + field
	if !b.Has(key) {
		return RuleFault{field, f.Field + ": " + f.Message}
	}
	return RuleFault{field, b.T(key)}
}

// ruleWords says what a rule does, a sentence each.
func ruleWords(b *Base, r directory.SourceRule) []string {
	if r.All() {
		return []string{b.T("admin.sources.words.all")}
	}
	var limits []string
	if len(r.Kinds) > 0 {
		limits = append(limits, kindNames(b, r.Kinds))
	}
	if len(r.Themes) > 0 {
		var names []string
		for _, slug := range r.Themes {
			if t, ok := directory.ThemeBySlug(slug); ok {
				name, _ := t.Name.In(b.Tag)
				names = append(names, name)
			}
		}
		limits = append(limits, b.T("admin.sources.words.themes", "list", strings.Join(names, ", ")))
	}
	if len(r.Languages) > 0 {
		limits = append(limits, b.T("admin.sources.words.languages", "list", strings.Join(languageNames(b, r.Languages), ", ")))
	}
	if r.Area != nil && !r.Area.IsZero() {
		limits = append(limits, areaWords(b, r.Area))
	}
	what := b.T("admin.sources.words.everything")
	if len(limits) > 0 {
		what = strings.Join(limits, " ; ")
	}
	out := []string{b.T("admin.sources.words."+string(r.ActionOf()), "what", what)}
	if len(r.ReviewKinds) > 0 {
		out = append(out, b.T("admin.sources.words.review_kinds", "list", kindNames(b, r.ReviewKinds)))
	}
	if r.Area != nil && !r.Area.IsZero() && r.Placeless {
		out = append(out, b.T("admin.sources.words.placeless"))
	}
	if len(limits) > 0 {
		out = append(out, b.T("admin.sources.words."+"rest_"+string(r.OtherwiseOf())))
	}
	return out
}

func kindNames(b *Base, kinds []directory.Kind) string {
	var names []string
	for _, k := range kinds {
		names = append(names, strings.ToLower(b.T("kinds."+string(k))))
	}
	return strings.Join(names, ", ")
}

func languageNames(b *Base, tags []string) (names []string) {
	for _, l := range tags {
		if key := "language." + l; b.Has(key) {
			l = b.T(key)
		}
		names = append(names, l)
	}
	return names
}

func areaWords(b *Base, a *directory.Area) string {
	var parts []string
	g, err := gazetteer.Load()
	for _, code := range a.Regions {
		if r, ok := g.Region(code); err == nil && ok {
			code = r.Name
		}
		parts = append(parts, code)
	}
	for _, code := range a.Departments {
		if d, ok := g.Department(code); err == nil && ok {
			code = d.Name
		}
		parts = append(parts, code)
	}
	if a.BBox != nil {
		parts = append(parts, b.T("admin.sources.words.bbox", "bbox", a.BBox.String()))
	}
	if len(a.GeoJSON) > 0 {
		parts = append(parts, b.T("admin.sources.words.polygon"))
	}
	return b.T("admin.sources.words.area", "list", strings.Join(parts, ", "))
}

// EffectView is the effect of a rule as a page shows it.
type EffectView struct {
	harvest.Effect
	Rows []EffectRow
	// Why says why entries would not be shown.
	Why []string
}

// EffectRow is one kind.
type EffectRow struct {
	Label                   string
	Publish, Review, Ignore int
}

func effectView(b *Base, e harvest.Effect) *EffectView {
	v := &EffectView{Effect: e}
	for _, k := range e.ByKind {
		v.Rows = append(v.Rows, EffectRow{b.T("kinds." + string(k.Kind)), k.Publish, k.Review, k.Ignore})
	}
	for _, r := range e.Reasons {
		if key := "admin.sources.reason." + r.Code; b.Has(key) {
			v.Why = append(v.Why, b.Number(r.N)+" : "+b.T(key))
		}
	}
	return v
}

// entryHref is the page of an entry that we hold.
func entryHref(id string) string { return "/entries/" + url.PathEscape(id) }

// sourceHref is the page of a followed source: its id is in the path.
func sourceHref(object string) string {
	return "/admin/sources/" + base64.RawURLEncoding.EncodeToString([]byte(object))
}

// sourceOf is the source that a path names, "" for none.
func sourceOf(r *http.Request) string {
	raw, err := base64.RawURLEncoding.DecodeString(r.PathValue("id"))
	if err != nil {
		return ""
	}
	return string(raw)
}

// begin is open, after the form of a POST was checked.
func (a *Admin) begin(w http.ResponseWriter, r *http.Request, section string) (b Base, who directory.Who, ok bool, err error) {
	if r.Method == http.MethodPost {
		if _, err := a.post(w, r); err != nil {
			return b, who, false, err
		}
	}
	return a.open(w, r, section)
}
