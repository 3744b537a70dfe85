// Package i18n holds the texts of the pages in each language, and writes
// numbers, dates and durations as that language does.
//
// Catalogues are JSON files, one a language: a key maps to a text, or to its
// plural forms ("one", "other"). It knows nothing of pages, of HTML or of who
// asks. Packages site and api call it.
package i18n
