// Package genealogy lays out what descends from what, along time: the lineage
// of one text as cards, all texts as dots, concepts as lanes of attested uses;
// and draws these as SVG.
//
// It is pure: it reads no database and speaks no HTTP. Package site gives it
// entries and relations as a Graph and prints what it returns.
package genealogy
