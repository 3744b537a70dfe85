// Package plate makes the drawings of the pages ready to leave: as an SVG file that
// needs no style sheet, and as a PDF, each with a title, a legend and where it comes
// from. The drawings are the SVG of packages genealogy and chronicle, of which it
// reads the subset that they write.
//
// It is pure. Package site calls it.
package plate
