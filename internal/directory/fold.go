package directory

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldings are the letters that Unicode does not decompose but that people type
// without their sign, or as two letters.
var foldings = map[rune]string{
	'œ': "oe", 'æ': "ae", 'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d",
	'þ': "th", 'ħ': "h", 'ŧ': "t", 'ı': "i", 'ĸ': "k", 'ŋ': "n",
	'’': "'", '‘': "'", 'ʼ': "'", '–': "-", '—': "-", '‑': "-", '‐': "-",
	'ς': "σ",
}

// Fold is the search and sort key of s: lower case, accents removed, œ æ ß ø ł…
// written with plain letters, white space and control characters collapsed. It is idempotent, and safe
// on any bytes.
func Fold(s string) string {
	if plainASCII(s) {
		return strings.Join(strings.Fields(strings.ToLower(s)), " ")
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(strings.ToValidUTF8(s, " ")) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		if unicode.IsControl(r) {
			r = ' '
		}
		r = unicode.ToLower(r)
		if f, ok := foldings[r]; ok {
			b.WriteString(f)
			continue
		}
		b.WriteRune(r)
	}
	return strings.Join(strings.Fields(norm.NFC.String(b.String())), " ")
}

// plainASCII reports whether s is printable ASCII and spaces.
func plainASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// Words splits the folded form of s into its letters-and-digits words: what the
// search index stores and what a query must match.
func Words(s string) []string {
	return strings.FieldsFunc(Fold(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r)
	})
}

// maxHandleBytes bounds a handle; Mastodon takes more, people do not.
const maxHandleBytes = 48

// Handle makes the local part of an acct: URI out of a name: ASCII words joined
// by '-', in the grammar that Mastodon accepts, at most 48 bytes, cut between
// words where it can. "" when the name has no usable character; the caller makes
// it unique and checks ReservedHandle.
func Handle(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(Fold(name), func(r rune) bool {
		return !isHandleChar(r)
	}) {
		if b.Len() > 0 && b.Len()+1+len(word) > maxHandleBytes {
			break
		}
		if b.Len() > 0 {
			b.WriteByte('-')
		}
		b.WriteString(word[:min(len(word), maxHandleBytes)])
	}
	return strings.Trim(b.String(), "-")
}

func isHandleChar(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }

// ValidHandle reports whether h is in Mastodon's username grammar,
// [a-z0-9_]+([.-]+[a-z0-9_]+)*, lower case, at most 64 bytes.
func ValidHandle(h string) bool {
	if h == "" || len(h) > 64 {
		return false
	}
	edge := func(c byte) bool { return c == '_' || isHandleChar(rune(c)) }
	for i := 0; i < len(h); i++ {
		if !edge(h[i]) && h[i] != '-' && h[i] != '.' {
			return false
		}
	}
	return edge(h[0]) && edge(h[len(h)-1])
}

// reservedHandles belong to the instance itself.
var reservedHandles = map[string]bool{
	"instance": true, "relay": true, "actor": true, "inbox": true, "admin": true, "bocage": true,
}

// ReservedHandle reports whether h may not be given to an entry: a word of the
// instance, or the host's own name.
func ReservedHandle(h, host string) bool {
	return reservedHandles[h] || (host != "" && h == strings.ToLower(host))
}
