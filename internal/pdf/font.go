package pdf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"
)

// Font is one of the fonts that are embedded, with the characters that were used.
// Every character gets its own number in the file, also one without a glyph, so
// that what is not drawn can still be searched for.
type Font struct {
	index  int
	name   string
	file   []byte
	parsed *sfnt.Font
	buf    sfnt.Buffer
	cids   map[rune]int
	runes  []rune // by cid-1
}

// maxCharacters is how many different characters a file may use of one font.
const maxCharacters = 60000

// Regular is the upright font of normal weight, Bold the heavy one.
func (d *Document) Regular() (*Font, error) { return d.font("GoRegular", goregular.TTF) }

// Bold is the upright heavy font.
func (d *Document) Bold() (*Font, error) { return d.font("GoBold", gobold.TTF) }

// Embed is a font of a TrueType file, under a name of letters and digits.
func (d *Document) Embed(name string, file []byte) (*Font, error) { return d.font(name, file) }

func (d *Document) font(name string, file []byte) (*Font, error) {
	for _, f := range d.fonts {
		if f.name == name {
			return f, nil
		}
	}
	parsed, err := sfnt.Parse(file)
	if err != nil {
		return nil, fmt.Errorf("font %s: %w", name, err)
	}
	f := &Font{index: len(d.fonts), name: name, file: file, parsed: parsed, cids: map[rune]int{}}
	d.fonts = append(d.fonts, f)
	return f, nil
}

// same are characters that look like one that the font has.
var same = map[rune]rune{'\u202f': ' ', '\u2009': ' ', '\u00a0': ' ', '\u2011': '-', '\u2010': '-', '\u2212': '–', '\u02bc': '’'}

// glyph is the number of a character's glyph, 0 for none.
func (f *Font) glyph(r rune) sfnt.GlyphIndex {
	g, err := f.parsed.GlyphIndex(&f.buf, r)
	if err != nil || g == 0 {
		if other, ok := same[r]; ok {
			g, _ = f.parsed.GlyphIndex(&f.buf, other)
		}
	}
	return g
}

// advance is a glyph's width in thousandths of the size.
func (f *Font) advance(g sfnt.GlyphIndex) float64 {
	a, err := f.parsed.GlyphAdvance(&f.buf, g, fixed.I(1000), font.HintingNone)
	if err != nil {
		return 0
	}
	return float64(a) / 64
}

// Width is how wide a line is at a size.
func (f *Font) Width(s string, size float64) float64 {
	w := 0.0
	for _, r := range s {
		w += f.advance(f.glyph(r))
	}
	return w * size / 1000
}

// encode writes a line as the numbers of its characters.
func (f *Font) encode(s string) string {
	var b strings.Builder
	for _, r := range s {
		cid, ok := f.cids[r]
		if !ok {
			if len(f.runes) == maxCharacters {
				continue
			}
			f.runes = append(f.runes, r)
			cid = len(f.runes)
			f.cids[r] = cid
		}
		fmt.Fprintf(&b, "%04X", cid)
	}
	return b.String()
}

// write puts the font in the file as a Type 0 font (ISO 32000-1, 9.7) and returns
// its number.
func (f *Font) write(o *objects) int {
	root, child, descriptor, file, glyphs, unicode := o.reserve(), o.reserve(), o.reserve(), o.reserve(), o.reserve(), o.reserve()
	name := "BOCAGE+" + f.name
	used := map[int]bool{0: true}
	gids := make([]byte, 2*(len(f.runes)+1))
	var widths strings.Builder
	for i, r := range f.runes {
		g := f.glyph(r)
		used[int(g)] = true
		binary.BigEndian.PutUint16(gids[2*(i+1):], uint16(g))
		widths.WriteString(number(f.advance(g)) + " ")
	}
	o.put(root, "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, child, unicode)
	o.put(child, "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor %d 0 R/DW 600/W[1[%s]]/CIDToGIDMap %d 0 R>>",
		name, descriptor, widths.String(), glyphs)
	o.put(descriptor, "<</Type/FontDescriptor/FontName/%s/Flags 32/FontBBox[-440 -432 2160 2160]/ItalicAngle 0/Ascent 935/Descent -211/CapHeight 723/StemV 80/FontFile2 %d 0 R>>", name, file)
	subset := subsetTrueType(f.file, used)
	o.stream(file, fmt.Sprintf("/Length1 %d", len(subset)), subset)
	o.stream(glyphs, "", gids)
	o.stream(unicode, "", f.toUnicode())
	return root
}

// toUnicode says which character each number stands for.
func (f *Font) toUnicode() []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n" +
		"/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	const most = 100 // of one block
	at := 1
	for part := range slices.Chunk(f.runes, most) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(part))
		for _, r := range part {
			fmt.Fprintf(&b, "<%04X><", at)
			for _, u := range utf16.Encode([]rune(norm.NFKC.String(string(r)))) { // forms of letters are found as the letters
				fmt.Fprintf(&b, "%04X", u)
			}
			b.WriteString(">\n")
			at++
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}
