// Package atlas is the index of the map: every visible point in memory, as
// columns in Z-order, from which it answers vector tiles, clusters, counts,
// lists in a box and lists by distance.
//
// It is pure: it reads no database and speaks no HTTP. Package view fills it
// and keeps it fresh; packages api and site ask it.
//
// The points are sorted by the Morton code of their web-mercator position, so
// a tile is one range of the columns and a cell of its grid a range inside.
// Every 256 points there is a row of running counts, so the count of a range
// is the difference of two rows and two short scans: a tile costs by its
// cells, not by its points. Changes go to a small sorted addition and a small
// sorted subtraction beside the base; a new base is made when these are full.
package atlas
