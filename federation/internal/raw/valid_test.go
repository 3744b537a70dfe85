package raw_test

import (
	"encoding/json"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/federation/internal/raw"
)

// deepest is far above what any text of the tests is nested.
const deepest = 5000

// FuzzValid: what json.Valid says is said.
func FuzzValid(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	for _, s := range []string{"", " ", "1 2", "01", "-", "-0", "1.", ".5", "1e", "1e+", "1E-07", "tru", "nulll", "\"\x1f\"", `"\u12g4"`, `"\u123`, `"\x"`, `"`, `{"a":1,}`, `{,}`, `[1 2]`, `{"a" 1}`, `{1:2}`, "\x00", "1\x00", "[1]\x00", "\ufeff{}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, deep := raw.Valid(text, deepest)
		if want := json.Valid(text); !deep && got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	})
}

// TestValidDepth: the depth that is allowed is, the next is not, and an end without a
// beginning makes no room.
func TestValidDepth(t *testing.T) {
	for _, c := range []struct {
		text        string
		valid, deep bool
	}{
		{strings.Repeat("[", 3) + strings.Repeat("]", 3), true, false},
		{strings.Repeat("[", 4) + strings.Repeat("]", 4), false, true},
		{`{"a":{"b":[{}]}}`, false, true},
		{`[[["[[[["]],[[1]]]`, true, false},
		{`]]][[[`, false, false},
		{strings.Repeat(`{"a":`, 100_000), false, true},
		{"1", true, false},
	} {
		if valid, deep := raw.Valid([]byte(c.text), 3); valid != c.valid || deep != c.deep {
			t.Errorf("%.40s: valid %t deep %t, want %t %t", c.text, valid, deep, c.valid, c.deep)
		}
	}
}

// BenchmarkValid compares with json.Valid.
func BenchmarkValid(b *testing.B) {
	text := []byte(`{"@context":"https://www.w3.org/ns/activitystreams","id":"https://them.example/activities/1","type":"Create",` +
		`"to":["https://www.w3.org/ns/activitystreams#Public"],"object":{"type":"Event","name":"Rencontre","startTime":"2026-05-01T10:00:00Z","n":[1,2.5,true]}}`)
	b.Run("raw", func(b *testing.B) {
		for b.Loop() {
			if ok, _ := raw.Valid(text, 32); !ok {
				b.Fatal("invalid")
			}
		}
	})
	b.Run("json", func(b *testing.B) {
		for b.Loop() {
			if !json.Valid(text) {
				b.Fatal("invalid")
			}
		}
	})
}
