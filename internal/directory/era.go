package directory

import (
	"fmt"
	"strings"
)

// Era is a named stretch of history, for the timeline: an EDTF interval of years.
type Era struct {
	Period string
	Name   LangText
}

// EraSetting is the name of the setting that holds the eras of an instance, in the
// form of ParseEras; without it, or when it is empty, DefaultEras are shown.
const EraSetting = "eras"

// Limits of the eras of an instance.
const (
	maxEras     = 60
	MaxEraBytes = 10_000
)

// DefaultEras are the eras that an instance starts with: the periods that school
// teaches in France, one after the other, then what mattered to commons beside
// them. Historians date each in other ways: an administrator may.
func DefaultEras() string {
	return `-0500/0475; Antiquité; Antiquity
0476/1491; Moyen Âge; Middle Ages
1492/1788; Temps modernes; Early modern times
1789/1829; Révolutions; Revolutions
1830/1913; Ère industrielle; Industrial age
1914/1944; Guerres mondiales; World wars
1945/1972; Trente Glorieuses; Post-war boom
1973/2007; Mondialisation; Globalisation
2008/2030; Crises et transitions; Crises and transitions
1000/1299; Communes et défrichements; Communes and clearings
1604/1914; Enclosures; Enclosures
1983/2030; Logiciel libre et internet; Free software and the internet
`
}

// ParseEras reads eras, one a line: an EDTF interval, the name in French and the name
// in English, which may be left out, between semicolons. Lines that start with # are
// left alone. Eras that come first are drawn in the first row where they overlap.
// The error is an Invalid that names the line.
func ParseEras(text string) ([]Era, error) {
	if len(text) > MaxEraBytes {
		return nil, Invalid{{Field: "eras", Code: "too_long", Message: fmt.Sprintf("are longer than %d bytes", MaxEraBytes)}}
	}
	var out []Era
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		e, err := parseEra(line)
		if err == nil && len(out) == maxEras {
			err = fmt.Errorf("is more than the %d that fit", maxEras)
		}
		if err != nil {
			return nil, Invalid{{Field: "eras", Code: "invalid_line", Message: fmt.Sprintf("%d: %v", n, err)}}
		}
		out = append(out, e)
	}
	return out, nil
}

func parseEra(line string) (Era, error) {
	parts := strings.Split(line, ";")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if len(parts) < 2 || len(parts) > 3 || parts[1] == "" || len(parts[1]) > MaxLine || len(line) > 2*MaxLine {
		return Era{}, fmt.Errorf("is not a period; a French name; an English name")
	}
	if d, err := ParseEDTF(parts[0]); err != nil || d.Precision != PrecisionInterval {
		return Era{}, fmt.Errorf("%.40q is not a period such as 1604/1914", parts[0])
	}
	e := Era{Period: parts[0], Name: LangText{"fr": parts[1]}}
	if len(parts) == 3 && parts[2] != "" {
		e.Name["en"] = parts[2]
	}
	return e, nil
}
