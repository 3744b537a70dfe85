package federation

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseEnvelope(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		in   string
		want Envelope
		err  error
	}{
		"Mastodon's Undo": {
			`{"@context":"https://www.w3.org/ns/activitystreams","id":"https://m.ex/u#follows/1/undo","type":"Undo","actor":"https://m.ex/u","object":{"id":"https://m.ex/1","type":"Follow","actor":"https://m.ex/u","object":"https://b.ex/entries/1"}}`,
			Envelope{ID: "https://m.ex/u#follows/1/undo", Type: "Undo", Actor: "https://m.ex/u", OneActor: true, Object: Ref{ID: "https://m.ex/1", Type: "Follow"}}, nil},
		"scalars, arrays and short names": {
			`{"type":["Create","x"],"actor":{"id":"https://f.ex/u","type":"Person"},"object":"https://f.ex/1","to":"as:Public","cc":["Public",{"id":"https://f.ex/c"},null,3]}`,
			Envelope{Type: "Create", Actor: "https://f.ex/u", Object: Ref{ID: "https://f.ex/1"}, To: []string{Public}, CC: []string{Public, "https://f.ex/c"}}, nil},
		"names are exact": {`{"type":"Follow","Actor":"https://evil.ex/","actor":"https://f.ex/u","OBJECT":"x"}`,
			Envelope{Type: "Follow", Actor: "https://f.ex/u", OneActor: true}, nil},
		"no actor":  {`{"type":"Follow"}`, Envelope{}, ErrMalformed},
		"no type":   {`{"actor":"https://f.ex/u"}`, Envelope{}, ErrMalformed},
		"array":     {`[]`, Envelope{}, ErrMalformed},
		"null":      {`null`, Envelope{}, ErrMalformed},
		"broken":    {`{"type":`, Envelope{}, ErrMalformed},
		"empty":     {``, Envelope{}, ErrMalformed},
		"deep":      {`{"type":"Follow","actor":"https://f.ex/u","object":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`, Envelope{}, ErrMalformed},
		"brackets":  {`{"type":"Follow","actor":"https://f.ex/u","x":"` + strings.Repeat(`[{\"`, 40) + `"}`, Envelope{Type: "Follow", Actor: "https://f.ex/u", OneActor: true}, nil},
		"too large": {`{"type":"Follow","actor":"https://f.ex/u","x":"` + strings.Repeat("x", MaxBodyBytes) + `"}`, Envelope{}, ErrTooLarge},
	} {
		got, err := ParseEnvelope([]byte(tt.in))
		got.Object.Raw = nil
		if diff := cmp.Diff(tt.want, got); diff != "" || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v\n%s", name, err, diff)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	const create = `{"id":"https://f.ex/c","type":"Create","actor":"https://f.ex/u","published":"2026-01-02T03:04:05.678Z","object":{"id":"https://f.ex/e","type":"Event","name":"x"%s}}`
	for name, tt := range map[string]struct {
		in  string
		err error
	}{
		"without a context":                  {strings.Replace(create, "%s", "", 1), nil},
		"null context":                       {`{"@context":null,"type":"Follow","actor":"https://f.ex/u","object":"https://b.ex/1"}`, nil},
		"a duration that panics":             {strings.Replace(create, "%s", `,"duration":""`, 1), ErrMalformed},
		"a type of nobody's":                 {`{"type":"FeatureRequest","actor":"https://f.ex/u"}`, nil},
		"not an activity":                    {`{"type":"Note","actor":"https://f.ex/u","content":"x"}`, ErrMalformed},
		"two actors":                         {`{"type":"Follow","actor":["https://f.ex/u","https://f.ex/v"],"object":"https://b.ex/1"}`, ErrMalformed},
		"an actor that is not a URI":         {`{"type":"Follow","actor":["x y","https://f.ex/v"],"object":"https://b.ex/1"}`, ErrMalformed},
		"an embedded actor without a scheme": {`{"type":"Delete","actor":{"type":"Tombstone","id":"0"}}`, ErrMalformed},
		"Move":                               {`{"type":"Move","actor":"https://f.ex/u","object":"https://f.ex/u","target":"https://g.ex/u"}`, nil},
		"a body that is not an object":       {`"x"`, ErrMalformed},
	} {
		got, err := Parse([]byte(tt.in))
		if !errors.Is(err, tt.err) {
			t.Errorf("%s: got %v, want %v", name, err, tt.err)
		}
		if err == nil && string(got.Raw) != tt.in {
			t.Errorf("%s: bytes changed", name)
		}
	}
	act, _ := Parse([]byte(strings.Replace(create, "%s", "", 1)))
	if act.Published.UnixMilli() != 1767323045678 || act.Object.Type != "Event" || !act.Object.Embedded() {
		t.Errorf("read %+v", act)
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for in, want := range map[Decimal]string{48: "48.0", -0.5: "-0.5", 48.1173: "48.1173", 0: "0.0", 1e-7: "0.0000001"} {
		if got, err := json.Marshal(in); err != nil || string(got) != want {
			t.Errorf("%v: %s, %v", float64(in), got, err)
		}
	}
}

func TestEncode(t *testing.T) {
	t.Parallel()
	lat, lon := Decimal(48), Decimal(-1)
	o := Object{ID: "https://b.ex/e", Type: "Event", Name: "a<b>&c", Location: &Place{Type: "Place", Latitude: &lat, Longitude: &lon},
		To: []string{Public}, NameMap: map[string]string{"fr": "é", "en": "e"}}
	got, err := Encode(o)
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(got, &doc); err != nil {
		t.Fatal(err)
	}
	if c, ok := doc["@context"].([]any); !ok || c[0] != ASContext || len(c) != 4 {
		t.Errorf("context: %v", doc["@context"])
	}
	for _, want := range []string{`"latitude":48.0,"longitude":-1.0`, `"attachment":[]`, `"to":["` + Public + `"]`, `"name":"a<b>&c"`, `"nameMap":{"en":"e","fr":"é"}`} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if inner := Embed(got); strings.Contains(string(inner), "@context") || !json.Valid(inner) {
		t.Errorf("embedded: %s", inner)
	}
	if foreign := []byte(`{"@context":"x","a":1}`); string(Embed(foreign)) != string(foreign) {
		t.Error("foreign bytes changed")
	}
	if !json.Valid(ContextDocument()) {
		t.Error("context document is not JSON")
	}
}

func TestParseActor(t *testing.T) {
	t.Parallel()
	const doc = `{"id":"https://m.ex/u","type":"Person","preferredUsername":"u","inbox":"https://m.ex/u/inbox","endpoints":{"sharedInbox":"https://m.ex/inbox"},
		"publicKey":{"id":"https://m.ex/u#main-key","owner":"https://m.ex/u","publicKeyPem":"PEM"},"url":[{"type":"Link","href":"https://m.ex/f","mediaType":"image/png"},{"type":"Link","href":"https://m.ex/@u","mediaType":"text/html"}],
		"assertionMethod":[{"id":"https://m.ex/u#ed","type":"Multikey","controller":"https://m.ex/u","publicKeyMultibase":"z6Mk"}],"discoverable":true,"alsoKnownAs":"https://o.ex/u"}`
	a, err := ParseActor([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	a.Raw = nil
	want := Actor{ID: "https://m.ex/u", Type: "Person", PreferredUsername: "u", Inbox: "https://m.ex/u/inbox", SharedInbox: "https://m.ex/inbox",
		PublicKeys:       []PublicKey{{ID: "https://m.ex/u#main-key", Owner: "https://m.ex/u", PEM: "PEM"}},
		AssertionMethods: []Multikey{{ID: "https://m.ex/u#ed", Controller: "https://m.ex/u", Multibase: "z6Mk"}},
		URL:              "https://m.ex/@u", Discoverable: true, AlsoKnownAs: []string{"https://o.ex/u"}}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
	if a.KeyByID("https://m.ex/u#main-key") != "PEM" || a.KeyByID("https://evil.ex/k") != "" {
		t.Error("keys of the actor")
	}
	for _, bad := range []string{`{}`, `{"id":"https://m.ex/u","type":"Person"}`} {
		if _, err := ParseActor([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

func TestParseCollection(t *testing.T) {
	t.Parallel()
	c, err := ParseCollection([]byte(`{"id":"https://m.ex/o","type":"OrderedCollection","totalItems":3,"first":{"type":"OrderedCollectionPage","orderedItems":{"id":"https://m.ex/1"},"next":"https://m.ex/o?2"}}`))
	if err != nil || c.TotalItems != 3 || c.FirstPage == nil || len(c.FirstPage.Items) != 1 || c.FirstPage.Next != "https://m.ex/o?2" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := ParseCollection([]byte(`{"type":"Note"}`)); !errors.Is(err, ErrMalformed) {
		t.Errorf("a note: %v", err)
	}
}

var seeds = []string{
	`{"id":"https://f.ex/c","type":"Create","actor":"https://f.ex/u","object":{"type":"Event","duration":""},"to":"as:Public"}`,
	`{"@context":["https://www.w3.org/ns/activitystreams",{"x":"y"}],"type":["Undo"],"actor":{"id":"https://f.ex/u"},"object":{"type":"Follow"}}`,
	`{"type":"Delete","actor":"https://f.ex/u","object":{"type":"Tombstone","id":"https://f.ex/1","formerType":"Event","deleted":"2026-01-01T00:00:00Z"}}`,
	`{"type":"Announce","actor":["https://f.ex/u"],"object":{"type":"Create","object":{"type":"Event","startTime":"x","location":[{"type":"Place","latitude":"1e400"}]}}}`,
	`[[[[`, `{"type":{},"actor":[]}`, `{"\u0000":1}`,
}

func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		env, envErr := ParseEnvelope(body)
		act, err := Parse(body)
		if err == nil && (envErr != nil || act.Actor != env.Actor || act.Type != env.Type) {
			t.Fatalf("read in two ways: %+v %v, %+v", env, envErr, act)
		}
		for _, err := range []error{envErr, err} {
			if err != nil && !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrTooLarge) {
				t.Fatalf("error of no kind: %v", err)
			}
		}
		_, _ = ParseActor(body)
		_, _ = ParseCollection(body)
		_, _ = ReadObject(body)
		_, _ = ReadEndorsement(body)
	})
}

func BenchmarkEnvelope(b *testing.B) {
	body := []byte(seeds[0])
	for b.Loop() {
		if _, err := ParseEnvelope(body); err != nil {
			b.Fatal(err)
		}
	}
}
