// Package site answers with pages for people: the map and its list, entries,
// the timeline, the genealogy of texts, the concepts, this instance, and the
// forms of those who keep the entries.
//
// Every page works without script, in French and in English. A page is a
// struct that embeds Base, printed by one template of web/templates; only
// directory.Public values reach a template. ActivityPub documents of the same
// resources belong to package resource, JSON and tiles to package api; package
// app holds the routes and calls the handlers here.
package site
