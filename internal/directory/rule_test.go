package directory

import (
	"errors"
	"strings"
	"testing"
)

func rule(t *testing.T, raw string) SourceRule {
	t.Helper()
	r, err := ParseSourceRule([]byte(raw))
	if err != nil {
		t.Fatalf("rule %s: %v", raw, err)
	}
	return r
}

func TestRuleDecides(t *testing.T) {
	t.Parallel()
	rennes := &Place{Point: &Point{Lat: 48.11, Lon: -1.68}, Locality: "Rennes", PostalCode: "35000", Country: "FR"}
	paris := &Place{Point: &Point{Lat: 48.86, Lon: 2.35}, Country: "FR"}
	garden := func(p *Place) Entry {
		return Entry{Kind: KindCommons, Name: LangText{"fr": "Jardin"}, Themes: []string{"jardin"}, Place: p}
	}
	text := Entry{Kind: KindText, Name: LangText{"en": "Charter"}, Text: &Text{Language: "en-GB"}}
	const breton = `{"themes":["nourrir"],"area":{"regions":["53"]},"reviewKinds":["text"]}`
	box := `{"area":{"bbox":[-2,48,-1,49]}}`
	cases := []struct {
		name, rule string
		e          Entry
		want       DecisionAction
		code       string
	}{
		{"no rule takes all", "", text, DecidePublish, "match"},
		{"a root has its children", breton, garden(rennes), DecidePublish, "match"},
		{"outside", breton, garden(paris), DecideIgnore, "area"},
		{"texts are looked at", breton, text, DecideReview, "review_kind"},
		{"a commune stands for its point", breton, garden(&Place{Locality: "Rennes", PostalCode: "35000"}), DecidePublish, "match"},
		{"no place", box, garden(nil), DecideIgnore, "placeless"},
		{"no place, let through", `{"area":{"bbox":[-2,48,-1,49]},"placeless":true}`, garden(nil), DecidePublish, "match"},
		{"in the box", box, garden(rennes), DecidePublish, "match"},
		{"kind", `{"kinds":["event"],"otherwise":"review"}`, text, DecideReview, "kind"},
		{"matching is looked at", `{"kinds":["text"],"action":"review"}`, text, DecideReview, "match"},
		{"matching is ignored", `{"kinds":["text"],"action":"ignore","otherwise":"review"}`, text, DecideIgnore, "match"},
		{"language", `{"languages":["fr"]}`, text, DecideIgnore, "language"},
		{"the text's language", `{"languages":["EN"]}`, text, DecidePublish, "match"},
		{"unknown language", `{"languages":["fr"]}`, Entry{Kind: KindText, Name: LangText{"und": "X"}}, DecidePublish, "match"},
		{"polygon", `{"area":{"geojson":{"type":"Polygon","coordinates":[[[-2,48],[-1,48],[-1,49],[-2,49],[-2,48]]]}}}`, garden(paris), DecideIgnore, "area"},
	}
	for _, c := range cases {
		got := rule(t, c.rule).Decide(&c.e)
		if got.Action != c.want || got.Code != c.code || got.Reason == "" {
			t.Errorf("%s: %+v, want %s (%s)", c.name, got, c.want, c.code)
		}
	}
}

func TestRuleJSON(t *testing.T) {
	t.Parallel()
	if s := (SourceRule{Action: DecidePublish}).String(); s == "" {
		t.Error("an unchecked rule is written as it is")
	}
	r := rule(t, `{"kinds":["text","commons","text"],"languages":["fr-FR","fr"],"area":{},"placeless":true,"action":"publish","otherwise":"ignore"}`)
	if got, want := r.String(), `{"kinds":["commons","text"],"languages":["fr"]}`; got != want {
		t.Errorf("normalised: %s, want %s", got, want)
	}
	if !rule(t, `{"action":"publish"}`).All() || rule(t, `{"action":"review"}`).All() {
		t.Error("All is the rule that publishes everything, and no other")
	}
	for _, bad := range []string{`{`, `[]`, `{"kinds":["car"]}`, `{"themes":["x"]}`, `{"languages":["français"]}`, `{"action":"burn"}`,
		`{"action":"silence"}`, `{"otherwise":"publish"}`, `{"unknown":1}`, `{} {}`, `{"area":{"bbox":[1,2]}}`, `{"area":{"regions":["999"]}}`,
		`{"reviewKinds":["car"]}`, strings.Repeat(" ", maxRuleBytes) + "{}"} {
		var inv Invalid
		if _, err := ParseSourceRule([]byte(bad)); !errors.As(err, &inv) {
			t.Errorf("%.40s: %v, want an Invalid", bad, err)
		}
	}
}

func FuzzSourceRule(f *testing.F) {
	for _, s := range []string{"", "{}", `{"kinds":["text"],"area":{"departments":["35"]}}`, `{"area":{"geojson":{"type":"Polygon","coordinates":[]}}}`,
		`{"area":null,"placeless":true}`, `{"languages":[""]}`} {
		f.Add(s)
	}
	e := Entry{Kind: KindCommons, Name: LangText{"fr": "X"}, Place: &Place{Point: &Point{Lat: 48, Lon: -2}}}
	f.Fuzz(func(t *testing.T, raw string) {
		r, err := ParseSourceRule([]byte(raw))
		if err != nil {
			return
		}
		again, err := ParseSourceRule([]byte(r.String()))
		if err != nil || again.String() != r.String() {
			t.Fatalf("%q is written %q, which reads as %q, %v", raw, r, again, err)
		}
		if a, b := r.Decide(&e), again.Decide(&e); a != b {
			t.Fatalf("%q decides %v and then %v", raw, a, b)
		}
	})
}
