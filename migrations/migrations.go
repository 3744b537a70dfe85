// Package migrations holds the schema as numbered SQL files. Only package store
// reads it. A file is never edited once it has landed.
package migrations

import "embed"

//go:embed *.sql
var files embed.FS

// Files holds NNNN_name.sql, and NNNN_name.sqlite.sql or NNNN_name.postgres.sql
// where the engines differ.
func Files() embed.FS { return files }
