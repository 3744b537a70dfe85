package plate

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"codeberg.org/bocage/bocage/internal/pdf"
	"codeberg.org/bocage/bocage/internal/typeface"
)

// TestEveryScriptIsWritten: a file on paper embeds letters of Arabic and Hebrew,
// and has no more fonts than it needs; names in letters of East Asia are addresses.
func TestEveryScriptIsWritten(t *testing.T) {
	t.Parallel()
	sheet := func(words string) []byte {
		s := Sheet{Title: words, Lang: "fr", Under: []string{words}, Drawing: []byte(`<svg width="600" height="80"><text class="s-txt" x="10" y="30" font-size="16">` + words +
			`</text><text class="s-txt" x="590" y="60" font-size="16" direction="rtl">` + words + `</text></svg>`)}
		b, err := s.PDF()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	const every = "Charte, Хартия, Χάρτης, ميثاق المشاع 2026, אמנת המשאבים"
	file := sheet(every)
	for _, font := range []string{"BOCAGE+GoRegular", "BOCAGE+NotoarabicRegular", "BOCAGE+NotohebrewBold", "/Encoding/Identity-H"} {
		if !bytes.Contains(file, []byte(font)) {
			t.Errorf("the file lacks %s", font)
		}
	}
	if name := os.Getenv("PLATE_OUT"); name != "" {
		if err := os.WriteFile(name, file, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if latin := sheet("Charte"); bytes.Contains(latin, []byte("Noto")) {
		t.Error("a file in Latin letters has fonts of others")
	}
	for _, tt := range [...]struct{ address, want string }{{"https://communs.example/texts/7", "communs.example/texts/7"}, {"", "…"}} {
		if got := instead(tt.address, 400, 16); got != tt.want {
			t.Errorf("in the place of a name at %q: %q, want %q", tt.address, got, tt.want)
		}
	}
	doc := pdf.New(pdf.Info{})
	regular, err := doc.Regular()
	if err != nil {
		t.Fatal(err)
	}
	p := &printer{doc: doc, regular: regular, bold: regular, address: "https://communs.example/texts/7"}
	line := func(words string) (out string) {
		for _, r := range p.runs(&element{name: "text", children: []node{{text: words}}}, style{size: 16}, nil) {
			out += r.text
		}
		return out
	}
	for _, want := range []string{"communs.exa", "…"} { // a name of two lines
		if got := line("公地宪章公地宪章"); !strings.HasPrefix(got, want) || typeface.Unwritten(got) {
			t.Errorf("in the place of a name: %q, want %q", got, want)
		}
	}
	if got := line("Charte"); got != "Charte" {
		t.Errorf("a name in Latin letters is %q", got)
	}
}
