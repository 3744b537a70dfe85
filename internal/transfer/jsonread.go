package transfer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// checkDepth reads JSON to its end and refuses values nested deeper than
// MaxDepth, before a decoder recurses into them.
func checkDepth(r io.Reader) error {
	b := bufio.NewReaderSize(r, 64<<10)
	depth, line, inString, escaped := 0, 1, false, false
	for {
		ch, err := b.ReadByte()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the file: %w", err)
		}
		switch {
		case ch == '\n':
			line++
		case escaped:
			escaped = false
		case inString:
			escaped, inString = ch == '\\', ch != '"'
		case ch == '"':
			inString = true
		case ch == '{', ch == '[':
			if depth++; depth > MaxDepth {
				return &FileError{line, fmt.Sprintf("JSON is nested deeper than %d levels", MaxDepth)}
			}
		case ch == '}', ch == ']':
			depth--
		}
	}
}

// lists are the names under which known formats keep their list of entries.
var lists = [...]string{"features", "data", "visible", "entries", "elements"}

// jsonReader walks the objects of a list: the features of a GeoJSON file, or a
// list that is bare or under one of lists.
type jsonReader struct {
	dec *json.Decoder
	// lines counts lines in a second reading of the same text.
	lines *bufio.Reader
	seen  int64
	line  int
	geo   bool // the file says that it is a FeatureCollection
}

func newJSONReader(open func() io.Reader) *jsonReader {
	dec := json.NewDecoder(open())
	dec.UseNumber()
	return &jsonReader{dec: dec, lines: bufio.NewReaderSize(open(), 64<<10), line: 1}
}

// here is the line of the decoder's position.
func (j *jsonReader) here() int {
	for to := j.dec.InputOffset(); j.seen < to; j.seen++ {
		ch, err := j.lines.ReadByte()
		if err != nil {
			break
		}
		if ch == '\n' {
			j.line++
		}
	}
	return j.line
}

func (j *jsonReader) fail(err error) error {
	line := j.here()
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &FileError{line, "the JSON is truncated"}
	case errors.As(err, &syntax):
		return &FileError{line, "invalid JSON: " + syntax.Error()}
	}
	return &FileError{line, "invalid JSON: " + err.Error()}
}

// walk calls fn with each object of the list and the line on which it begins.
// Nothing but white space may follow the JSON.
func (j *jsonReader) walk(fn func(raw json.RawMessage, line int) error) error {
	found, err := j.value(0, fn)
	if err != nil {
		return err
	}
	if _, err := j.dec.Token(); !errors.Is(err, io.EOF) {
		return &FileError{j.here(), "there is text after the end of the JSON"}
	}
	if !found {
		return &FileError{0, "no list of entries was found. What is read: a GeoJSON FeatureCollection; a list of objects; an object with such a list under " +
			strings.Join(lists[:len(lists)-1], ", ") + " or " + lists[len(lists)-1] + " (GoGoCarto, OpenFairDB). A table of addresses of other files is not followed"}
	}
	return nil
}

// value reads the top value, or a member of the top object.
func (j *jsonReader) value(depth int, fn func(json.RawMessage, int) error) (bool, error) {
	tok, err := j.dec.Token()
	if err != nil {
		return false, j.fail(err)
	}
	switch tok {
	case json.Delim('['):
		return true, j.list(fn)
	case json.Delim('{'):
		if depth == 0 {
			return j.object(fn)
		}
		return false, j.skip()
	}
	return false, nil
}

func (j *jsonReader) list(fn func(json.RawMessage, int) error) error {
	for j.dec.More() {
		line := j.begin()
		var raw json.RawMessage
		if err := j.dec.Decode(&raw); err != nil {
			return j.fail(err)
		}
		if err := fn(raw, line); err != nil {
			return err
		}
	}
	if _, err := j.dec.Token(); err != nil {
		return j.fail(err)
	}
	return nil
}

// begin is the line on which the next value begins, after commas and spaces.
func (j *jsonReader) begin() int {
	line := j.here()
	for {
		next, err := j.lines.Peek(1)
		if err != nil || !strings.ContainsRune(" \t\r\n,", rune(next[0])) {
			return line
		}
		_, _ = j.lines.Discard(1) // it was peeked
		j.seen++
		if next[0] == '\n' {
			j.line++
			line = j.line
		}
	}
}

// object reads the members of the top object and walks the list among them.
func (j *jsonReader) object(fn func(json.RawMessage, int) error) (found bool, err error) {
	for j.dec.More() {
		name, err := j.dec.Token()
		if err != nil {
			return found, j.fail(err)
		}
		walk := func(json.RawMessage, int) error { return nil }
		isList := false
		for _, l := range lists {
			if name == l {
				walk, isList = fn, true
			}
		}
		if name == "type" {
			var kind any
			if err := j.dec.Decode(&kind); err != nil {
				return found, j.fail(err)
			}
			j.geo = j.geo || kind == "FeatureCollection"
			continue
		}
		was, err := j.value(1, walk)
		if err != nil {
			return found, err
		}
		found = found || was && isList
	}
	if _, err := j.dec.Token(); err != nil {
		return found, j.fail(err)
	}
	return found, nil
}

// skip reads to the end of an object that was just opened.
func (j *jsonReader) skip() error {
	for depth := 1; depth > 0; {
		tok, err := j.dec.Token()
		if err != nil {
			return j.fail(err)
		}
		switch tok {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
	}
	return nil
}

// cell is one named value of a row, as text; a value that is neither a scalar
// nor a list of scalars is its JSON.
type cell struct{ name, text string }

// flatten turns an object into cells: a nested object's members are named
// "outer.inner", a list of scalars is joined by semicolons. Members in keep
// stay JSON.
func flatten(cells []cell, prefix string, raw json.RawMessage, keep func(string) bool) ([]cell, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return cells, errors.New("not a JSON object")
	}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return cells, err
		}
		name := prefix + tok.(string)
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return cells, err
		}
		if len(cells) >= MaxColumns {
			return cells, fmt.Errorf("more than %d properties", MaxColumns)
		}
		switch {
		case keep(name):
			cells = append(cells, cell{name, string(v)})
		case v[0] == '{':
			if cells, err = flatten(cells, name+".", v, keep); err != nil {
				return cells, err
			}
		default:
			cells = append(cells, cell{name, scalar(v)})
		}
	}
	return cells, nil
}

// scalar is the text of a JSON value that is not an object.
func scalar(v json.RawMessage) string {
	switch v[0] {
	case 'n':
		return ""
	case '"':
		var s string
		if json.Unmarshal(v, &s) == nil {
			return s
		}
	case '[':
		var items []json.RawMessage
		if json.Unmarshal(v, &items) != nil {
			break
		}
		parts := make([]string, 0, len(items))
		for _, it := range items {
			if it[0] == '{' || it[0] == '[' {
				return string(v)
			}
			parts = append(parts, scalar(it))
		}
		return strings.Join(parts, ";")
	}
	return string(v)
}
