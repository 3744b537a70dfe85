package raw_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"codeberg.org/bocage/bocage/federation/internal/raw"
)

// seeds are texts that are taken apart, some of them in more than one way.
var seeds = []string{
	`{}`, `[]`, ` { } `, `null`, `"x"`, `{"a":1}`, `{"a" : [1, {"b":"]}"}] , "c":null}`, `{"a":1,"a":2}`, `["\"",{"\\":"\\"},[],[[]]]`,
	`{"é":"\u00e9","\u0061":true,"x":-1.5e3}`, "{\"a\":\"\xff\"}", `{"a":"\ud800"}`, "[\n1\t,\r2 ]", `{"":""}`, `[1,2`, `{"a"`, `{"a":"\`, `[,]`, `{"a":}`,
}

// FuzzTakeApart: what encoding/json takes apart is taken apart in the same way, and
// nothing makes it panic.
func FuzzTakeApart(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got := map[string]string{}
		object := raw.Members(text, func(name string, value json.RawMessage) { got[name] = string(value) })
		var items []string
		array := raw.Items(text, func(value json.RawMessage) { items = append(items, string(value)) })
		s := raw.Text(text)
		if !json.Valid(text) {
			return
		}
		var m map[string]json.RawMessage
		if isObject := json.Unmarshal(text, &m) == nil && m != nil; isObject != object {
			t.Fatalf("an object: %t, want %t", object, isObject)
		}
		want := map[string]string{}
		for k, v := range m {
			want[k] = string(v)
		}
		if d := cmp.Diff(want, got); object && d != "" {
			t.Error(d)
		}
		var list []json.RawMessage
		if isArray := json.Unmarshal(text, &list) == nil && list != nil; isArray != array {
			t.Fatalf("an array: %t, want %t", array, isArray)
		}
		for i, v := range list {
			if i >= len(items) || items[i] != string(v) {
				t.Fatalf("items %q, want %q", items, list)
			}
		}
		var str string
		if trimmed := bytes.TrimSpace(text); json.Unmarshal(trimmed, &str) == nil && str != raw.Text(trimmed) {
			t.Errorf("text %q, want %q (%q)", raw.Text(trimmed), str, s)
		}
	})
}
