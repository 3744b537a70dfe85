package federation

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/federation/internal/raw"
)

// Members are an object's properties with their exact names. encoding/json's
// struct decoding matches names without case, which would let "Actor" shadow
// "actor" for one reader and not for another.
type Members map[string]json.RawMessage

// ParseObject reads raw, one JSON object, within the byte and depth limits.
func ParseObject(raw []byte) (Members, error) {
	if err := check(raw); err != nil {
		return nil, err
	}
	return parseMembers(raw)
}

// parseMembers reads an object out of a document that is valid: of two members with
// one name the last counts.
func parseMembers(text []byte) (Members, error) {
	m := make(Members, 16)
	if !raw.Members(text, func(name string, value json.RawMessage) { m[name] = value }) {
		return nil, fmt.Errorf("%w: not an object", ErrMalformed)
	}
	return m, nil
}

// check bounds the size and the nesting of text, and makes sure that it is JSON (RFC
// 8259 §8.1: in UTF-8), before anything recursive sees it.
func check(text []byte) error {
	if len(text) > MaxBodyBytes {
		return ErrTooLarge
	}
	if !utf8.Valid(text) {
		return fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	switch valid, deep := raw.Valid(text, MaxDepth); {
	case deep:
		return fmt.Errorf("%w: nested deeper than %d", ErrMalformed, MaxDepth)
	case !valid:
		var v json.RawMessage
		return fmt.Errorf("%w: %w", ErrMalformed, json.Unmarshal(text, &v)) // says where
	}
	return nil
}

// Text is the string value of the first of keys that has one; an array gives
// its first string.
func (m Members) Text(keys ...string) string {
	for _, k := range keys {
		if s := firstText(m[k]); s != "" {
			return s
		}
	}
	return ""
}

func firstText(text json.RawMessage) string {
	switch first(text) {
	case '"':
		return raw.Text(text) // malformed is absent
	case '[':
		for _, item := range listOf(text) {
			if first(item) == '"' {
				return firstText(item)
			}
		}
	}
	return ""
}

// List is the value as a list: absent and null are empty, a scalar is one item.
func (m Members) List(key string) []json.RawMessage { return listOf(m[key]) }

func listOf(text json.RawMessage) []json.RawMessage {
	switch first(text) {
	case 0, 'n':
		return nil
	case '[':
		var list []json.RawMessage
		raw.Items(text, func(item json.RawMessage) { list = append(list, item) }) // malformed is empty
		return list
	}
	return []json.RawMessage{text}
}

// Refs are the ids and embedded objects of a property.
func (m Members) Refs(key string) []Ref {
	var refs []Ref
	for _, raw := range m.List(key) {
		if r := refOf(raw); r.ID != "" || r.Embedded() {
			refs = append(refs, r)
		}
	}
	return refs
}

// Ref is the first of Refs, or the zero Ref.
func (m Members) Ref(key string) Ref {
	if refs := m.Refs(key); len(refs) > 0 {
		return refs[0]
	}
	return Ref{}
}

func refOf(text json.RawMessage) Ref {
	switch first(text) {
	case '"':
		return Ref{ID: idOf(firstText(text)), Raw: text}
	case '{':
		m := make(Members, 5)
		ok := raw.Members(text, func(name string, value json.RawMessage) {
			switch name {
			case "id", "@id", "type", "@type", "href":
				m[name] = value
			}
		})
		if !ok {
			return Ref{}
		}
		return Ref{ID: idOf(m.Text("id", "@id", "href")), Type: m.Text("type", "@type"), Raw: text} // a Link has a href
	}
	return Ref{}
}

// IDs are the ids of Refs, with the short names of the public audience spelled out.
func (m Members) IDs(key string) []string {
	var ids []string
	for _, r := range m.Refs(key) {
		switch r.ID {
		case "":
			continue
		case "as:Public", "Public":
			ids = append(ids, Public)
		default:
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// Object is the property's first embedded object, nil when there is none.
func (m Members) Object(key string) Members {
	for _, raw := range m.List(key) {
		if first(raw) == '{' {
			if o, err := parseMembers(raw); err == nil {
				return o
			}
		}
	}
	return nil
}

// Number reads a number, or a string that holds one (Friendica's coordinates).
func (m Members) Number(key string) (float64, bool) {
	raw := strings.Trim(string(m[key]), `" `)
	f, err := strconv.ParseFloat(raw, 64)
	return f, err == nil && f-f == 0 // neither NaN nor infinite
}

// Bool reads true; everything else is false.
func (m Members) Bool(key string) bool { return string(m[key]) == "true" }

// LangMap reads a language map such as nameMap; nil when there is none.
func (m Members) LangMap(key string) map[string]string {
	if first(m[key]) != '{' {
		return nil
	}
	texts, err := parseMembers(m[key])
	if err != nil {
		return nil
	}
	var out map[string]string
	for lang, v := range texts {
		if s := firstText(v); s != "" {
			if out == nil {
				out = make(map[string]string, len(texts))
			}
			out[lang] = s
		}
	}
	return out
}

// Time reads a date-time as all known software writes it; zero when it cannot.
func (m Members) Time(key string) time.Time {
	s := m.Text(key)
	if s == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Truncate(time.Microsecond)
		}
	}
	return time.Time{}
}

// first is the first byte of a JSON value, 0 when there is none. Values that
// come out of encoding/json have no leading space.
func first(raw json.RawMessage) byte {
	for _, c := range raw {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}
