package chronicle

import "unicode"

// labelSize is the font size of labels in pixels.
const labelSize = 13.5

// advance estimates the width of a rune in ems, by class of character: within
// six in a hundred for the interface's typeface.
func advance(r rune) float64 {
	switch {
	case r >= 0x300 && r <= 0x36f || r >= 0xfe00 && r <= 0xfe0f || r == 0x200d:
		return 0 // combining marks and joiners
	case r == 'i' || r == 'j' || r == 'l' || r == 't' || r == 'f' || r == 'r' || r == 'I' || r == '.' || r == ',' || r == '\'' || r == '’' || r == ':' || r == ';' || r == '|' || r == '!' || r == '(' || r == ')':
		return 0.33
	case unicode.IsSpace(r):
		return 0.27
	case r == 'm' || r == 'w' || r == 'M' || r == 'W' || r == 'œ' || r == 'æ' || r == 'Œ' || r == 'Æ' || r == '—' || r == '…' || r == '@' || r == '%':
		return 0.86
	case r >= 0x1100 && (r <= 0x11ff || r >= 0x2e80):
		return 1.05 // Hangul, CJK, emoji
	case unicode.IsUpper(r):
		return 0.66
	}
	return 0.55
}

func textWidth(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		w += advance(r)
	}
	return w * size
}

// shorten cuts a label that is wider than room, preferably after a word, and
// returns its width.
func shorten(s string, room float64) (label string, width float64) {
	if width = textWidth(s, labelSize); width <= room {
		return s, width
	}
	room -= advance('…') * labelSize
	end, word, w, wordWidth := 0, 0, 0.0, 0.0
	for i, r := range s {
		if unicode.IsSpace(r) {
			word, wordWidth = i, w
		}
		a := advance(r) * labelSize
		if w+a > room && a > 0 {
			end = i
			break
		}
		w += a
	}
	if wordWidth > room/2 {
		end, w = word, wordWidth
	}
	return s[:end] + "…", w + advance('…')*labelSize
}
