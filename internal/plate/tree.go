package plate

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// element is one element of a drawing with its attributes, the style sheet's rules
// among them, its colours resolved.
type element struct {
	name     string
	attrs    []attr
	children []node
}

type attr struct{ name, value string }

// node is an element, or text when that is nil.
type node struct {
	*element
	text string
}

func (e *element) get(name string) string {
	for _, a := range e.attrs {
		if a.name == name {
			return a.value
		}
	}
	return ""
}

func (e *element) set(name, value string) {
	for i := range e.attrs {
		if e.attrs[i].name == name {
			e.attrs[i].value = value
			return
		}
	}
	e.attrs = append(e.attrs, attr{name, value})
}

func (e *element) number(name string) float64 {
	v, _ := strconv.ParseFloat(e.get(name), 64)
	return v
}

// dropped are attributes that mean nothing outside of the page.
var dropped = map[string]bool{"class": true, "data-id": true, "data-from": true, "data-to": true, "role": true,
	"aria-labelledby": true, "aria-current": true, "aria-hidden": true, "focusable": true, "id": true, "pointer-events": true}

// maxDepth bounds how deep elements nest.
const maxDepth = 64

// parse reads a drawing. base goes before the addresses of links that have none.
func parse(svg []byte, base string) (*element, error) {
	d := xml.NewDecoder(bytes.NewReader(svg))
	var stack []*element
	themes := []string{colours["autre"]}
	var root *element
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read drawing: %w", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(stack) == maxDepth {
				return nil, errors.New("read drawing: elements nest too deep")
			}
			e, c := styled(t, themes[len(themes)-1], base)
			themes = append(themes, c)
			if len(stack) > 0 {
				stack[len(stack)-1].children = append(stack[len(stack)-1].children, node{element: e})
			} else if root == nil {
				root = e
			}
			stack = append(stack, e)
		case xml.EndElement:
			stack, themes = stack[:len(stack)-1], themes[:len(themes)-1]
		case xml.CharData:
			if len(stack) > 0 {
				stack[len(stack)-1].children = append(stack[len(stack)-1].children, node{text: string(t)})
			}
		}
	}
	if root == nil || root.name != "svg" {
		return nil, errors.New("read drawing: not an svg element")
	}
	return root, nil
}

// styled is an element with its rules and colours, and the theme's colour within it.
func styled(t xml.StartElement, theme, base string) (*element, string) {
	e := &element{name: t.Name.Local}
	class := ""
	for _, a := range t.Attr {
		if a.Name.Local == "class" {
			class = a.Value
		}
	}
	if own := themeColour(class); own != "" {
		theme = own
	}
	for _, a := range t.Attr {
		if dropped[a.Name.Local] {
			continue
		}
		value := resolve(a.Value, theme)
		if a.Name.Local == "href" && strings.HasPrefix(value, "/") {
			value = base + value
		}
		e.set(a.Name.Local, value)
	}
	extra := ruled(class)
	for _, k := range slices.Sorted(maps.Keys(extra)) {
		e.set(k, resolve(extra[k], theme))
	}
	return e, theme
}
