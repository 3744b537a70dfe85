// Package api answers programs: the JSON read API, the map tiles, the feeds and
// the downloads. It shows directory.Public values only.
//
// What belongs here: reading a request, and the representations that are not
// ActivityPub (package resource) or pages (package site). What does not:
// changing anything. Its caller is package app, which mounts the handlers and
// renders the errors that they return.
package api
