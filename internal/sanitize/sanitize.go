// Package sanitize turns text that others wrote into HTML that is safe to
// print: plain text becomes paragraphs with links, received HTML keeps a short
// list of elements. Its HTML type is the only raw HTML that pages print.
//
// It holds no page layout and no wire format. Packages site and vocab call it.
package sanitize

import "html/template"

// HTML is markup that this package made or cleaned; the zero value is empty.
type HTML = template.HTML
