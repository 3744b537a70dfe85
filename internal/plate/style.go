package plate

import (
	"strconv"
	"strings"
)

// colours are the light tokens of web/build/tokens.mjs; a test compares them.
var colours = map[string]string{
	"papier": "#ffffff", "sable": "#f3efe3", "trait": "#ddd6c3", "trait-fort": "#857d69", "encre": "#1d2822", "encre-2": "#4a554d",
	"haie": "#2b5a43", "haie-clair": "#e2ecdf", "ciel": "#1d5d85", "terre": "#8a4720", "ajonc": "#f0bd45", "sur-cat": "#ffffff",
	"nature": "#004403", "nourrir": "#960c3a", "habiter": "#ad5a55", "soin": "#008180", "savoir": "#6168c1", "numerique": "#482b7a",
	"echanger": "#806600", "gouverner": "#116282", "autre": "#505c5b",
}

// rules are what the style sheet adds by class (web/css/charts.css and graph.css),
// as presentation attributes; they win over those of the element, as they do there.
var rules = map[string]map[string]string{
	"s-fond":  {"fill": "var(--papier)"},
	"s-bande": {"fill": "var(--sable)"},
	"s-trait": {"stroke": "var(--trait)", "stroke-width": "1"},
	"s-txt":   {"fill": "var(--encre)", "font-family": textFamily},
	"s-date":  {"font-family": textFamily},
	"s-txt2":  {"fill": "var(--encre-2)", "font-family": textFamily},
	"s-tit":   {"fill": "var(--encre)", "font-family": titleFamily, "font-weight": "600"},
	"arete":   {"fill": "none", "stroke": "var(--trait-fort)", "stroke-width": "1.3"},
	"bord":    {"paint-order": "stroke", "stroke": "var(--papier)", "stroke-width": "4", "stroke-linejoin": "round"},
}

const (
	textFamily  = "'Atkinson Hyperlegible Next', 'Atkinson Hyperlegible', 'DejaVu Sans', Verdana, sans-serif"
	titleFamily = "Fraunces, 'DejaVu Serif', Georgia, serif"
)

// ruled gives the rules of the classes that win over attributes.
func ruled(class string) map[string]string {
	out := map[string]string{}
	for c := range strings.FieldsSeq(class) {
		for k, v := range rules[c] {
			out[k] = v
		}
	}
	return out
}

// themeColour is the colour that a class c-nature … c-autre sets, "" for none.
func themeColour(class string) string {
	for c := range strings.FieldsSeq(class) {
		if slug, ok := strings.CutPrefix(c, "c-"); ok {
			return colours[slug]
		}
	}
	return ""
}

// resolve puts colours in the place of var(--name), with c for var(--c).
func resolve(value, c string) string {
	for {
		from := strings.Index(value, "var(--")
		if from < 0 {
			return value
		}
		inside := value[from+len("var(--"):]
		name, rest, fallback := inside, "", ""
		depth := 1
		for i := range inside {
			switch inside[i] {
			case '(':
				depth++
			case ')':
				depth--
			}
			if depth == 0 {
				name, rest = inside[:i], inside[i+1:]
				break
			}
		}
		name, fallback, _ = strings.Cut(name, ",")
		got := colours[name]
		if name == "c" {
			got = c
		}
		if got == "" {
			got = fallback
		}
		if got == "" {
			got = "currentColor"
		}
		value = value[:from] + got + rest
	}
}

// rgb reads #rrggbb; ok is false for none and for what is no such colour.
func rgb(s string) (c [3]float64, ok bool) {
	if len(s) != 7 || s[0] != '#' {
		return c, false
	}
	for i := range 3 {
		v, err := strconv.ParseUint(s[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return c, false
		}
		c[i] = float64(v) / 255
	}
	return c, true
}
