package transfer

import (
	"codeberg.org/bocage/bocage/internal/directory"
)

// Format is a file format.
type Format string

// The formats. Auto and JSON are read only; ICS and Atom are written only.
const (
	Auto    Format = "auto"
	CSV     Format = "csv"
	GeoJSON Format = "geojson"
	JSON    Format = "json" // a list of objects, bare or under data, visible, elements or entries
	ICS     Format = "ics"
	Atom    Format = "atom"
)

// ImportOptions say how to read a file. The zero value detects everything and
// writes drafts.
type ImportOptions struct {
	Format    Format
	Encoding  string // "" detects; utf-8 utf-16le utf-16be windows-1252 iso-8859-1
	Delimiter string // "" detects; one of , ; tab |
	// Mapping overrides the guesses: the name of our field to the name of the
	// file's column, e.g. "name": "Nom". An empty column drops the field.
	Mapping map[string]string
	// Owner is the ID of the organisation that publishes the entries.
	Owner string
	// Kind is that of rows which do not say; "" is KindCommons.
	Kind directory.Kind
	// Lang is the language of texts that do not say; "" guesses it from the file, else is French.
	Lang    string
	Licence string // SPDX id for rows which do not say
	Source  string // name or URL of the file's origin, kept as an entry's source
	// Name is that of the file, without folder and ending. It keeps the ids of
	// two files apart when Source is empty.
	Name    string
	DryRun  bool
	Strict  bool // one wrong row refuses the whole file
	Publish bool // published instead of draft
	Geocode bool // ask the gazetteer when a row has no coordinates
	Notify  bool // tell followers with a note for each new entry
	// Progress, if not nil, is called now and then with rows done of total;
	// total is 0 while the file is read and not yet known.
	Progress func(done, total int)
}

// Report is what an import did, or would do when DryRun.
type Report struct {
	Format    Format `json:"format"`
	Encoding  string `json:"encoding"`
	Delimiter string `json:"delimiter,omitempty"`
	// Language is that of texts that do not say theirs, given or guessed.
	Language string `json:"language"`
	// Columns says which field each column of the file went to; "" = kept aside in Extra.
	Columns   map[string]string `json:"columns,omitempty"`
	Rows      int               `json:"rows"`
	Created   int               `json:"created"`
	Updated   int               `json:"updated"`
	Unchanged int               `json:"unchanged"`
	Rejected  int               `json:"rejected"`
	Geocoded  int               `json:"geocoded"`
	// Kinds counts the rows that are accepted by kind.
	Kinds map[directory.Kind]int `json:"kinds,omitempty"`
	// Problems are in the order of the file, at most MaxProblems of them.
	Problems []Problem `json:"problems,omitempty"`
	// Suppressed counts the problems beyond MaxProblems.
	Suppressed int `json:"suppressed,omitempty"`
}

// Problem is one thing that is wrong in a file.
type Problem struct {
	Line  int    `json:"line"`          // first line of the row, from 1; 0 = the whole file
	Row   int    `json:"row,omitempty"` // number of the row, from 1, without the header
	Field string `json:"field,omitempty"`
	// Code is a stable key for translation, as in directory.FieldError.
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
	// Warning is true when the row was imported all the same.
	Warning bool `json:"warning,omitempty"`
}

// The limits of an import.
const (
	MaxBytes    = 200 << 20 // of the file as received and once decoded
	MaxCell     = 64 << 10  // bytes of one cell, in UTF-8
	MaxColumns  = 500
	MaxDepth    = 32 // of nested JSON values
	MaxRows     = 1_000_000
	MaxProblems = 1000 // kept in a Report
)
