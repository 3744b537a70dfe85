// Package demo fills an instance with the demonstration directory: unifying
// events, texts and their relations, concepts, and places of the social and
// solidarity economy in France and its neighbours.
//
// What belongs here: the embedded tables of data/ and how each of their rows
// becomes an entry. What does not: writing (package ledger). Its caller is the
// demo command.
package demo
