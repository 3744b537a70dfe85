package directory

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// DecisionAction is what becomes of an entry that another instance sends. Its
// zero value is DecidePublish.
type DecisionAction string

// The actions, the most generous first.
const (
	// DecidePublish keeps the entry and shows it.
	DecidePublish DecisionAction = "publish"
	// DecideSilence keeps it, readable at its own address and in no list, map,
	// feed or announce.
	DecideSilence DecisionAction = "silence"
	// DecideReview keeps it as proposed, on no public surface, until an
	// administrator has looked at it.
	DecideReview DecisionAction = "review"
	// DecideIgnore does not keep it; one that was kept leaves and may come back.
	DecideIgnore DecisionAction = "ignore"
	// DecideHold leaves what is held as it is: the new version is not believed
	// for now. What is new is not kept.
	DecideHold DecisionAction = "hold"
)

// Decision is what becomes of an entry of another instance, and why.
type Decision struct {
	Action DecisionAction `json:"action"`
	// Reason is in English words, for logs and the command line.
	Reason string `json:"reason,omitempty"`
	// Code is a stable word for translation, as RuleCodes has them; "" when
	// there is only the reason.
	Code string `json:"code,omitempty"`
	// Source is the followed actor whose rule decided, "" when none did.
	Source string `json:"source,omitempty"`
}

// Generosity orders actions: of several followed sources that have an entry,
// the most generous decides.
func (a DecisionAction) Generosity() int {
	switch a {
	case DecideIgnore:
		return 0
	case DecideReview:
		return 1
	case DecideSilence:
		return 2
	}
	return 3
}

// SourceRule says what is taken from a followed source. Each list that is not
// empty narrows what matches; the zero value matches and publishes everything.
type SourceRule struct {
	Kinds []Kind `json:"kinds,omitempty"`
	// Themes are slugs; a root stands for its children too.
	Themes []string `json:"themes,omitempty"`
	// Languages are primary language tags ("fr"). An entry of which no language
	// is known matches.
	Languages []string `json:"languages,omitempty"`
	// Area limits what has a place; nil is everywhere.
	Area *Area `json:"area,omitempty"`
	// Placeless says that what cannot be placed matches the area.
	Placeless bool `json:"placeless,omitempty"`
	// Action is for what matches: publish (also the zero value), review or ignore.
	Action DecisionAction `json:"action,omitempty"`
	// ReviewKinds are looked at by a person although they do not match.
	ReviewKinds []Kind `json:"reviewKinds,omitempty"`
	// Otherwise is for the rest: ignore (also the zero value) or review.
	Otherwise DecisionAction `json:"otherwise,omitempty"`
}

// Limits of a rule, so that one that was pasted cannot ask for unbounded work.
const (
	maxRuleBytes     = 2*MaxAreaBytes + 8192
	maxRuleThemes    = 64
	maxRuleLanguages = 32
)

// ParseSourceRule reads the JSON form of a rule and checks it; nothing is the
// rule that takes everything. The error is an Invalid.
func ParseSourceRule(raw []byte) (SourceRule, error) {
	var r SourceRule
	if len(bytes.TrimSpace(raw)) == 0 {
		return r, nil
	}
	if len(raw) > maxRuleBytes {
		return r, Invalid{{Field: "rule", Code: "too_long", Message: "is too long"}}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		var bad Invalid
		if errors.As(err, &bad) {
			return r, bad
		}
		return r, Invalid{{Field: "rule", Code: "invalid_json", Message: "is not the JSON form of a rule"}}
	}
	if d.More() {
		return r, Invalid{{Field: "rule", Code: "invalid_json", Message: "is followed by something else"}}
	}
	return r, r.Validate()
}

// String is the JSON form, "" for the rule that takes everything.
func (r SourceRule) String() string {
	raw, err := json.Marshal(r)
	if err != nil || string(raw) == "{}" {
		return ""
	}
	return string(raw)
}

// Validate normalises the rule in place and returns nil or an Invalid.
func (r *SourceRule) Validate() error {
	v := &validator{}
	for field, kinds := range map[string][]Kind{"kinds": r.Kinds, "reviewKinds": r.ReviewKinds} {
		for _, k := range kinds {
			v.failIf(!k.Valid(), field, "unknown_kind", "%.20q is not a kind", string(k))
		}
	}
	r.Kinds, r.ReviewKinds = sortedKinds(r.Kinds), sortedKinds(r.ReviewKinds)
	v.failIf(len(r.Themes) > maxRuleThemes, "themes", "too_many", "are more than %d", maxRuleThemes)
	for _, slug := range r.Themes {
		v.failIf(ThemeNumber(slug) < 0, "themes", "unknown_theme", "%.20q is not a theme", slug)
	}
	r.Themes = distinct(r.Themes)
	v.failIf(len(r.Languages) > maxRuleLanguages, "languages", "too_many", "are more than %d", maxRuleLanguages)
	for i, l := range r.Languages {
		r.Languages[i] = primaryLanguage(l)
		v.failIf(!isLanguage(r.Languages[i]), "languages", "invalid_language", "%.20q is not a language tag such as fr", l)
	}
	r.Languages = distinct(r.Languages)
	if r.Area != nil {
		var bad Invalid
		if errors.As(r.Area.Validate(), &bad) {
			v.bad = append(v.bad, bad...)
		}
		if r.Area.IsZero() {
			r.Area = nil
		}
	}
	r.Placeless = r.Placeless && r.Area != nil
	if r.Action == DecidePublish {
		r.Action = ""
	}
	if r.Otherwise == DecideIgnore {
		r.Otherwise = ""
	}
	v.failIf(!slices.Contains([]DecisionAction{"", DecideReview, DecideIgnore}, r.Action), "action", "unknown_action", "is neither publish, review nor ignore")
	v.failIf(!slices.Contains([]DecisionAction{"", DecideReview}, r.Otherwise), "otherwise", "unknown_action", "is neither ignore nor review")
	slices.SortFunc(v.bad, func(a, b FieldError) int { return strings.Compare(a.Field, b.Field) })
	if len(v.bad) > 0 {
		return v.bad
	}
	return nil
}

func sortedKinds(kinds []Kind) []Kind {
	kinds = slices.Clone(kinds)
	slices.SortFunc(kinds, func(a, b Kind) int { return a.Number() - b.Number() })
	return slices.Compact(kinds)
}

func distinct(words []string) []string {
	words = slices.Clone(words)
	slices.Sort(words)
	return slices.Compact(words)
}

func primaryLanguage(tag string) string {
	primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	return primary
}

func isLanguage(s string) bool {
	if len(s) < 2 || len(s) > 3 {
		return false
	}
	for _, c := range s {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return true
}

// All reports whether the rule publishes everything.
func (r SourceRule) All() bool { return r.String() == "" }

// ActionOf is for what matches, with the zero value spelled out.
func (r SourceRule) ActionOf() DecisionAction {
	if r.Action == "" {
		return DecidePublish
	}
	return r.Action
}

// OtherwiseOf is for what does not match, with the zero value spelled out.
func (r SourceRule) OtherwiseOf() DecisionAction {
	if r.Otherwise == "" {
		return DecideIgnore
	}
	return r.Otherwise
}

// EntryLanguages are the primary tags of the languages of an entry's name, and
// of a text's own language, by alphabet and without "und".
func EntryLanguages(e *Entry) []string {
	var out []string
	for tag := range e.Name {
		out = append(out, primaryLanguage(tag))
	}
	if e.Text != nil && e.Text.Language != "" {
		out = append(out, primaryLanguage(e.Text.Language))
	}
	return slices.DeleteFunc(distinct(out), func(l string) bool { return l == "und" || !isLanguage(l) })
}

// ruleReasons are the codes of decisions by a rule, and by a person, in words.
var ruleReasons = map[string]string{
	"match":       "the rule of the source takes it so",
	"review_kind": "entries of its kind are looked at first",
	"kind":        "its kind is not taken from this source",
	"theme":       "none of its themes is taken from this source",
	"language":    "its language is not taken from this source",
	"placeless":   "it has no place, and the source is limited to an area",
	"area":        "it is outside the area taken from this source",
	"approved":    "a person approved it",
	"rejected":    "a person rejected it",
	"blocked":     "its origin or its publisher is blocked",
	"silenced":    "its origin or its publisher is silenced",
	"quarantine":  "its server came back with another key",
	"entries":     "as many entries of its origin are kept as its limit allows",
	"bytes":       "the entries of its origin take as much room as its limit allows",
}

// RuleCodes are the codes of NewDecision, by alphabet.
func RuleCodes() []string { return slices.Sorted(maps.Keys(ruleReasons)) }

// NewDecision is a decision with the words of its code.
func NewDecision(action DecisionAction, code string) Decision {
	return Decision{Action: action, Code: code, Reason: ruleReasons[code]}
}

// Decide says what the rule makes of an entry. It looks at the kind, the themes,
// the languages and the place, and at nothing else; the same entry always has
// the same answer.
func (r SourceRule) Decide(e *Entry) Decision {
	miss := r.mismatch(e)
	switch {
	case miss == "":
		return NewDecision(r.ActionOf(), "match")
	case slices.Contains(r.ReviewKinds, e.Kind):
		return NewDecision(DecideReview, "review_kind")
	}
	return NewDecision(r.OtherwiseOf(), miss)
}

// mismatch is the code of why the entry does not match, "" when it does.
func (r SourceRule) mismatch(e *Entry) string {
	if len(r.Kinds) > 0 && !slices.Contains(r.Kinds, e.Kind) {
		return "kind"
	}
	if len(r.Themes) > 0 && ThemeFilterMask(r.Themes)&ThemeMask(e.Themes) == 0 {
		return "theme"
	}
	if len(r.Languages) > 0 {
		langs := EntryLanguages(e)
		taken := func(l string) bool { return slices.Contains(r.Languages, l) }
		if len(langs) > 0 && !slices.ContainsFunc(langs, taken) {
			return "language"
		}
	}
	switch {
	case r.Area == nil, r.Area.ContainsPlace(e.Place):
		return ""
	case !unplaced(e.Place):
		return "area"
	case r.Placeless:
		return ""
	}
	return "placeless"
}

// unplaced reports whether a place says nothing that an area could be asked about.
func unplaced(p *Place) bool {
	return p == nil || p.Point == nil && p.Locality == "" && p.PostalCode == ""
}

// RuleFacts is what rules look at of an entry, with its id, owner, hash and
// update, and nothing else of what it said: any rule decides the same of it as
// of the whole entry.
func RuleFacts(e *Entry) Entry {
	f := Entry{URI: e.URI, Origin: e.Origin, OwnerURI: e.OwnerURI, Hash: e.Hash, Kind: e.Kind,
		Name: e.Name, Themes: e.Themes, Licence: e.Licence, Updated: e.Updated}
	if p := e.Place; p != nil {
		f.Place = &Place{PostalCode: p.PostalCode, Locality: p.Locality, Region: p.Region,
			Country: p.Country, Point: p.Point, Precision: p.Precision}
	}
	if e.Text != nil {
		f.Text = &Text{Language: e.Text.Language}
	}
	return f
}

// ForgottenAt dates the tombstones of entries that this instance chose not to
// keep before every version of them: whatever the origin says next may bring
// them back.
func ForgottenAt() time.Time { return time.UnixMicro(1).UTC() }

// Forgotten reports whether e is what is left of an entry of another instance
// that this one chose not to keep.
func (e *Entry) Forgotten() bool {
	return e.Status == StatusDeleted && e.DeletedAt.Equal(ForgottenAt())
}
