package directory

import (
	"errors"
	"strings"
	"testing"
)

func TestParseEras(t *testing.T) {
	t.Parallel()
	if es, err := ParseEras(DefaultEras()); err != nil || len(es) < 10 || es[0].Name["en"] != "Antiquity" {
		t.Errorf("the default: %d eras, %v", len(es), err)
	}
	es, err := ParseEras("# ours\n\n 1604/1914 ; Enclosures \r\n2008/..; Crises; Crises\n")
	if err != nil || len(es) != 2 || es[0].Period != "1604/1914" || es[0].Name["fr"] != "Enclosures" || len(es[0].Name) != 1 {
		t.Errorf("%+v, %v", es, err)
	}
	for text, want := range map[string]string{
		"1604; Enclosures": "1:", "# x\n1604/1500; À rebours": "2:", "1604/1914": "1:", "1/2; a; b; c": "1:", "1604/1914; ": "1:",
		strings.Repeat("1604/1914; E\n", maxEras+1): "61:", strings.Repeat("#", MaxEraBytes+1): "longer",
	} {
		_, err := ParseEras(text)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.30q: %v, want %q in it", text, err, want)
		}
	}
}
