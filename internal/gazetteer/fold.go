package gazetteer

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxKey bounds a folded name; the longest in the data has 57 bytes.
const maxKey = 96

// letters that Unicode does not decompose into a base letter and an accent.
func expand(r rune) string {
	switch r {
	case 'œ', 'Œ':
		return "oe"
	case 'æ', 'Æ':
		return "ae"
	case 'ß', 'ẞ':
		return "ss"
	case 'ø', 'Ø':
		return "o"
	case 'ł', 'Ł':
		return "l"
	case 'đ', 'Đ', 'ð', 'Ð':
		return "d"
	case 'þ', 'Þ':
		return "th"
	case 'ı', 'İ':
		return "i"
	case 'ħ', 'Ħ':
		return "h"
	}
	return ""
}

// letters appends s to dst in lower case without accents, every run of other
// signs than letters and digits as one space, none at the ends.
func letters(dst []byte, s string) []byte {
	space := false
	put := func(c byte) {
		if space && len(dst) > 0 {
			dst = append(dst, ' ')
		}
		space = false
		dst = append(dst, c)
	}
	for i := 0; i < len(s) && len(dst) < maxKey; {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			r, size := utf8.DecodeRuneInString(s[i:])
			if e := expand(r); e != "" {
				for j := range len(e) {
					put(e[j])
				}
			} else if unicode.Is(unicode.Mn, r) {
				// a loose accent belongs to the letter before it
			} else if d := norm.NFD.PropertiesString(s[i:]).Decomposition(); len(d) > 0 && d[0] < utf8.RuneSelf {
				put(lower(d[0]))
			} else if unicode.IsLetter(r) || unicode.IsDigit(r) {
				if space && len(dst) > 0 {
					dst = append(dst, ' ')
				}
				space = false
				dst = utf8.AppendRune(dst, unicode.ToLower(r))
			} else {
				space = true
			}
			i += size
			continue
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c >= 'A' && c <= 'Z':
			put(lower(c))
		default:
			space = true
		}
		i++
	}
	return dst
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// key appends to dst the name as it is compared: folded, with SAINT as ST and S/
// as SUR, without CEDEX and what follows, with ordinals as numbers (PARIS 11E
// ARRONDISSEMENT is "paris 11"). partial keeps the last word as it is typed.
func key(dst []byte, name string, partial bool) []byte {
	var buf [maxKey + 8]byte
	words := letters(buf[:0], name)
	for len(words) > 0 {
		w := words
		words = nil
		for i, c := range w {
			if c == ' ' {
				w, words = w[:i], w[i+1:]
				break
			}
		}
		if string(w) == "cedex" {
			return dst
		}
		at := len(dst)
		if at > 0 {
			dst = append(dst, ' ')
		}
		word := len(dst)
		if partial && len(words) == 0 {
			dst = append(dst, w...)
		} else {
			dst = appendWord(dst, w)
		}
		if len(dst) == word {
			dst = dst[:at] // the word says nothing
		}
	}
	return dst
}

// appendWord appends the one form of a word that postal writing has several of.
func appendWord(dst, w []byte) []byte {
	switch string(w) {
	case "saint":
		return append(dst, "st"...)
	case "sainte":
		return append(dst, "ste"...)
	case "saints":
		return append(dst, "sts"...)
	case "s":
		return append(dst, "sur"...)
	case "arrondissement", "arrdt", "arr", "ardt":
		return dst
	}
	digits := 0
	for digits < len(w) && w[digits] >= '0' && w[digits] <= '9' {
		digits++
	}
	if digits > 0 && digits <= 2 {
		switch string(w[digits:]) {
		case "", "e", "er", "ere", "eme", "ieme", "nd", "nde":
			if w[0] == '0' && digits == 2 {
				return append(dst, w[1])
			}
			return append(dst, w[:digits]...)
		}
	}
	return append(dst, w...)
}
