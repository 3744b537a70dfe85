// Package pdf writes vector PDF files (ISO 32000-1) of drawings: paths, text in
// embedded fonts, links.
//
// What belongs: objects, pages, the fonts that are embedded. What does not: what is
// drawn; package plate knows that. It is pure and needs no other program. The
// fonts are the Go fonts (BSD-3-Clause, which allows embedding); they have the
// letters of Latin, Greek and Cyrillic scripts. Text in others is kept for search
// and copying, and drawn as a box.
package pdf

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"
)

// Info is what a file says of itself.
type Info struct {
	Title, Author, Subject string
	// Lang is a BCP 47 tag, "" for none.
	Lang string
	// Created is zero for no date.
	Created time.Time
}

// Document is a file in the making. It is not safe for concurrent use.
type Document struct {
	info  Info
	pages []*Page
	fonts []*Font
	alpha [][2]float64 // opacities of fillings and lines that pages use
}

// New starts a document.
func New(info Info) *Document {
	return &Document{info: info}
}

// Page adds a page of this size in points (1/72 inch). Its y runs upwards.
func (d *Document) Page(width, height float64) *Page {
	p := &Page{doc: d, width: width, height: height}
	d.pages = append(d.pages, p)
	return p
}

// objects numbers and collects what a file is made of.
type objects struct {
	bytes.Buffer
	at []int
}

// reserve gives the number of an object that is written later.
func (o *objects) reserve() int {
	o.at = append(o.at, 0)
	return len(o.at)
}

func (o *objects) put(n int, format string, args ...any) {
	o.at[n-1] = o.Len()
	fmt.Fprintf(o, "%d 0 obj\n", n)
	fmt.Fprintf(o, format, args...)
	o.WriteString("\nendobj\n")
}

// stream writes an object with compressed data; dict is what its dictionary has besides.
func (o *objects) stream(n int, dict string, data []byte) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(data) // a Buffer takes everything
	_ = z.Close()
	o.put(n, "<<%s/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream", dict, packed.Len(), packed.String())
}

// WriteTo writes the file.
func (d *Document) WriteTo(w io.Writer) (int64, error) {
	o := &objects{}
	o.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	catalog, pages, info, resources := o.reserve(), o.reserve(), o.reserve(), o.reserve()
	var kids strings.Builder
	for _, p := range d.pages {
		n := p.write(o, pages, resources)
		fmt.Fprintf(&kids, "%d 0 R ", n)
	}
	var fonts, states strings.Builder
	for i, f := range d.fonts {
		fmt.Fprintf(&fonts, "/F%d %d 0 R", i, f.write(o))
	}
	for i, alpha := range d.alpha {
		fmt.Fprintf(&states, "/G%d<</ca %s/CA %s>>", i, number(alpha[0]), number(alpha[1]))
	}
	o.put(resources, "<</Font<<%s>>/ExtGState<<%s>>>>", fonts.String(), states.String())
	o.put(pages, "<</Type/Pages/Count %d/Kids[%s]>>", len(d.pages), kids.String())
	lang := ""
	if d.info.Lang != "" {
		lang = "/Lang" + text(d.info.Lang)
	}
	o.put(catalog, "<</Type/Catalog/Pages %d 0 R%s/ViewerPreferences<</DisplayDocTitle true>>>>", pages, lang)
	o.put(info, "<</Producer(Bocage)%s>>", d.about())
	start := o.Len()
	fmt.Fprintf(o, "xref\n0 %d\n0000000000 65535 f \n", len(o.at)+1)
	for _, at := range o.at {
		fmt.Fprintf(o, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(o, "trailer\n<</Size %d/Root %d 0 R/Info %d 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(o.at)+1, catalog, info, start)
	return o.Buffer.WriteTo(w)
}

func (d *Document) about() string {
	out := ""
	for _, f := range [][2]string{{"Title", d.info.Title}, {"Author", d.info.Author}, {"Subject", d.info.Subject}} {
		if f[1] != "" {
			out += "/" + f[0] + text(f[1])
		}
	}
	if !d.info.Created.IsZero() {
		out += "/CreationDate(D:" + d.info.Created.UTC().Format("20060102150405") + "Z)"
	}
	return out
}

// text is a text string (ISO 32000-1, 7.9.2.2) in UTF-16.
func text(s string) string {
	var b strings.Builder
	b.WriteString("<FEFF")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04X", u)
	}
	b.WriteString(">")
	return b.String()
}

// address is a string with a URL, in ASCII.
func address(url string) string {
	var b strings.Builder
	for _, c := range []byte(url) {
		switch {
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, "%%%02X", c)
		case c == '(' || c == ')' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return "(" + b.String() + ")"
}
