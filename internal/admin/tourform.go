package admin

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
)

// TourForm is what was typed: title_LANG and summary_LANG, and for step I, from
// 0, sI_title_LANG, sI_text_LANG, sI_entry, sI_map, sI_from, sI_to, sI_picture;
// "steps" is their number and sI_was which step of the version it was.
type TourForm struct{ url.Values }

// First is the text of a field.
func (f TourForm) First(field string) string { return strings.TrimSpace(f.Get(field)) }

// tourLangs are the languages that the form has fields for.
var tourLangs = [...]string{"fr", "en"}

// texts reads a field in the form's languages and keeps what was there in others.
func (f TourForm) texts(field string, was directory.LangText) directory.LangText {
	out := maps.Clone(was)
	if out == nil {
		out = directory.LangText{}
	}
	for _, lang := range tourLangs {
		delete(out, lang)
		if s := f.First(field + "_" + lang); s != "" {
			out[lang] = s
		}
	}
	return out
}

// count is how many steps the form has.
func (f TourForm) count() int {
	n, err := strconv.Atoi(f.First("steps"))
	if err != nil {
		return 0
	}
	return max(0, min(directory.MaxTourSteps+1, n))
}

func stepField(i int, name string) string { return "s" + strconv.Itoa(i) + "_" + name }

// formOfTour is the form of a tour that is there.
func formOfTour(t directory.Tour) TourForm {
	f := TourForm{url.Values{}}
	set := func(field, value string) {
		if value != "" {
			f.Set(field, value)
		}
	}
	texts := func(field string, t directory.LangText) {
		for _, lang := range tourLangs {
			set(field+"_"+lang, t[lang])
		}
	}
	texts("title", t.Title)
	texts("summary", t.Summary)
	f.Set("steps", strconv.Itoa(len(t.Steps)))
	for i, s := range t.Steps {
		f.Set(stepField(i, "was"), strconv.Itoa(i))
		texts(stepField(i, "title"), s.Title)
		texts(stepField(i, "text"), s.Text)
		set(stepField(i, "entry"), s.Entry)
		set(stepField(i, "picture"), s.Picture)
		set(stepField(i, "from"), s.From)
		set(stepField(i, "to"), s.To)
		if s.Map != nil {
			set(stepField(i, "map"), viewText(*s.Map))
		}
	}
	return f
}

func viewText(v directory.TourView) string {
	n := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	return n(v.Lat) + "," + n(v.Lon) + "," + n(v.Zoom)
}

// parseView reads "lat,lon,zoom", or the address of a map page that has it as c=.
func parseView(s string) (*directory.TourView, bool) {
	if s == "" {
		return nil, true
	}
	if u, err := url.Parse(s); err == nil && u.Query().Get("c") != "" {
		s = u.Query().Get("c")
	}
	parts := strings.Split(s, ",")
	if len(parts) != 3 {
		return nil, false
	}
	var n [3]float64
	for i, p := range parts {
		var err error
		if n[i], err = strconv.ParseFloat(strings.TrimSpace(p), 64); err != nil {
			return nil, false
		}
	}
	return &directory.TourView{Lat: n[0], Lon: n[1], Zoom: n[2]}, true
}

// tour reads the form; old is the version that it began with. What cannot be
// read is in the Invalid, nil when everything could.
func (f TourForm) tour(old directory.Tour) (directory.Tour, directory.Invalid) {
	var bad directory.Invalid
	t := directory.Tour{Title: f.texts("title", old.Title), Summary: f.texts("summary", old.Summary)}
	for i := range f.count() {
		var was directory.TourStep
		if n, err := strconv.Atoi(f.First(stepField(i, "was"))); err == nil && n >= 0 && n < len(old.Steps) {
			was = old.Steps[n]
		}
		s := directory.TourStep{Title: f.texts(stepField(i, "title"), was.Title), Text: f.texts(stepField(i, "text"), was.Text),
			Entry: f.First(stepField(i, "entry")), Picture: f.First(stepField(i, "picture")),
			From: f.First(stepField(i, "from")), To: f.First(stepField(i, "to"))}
		var ok bool
		if s.Map, ok = parseView(f.First(stepField(i, "map"))); !ok {
			bad = append(bad, directory.FieldError{Field: "steps[" + strconv.Itoa(i) + "].map", Code: "invalid_position", Message: "is not a position"})
		}
		t.Steps = append(t.Steps, s)
	}
	return t, bad
}

// arrange does what the button says to the steps: add, up-I, down-I, remove-I.
// It returns the fragment of the page to go back to.
func (f TourForm) arrange(t *directory.Tour) string {
	do, arg, _ := strings.Cut(f.First("do"), "-")
	i, err := strconv.Atoi(arg)
	known := err == nil && i >= 0 && i < len(t.Steps)
	switch {
	case do == "add" && len(t.Steps) < directory.MaxTourSteps:
		title := directory.LangText{}
		for lang := range t.Title {
			title[lang] = "…"
		}
		t.Steps = append(t.Steps, directory.TourStep{Title: title})
		return "#s" + strconv.Itoa(len(t.Steps)-1)
	case do == "up" && known && i > 0:
		t.Steps[i-1], t.Steps[i] = t.Steps[i], t.Steps[i-1]
		return "#s" + strconv.Itoa(i-1)
	case do == "down" && known && i+1 < len(t.Steps):
		t.Steps[i+1], t.Steps[i] = t.Steps[i], t.Steps[i+1]
		return "#s" + strconv.Itoa(i+1)
	case do == "remove" && known:
		t.Steps = slices.Delete(t.Steps, i, i+1)
	}
	return ""
}

// TourStepForm is one step of the form.
type TourStepForm struct {
	Index, Number int
	Name, Was     string
	Open          bool
	Top, Last     bool
	Fields        []TourField
}

// TourField is one field of a step. Help, Lang and Fault are "" for none; Area is
// true for a text of several lines.
type TourField struct {
	ID, Label, Help, Value, Lang, Fault string
	Area                                bool
}

// stepFields are the fields of a step, in the order of the form.
var stepFields = [...]struct {
	name, lang string
	area, help bool
}{
	{name: "title_fr", lang: "fr"}, {name: "text_fr", lang: "fr", area: true},
	{name: "title_en", lang: "en"}, {name: "text_en", lang: "en", area: true},
	{name: "entry", help: true}, {name: "map", help: true}, {name: "from", help: true}, {name: "to"}, {name: "picture", help: true},
}

// steps are the steps of the form, as it shows them: open are those with a fault
// and those that have no words yet.
func (f TourForm) steps(b *Base, faults map[string]string) []TourStepForm {
	n := f.count()
	out := make([]TourStepForm, n)
	for i := range out {
		at := func(name string) string { return f.First(stepField(i, name)) }
		s := TourStepForm{Index: i, Number: i + 1, Was: at("was"), Top: i == 0, Last: i == n-1,
			Name: cmp.Or(at("title_"+b.Tag), at("title_fr"), at("title_en"), "…"),
			Open: at("text_fr") == "" && at("text_en") == ""}
		for _, sf := range stepFields {
			field := TourField{ID: stepField(i, sf.name), Label: b.T("admin.tours.step." + sf.name), Value: at(sf.name), Lang: sf.lang,
				Area: sf.area, Fault: faults[stepField(i, sf.name)]}
			if sf.help {
				field.Help = b.T("admin.tours.step." + sf.name + "_help")
			}
			s.Open = s.Open || field.Fault != ""
			s.Fields = append(s.Fields, field)
		}
		out[i] = s
	}
	return out
}

// tourFaults puts the field errors of a tour in words under the form's fields.
func tourFaults(b *Base, bad directory.Invalid) map[string]string {
	out := map[string]string{}
	for _, e := range bad {
		field := e.Field
		if rest, ok := strings.CutPrefix(field, "steps["); ok {
			i, name, _ := strings.Cut(rest, "].")
			field = "s" + i + "_" + name
		}
		field, lang, _ := strings.Cut(field, ".")
		switch base := field[strings.LastIndex(field, "_")+1:]; base {
		case "title", "summary", "text":
			if lang != "en" {
				lang = "fr"
			}
			field += "_" + lang
		}
		key := "fault.tour." + e.Code
		if !b.Has(key) {
			key = "fault.map.other"
		}
		if out[field] == "" {
			out[field] = b.T(key)
		}
	}
	return out
}
