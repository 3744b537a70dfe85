package skos

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ReadJSONLD reads the concepts of a JSON-LD document. The error is an *Error.
func ReadJSONLD(data []byte) ([]Concept, error) {
	if len(data) > MaxBytes {
		return nil, &Error{Message: fmt.Sprintf("the file has more than %d MB", MaxBytes>>20)}
	}
	if !utf8.Valid(data) {
		return nil, &Error{Message: "the file is not UTF-8"}
	}
	if err := shallow(data); err != nil {
		return nil, err
	}
	j := &jsonld{data: data, terms: map[string]ldTerm{}}
	if err := j.document(); err != nil {
		return nil, err
	}
	return concepts(j.out), nil
}

// shallow refuses what is nested too deep, before a decoder recurses into it.
func shallow(data []byte) error {
	depth, line, inText := 0, 1, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '\n':
			line++
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return &Error{line, fmt.Sprintf("JSON is nested deeper than %d", maxDepth)}
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// ldTerm is what a context says of a term.
type ldTerm struct {
	iri    string
	isID   bool // its values are addresses
	byLang bool // its value maps languages to texts
	lang   string
}

type jsonld struct {
	data   []byte
	terms  map[string]ldTerm
	lang   string // @language of the context
	vocab  string
	blanks int
	out    []triple
}

// lineAt is the line of an offset.
func (j *jsonld) lineAt(offset int64) int { return 1 + bytes.Count(j.data[:offset], []byte("\n")) }

func (j *jsonld) wrong(offset int64, err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = min(syntax.Offset, int64(len(j.data)))
	}
	return &Error{j.lineAt(offset), "not JSON: " + err.Error()}
}

// document reads the top: the context first, wherever it stands, then the nodes.
func (j *jsonld) document() error {
	var top any
	if err := json.Unmarshal(j.data, &top); err != nil {
		return j.wrong(0, err)
	}
	if doc, ok := top.(map[string]any); ok {
		if err := j.context(doc["@context"]); err != nil {
			return err
		}
	}
	d := json.NewDecoder(bytes.NewReader(j.data))
	return j.walk(d)
}

// walk decodes node after node, so that the line of each is known.
func (j *jsonld) walk(d *json.Decoder) error {
	opening, err := d.Token()
	if err != nil {
		return j.wrong(d.InputOffset(), err)
	}
	rest := map[string]any{}
	switch opening {
	case json.Delim('['):
		return j.list(d)
	case json.Delim('{'):
	default:
		return &Error{1, "neither an object nor a list"}
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return j.wrong(d.InputOffset(), err)
		}
		if key == "@graph" {
			if t, err := d.Token(); err != nil || t != json.Delim('[') {
				return &Error{j.lineAt(d.InputOffset()), "@graph is not a list"}
			}
			if err := j.list(d); err != nil {
				return err
			}
			continue
		}
		var v any
		if err := d.Decode(&v); err != nil {
			return j.wrong(d.InputOffset(), err)
		}
		rest[fmt.Sprint(key)] = v
	}
	delete(rest, "@context")
	if len(rest) > 0 {
		_, err = j.node(rest, 1)
	}
	return err
}

// list reads nodes up to the end of their list, which it takes.
func (j *jsonld) list(d *json.Decoder) error {
	for d.More() {
		at := d.InputOffset()
		for at < int64(len(j.data)) && bytes.IndexByte([]byte(" \t\r\n,"), j.data[at]) >= 0 {
			at++
		}
		line := j.lineAt(at)
		var v any
		if err := d.Decode(&v); err != nil {
			return j.wrong(d.InputOffset(), err)
		}
		node, ok := v.(map[string]any)
		if !ok {
			return &Error{line, "a node is not an object"}
		}
		if _, err := j.node(node, line); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil && !errors.Is(err, io.EOF) {
		return j.wrong(d.InputOffset(), err)
	}
	return nil
}

// context reads the terms of a context.
func (j *jsonld) context(v any) error {
	switch v := v.(type) {
	case nil:
	case string:
		return &Error{1, "the context " + strconv.Quote(clip(v)) + " is another file, and nothing is fetched: write its terms here"}
	case []any:
		for _, part := range v {
			if err := j.context(part); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			j.term(name, v[name])
		}
		for name, t := range j.terms { // prefixes may be used before they are read
			t.iri = j.expand(t.iri)
			j.terms[name] = t
		}
	default:
		return &Error{1, "the context is neither an object nor a list"}
	}
	return nil
}

func (j *jsonld) term(name string, v any) {
	switch v := v.(type) {
	case string:
		switch name {
		case "@language":
			j.lang = v
		case "@vocab":
			j.vocab = v
		case "@base", "@version":
		default:
			j.terms[name] = ldTerm{iri: v, lang: j.lang}
		}
	case map[string]any:
		t := ldTerm{lang: j.lang}
		t.iri, _ = v["@id"].(string)
		t.isID = v["@type"] == "@id" || v["@type"] == "@vocab"
		t.byLang = v["@container"] == "@language"
		if lang, ok := v["@language"].(string); ok {
			t.lang = lang
		}
		if t.iri == "" {
			t.iri = name
		}
		j.terms[name] = t
	}
}

// expand is the address of a name: a term, a name with a prefix, or itself.
func (j *jsonld) expand(name string) string {
	if t, ok := j.terms[name]; ok && t.iri != name {
		name = t.iri
	}
	prefix, rest, ok := strings.Cut(name, ":")
	if !ok {
		if strings.HasPrefix(name, "@") || j.vocab == "" {
			return name
		}
		return j.vocab + name
	}
	if strings.HasPrefix(rest, "//") || prefix == "_" {
		return name
	}
	if t, ok := j.terms[prefix]; ok && t.iri != "" {
		return t.iri + rest
	}
	return name
}

// node turns an object into triples and returns its subject.
func (j *jsonld) node(v map[string]any, line int) (string, error) {
	subject := ""
	for _, key := range []string{"@id", "id"} {
		if id, ok := v[key].(string); ok && (key == "@id" || j.expand("id") == "@id") {
			subject = j.expand(id)
		}
	}
	if subject == "" {
		j.blanks++
		subject = "_:ld" + strconv.Itoa(j.blanks)
	}
	for _, key := range slices.Sorted(maps.Keys(v)) {
		p := j.expand(key)
		t := j.terms[key]
		switch p {
		case "@id", "@context":
			continue
		case "@type":
			p, t.isID = nsRDF+"type", true
		}
		if err := j.values(subject, p, t, v[key], line); err != nil {
			return "", err
		}
	}
	return subject, nil
}

// values adds what a key says.
func (j *jsonld) values(subject, p string, t ldTerm, v any, line int) error {
	add := func(o term) error {
		if len(j.out) == maxTriples {
			return &Error{line, fmt.Sprintf("the file says more than %d things", maxTriples)}
		}
		if len(o.value) > maxLiteral {
			return &Error{line, fmt.Sprintf("a text has more than %d KB", maxLiteral>>10)}
		}
		j.out = append(j.out, triple{subject, p, o, line})
		return nil
	}
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			if err := j.values(subject, p, t, x, line); err != nil {
				return err
			}
		}
	case string:
		if t.isID {
			return add(term{value: j.expand(v)})
		}
		return add(term{value: v, literal: true, lang: t.lang})
	case float64:
		return add(term{value: strconv.FormatFloat(v, 'f', -1, 64), literal: true})
	case bool:
		return add(term{value: strconv.FormatBool(v), literal: true})
	case map[string]any:
		return j.object(subject, p, t, v, line, add)
	}
	return nil
}

// object is a value that is an object: a literal, a language map, an address, a node.
func (j *jsonld) object(subject, p string, t ldTerm, v map[string]any, line int, add func(term) error) error {
	if text, ok := v["@value"]; ok {
		lang, _ := v["@language"].(string)
		return add(term{value: fmt.Sprint(text), literal: true, lang: lang})
	}
	if t.byLang {
		for _, lang := range slices.Sorted(maps.Keys(v)) {
			of := ldTerm{lang: lang}
			if lang == "@none" {
				of.lang = ""
			}
			if err := j.values(subject, p, of, v[lang], line); err != nil {
				return err
			}
		}
		return nil
	}
	for _, key := range []string{"@list", "@set"} {
		if list, ok := v[key]; ok {
			return j.values(subject, p, t, list, line)
		}
	}
	node, err := j.node(v, line)
	if err != nil {
		return err
	}
	return add(term{value: node})
}

func clip(s string) string {
	const most = 80
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
