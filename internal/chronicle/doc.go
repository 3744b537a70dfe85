// Package chronicle is the index of time: every dated entry in memory, sorted
// by start, from which it answers what a window of the timeline shows, and the
// drawing of that window as SVG.
//
// It is pure: it reads no database, no clock and speaks no HTTP. Package view
// fills it and keeps it fresh; packages api and site ask it.
package chronicle
