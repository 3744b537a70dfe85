// Package register keeps in memory what a selection chooses by and what lists
// name of every public entry, so that a filter is resolved and its choices are
// counted without a look at the database.
//
// What belongs: columns by entry number, the filter over them, counts by
// choice. What does not: positions and periods (atlas and chronicle, whose
// answers come in as sets of numbers), words (store), and SQL. Package view fills
// it from the change sequence and asks it.
package register
