package proof

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"

	"codeberg.org/bocage/bocage/federation/internal/raw"
)

// canonical appends the canonical form of one JSON text, without the members named
// of the outermost object. It is write after decode, and makes no value of what it
// copies: every document that comes in is hashed.
func canonical(b, text []byte, without ...string) ([]byte, error) {
	if !utf8.Valid(text) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	switch valid, deep := raw.Valid(text, maxDepth+1); {
	case deep:
		return nil, fmt.Errorf("%w: nested deeper than %d", ErrMalformed, maxDepth)
	case !valid:
		var v json.RawMessage
		return nil, fmt.Errorf("%w: %w", ErrMalformed, json.Unmarshal(text, &v)) // says where
	}
	return appendValue(b, trimmed(text), 0, without)
}

func trimmed(text []byte) []byte {
	for len(text) > 0 && isSpace(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && isSpace(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// appendValue writes valid JSON without space around it.
func appendValue(b, text []byte, depth int, without []string) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: nested deeper than %d", ErrMalformed, maxDepth)
	}
	switch text[0] {
	case '{':
		return appendMembers(b, text, depth, without)
	case '[':
		b = append(b, '[')
		begun := len(b)
		var err error
		raw.Items(text, func(item json.RawMessage) {
			if len(b) > begun {
				b = append(b, ',')
			}
			if err == nil {
				b, err = appendValue(b, item, depth+1, nil)
			}
		})
		if err != nil {
			return nil, err
		}
		return append(b, ']'), nil
	case '"':
		if inner := text[1 : len(text)-1]; raw.Plain(inner) {
			return append(b, text...), nil
		}
		return appendString(b, raw.Text(text)), nil
	case 't', 'f', 'n':
		return append(b, text...), nil
	}
	return appendNumber(b, json.Number(text))
}

// member is one of an object.
type member struct {
	name  string
	value []byte
}

// appendMembers writes an object with its members in order, of two with one name
// the last.
func appendMembers(b, text []byte, depth int, without []string) ([]byte, error) {
	var room [24]member
	ms := room[:0]
	raw.Members(text, func(name string, value json.RawMessage) {
		if !slices.Contains(without, name) {
			ms = append(ms, member{name, value})
		}
	})
	slices.SortStableFunc(ms, func(a, b member) int { return compareUTF16(a.name, b.name) })
	b = append(b, '{')
	begun := len(b)
	var err error
	for i, m := range ms {
		if i+1 < len(ms) && ms[i+1].name == m.name {
			continue
		}
		if len(b) > begun {
			b = append(b, ',')
		}
		b = append(appendString(b, m.name), ':')
		if b, err = appendValue(b, m.value, depth+1, nil); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}
