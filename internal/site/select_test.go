package site

import (
	"strings"

	"golang.org/x/net/html"
)

// find returns the first node that a selector picks, or nil; findAll all of
// them. A selector is compounds of tag, #id, .class, [attr] and [attr=value],
// parted by spaces for descendants.
func find(n *html.Node, selector string) *html.Node {
	if all := findAll(n, selector); len(all) > 0 {
		return all[0]
	}
	return nil
}

func findAll(n *html.Node, selector string) []*html.Node {
	nodes := []*html.Node{n}
	for _, compound := range strings.Fields(selector) {
		var next []*html.Node
		seen := map[*html.Node]bool{}
		for _, from := range nodes {
			for d := range from.Descendants() {
				if d.Type == html.ElementNode && !seen[d] && matches(d, compound) {
					seen[d] = true
					next = append(next, d)
				}
			}
		}
		nodes = next
	}
	return nodes
}

func matches(n *html.Node, compound string) bool {
	rest := compound
	if i := strings.IndexAny(rest, "#.["); i != 0 {
		tag := rest
		if i > 0 {
			tag, rest = rest[:i], rest[i:]
		} else {
			rest = ""
		}
		if n.Data != tag {
			return false
		}
	}
	for rest != "" {
		mark := rest[0]
		rest = rest[1:]
		end := strings.IndexAny(rest, "#.[")
		if mark == '[' {
			end = strings.IndexByte(rest, ']') + 1
		}
		if end < 0 {
			end = len(rest)
		}
		part := strings.TrimSuffix(rest[:end], "]")
		rest = rest[end:]
		switch mark {
		case '#':
			if attr(n, "id") != part {
				return false
			}
		case '.':
			if !strings.Contains(" "+attr(n, "class")+" ", " "+part+" ") {
				return false
			}
		case '[':
			name, value, valued := strings.Cut(part, "=")
			if !has(n, name) || (valued && attr(n, name) != value) {
				return false
			}
		}
	}
	return true
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is the text below a node, with single spaces.
func text(n *html.Node) string {
	if n == nil {
		return ""
	}
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode && (d.Parent == nil || d.Parent.Data != "script") {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
