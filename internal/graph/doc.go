// Package graph reads the relations between entries as a graph: the texts and what
// they descend from, and the surroundings of one entry, with what is known of
// each edge: who states it, its date, source and note, and whether the other side
// says so too.
//
// What belongs: reading, choosing, bounding. What does not: drawing (package
// genealogy), files (package transfer) and words for people (package site).
// Packages site and transfer call it.
package graph
