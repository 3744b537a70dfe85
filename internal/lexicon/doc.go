// Package lexicon keeps in memory which public entries have which words: a sorted
// table of folded terms, and for each the numbers of its entries. It answers the
// search as one types, by words of which the last is a prefix, without the database,
// and finds the nearest term to a word that nobody has written.
//
// What belongs: terms, their numbers, changes, nearness of words. What does not:
// folding and cutting text into words (package directory), what of an entry may be
// found (store), and the other filters (register). Package view fills it from the
// same rows and changes as the database's own index.
package lexicon
