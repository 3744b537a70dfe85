package federation

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestFlood: of a megabyte of objects inside an activity go-fed is shown a few, and of
// tags and attachments no more are read than anybody needs.
func TestFlood(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"tag", "attachment", "to", "location"} {
		flood := `[` + strings.Repeat(`{},`, 200_000) + `{}]`
		inner := `{"id":"https://a.ex/e","type":"Event","name":"x","` + name + `":` + flood + `}`
		body := []byte(`{"@context":"` + ASContext + `","id":"https://a.ex/1","type":"Create","actor":"https://a.ex/u","object":` + inner + `}`)
		if act, err := Parse(body); err != nil || act.Object.ID != "https://a.ex/e" {
			t.Fatalf("%s: %+v, %v", name, act.Envelope, err)
		}
		var m map[string]any
		if err := json.Unmarshal(body, &m); err != nil {
			t.Fatal(err)
		}
		if n := objectsIn(outline(m, 1)); n > 20 {
			t.Errorf("%s: go-fed is shown %d objects", name, n)
		}
		o, err := ReadObject([]byte(inner))
		if err != nil || len(o.Tag) > maxItems || len(o.Attachment) > maxItems {
			t.Errorf("%s: %d tags and %d attachments are read, %v", name, len(o.Tag), len(o.Attachment), err)
		}
	}
}

func objectsIn(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		n = 1
		for _, inner := range v {
			n += objectsIn(inner)
		}
	case []any:
		for _, inner := range v {
			n += objectsIn(inner)
		}
	}
	return n
}

// TestIDs: what is too long for an id, or has what no id has, is none.
func TestIDs(t *testing.T) {
	t.Parallel()
	long := "https://a.ex/" + strings.Repeat("x", MaxIDBytes)
	for _, bad := range []string{long, "https://a.ex/\u0000", "https://a.ex/\n", "https://a.ex/\u0085"} {
		quoted, err := json.Marshal(bad)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range []string{`{"type":"Like","actor":"https://a.ex/u","id":%}`, `{"type":"Like","actor":%}`, `{"type":"Like","actor":"https://a.ex/u","object":%}`,
			`{"type":%,"actor":"https://a.ex/u"}`} {
			if env, err := ParseEnvelope([]byte(strings.Replace(form, "%", string(quoted), 1))); err == nil {
				t.Errorf("%s with %.20q is read: %.40q %.40q", form, bad, env.ID, env.Object.ID)
			}
		}
		if o, err := ReadObject([]byte(`{"type":"Event","id":` + string(quoted) + `}`)); err == nil {
			t.Errorf("an object %.20q", o.ID)
		}
		env, err := ParseEnvelope([]byte(`{"type":"Undo","actor":"https://a.ex/u","object":{"type":"Follow","id":` + string(quoted) + `}}`))
		if err != nil || env.Object.ID != "" || env.Object.Type != "Follow" {
			t.Errorf("embedded: %+v, %v", env.Object, err)
		}
	}
	if _, err := ParseEnvelope([]byte("{\"type\":\"Like\",\"actor\":\"https://a.ex/u\",\"name\":\"\xff\"}")); err == nil {
		t.Error("what is no UTF-8 is read")
	}
}
