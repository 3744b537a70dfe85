// Package raw takes JSON text apart without decoding it: the members of an object
// and the items of an array, each as it was written. Packages federation and proof
// read documents with it, so that what is nested is looked at once and not once
// for each level.
//
// It trusts that the text is valid (see Valid): of anything else it
// returns false or less than there is, and never panics.
package raw

import (
	"encoding/json"
	"unicode/utf8"
)

// Members calls each with the members of the object in text, in order: of two with
// one name both come. It returns false when text is no object.
func Members(text []byte, each func(name string, value json.RawMessage)) bool {
	c := cursor{text: text}
	if c.space() != '{' {
		return false
	}
	c.at++
	if c.space() == '}' {
		return true
	}
	for {
		if c.space() != '"' {
			return false
		}
		name := c.value()
		if c.space() != ':' {
			return false
		}
		c.at++
		c.space()
		value := c.value()
		if len(value) == 0 {
			return false
		}
		each(Text(name), value)
		switch c.space() {
		case ',':
			c.at++
		default:
			return c.at < len(text) && text[c.at] == '}'
		}
	}
}

// Items calls each with the items of the array in text, in order. It returns false
// when text is no array.
func Items(text []byte, each func(value json.RawMessage)) bool {
	c := cursor{text: text}
	if c.space() != '[' {
		return false
	}
	c.at++
	if c.space() == ']' {
		return true
	}
	for {
		c.space()
		value := c.value()
		if len(value) == 0 {
			return false
		}
		each(value)
		switch c.space() {
		case ',':
			c.at++
		default:
			return c.at < len(text) && text[c.at] == ']'
		}
	}
}

// Text is the string that the JSON string text stands for, as encoding/json reads
// it: what is not UTF-8 becomes U+FFFD. "" when it is no string.
func Text(text []byte) string {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return ""
	}
	if inner := text[1 : len(text)-1]; Plain(inner) {
		return string(inner)
	}
	var s string
	if json.Unmarshal(text, &s) != nil {
		return ""
	}
	return s
}

// Plain reports whether the inside of a JSON string stands for itself: it has no
// escape, no control character and is UTF-8.
func Plain(inner []byte) bool {
	ascii := true
	for _, c := range inner {
		if c == '\\' || c < ' ' || c == '"' {
			return false
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	return ascii || utf8.Valid(inner)
}

// cursor is a place in a text.
type cursor struct {
	text []byte
	at   int
}

// space goes over white space and returns the byte after it, 0 at the end.
func (c *cursor) space() byte {
	for ; c.at < len(c.text); c.at++ {
		switch b := c.text[c.at]; b {
		case ' ', '\t', '\n', '\r':
		default:
			return b
		}
	}
	return 0
}

// value goes over one value and returns it.
func (c *cursor) value() json.RawMessage {
	begin := c.at
	if c.at >= len(c.text) {
		return nil
	}
	switch c.text[c.at] {
	case '"':
		c.quoted()
	case '{', '[':
		c.nested()
	default:
		c.bare()
	}
	return c.text[begin:c.at:c.at]
}

// quoted goes over a string.
func (c *cursor) quoted() {
	for c.at++; c.at < len(c.text); c.at++ {
		switch c.text[c.at] {
		case '\\':
			c.at++
		case '"':
			c.at++
			return
		}
	}
	c.at = len(c.text) // the escape of a text that was cut short goes over its end
}

// nested goes over an object or an array.
func (c *cursor) nested() {
	for depth := 0; c.at < len(c.text); {
		switch c.text[c.at] {
		case '"':
			c.quoted()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		c.at++
		if depth == 0 {
			return
		}
	}
}

// bare goes over a number, true, false or null.
func (c *cursor) bare() {
	for ; c.at < len(c.text); c.at++ {
		switch c.text[c.at] {
		case ',', '}', ']', ':', ' ', '\t', '\n', '\r':
			return
		}
	}
}
