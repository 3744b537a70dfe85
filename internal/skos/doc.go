// Package skos reads and writes concepts as SKOS (W3C Recommendation of 2009) in
// Turtle and in JSON-LD.
//
// What belongs: the two syntaxes and the words of SKOS and Dublin Core that a concept
// of the directory has. What does not: entries and the ledger, see package transfer.
// It is pure and fetches nothing.
//
// Of Turtle 1.1 it reads all but the base of relative addresses beyond simple joining;
// collections are read and their members left aside. Of JSON-LD 1.1 it reads objects
// with a context inside the file (prefixes, terms, @type and @language of a term,
// language maps), one level of @graph, and nothing that has to be fetched.
//
// A definition is a literal, or a node with rdf:value, dcterms:creator, dcterms:date
// and dcterms:source (SKOS Primer, 4.2). Of a concept dcterms:created is the first
// documented use, dcterms:creator its author and dcterms:source the work.
package skos
