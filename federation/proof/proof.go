// Package proof signs and verifies documents (FEP-8b32, cryptosuite
// eddsa-jcs-2022), canonicalises JSON (RFC 8785), hashes documents and codes
// public keys as Multikey (FEP-521a).
//
// It does no I/O and knows no actor: whose key it is, and whether it may speak
// for a document, is package peer's to find out. Packages vocab, keyring, peer
// and harvest call it.
package proof

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ErrMalformed is returned for input that has no canonical form or is no key.
var ErrMalformed = errors.New("malformed")

// maxDepth bounds the nesting of what is canonicalised.
const maxDepth = 64

// JCS returns the canonical form of raw (RFC 8785). Numbers are IEEE doubles,
// so 48 and 48.0 are the same; of two members with one name the last counts.
func JCS(raw []byte) ([]byte, error) { return canonical(nil, raw) }

// Hash returns "sha256-" and the base64url SHA-256 of the canonical form of
// the document without its "@context", its "proof" and its "endorsement", "" for
// malformed input: a document is the same alone and inside a catalogue page,
// which has one context for all, and stays the same when a new version adds a
// term or a key signs it again.
func Hash(raw []byte) string {
	form, err := canonical(make([]byte, 0, len(raw)), raw, "proof", "@context", "endorsement")
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(form)
	return "sha256-" + base64.RawURLEncoding.EncodeToString(sum[:])
}

func decode(raw []byte) (any, error) {
	if !utf8.Valid(raw) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrMalformed)
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: more than one value", ErrMalformed)
	}
	return v, nil
}

func write(b []byte, v any, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("%w: nested deeper than %d", ErrMalformed, maxDepth)
	}
	var err error
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case json.Number:
		return appendNumber(b, v)
	case string:
		return appendString(b, v), nil
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			if b, err = write(b, item, depth+1); err != nil {
				return nil, err
			}
		}
		return append(b, ']'), nil
	case map[string]any:
		return writeObject(b, v, depth)
	}
	return nil, fmt.Errorf("%w: %T", ErrMalformed, v)
}

func writeObject(b []byte, m map[string]any, depth int) ([]byte, error) {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, compareUTF16)
	b = append(b, '{')
	var err error
	for i, k := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, k), ':')
		if b, err = write(b, m[k], depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

// compareUTF16 orders by UTF-16 code units (RFC 8785 §3.2.3), which differs
// from the order of bytes only above U+D7FF.
func compareUTF16(a, b string) int {
	if below(a) && below(b) {
		return strings.Compare(a, b)
	}
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

// below reports whether all of s is below U+E000, where both orders agree.
func below(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0xee {
			return false
		}
	}
	return true
}

// appendNumber writes a number as ECMAScript does (RFC 8785 §3.2.2.3).
func appendNumber(b []byte, n json.Number) ([]byte, error) {
	f, err := n.Float64()
	if err != nil {
		return nil, fmt.Errorf("%w: number %s", ErrMalformed, n)
	}
	if f == 0 {
		return append(b, '0'), nil // also -0
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.AppendFloat(b, f, 'f', -1, 64), nil
	}
	e := strconv.AppendFloat(nil, f, 'e', -1, 64)
	// Go pads the exponent to two digits, ECMAScript does not.
	if i := len(e) - 2; e[i] == '0' && (e[i-1] == '+' || e[i-1] == '-') {
		e = append(e[:i], e[i+1])
	}
	return append(b, e...), nil
}

func appendString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= 0x20:
			b = append(b, c)
		case c == '\b':
			b = append(b, '\\', 'b')
		case c == '\t':
			b = append(b, '\\', 't')
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\f':
			b = append(b, '\\', 'f')
		case c == '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(b, '"')
}
